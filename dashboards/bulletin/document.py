"""The monthly bulletin: an HTML page per language, complete in itself."""

from datetime import date
from functools import cache

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from dashboards import edition_dates, rendering
from dashboards.bulletin import (
    alerts_section,
    cause_sentences,
    diffusion,
    gauges,
    headline,
    key_points,
    quality,
    reading,
    table_rows,
)
from dashboards.bulletin.figures import Draw, embedded, figures
from dashboards.edition_stats import EditionStats
from dashboards.i18n import LANGUAGES, Language, language
from warehouse.edition import Edition
from warehouse.release_calendar import cutoff, following_month

LEADERS = 2
AHEAD = 4  # editions that the calendar announces
FILES = {
    "index": "index.csv",
    "gauges": "gauges.csv",
    "contributions": "contributions.csv",
    "indicators": "indicators.csv",
    "vintages": "vintages.csv",
    "lineage": "lineage.csv",
    "sources": "sources.csv",
    "framework": "framework.json",
    "datapackage": "datapackage.json",
    "checksums": "SHA256SUMS",
}


def pages(edition: Edition) -> dict[str, bytes]:
    """The bulletins of an edition by file name, the same bytes each time."""
    stats = EditionStats(edition)
    return {f"bulletin.{code}.html": page(stats, language(code)).encode() for code in LANGUAGES}


def page(stats: EditionStats, lang: Language) -> str:
    """The bulletin of an edition in a language, as HTML complete in itself."""
    style = rendering.style()
    return (
        _templates(lang.code)
        .get_template("bulletin.html")
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=rendering.style_hash(style),
            languages=[language(code) for code in LANGUAGES],
            **content(stats, lang, embedded),
        )
    )


def content(stats: EditionStats, lang: Language, draw: Draw, data: str = "") -> dict[str, object]:
    """What the templates show.

    Args:
        draw: stores a chart and returns its address.
        data: address of the folder of the tables.
    """
    drawn = [*figures(stats, lang, draw), gauges.figure(stats, lang, draw)]
    return {
        "figures": {figure.key: figure for figure in drawn if figure},
        "edition": stats.edition,
        "data": data,
        **opening(stats, lang),
        **_sections(stats, lang),
    }


def opening(stats: EditionStats, lang: Language) -> dict[str, object]:
    """The header line, the headline, the lede, why it moved, and the key points."""
    head = headline.heading(stats, lang)
    return {
        "heading": head,
        "headline": head.title,
        "regime": head.regime,
        "rank": head.rank,
        "lede": _lede(stats, head.kind, lang),
        "why": cause_sentences.section(stats, lang, estimate=head.kind == "none"),
        "points": key_points.points(stats, lang),
        "month": lang.month(stats.month),
        "dated": edition_dates.sentence(stats.edition.timeline, lang),
        "next_cutoff": lang.day(_cutoff(stats, 1)),
    }


def _lede(stats: EditionStats, kind: str, lang: Language) -> list[str]:
    method = change_of_method(stats, lang)
    if kind == "none":
        again = lang.day(_cutoff(stats, 1))
        return [*headline.unread_lede(stats, again, lang), *method]
    largest = stats.dimension_points.iloc[-1].nlargest(LEADERS)
    dimensions = lang.names(stats.dimensions)
    leaders = [(dimensions[str(key)], points) for key, points in largest.items()]
    sentences = headline.lede(stats.level, leaders, stats.states["observed"], lang)
    if kind == "provisional":
        share = lang.percent(reading.reading(stats).observed)
        sentences.append(lang.say("lede_provisional", observed=share))
    return [*sentences, *method]


def change_of_method(stats: EditionStats, lang: Language) -> list[str]:
    """A sentence on a new version of the method."""
    sentences = []
    succeeds = stats.edition.framework.get("succeeds")
    if succeeds and stats.edition.month >= succeeds["since"]:
        link = stats.line("link")
        sentences.append(
            lang.say(
                "lede_new_method" if stats.edition.month == succeeds["since"] else "lede_method",
                new=stats.edition.framework_version,
                old=succeeds["method"]["version"],
                since=lang.month(succeeds["since"]),
                link=lang.number(link["contribution"], signed=True),
            )
        )
    return sentences


def _cutoff(stats: EditionStats, ahead: int) -> date:
    """The cut-off of the edition so many months ahead, by the rule of the method."""
    return cutoff(following_month(stats.edition.month, ahead), stats.cutoff_day).date()


def _sections(stats: EditionStats, lang: Language) -> dict[str, object]:
    edition = stats.edition
    return {
        "calendar": [
            [lang.month(stats.month + pd.DateOffset(months=n)), lang.day(date)]
            for n in range(1, AHEAD + 1)
            for date in [_cutoff(stats, n)]
        ],
        "rules": table_rows.rules(stats, lang),
        "blocks": table_rows.blocks(stats, lang),
        "gauges": gauges.section(stats, lang),
        "breadth": diffusion.breadth(stats, lang),
        "since": quality.since(stats, lang),
        "states": quality.states(stats, lang),
        "covered": quality.covered(stats, lang),
        "late": quality.late(edition.sources, lang),
        "alerts": alerts_section.section(edition, lang),
        "quarantined": quality.quarantined(edition, lang),
        "sources": quality.sources(edition.sources, lang),
        "credits": quality.credits(edition.sources, lang),
        "files": [
            (name, str(lang.words[f"file_{key}"]))
            for key, name in FILES.items()
            if key != "gauges" or len(edition.gauges.rows)
        ],
    }


@cache
def _templates(code: str) -> Environment:
    return rendering.environment(language(code), "dashboards")
