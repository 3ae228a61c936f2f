"""The first sentences of a bulletin, made by rule; none is written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboards import indicator_words
from dashboards.bulletin import reading as readings
from dashboards.bulletin.reading import Kind, Reading
from dashboards.edition_stats import EditionStats, Level
from dashboards.i18n import Language

COMPLETE = 0.995  # a share that prints as 100 %
AWAITED = 3  # indicators named as missing; the page of the method has them all


@dataclass(frozen=True)
class Heading:
    """What stands over an edition, by how much is known of its month.

    `kind` is also the style: a line that is whole, dashed (provisional) or absent. `figure` is
    the index as it may be printed large, "" without a reading, and `notes` what stands beside
    it then: the last reading and the estimate.
    """

    kind: Kind
    title: str
    status: str
    regime: str
    rank: int
    figure: str
    notes: tuple[str, ...]


def heading(stats: EditionStats, lang: Language) -> Heading:
    """The title, badge and style of an edition."""
    level, state, names = stats.level, readings.reading(stats), lang.names(stats.labels)
    unread = state.kind == "none"
    regime = "" if unread else level.regime
    return Heading(
        state.kind,
        title(state, level, names, lang),
        str(lang.words[f"status_{state.kind}"]),
        names.get(regime, ""),
        rank(regime, stats.zones),
        "" if unread else lang.number(level.score),
        _notes(state, level, names, lang) if unread else (),
    )


def _notes(
    state: Reading, level: Level, names: Mapping[str, str], lang: Language
) -> tuple[str, ...]:
    notes = []
    if state.last:
        last = state.last
        figure, month = lang.number(last.score), lang.month(last.month)
        zone = names.get(last.regime, "")
        notes.append(lang.say("last_reading", month=month, figure=figure, zone=zone))
    if pd.notna(level.score):
        recent = lang.percent(state.recent)
        notes.append(lang.say("estimate", figure=lang.number(level.score), recent=recent))
    return tuple(notes)


def title(state: Reading, level: Level, regimes: Mapping[str, str], lang: Language) -> str:
    """The title of an edition by its reading.

    `regimes` gives the names of the regimes in the language, from the calmest up.
    """
    if state.kind == "none":
        return unread_title(state, level, lang)
    sentence = headline(level, regimes, lang)
    if state.kind == "first":
        return sentence
    lower = sentence[:1].lower() + sentence[1:]
    return lang.say(f"headline_{state.kind}", sentence=lower)


def unread_title(state: Reading, level: Level, lang: Language) -> str:
    """The title over an unread month, with the last reading if any."""
    month = lang.month(level.period)
    if state.last is None:
        return lang.say("headline_none_ever", month=month)
    return lang.say(
        "headline_none_provisional" if state.last.provisional else "headline_none",
        month=month,
        figure=lang.number(state.last.score),
        last=lang.month(state.last.month),
    )


def headline(level: Level, regimes: Mapping[str, str], lang: Language) -> str:
    """The sentence on a month that can be read: month, movement, figure, regime."""
    return lang.say(
        f"headline_{movement(level.month_change, level.hold)}",
        month=lang.month(level.period),
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


def level_lede(level: Level, leaders: Sequence[tuple[str, float]], lang: Language) -> list[str]:
    """The sentences on the level of a month that is read.

    Its changes, and the main dimensions: `leaders`, with their contributions.
    """
    names = [lang.say("leader", name=name, points=lang.points(points)) for name, points in leaders]
    return [*_changes(level, lang), lang.say("lede_leaders", leaders=lang.listed(names))]


def observed_lede(observed: float, lang: Language) -> list[str]:
    """The sentence on the share (0 to 1) that rests on recent figures."""
    form = "lede_observed" if observed < COMPLETE else "lede_all"
    return [lang.say(form, share=lang.percent(observed))]


def unread_lede(stats: EditionStats, lang: Language) -> list[str]:
    """What was due in a month that cannot be read, and what is missing."""
    state = readings.reading(stats)
    due = lang.say(
        "lede_due",
        day=lang.day(stats.edition.as_of.date()),
        observed=lang.percent(state.observed),
        floor=lang.percent(readings.READABLE),
    )
    return [due, *_awaited(stats, state, lang)]


def estimate_lede(stats: EditionStats, again: str, lang: Language) -> list[str]:
    """What the computation gives for a month that cannot be read.

    `again` is the day whose figures are known when the month is read again.
    """
    state, level = readings.reading(stats), stats.level
    if pd.isna(level.score):
        return [lang.say("lede_withheld")]
    figure, recent = lang.number(level.score), lang.percent(state.recent)
    month = lang.sentence(lang.month(level.period))
    return [
        lang.say("lede_estimate", figure=figure, recent=recent),
        lang.say("lede_again", month=month, day=again),
    ]


def _awaited(stats: EditionStats, state: Reading, lang: Language) -> list[str]:
    rows = {row["key"]: row for row in stats.every_indicator.to_dict("records")}
    keys = [key for key in state.awaited if key in rows]
    if not keys:
        return []
    names = [indicator_words.subject(rows[key], lang).rstrip(",") for key in keys[:AWAITED]]
    more = len(state.awaited) - len(names)
    if more < 2:  # one more is named rather than counted
        names = [indicator_words.subject(rows[key], lang).rstrip(",") for key in keys]
        return [lang.say("lede_awaited", names=lang.listed(names))]
    return [lang.say("lede_awaited_more", names=lang.grammar.comma.join(names), count=more)]


def _changes(level: Level, lang: Language) -> list[str]:
    if pd.isna(level.month_change):
        return []
    month = in_words(level.month_change, lang)
    if pd.isna(level.year_change):
        return [lang.say("lede_month", month=month)]
    return [lang.say("lede_changes", month=month, year=in_words(level.year_change, lang))]


def in_words(change: float, lang: Language) -> str:
    """A change as a verb with its points; one that rounds to 0.0 is none."""
    rounded = round(change, 1)
    if not rounded:
        return lang.say("change_none")
    return lang.say("change_up" if rounded > 0 else "change_down", points=lang.points(rounded))
