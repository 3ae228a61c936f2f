"""The first sentences of a bulletin, made by rule; none is written by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboards.edition_stats import Level
from dashboards.i18n import Language


def headline(level: Level, regimes: Mapping[str, str], lang: Language) -> str:
    """The sentence over the bulletin: month, movement, figure, regime.

    `regimes` gives the names of the regimes in the language, from the calmest up.
    """
    month = lang.month(level.period)
    if pd.isna(level.score):
        return lang.say("headline_withheld", month=month, coverage=lang.percent(level.coverage))
    return lang.say(
        f"headline_{movement(level.month_change, level.hold)}",
        month=month,
        figure=lang.number(level.score),
        zone=lang.say(_passage(level, list(regimes)), regime=regimes[level.regime]),
    )


def rank(regime: str, zones: Sequence[Mapping[str, Any]]) -> int:
    """The number of the colour of a zone, the calmest 0.

    A phase has that of the highest zone.
    """
    keys = [zone["key"] for zone in zones]
    return keys.index(regime) if regime in keys else (len(keys) - 1 if regime else 0)


def movement(change: float, hold: float) -> str:
    """Name of a change of the index: holds, rises or falls; stands where unknown.

    A change under `hold` points holds: it is less than what revisions move in the mean.
    """
    if pd.isna(change):
        return "stands"
    if abs(change) < hold:
        return "holds"
    return "rises" if change > 0 else "falls"


def _passage(level: Level, order: Sequence[str]) -> str:
    if level.regime_before in ("", level.regime):
        return "zone_in"
    up = order.index(level.regime) > order.index(level.regime_before)
    return "zone_up" if up else "zone_down"


def lede(
    level: Level, leaders: Sequence[tuple[str, float]], observed: float, lang: Language
) -> list[str]:
    """The sentences under the headline: changes, main dimensions, recent figures.

    `leaders` are dimensions with their contributions, `observed` the share of weight in 0..1.
    """
    if pd.isna(level.score):
        return [lang.say("lede_withheld")]
    names = [lang.say("leader", name=name, points=lang.points(points)) for name, points in leaders]
    return [
        *_changes(level, lang),
        lang.say("lede_leaders", leaders=lang.words["and"].join(names)),
        lang.say("lede_observed", share=lang.percent(observed)),
    ]


def _changes(level: Level, lang: Language) -> list[str]:
    if pd.isna(level.month_change):
        return []
    month = _in_words(level.month_change, lang)
    if pd.isna(level.year_change):
        return [lang.say("lede_month", month=month)]
    return [lang.say("lede_changes", month=month, year=_in_words(level.year_change, lang))]


def _in_words(change: float, lang: Language) -> str:
    """A change as a verb with its points; one that rounds to 0.0 is none."""
    rounded = round(change, 1)
    if not rounded:
        return lang.say("change_none")
    return lang.say("change_up" if rounded > 0 else "change_down", points=lang.points(rounded))
