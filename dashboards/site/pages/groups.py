"""The pages of the dimensions and panels, and the list of indicators."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboards import charts, theme
from dashboards.bulletin import table_rows
from dashboards.chart_templates import domain
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.site import readout
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
                "lines": sparks(stats, block),
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


def drawing(
    stats: EditionStats, key: str, rank: int, lang: Language, draw: ChartWriter
) -> Row:
    """The line of a dimension, wide and narrow, with its alt text and table."""
    scores = stats.dimension_scores[key]
    colour = theme.DIMENSIONS[rank % len(theme.DIMENSIONS)]
    return pressure(scores, colour, lang, draw)


def pressure(
    scores: "pd.Series[float]",
    colour: str,
    lang: Language,
    draw: ChartWriter,
    stops: int = readout.STOPS,
) -> Row:
    """A line of pressures (0 to 100): drawn wide and narrow, alt text and table."""
    texts = readout.figures(scores, lambda score: lang.number(score), lang)
    label = lang.number(scores.iloc[-1])
    return line(scores, label, colour, lang, draw, texts=texts, stops=stops, score=True)


def line(
    values: "pd.Series[float]",
    label: str,
    colour: str,
    lang: Language,
    draw: ChartWriter,
    *,
    texts: Sequence[str] = (),
    decimals: int = 1,
    stops: int = readout.STOPS,
    **look: Any,
) -> Row:
    """A line over time as `pressure` has it; `look` is that of charts.line.

    `texts` are what its read-out says of each month, the figure alone where none are given.
    """
    frame = values.rename("value").rename_axis("period").reset_index()
    measured = readout.Measured(draw)
    wide, narrow = (
        measured(charts.line(frame, label, colour, width, **look), lang)
        for width in (charts.WIDE, charts.NARROW)
    )
    ends = charts.FULL if look.get("score") else domain(values)
    spoken = texts or readout.figures(values, lambda value: lang.number(value, decimals), lang)
    overlays = measured.overlays(values, spoken, ends, stops)
    drawn = {"wide": wide, "narrow": narrow, "readout": overlays, "gaps": _has_gaps(values)}
    return drawn | described(values, decimals, lang)


def _has_gaps(values: "pd.Series[float]") -> bool:
    """Whether a month after the first figure has none."""
    return bool(values[values.first_valid_index() :].isna().any()) if values.notna().any() else False


def described(values: pd.Series, decimals: int, lang: Language) -> Row:
    """What a line shows: alt text, and rows of month and figure, newest first."""
    observed = values.dropna()
    lines = [
        [lang.month(month), lang.number(value, decimals)]
        for month, value in zip(values.index[::-1], values[::-1], strict=True)
    ]
    if observed.empty:
        return {"alt": lang.say("alt_nothing"), "rows": lines}
    when = {"first": observed.index[0], "last": observed.index[-1]}
    when |= {"lowest": observed.idxmin(), "highest": observed.idxmax()}
    what = {"low": observed.min(), "high": observed.max(), "now": observed.iloc[-1]}
    months = {name: lang.month(month) for name, month in when.items()}
    figures = {name: lang.number(value, decimals) for name, value in what.items()}
    return {"alt": lang.say("alt_line", **months, **figures), "rows": lines}


def sparks(stats: EditionStats, block: Row) -> Row:
    """A sparkline of pressure for each indicator of a block, by its key."""
    kind = "panel" if block["panel"] else "indicator"
    scores = stats.table("score", kind)
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
