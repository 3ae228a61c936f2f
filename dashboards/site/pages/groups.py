"""The pages of the dimensions and panels, and the list of indicators."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import theme
from dashboards.bulletin import table_rows
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.site import line_figure, panels
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, spark, up
from dashboards.site.pages import projects

Row = dict[str, Any]


def pages(
    context: SiteContext,
    lang: SiteLocale,
    chart_urls: ChartUrlFactory,
    countries: Mapping[str, str] = projects.HERE,
) -> Iterator[Page]:
    """A page for each dimension and panel.

    `countries` are those whose announcements are listed.
    """
    stats = context.stats
    for rank, block in enumerate(table_rows.blocks(stats, lang)):
        panel = block["panel"]
        path = f"{block['key']}/" if panel else f"dimensions/{block['key']}/"
        yield Page(
            path,
            "group.html",
            block["name"],
            block["question"],
            {
                "block": block,
                "rank": rank,
                "figure": None
                if panel
                else drawing(stats, block["key"], rank, lang, chart_urls(up(path))),
                "lines": {} if panel else sparks(stats, block),
                "cards": panels.cards(stats, block["key"], lang, chart_urls) if panel else [],
                "total": None if panel else _sentence(stats, block, lang),
                "extra": [
                    lang.typeset(text.format(count=len(block["rows"])))
                    for text in lang.words.get(f"about_{block['key']}", [])
                ],
                "projects": projects.listed(context, lang, countries)
                if block["key"] == projects.VIEW
                else None,
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
