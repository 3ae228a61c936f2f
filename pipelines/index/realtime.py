"""The index in real time: each month from what was known at its cut-off."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
import pandas as pd

from pipelines.index import assemble as one_gauge
from pipelines.index import missing
from pipelines.index.asof import Figures, FiguresAsOf
from pipelines.index.framework import Framework, Indicator, Rules, lineage
from pipelines.index.gauges import rows as two_gauges
from pipelines.index.inputs import archived_vintages, last_readings, successions
from pipelines.index.reading import Path, PathOf, Reading, is_shared, path, read, step_of
from warehouse import release_calendar

READ = ["period", "key", "value", "observed", "age_months", "state", "reason"]
SINGLE = ["key", "kind", "value", "score", "weight", "contribution", "coverage", "observed",
          "age_months"]  # fmt: skip
TRACED = ["key", "period", "series", "series_period", "known_from", "fetch_id"]


Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Result:
    """Computed rows by month and key, and the observations they rest on."""

    values: pd.DataFrame
    lineage: pd.DataFrame


class Readings:
    """Indicators by month and date of knowledge, each read once.

    Versions of the method share most of their indicators, and an edition looks at the same months
    many times: what was read is kept. Months at one date, and dates between which none of the
    figures of an indicator came, share the path of its values. It holds the figures of `framework`
    and of the versions that it succeeds.
    """

    def __init__(self, history: pd.DataFrame, framework: Framework) -> None:
        self.history = history
        members = [own for version in lineage(framework) for own in version.indicators.values()]
        self._keys = {key for own in members for key in (*own.series, *(own.errors or ()))}
        followed, standing = successions.with_followers(self._keys), last_readings.aged(members)
        self._figures = FiguresAsOf(history, archived_vintages.with_dated(followed), standing)
        self._read: dict[tuple[str, pd.Period, datetime], Reading] = {}
        self._paths: dict[tuple[str, tuple[str, ...], int], Path] = {}
        self._known: dict[tuple[datetime, bool], dict[str, Figures]] = {}
        self._names: dict[str, list[tuple[str, Indicator, str]]] = {}
        self._computed: dict[object, Result] = {}

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the history that readings point at by position."""
        return self._figures.rows

    def of(
        self, framework: Framework, months: Iterable[pd.Period], dates: Mapping[pd.Period, datetime]
    ) -> list[tuple[pd.Period, str, Reading]]:
        """Every indicator in each month, as known at its date or its cut-off.

        Raises ValueError for a method that reads series which are not held.
        """
        return [
            (month, key, reading)
            for month in months
            for key, reading in self.at(
                framework, month, dates.get(month, cutoff(month, framework))
            )
        ]

    def once(self, question: object, compute: Callable[[], Result]) -> Result:
        """The result of a question; the last few results are kept.

        An edition asks for the same path of its months for its index, its gauges and its change.
        """
        return _remembered(self._computed, question, compute, RESULTS)

    def at(
        self, framework: Framework, month: pd.Period, instant: datetime
    ) -> list[tuple[str, Reading]]:
        """Every indicator of a method in one month, as known at an instant."""
        members, rules = self._members(framework), framework.rules
        if any((print_, month, instant) not in self._read for *_, print_ in members):
            read_in = self._last_readings(month, instant)
            for _, indicator, print_ in members:
                if (print_, month, instant) not in self._read:
                    path_of = self._path_of(print_, month, instant, rules)
                    self._read[print_, month, instant] = read(indicator, month, path_of, read_in)
        return [(key, self._read[print_, month, instant]) for key, _, print_ in members]

    def _last_readings(self, month: pd.Period, instant: datetime) -> Mapping[str, int]:
        """The month in which each standing price was last read, as known for a month."""
        # What is read after a month says nothing of it.
        ended = month.end_time.tz_localize("UTC").to_pydatetime(warn=False)
        return self._figures.last_readings(min(instant, ended))

    def _path_of(self, print_: str, month: pd.Period, instant: datetime, rules: Rules) -> PathOf:
        """The paths of an indicator as known at an instant, each made once."""
        true, first_year = bool(rules.true_vintages), rules.reads_from

        def path_of(indicator: Indicator, end: int) -> Path:
            if not is_shared(indicator, month):
                return path(indicator, self.figures(instant, true), end, first_year)
            series = indicator.series
            counted = archived_vintages.with_dated(series) if true else series
            name = (print_, series, self._figures.count(counted, instant))
            if name not in self._paths or self._paths[name].end < end:
                running = step_of(indicator, pd.Period(instant.replace(tzinfo=None), "M"))
                far = max(end, running)
                self._paths[name] = path(indicator, self.figures(instant, true), far, first_year)
            return self._paths[name]

        return path_of

    def figures(self, instant: datetime, true_vintages: bool = False) -> dict[str, Figures]:
        """The figures known at an instant; those of the last few are kept.

        `true_vintages` puts those that an archive keeps in the place of figures dated back.
        """

        def figures() -> dict[str, Figures]:
            every = self._figures.at(instant)
            if not true_vintages:
                return every
            names = {key: archived_vintages.dated(key) for key in self._keys}
            return every | {key: every[name] for key, name in names.items() if name in every}

        return _remembered(self._known, (instant, true_vintages), figures, LATEST)

    def _members(self, framework: Framework) -> list[tuple[str, Indicator, str]]:
        """Key, indicator and the fingerprint of what decides its readings."""
        if framework.hash not in self._names:
            members = framework.indicators.items()
            if stray := {name for _, own in members for name in own.series} - self._keys:
                raise ValueError(f"the series {min(stray)} is not among the figures that are held")
            rules = framework.rules
            of = f"{rules.reads_from} {bool(rules.true_vintages)}"
            self._names[framework.hash] = [
                (key, own, f"{of} {own.model_dump_json(exclude=UNREAD)}") for key, own in members
            ]
        return self._names[framework.hash]


