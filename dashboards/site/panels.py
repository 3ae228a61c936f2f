"""The cards of a panel: each indicator with its figure and a small chart."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import charts, indicator_words, theme
from dashboards.edition_stats import EditionStats
from dashboards.site import line_figure, names, readout
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, up

Row = dict[str, Any]


def cards(
    stats: EditionStats, key: str, lang: SiteLocale, chart_urls: ChartUrlFactory
) -> list[Row]:
    """A card for each indicator of the panel with this key."""
    draw = chart_urls(up(f"{key}/"))
    values, span = stats.edition.values, stats.index_scores.index
    rows = stats.readings.query("dimension == @key").to_dict("records")
    return [
        {
            "key": row["key"],
            "name": lang.of(row),
            "score": lang.number(row["score"]),
            "figure": names.figure(row, lang),
            "hidden": bool(row["hidden"]),
            "period": indicator_words.period(row, lang),
            "chart": _chart(
                values.loc[values["key"].eq(row["key"])].set_index("period").reindex(span),
                row,
                lang,
                draw,
            ),
        }
        for row in rows
    ]


def _chart(own: pd.DataFrame, row: Mapping[Any, Any], lang: SiteLocale, draw: ChartWriter) -> Row:
    """The pressure of an indicator in a card; its read-out has the figure too.

    `own` has value and score by month.
    """
    scores = own["score"].rename_axis("period")
    figures = own["value"] * float("nan") if row["hidden"] else own["value"]
    texts = [
        readout.figure(month, _written(score, {**row, "value": figure}, lang), lang)
        for month, score, figure in zip(scores.index, scores, figures, strict=True)
    ]
    measured = readout.Measured(draw)
    frame, label = scores.rename("value").reset_index(), lang.number(scores.iloc[-1])
    address = measured(charts.line(frame, label, theme.accent(), charts.NARROW, score=True), lang)
    shares = scores / charts.FULL[1]
    drawn = readout.overlay(measured.plots[0], shares, texts, "small", readout.FEW)
    return line_figure.described(scores, 1, lang) | {"address": address, "readout": drawn}


def _written(score: float, row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The pressure of a month and the figure behind it, "" where there is none."""
    if pd.isna(score):
        return ""
    behind = "" if pd.isna(row["value"]) else f" ({names.figure(row, lang)})"
    return lang.number(score) + behind
