"""The pages of the dimensions and panels, and the list of indicators."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import theme
from dashboards.bulletin import table_rows
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.languages.foreign import Foreign
from dashboards.site import line_figure, panels
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, spark, up
from dashboards.site.pages import projects
from warehouse.publication import identity

Row = dict[str, Any]


def pages(
    context: SiteContext,
    lang: SiteLocale,
    chart_urls: ChartUrlFactory,
    countries: Mapping[str, str] = projects.NOWHERE,
) -> Iterator[Page]:
    """A page for each dimension and panel.

    `countries` are those whose announcements are listed.
    """
    stats = context.stats
    blocks = table_rows.blocks(stats, lang)
    for rank, block in enumerate(block for block in blocks if not block["panel"]):
        yield _dimension(stats, block, rank, lang, chart_urls)
    for group in stats.panels:
        yield panel(context, group, lang, chart_urls, countries)


def panel(
    context: SiteContext,
    group: Mapping[str, Any],
    lang: SiteLocale,
    chart_urls: ChartUrlFactory,
    countries: Mapping[str, str],
) -> Page:
    """The page of a panel of the method: a card for each indicator."""
    key, name, question = group["key"], lang.of(group), lang.of(group, "question")
    pilot = identity.in_force().panel
    cards = panels.cards(context.stats, key, lang, chart_urls)
    return Page(
        f"{key}/",
        "panel.html",
        name,
        question,
        {
            "cards": cards,
            "extra": [
                lang.fill(text, count=len(cards)) for text in lang.words.get(f"about_{key}", [])
            ],
            "missing": [_own(text, lang) for text in lang.words.get("missing_panel", [])]
            if key == pilot
            else [],
            "projects": projects.listed(context, lang, countries) if key == pilot else None,
        },
    )


def _own(text: str, lang: Language) -> str:
    """A sentence of the panel, named by its English text where it has no other."""
    return lang.translated(text) if isinstance(text, Foreign) else text


def _dimension(
    stats: EditionStats, block: Row, rank: int, lang: SiteLocale, chart_urls: ChartUrlFactory
) -> Page:
    path = f"dimensions/{block['key']}/"
    return Page(
        path,
        "dimension.html",
        block["name"],
        block["question"],
        {
            "rows": block["rows"],
            "rank": rank,
            "figure": drawing(stats, block["key"], rank, lang, chart_urls(up(path))),
            "lines": sparks(stats, block),
            "total": _sentence(stats, block, lang),
        },
    )


def listing(context: SiteContext, lang: Language) -> Page:
    """Every indicator of the edition, in the order of the method."""
    blocks = table_rows.blocks(context.stats, lang)
    return Page(
        "indicators/",
        "indicators.html",
        lang.words["names"]["indicators/"],
        lang.words["note_indicators"],
        {"blocks": blocks},
    )


def drawing(stats: EditionStats, key: str, rank: int, lang: Language, draw: ChartWriter) -> Row:
    """The line of a dimension, wide and narrow, with its alt text and table."""
    scores = stats.dimension_scores[key]
    colour = theme.DIMENSIONS[rank % len(theme.DIMENSIONS)]
    return line_figure.pressure(scores, colour, lang, draw)


def sparks(stats: EditionStats, block: Row) -> Row:
    """A sparkline of pressure for each indicator of a dimension, by its key."""
    scores = stats.indicator_scores
    return {
        row["key"]: spark(list(scores[row["key"]])) for row in block["rows"] if row["key"] in scores
    }


def _sentence(stats: EditionStats, block: Row, lang: Language) -> str:
    total = block["total"]
    line = stats.line(block["key"])
    if pd.isna(line["score"]):
        return lang.say("dimension_withheld")
    return lang.say(
        "dimension_level", **{k: total[k] for k in ("score", "change", "points", "weight")}
    )
