"""A line over time on a page: drawings, words, table and read-out."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import charts
from dashboards.i18n import Language
from dashboards.site import readout
from dashboards.site.incremental import ChartWriter
from dashboards.vega_lite import domain

Row = dict[str, Any]


def pressure(
    scores: "pd.Series[float]",
    colour: str,
    lang: Language,
    draw: ChartWriter,
    stops: int = readout.STOPS,
) -> Row:
    """A line of pressures (0 to 100): drawn wide and narrow, alt text and table."""
    label = lang.number(scores.iloc[-1])
    return line(scores, label, colour, lang, draw, stops=stops, score=True)


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
    return bool(values[values.notna().cummax()].isna().any())


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
