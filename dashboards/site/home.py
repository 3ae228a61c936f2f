"""The home page: the figure, what is behind it, what changed, and when the next one comes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards import bulletin, facts, quality
from dashboards.figures import Draw, index_figure
from dashboards.site.page import Page, spark
from dashboards.site.schedule import coming
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock
from dashboards.words import Language
from warehouse.edition import Edition

Row = dict[str, Any]
WIDTH = 640
MOVERS = 3
FIGURES = ("regime", "index", "dimension", "indicator")  # kinds of rules


def page(stock: Stock, said: Speech, draw: Draw) -> Page:
    """The home page of the newest edition."""
    edition, level = stock.edition, facts.level(stock.edition)
    opening = bulletin.opening(edition, said)
    [after] = coming(stock.now, int(edition.framework["rules"]["cutoff_day"]), 1)
    return Page(
        "",
        "home.html",
        said.words["site"],
        str(opening["headline"]),
        {
            **opening,
            "number": said.number(level.score),
            "interval": interval(edition, said),
            "month_change": said.number(level.month_change, signed=True),
            "year_change": said.number(level.year_change, signed=True),
            "figure": index_figure(edition, said, draw, WIDTH),
            "dimensions": cards(edition, said),
            "movers": movers(edition, said),
            "since": quality.since(edition, said),
            "alerts": newest(stock, said),
            "evaluated": stock.evaluated,
            "issue": stock.issue,
            "next_release": said.moment(after.release),
            "next_month": said.of_month(after.month + "-01"),
        },
    )


def interval(edition: Edition, said: Language) -> str:
    """The 90% interval of the index in the month, where the edition has one."""
    rows = edition.values
    if not {"low", "high"} <= set(rows.columns):
        return ""
    now = rows.loc[rows["key"].eq("index") & rows["period"].eq(facts.month(edition))].iloc[0]
    if pd.isna(now["low"]) or pd.isna(now["high"]):
        return ""
    return said.say("interval", low=said.number(now["low"]), high=said.number(now["high"]))


def cards(edition: Edition, said: Language) -> list[Row]:
    """A card a dimension: score, change, its question and its line over the months."""
    scores = facts.table(edition, "score", "dimension")
    return [
        {
            "key": group["key"],
            "name": said.of(group),
            "question": said.of(group, "question"),
            "score": said.number(line["score"]),
            "change": said.number(line["change"], signed=True),
            "spark": spark(list(scores[group["key"]])),
        }
        for group in facts.groups(edition)
        for line in [facts.of_dimension(edition, group["key"])]
    ]


def movers(edition: Edition, said: Language) -> list[Row]:
    """The indicators that moved the index most over the month, in points of the index."""
    moved = facts.movement(edition)
    if moved.empty:
        return []
    names = {row["key"]: said.of(row) for row in facts.indicators(edition).to_dict("records")}
    largest = moved.loc[moved["total"].abs().nlargest(MOVERS).index]
    shown = largest.loc[largest["total"].abs() >= quality.SMALL]
    return [
        {"key": key, "name": names[key], "points": said.number(total, 2, signed=True)}
        for key, total in zip(shown["key"], shown["total"], strict=True)
    ]


def newest(stock: Stock, said: Language, count: int = 4) -> Sequence[Row]:
    """The alerts about figures that moved last, and how each of them stands: since when, in words.

    Those about sources are on their own page.
    """
    said_out = stock.events["kind"].isin(["firing", "resolved", "retracted"])
    kept = stock.events.loc[said_out & stock.events["rule_kind"].isin(FIGURES)]
    ordered = kept.sort_values(["period", "id"])
    last = ordered.drop_duplicates(["rule", "series"], keep="last").tail(count)[::-1]
    return [
        {
            "stands": said.words["alert_states"][row["kind"]],
            "kind": row["kind"],
            "month": said.month(row["period"]),
            "text": said.of(row, "text"),
        }
        for row in last.to_dict("records")
    ]