# Dates of knowledge whose figures are kept: a month is looked at on five, and months in order share
# all but one of them.
LATEST = 16
# Results that are kept: between the index of an edition and its gauges six others are asked for.
RESULTS = 8
# What does not decide how an indicator is read: its words, its scale and its weight.
UNREAD = {"key", "weight", "low", "high", "from_sample", "errors"} | {
    name for name in Indicator.model_fields if name.endswith(("_fr", "_en")) or name in {"fr", "en"}
}


def _remembered(
    answers: dict[Question, Answer], question: Question, answer: Callable[[], Answer], most: int
) -> Answer:
    """The answer to a question, made once; the oldest of `most` makes room."""
    if question not in answers:
        if len(answers) >= most:
            del answers[next(iter(answers))]
        answers[question] = answer()
    return answers[question]


def readings(history: pd.DataFrame | Readings, framework: Framework) -> Readings:
    """The readings of every version of a figure; readings stay what they are."""
    return history if isinstance(history, Readings) else Readings(history, framework)


def cutoff(month: pd.Period, framework: Framework) -> datetime:
    """The last second, UTC, that the edition of a month may know."""
    return release_calendar.cutoff(str(month), framework.rules.cutoff_day)


def closed_months(framework: Framework, now: datetime) -> list[pd.Period]:
    """The months of the method whose cut-off is not after `now`."""
    last = pd.Period(framework.rules.last_month or now.replace(tzinfo=None), "M")
    span = pd.period_range(framework.rules.first_month, last, freq="M")
    return [month for month in span if cutoff(month, framework) <= now]


def published_months(values: pd.DataFrame) -> list[pd.Period]:
    """The months of computed values that have an index, in order."""
    index = values.loc[values["key"].eq("index") & values["score"].notna(), "period"]
    return sorted(pd.Period(period, "M") for period in index)


