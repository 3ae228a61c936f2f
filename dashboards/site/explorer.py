"""The Explorer: the reader weighs dimensions and drops indicators; the index is computed again."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboards import facts
from dashboards.publish.publication import dumped
from dashboards.site.page import POLICY, Page
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock

SCRIPTED = POLICY + "; script-src 'self'"


def page(stock: Stock, said: Speech) -> Page:
    """The page, with the scores and weights of the indicators by month as data for its script.

    Without scripts it shows the weights of the method and the published index.
    """
    edition = stock.edition
    groups = facts.groups(edition)
    index = facts.table(edition, "score", "index")["index"]
    scores = facts.table(edition, "score", "dimension")
    parts = facts.table(edition, "score", "indicator")
    whole, rules = sum(one["weight"] for one in groups), edition.framework["rules"]
    data = {
        "floors": {"index": rules["coverage_index"], "dimension": rules["coverage_dimension"]},
        "months": [f"{month:%Y-%m}" for month in index.index],
        "index": _plain(list(index)),
        "weights": {key: one["weight"] for group in groups for key, one in _parts(group)},
        "scores": {key: _plain(list(parts[key])) for group in groups for key, _ in _parts(group)},
    }
    return Page(
        "explorer/",
        "explorer.html",
        said.words["names"]["explorer/"],
        said.words["about"]["explorer/"],
        {
            "policy": SCRIPTED,
            "data": Markup(dumped(data).decode()),  # noqa: S704 - no character can close a script
            "dimensions": [
                {
                    "key": one["key"],
                    "name": said.of(one),
                    "weight": str(round(100 * one["weight"] / whole)),
                    "share": said.percent(one["weight"] / whole, 1),
                    "score": said.number(scores[one["key"]].iloc[-1]),
                    "parts": [
                        (key, said.of(part), said.number(parts[key].iloc[-1], 0))
                        for key, part in _parts(one)
                    ],
                }
                for one in groups
            ],
            "published": said.number(index.iloc[-1]),
            "rows": [
                (f"{month:%Y-%m}", said.month(month), said.number(score))
                for month, score in zip(index.index[::-1], index[::-1], strict=True)
            ],
        },
    )


def _parts(group: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The indicators of a dimension by their whole keys."""
    return [(f"{group['key']}.{one['key']}", one) for one in group["indicator"]]


def _plain(values: list[float]) -> list[float | None]:
    return [float(value) if value == value else None for value in values]
