"""The home page: the index, its dimensions, what changed, the next release."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from dashboards import indicator_words
from dashboards.bulletin import document, gate, gauges, reading
from dashboards.bulletin.figures import index_figure
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.site import readout
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page, spark
from dashboards.site.pages import alerts
from dashboards.site.pages.alerts import FIGURES, PUBLIC
from warehouse.release_calendar import coming_editions

Row = dict[str, Any]
WIDTH = 640  # pixels beside the headline figure


def page(context: SiteContext, lang: SiteLocale, draw: ChartWriter) -> Page:
    """The home page of the newest edition."""
    stats = context.stats
    level, opening = stats.level, document.opening(stats, lang)
    [after] = coming_editions(context.now, stats.cutoff_day, 1)
    measured = readout.Measured(draw)
    figure = index_figure(stats, lang, measured, WIDTH)
    index = stats.index_scores
    path = stats.edition.values.query("key == 'index'").set_index("period").reindex(index.index)
    path = path.assign(estimate=reading.kinds(stats).eq("none"))
    spoken = readout.spoken(path, lang.names(stats.labels), lang)
    return Page(
        "",
        "home.html",
        lang.words["site"],
        str(opening["headline"]),
        {
            **opening,
            "interval": interval(stats, lang),
            "month_change": lang.number(level.month_change, signed=True),
            "year_change": lang.number(level.year_change, signed=True),
            "figure": asdict(figure) | {"readout": measured.overlays(index, spoken)},
            "gate": gate.conditions(stats, lang),
            "dimensions": cards(stats, lang),
            "alerts": newest(context, lang),
            "no_alert": alerts.none_in_force(context, lang),
            "issue": context.issue,
            "unread": gauges.months_without_reading(stats, context.unread, lang),
            "next_release": lang.moments(after.publication),
            "next_month": lang.of_month(after.month + "-01"),
        },
    )


def interval(stats: EditionStats, lang: Language) -> str:
    """The 90% interval of the index in the month, where the edition has one."""
    index = stats.line("index")
    if pd.isna(index.get("low")) or pd.isna(index.get("high")):
        return ""
    return lang.say("interval", low=lang.number(index["low"]), high=lang.number(index["high"]))


def cards(stats: EditionStats, lang: SiteLocale) -> list[Row]:
    """A card for each dimension: score, change, question and sparkline."""
    scores = stats.dimension_scores
    return [
        {
            "key": group["key"],
            "name": lang.of(group),
            "question": lang.of(group, "question"),
            "score": lang.number(line["score"]),
            "change": lang.number(line["change"], signed=True),
            "spark": spark(list(scores[group["key"]])),
        }
        for group in stats.dimensions
        for line in [stats.line(group["key"])]
    ]


def newest(context: SiteContext, lang: Language, count: int = 4) -> Sequence[Row]:
    """The alerts on figures that changed last: state, month and text.

    Those about sources are on the page of alerts.
    """
    public = context.events["kind"].isin(PUBLIC)
    on_figures = context.events.loc[public & context.events["rule_kind"].isin(FIGURES)]
    bodies = alerts.bodies_of(context)
    titles = indicator_words.edition_titles(context.edition, lang)
    ordered = on_figures.sort_values(["period", "id"])
    last = ordered.drop_duplicates(["rule", "series"], keep="last").tail(count)[::-1]
    return [
        {
            "stands": lang.words["alert_states"][row["kind"]],
            "kind": row["kind"],
            "month": lang.month(row["period"]),
            "text": alerts.text(row, bodies[row["rule"], row["rule_hash"]], titles, lang),
        }
        for row in last.to_dict("records")
    ]