def compute(
    history: pd.DataFrame | Readings,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> Result:
    """The index of each month from the rows known at its cut-off.

    Where `as_of` names an instant for a month, that replaces the cut-off.

    `history` holds every version: series, period, value, status, known_from, fetch_id. A
    dimension or an index under its coverage is withheld: null with its reason. `values` has
    the columns of `assemble.COLUMNS`, `lineage` those of TRACED.
    """
    source = readings(history, framework)
    dates = {month: (as_of or {}).get(month, cutoff(month, framework)) for month in months}

    def result() -> Result:
        cells = source.of(framework, dates, dates)
        return Result(assembled(_table(cells), framework), _lineage(cells, source.rows))

    return source.once((framework.hash, tuple(dates.items())), result)


def indicators(
    history: pd.DataFrame | Readings,
    framework: Framework,
    months: Iterable[pd.Period],
    as_of: Mapping[pd.Period, datetime] | None = None,
) -> pd.DataFrame:
    """Every indicator of each month, dated as for `compute`: columns of READ."""
    return _table(readings(history, framework).of(framework, months, as_of or {}))


def assembled(read_rows: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The rows of the index, with one gauge or two, from the indicators read."""
    filled = missing.apply(read_rows, framework.rules.missing)
    assemble = two_gauges.assemble if framework.phase else one_gauge.assemble
    return assemble(filled, framework)


def vintages(
    history: pd.DataFrame | Readings,
    framework: Framework,
    cells: Sequence[tuple[pd.Period, datetime]],
) -> pd.DataFrame:
    """Single months, each as known at an instant of its own.

    Columns: period, as_of and those of SINGLE.

    The figures of `compute` for that month and that instant. Regimes, and what is said of
    members that enter or leave, need the months before and are not given. Raises ValueError
    where the method estimates what is missing, which needs them too.
    """
    if framework.rules.missing == "estimate":
        raise ValueError("a month alone cannot be estimated from the months before it")
    source = readings(history, framework)
    rows = [
        _row(position, key, reading)
        for position, (month, instant) in enumerate(cells)
        for key, reading in source.at(framework, month, instant)
    ]
    values = assembled(pd.DataFrame(rows, columns=READ), framework)
    where = values.pop("period").to_numpy()
    months = pd.DatetimeIndex([month.to_timestamp() for month, _ in cells])
    instants = pd.DatetimeIndex([instant for _, instant in cells])
    values.insert(0, "period", months[where])
    values.insert(1, "as_of", instants[where])
    return values[["period", "as_of", *SINGLE]]


def _table(readings: Iterable[tuple[pd.Period, str, Reading]]) -> pd.DataFrame:
    rows = [_row(month.to_timestamp(), key, reading) for month, key, reading in readings]
    return pd.DataFrame(rows, columns=READ)


def _row(period: object, key: str, reading: Reading) -> tuple[object, ...]:
    return (
        period,
        key,
        reading.value,
        reading.observed,
        reading.age,
        reading.state,
        reading.reason,
    )


def _lineage(
    readings: Sequence[tuple[pd.Period, str, Reading]], rows: pd.DataFrame
) -> pd.DataFrame:
    sizes = [len(reading.rows) for _, _, reading in readings]
    if not sum(sizes):
        return pd.DataFrame(columns=TRACED)
    picked = rows.iloc[np.concatenate([reading.rows for _, _, reading in readings])]
    traced = picked.rename(columns={"period": "series_period"}).reset_index(drop=True)
    if (
        "origin" in traced
    ):  # a figure that stands for another series leads to the one it was read as
        traced["series"] = traced["origin"].where(traced["origin"].notna(), traced["series"])
    traced["key"] = np.repeat([key for _, key, _ in readings], sizes)
    traced["period"] = np.repeat([month.to_timestamp() for month, _, _ in readings], sizes)
    return traced[TRACED].drop_duplicates(ignore_index=True)
