"""The Explorer: readers change weights and the index is computed again."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboards.bulletin import reading
from dashboards.i18n import Language
from dashboards.publish.publication import to_json
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import POLICY, Page

WIDTH = 600  # of the plot, in the units of its drawing, as in explorer.js
SCRIPTED = POLICY + "; script-src 'self'"


def page(context: SiteContext, lang: SiteLocale) -> Page:
    """The page, with the scores and weights by month as data for its script.

    Without scripts it shows the weights of the method and the published index. What a reader's
    choices give for a month without a reading is an estimate too, and no part of the line.
    """
    stats = context.stats
    groups, index = stats.dimensions, reading.readable_scores(stats)
    estimates = stats.index_scores.notna() & index.isna()
    scores, parts = stats.dimension_scores, stats.indicator_scores
    total_weight, rules = sum(group["weight"] for group in groups), stats.edition.framework["rules"]
    data = {
        "floors": {"index": rules["coverage_index"], "dimension": rules["coverage_dimension"]},
        "months": [f"{month:%Y-%m}" for month in index.index],
        "index": _plain(list(index)),
        "estimates": estimates.tolist(),
        "weights": {key: group["weight"] for group in groups for key, group in _parts(group)},
        "scores": {key: _plain(list(parts[key])) for group in groups for key, _ in _parts(group)},
    }
    if lang.grammar.locale != lang.code:
        data["locale"] = lang.grammar.locale.replace("_", "-")
    return Page(
        "explorer/",
        "explorer.html",
        lang.words["names"]["explorer/"],
        lang.words["about"]["explorer/"],
        {
            "policy": SCRIPTED,
            "data": Markup(to_json(data).decode()),  # noqa: S704 - no character can close a script
            "dimensions": [
                {
                    "key": group["key"],
                    "name": lang.of(group),
                    "weight": str(round(100 * group["weight"] / total_weight)),
                    "share": lang.percent(group["weight"] / total_weight, 1),
                    "score": lang.number(scores[group["key"]].iloc[-1]),
                    "parts": [
                        (key, lang.of(part), lang.number(parts[key].iloc[-1], 0))
                        for key, part in _parts(group)
                    ],
                }
                for group in groups
            ],
            "published": lang.number(index.iloc[-1]),
            "estimate": bool(estimates.iloc[-1]),
            "zones": zones(stats.zones, lang),
            "years": [
                (str(month.year), str(round(WIDTH * step / (len(index) - 1))))
                for step, month in enumerate(index.index)
                if month.month == 1
            ],
            "rows": [
                (f"{month:%Y-%m}", lang.month(month), lang.number(score), estimates[month])
                for month, score in zip(index.index[::-1], index[::-1], strict=True)
            ],
        },
    )


def zones(regimes: Sequence[Mapping[str, Any]], lang: Language) -> list[dict[str, Any]]:
    """The zones of the index with their names, from where to where, in points."""
    enters = [*(int(zone["enter"]) for zone in regimes), 100]
    return [
        {"name": lang.of(zone), "enter": enters[rank], "end": enters[rank + 1]}
        for rank, zone in enumerate(regimes)
    ]


def _parts(group: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The indicators of a dimension by their full keys."""
    return [(f"{group['key']}.{indicator['key']}", indicator) for indicator in group["indicator"]]


def _plain(values: list[float]) -> list[float | None]:
    return [float(value) if value == value else None for value in values]
