"""How long each indicator lasts if its publishers fell silent today."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

import pandas as pd

from pipelines.announcements import pilot
from pipelines.index.asof import FiguresAsOf
from pipelines.index.framework import Dimension, Framework, Indicator
from pipelines.index.gauges.due import READABLE
from pipelines.index.inputs import last_readings, splices, successions
from pipelines.index.inputs.series_read import series_read
from pipelines.index.reading import Path, Reading, path, read
from sources import registry
from sources.announcements import series as counts
from sources.announcements import status as states

# Five years: the longest that any indicator is carried is three (36 months), then it is withheld.
HORIZON = 60
REGISTER = "register of a reader"


class Ends(NamedTuple):
    """The month from which the index would be withheld, None where it goes on."""

    all_silent: pd.Period | None
    publishers_answer: pd.Period | None


def continued_by() -> dict[str, tuple[str, ...]]:
    """Who goes on giving figures of each series without a key, by series.

    Registers that a person keeps are included.

    A series is continued by the live sources that declare it, by those that declare the series
    spliced to it or read in its place, and by the register that a person keeps.
    """
    live: dict[str, list[str]] = {}
    for source in registry().values():
        for series in source.series:
            own = live.setdefault(series.key, [])
            if source.requests and not source.needs:
                own.append(source.key)
            if source.register:
                own.append(f"{source.key} ({REGISTER})")
    # The observatory reads these itself, from feeds and filings that ask for no key.
    counted = [pilot.country()]
    listed = (*counts.catalogue(counted), *states.catalogue(counted))
    live |= {own["key"]: [own["source"]] for own in listed}
    for splice in splices.load():
        names = [name for key in splice.live for name in live.get(key, [])]
        live.setdefault(splice.series, []).extend(names)
    for step in successions.load():
        own = live.setdefault(step.series, [])
        own[:0] = live.get(step.followed_by, [])  # what is read in its place comes first
    return {key: tuple(names) for key, names in live.items()}


def sources_read(method: Framework) -> list[str]:
    """The sources that the indicators read, directly or through a splice."""
    names = series_read(method)
    return [
        source.key
        for source in registry().values()
        if names & {series.key for series in source.series}
    ]


def without_continuation(method: Framework) -> list[str]:
    """The indicators of which a role has no series that anybody continues.

    There is none in good order.
    """
    live = continued_by()
    return [
        key
        for key, indicator in method.indicators.items()
        if not all(any(live.get(name) for name in role) for role in roles(indicator))
    ]


def roles(indicator: Indicator) -> list[tuple[str, ...]]:
    """The series of each role that the indicator has."""
    return [role for role in (indicator.of, indicator.to, indicator.less) if role]


def table(history: pd.DataFrame, method: Framework, now: datetime) -> pd.DataFrame:
    """A row an indicator: how long it lasts, and who continues it.

    Args:
        history: every version of every figure that is stored, as the engine reads it.
        method: the framework whose indicators are looked at.
        now: the instant at which all publishers fall silent.

    Returns:
        key, newest (the month of its newest figure), live (the sources that continue it), late
        (the first month in which its figure is older than a punctual publisher's), withheld (the
        first month without a value), both YYYY-MM and empty where it lasts beyond HORIZON,
        share (per cent of the weight of the index that goes with it; 0 for a panel).
    """
    keys = {name for indicator in method.indicators.values() for name in indicator.series}
    standing = last_readings.aged(method.indicators.values())
    source = FiguresAsOf(history, successions.with_followers(keys), standing)
    figures = source.at(now)

    def path_of(indicator: Indicator, end: int) -> Path:
        return path(indicator, figures, end, method.rules.reads_from)

    reader = partial(read, path_of=path_of, read_in=source.last_readings(now))
    live = continued_by()
    shares = weight_shares(method)
    start = pd.Period(now.replace(tzinfo=None), "M")
    return pd.DataFrame(
        {
            "key": key,
            "newest": reader(indicator, month=start).observed or "",
            "live": ", ".join(_continue(indicator, live)),
            **_ages(partial(reader, indicator), start),
            "share": round(100 * shares.get(key, 0.0), 2),
        }
        for key, indicator in method.indicators.items()
    )


def weight_shares(method: Framework) -> dict[str, float]:
    """The share of the index's weight of each indicator; they add up to one."""
    total = sum(group.weight for group in method.dimension)
    return {
        f"{group.key}.{indicator.key}": group.weight / total * indicator.weight
        / sum(member.weight for member in group.indicator)
        for group in method.dimension
        for indicator in group.indicator
    }  # fmt: skip


def ends(rows: pd.DataFrame, method: Framework, now: datetime) -> Ends:
    """When the index would be withheld, with all silent and with all answering.

    `rows` are those of `table`. An indicator that somebody continues lasts while they answer.
    """
    months = pd.period_range(pd.Period(now.replace(tzinfo=None), "M"), periods=HORIZON, freq="M")
    # A method with two gauges asks what is observed of what is due, and not what is carried.
    last = rows["late" if method.phase else "withheld"]
    silent = dict(zip(rows["key"], last, strict=True))
    alive = dict(zip(rows["key"], last.where(rows["live"].eq(""), ""), strict=True))
    return Ends(*(_first_withheld(method, until, months) for until in (silent, alive)))


def sentence(rows: pd.DataFrame, end: Ends) -> str:
    """The nearest end in words, for whoever runs the release."""
    ending = rows.loc[rows["withheld"].ne("")].sort_values(["withheld", "key"])
    if ending.empty:
        return "No indicator would be withheld within five years."
    first = ending.iloc[0]
    silent = f"the index from {end.all_silent}" if end.all_silent else "the index never"
    alive = (
        f"even while publishers answer, the index ends in {end.publishers_answer}"
        if end.publishers_answer
        else "while publishers answer, the index goes on"
    )
    return (
        f"If every publisher fell silent today, {first['key']} would be withheld from "
        f"{first['withheld']} and {silent}; {alive}."
    )


def _first_withheld(
    method: Framework, until: Mapping[str, str], months: Iterable[pd.Period]
) -> pd.Period | None:
    shares = weight_shares(method)
    for month in months:
        present = {key for key, end in until.items() if not end or str(month) < end}
        if method.phase and sum(shares[key] for key in present & set(shares)) < READABLE:
            return month
        groups = sum(group.weight for group in method.dimension if _covered(group, present, method))
        if groups < method.rules.coverage_index * sum(member.weight for member in method.dimension):
            return month
    return None


def _covered(group: Dimension, present: set[str], method: Framework) -> bool:
    covered = sum(
        member.weight for member in group.indicator if f"{group.key}.{member.key}" in present
    )
    total = sum(member.weight for member in group.indicator)
    return covered >= method.rules.coverage_dimension * total


def _continue(indicator: Indicator, live: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Who continues it: nobody, if a role has no series that anybody continues."""
    by_role = [[name for key in role for name in live.get(key, ())] for role in roles(indicator)]
    return list(dict.fromkeys(name for names in by_role for name in names)) if all(by_role) else []


def _ages(reader: Callable[..., Reading], start: pd.Period) -> dict[str, str]:
    """The first months ahead in which an indicator is late, and withheld."""
    first = {"late": "", "withheld": ""}
    for month in (start + ahead for ahead in range(HORIZON)):
        state = reader(month=month).state
        if state != "observed":
            first["late"] = first["late"] or str(month)
        if state == "withheld":
            return first | {"withheld": str(month)}
    return first
