"""The Explorer: the reader sets the weights of the dimensions, and the index is computed again."""

from markupsafe import Markup

from dashboards import facts
from dashboards.publish.publication import dumped
from dashboards.site.page import POLICY, Page
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock

SCRIPTED = POLICY + "; script-src 'self'"


def page(stock: Stock, said: Speech) -> Page:
    """The page, with the scores of the dimensions by month as data for its script.

    Without scripts it shows the weights of the method and the published index.
    """
    edition = stock.edition
    groups = facts.groups(edition)
    index = facts.table(edition, "score", "index")["index"]
    scores = facts.table(edition, "score", "dimension")[[one["key"] for one in groups]]
    whole = sum(one["weight"] for one in groups)
    data = {
        "floor": edition.framework["rules"]["coverage_index"],
        "months": [f"{month:%Y-%m}" for month in index.index],
        "index": _plain(list(index)),
        "scores": {str(key): _plain(list(scores[key])) for key in scores},
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


def _plain(values: list[float]) -> list[float | None]:
    return [float(value) if value == value else None for value in values]
