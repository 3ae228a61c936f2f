"""Pressure, retreat and phase by the newest method: stored, and as tables.

They are computed beside the index until that method makes it. The path of an edition has the first
reading of each month; its last cut-off also gives the second reading of the month before and the
third of the month three months before, so that the editions together keep every reading.
"""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import framework, linked, realtime
from pipelines.index.change_decomposition import EditionKey
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands, due, retreat_band, sampling
from pipelines.index.gauges import rows as two_gauges
from pipelines.index.gauges import scenario as scenarios
from pipelines.index.gauges.rows import RETREAT, STATES
from pipelines.observatory import method as own_method
from pipelines.release.facts import figures
from warehouse.gauges.repository import Gauges, Unread
from warehouse.observations import read

GAUGES = ("index", RETREAT)
SHOWN = 12  # months under a shock: a year, the longest of the shipped scenarios


def method(name: str = "") -> Framework:
    """The newest method, which has two gauges and a phase, or another one.

    `name` is "telecom", the same gauges on a build-out that ended, a version or a TOML file.
    """
    if name == "telecom":
        return framework.load(framework.TELECOM)
    return own_method.named(name) if name else own_method.newest()


def table(engine: Engine, now: datetime, name: str = "") -> pd.DataFrame:
    """Both gauges, their phase, and the share of what is due that is observed.

    By the `method` of this name.
    """
    own = method(name)
    facts = figures(engine, own, as_of=now)
    values = realtime.compute(facts, own, realtime.closed_months(own, now)).values
    return by_month(values)


def of_edition(
    engine: Engine, facts: realtime.Readings, edition: EditionKey, values: pd.DataFrame
) -> Gauges:
    """The gauges of an edition: its path, and later readings of two months.

    Beside an older method they are those of the newest one. Where that method makes the index,
    the pressure is the index: `values`, published months included.
    """
    in_force = edition.method.phase is not None
    own = edition.method if in_force else method()
    first = pd.Period(own.rules.first_month, "M")
    dates = path_dates(own, edition.month, edition.as_of)
    path = realtime.compute(facts, own, list(dates), dates)
    again = [
        _read_again(facts, own, path.values, edition, lag)
        for lag in due.READINGS[1:]
        if first < edition.month - lag
    ]
    dated = _with_dates(path, read.assumed_dates(engine))
    if in_force:
        dated = _as_published(dated, values, own)
        again = [_relinked(rows, facts, edition) for rows in again]
    ends = intervals(facts, own, edition, dated)
    dated = dated.merge(ends, "left", ["period", "key"])
    day = own.rules.cutoff_day
    number = max(1, due.reading_number(str(edition.month), edition.as_of, day))
    newest = dated["period"].eq(edition.month.to_timestamp())
    later = [rows.assign(reading=reading) for reading, rows in enumerate(again, 2)]
    rows = pd.concat([dated.assign(reading=newest.map({True: number, False: 1})), *later])
    once = rows.drop_duplicates(["period", "key", "reading"]).reset_index(drop=True)
    return Gauges(own.as_dict(), once)


def intervals(
    facts: realtime.Readings, own: Framework, edition: EditionKey, rows: pd.DataFrame
) -> pd.DataFrame:
    """The 90 % bands that an edition may know: period, key, low, high.

    Of the pressure, its dimensions and, where `rows` has it, the retreat.
    """
    shown = rows[rows["kind"].isin(["index", "dimension"]) | rows["key"].eq(RETREAT)]
    scores = shown.pivot(index="period", columns="key", values="score")
    dates = {
        month: min(realtime.cutoff(month, own), edition.as_of)
        for month in (pd.Period(period, "M") for period in scores.index)
    } | {edition.month: edition.as_of}
    stated = sampling.deviations(facts, own, dates)
    misses = bands.settled(facts, own, edition.month, edition.as_of)
    pressure = bands.intervals(scores, misses, stated)
    if RETREAT not in scores:
        return pressure
    read, point = realtime.indicators(facts, own, dates, dates), (edition.month, edition.as_of)
    retreat = retreat_band.first_bands(facts, own, scores[RETREAT], read, *point)
    return pd.concat([pressure, retreat])


def readable(
    facts: realtime.Readings, own: Framework, dates: Mapping[pd.Period, datetime]
) -> list[pd.Period]:
    """The months that have a reading at their dates.

    All of them by a method without gauges.
    """
    if own.phase is None:
        return list(dates)
    return realtime.published_months(realtime.compute(facts, own, list(dates), dates).values)


def unread(engine: Engine, month: str, now: datetime) -> list[Unread]:
    """What each closed month after `month` (YYYY-MM) lacks for a reading.

    The earliest first.
    """
    own = method()
    later = [own_month for own_month in realtime.closed_months(own, now) if str(own_month) > month]
    if not later:
        return []
    read = realtime.indicators(realtime.readings(figures(engine, own, as_of=now), own), own, later)
    weights = due.leaf_weights(two_gauges.tree_of(own.dimension))
    states = read.pivot(index="period", columns="key", values="state")[list(weights)]
    return [
        Unread(
            month,
            due.coverage({key: str(row[key]) for key in weights}, weights).observed,
            tuple(row.index[~row.isin(["observed", "not due"])]),
        )
        for month, (_, row) in zip(map(str, later), states.iterrows(), strict=True)
    ]


def path_dates(own: Framework, until: pd.Period, as_of: datetime) -> dict[pd.Period, datetime]:
    """What each month up to `until` may know in an edition of `as_of`."""
    months = pd.period_range(own.rules.first_month, until, freq="M")
    return {month: min(realtime.cutoff(month, own), as_of) for month in months} | {until: as_of}


def _as_published(path: pd.DataFrame, values: pd.DataFrame, own: Framework) -> pd.DataFrame:
    """The path with the index as its pressure, and the phase of both gauges.

    Months of a version before keep its index; their dimensions and indicators are in the values
    of the edition alone. Months without an index in the edition are left out.
    """
    index = values[values["key"].eq("index")].set_index("period")
    shown = path[path["period"].isin(index.index)]
    assert own.succeeds is not None  # noqa: S101
    old = shown["period"] < pd.Timestamp(own.succeeds.since)
    shown = shown[~old | shown["kind"].isin(["index", "gauge", "sign"])]
    is_index = shown["key"].eq("index")
    score = shown["score"].mask(is_index, shown["period"].map(index["score"]))
    points = shown["contribution"].mask(is_index, score)
    joined = shown.assign(score=score, contribution=points)
    phase = joined["period"].map(two_gauges.phases_of(joined, own)).where(is_index, "")
    links = values[values["kind"].eq(linked.LINK)]
    links = links.reindex(columns=joined.columns).astype(joined.dtypes)
    return pd.concat([joined.assign(regime=phase.fillna("")), links], ignore_index=True)


def _relinked(rows: pd.DataFrame, facts: realtime.Readings, edition: EditionKey) -> pd.DataFrame:
    """Both gauges of a month read again, the pressure linked as the index is."""
    month = pd.Period(rows["period"].iloc[0], "M")
    dates = {month: edition.as_of}
    values = linked.compute(facts, edition.method, [month], dates).values
    [score] = values.loc[values["key"].eq("index"), "score"]
    is_index = rows["key"].eq("index")
    return rows.assign(
        score=rows["score"].mask(is_index, score),
        contribution=rows["contribution"].mask(is_index, score),
    )


def _read_again(
    facts: realtime.Readings,
    own: Framework,
    path: pd.DataFrame,
    edition: EditionKey,
    lag: int,
) -> pd.DataFrame:
    """Both gauges of an earlier month as known now, linked to the month before it."""
    month = edition.month - lag
    now = realtime.indicators(facts, own, [month], {month: edition.as_of})
    earlier = path[path["key"].isin(own.indicators) & (path["period"] < month.to_timestamp())]
    values = realtime.assembled(pd.concat([earlier[realtime.READ], now]), own)
    here = values["period"].eq(month.to_timestamp()) & values["key"].isin(GAUGES)
    return values[here]


def _with_dates(path: realtime.Result, assumed: pd.DataFrame) -> pd.DataFrame:
    """The rows with the share of the weight of each gauge that is on true dates.

    An indicator counts where none of the figures behind it has an assumed date.
    """
    names = ["series", "series_period", "known_from", "fetch_id"]
    behind = path.lineage.merge(
        assumed.rename(columns={"period": "series_period"}).assign(assumed=True), "left", names
    )
    doubtful = behind["assumed"].eq(True).groupby([behind["period"], behind["key"]]).any()
    leaves = path.values[path.values["kind"].isin(["indicator", "sign"])]
    cells = pd.MultiIndex.from_frame(leaves[["period", "key"]])
    true = leaves["weight"].where(~doubtful.reindex(cells, fill_value=False).to_numpy(), 0.0)
    gauge = leaves["kind"].map({"indicator": "index", "sign": RETREAT})
    by_gauge = pd.DataFrame({"true_dates": true, "weight": leaves["weight"]}).groupby(
        [leaves["period"], gauge.rename("key")]
    )
    sums = by_gauge.sum()
    share = (sums["true_dates"] / sums["weight"].where(sums["weight"] > 0)).rename("true_dates")
    return path.values.merge(share.reset_index(), "left", ["period", "key"])


def by_month(values: pd.DataFrame) -> pd.DataFrame:
    """A row a month: pressure, retreat, phase, coverage in per cent and states."""
    rows = {
        name: values[values["key"].eq(key)].set_index("period")
        for name, key in {"pressure": "index", "retreat": RETREAT}.items()
    }
    wide = pd.DataFrame(
        {
            "pressure": rows["pressure"]["score"].round(2),
            "retreat": rows["retreat"]["score"].round(2),
            "phase": rows["pressure"]["regime"],
            "pressure_observed": (100 * rows["pressure"]["coverage"]).round(1),
            "retreat_observed": (100 * rows["retreat"]["coverage"]).round(1),
            "reading": rows["pressure"]["state"].map(
                {state: name for name, state in STATES.items()}
            ),
        }
    )
    return wide.reset_index().assign(period=lambda frame: frame["period"].dt.strftime("%Y-%m"))


def scenario(engine: Engine, now: datetime, name: str) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The path under a shock, what moved, and whether that was expected.

    Raises MethodError for a scenario that does not exist or meets nothing.
    """
    declared, own = scenarios.load(name), method()
    facts = figures(engine, own, as_of=now)
    as_is = realtime.indicators(facts, own, realtime.closed_months(own, now))
    outcome = scenarios.run(facts, own, as_is, declared)
    path = outcome.after.join(outcome.before.add_suffix("_as_is")).tail(SHOWN).round(1)
    dated = path.reset_index().assign(period=lambda frame: frame["period"].dt.strftime("%Y-%m"))
    moved = outcome.moved[outcome.moved["sign"].ne("still")].round(1)
    wrong = scenarios.surprises(declared, outcome)
    verdict = (
        f"Otherwise than expected: {'; '.join(wrong)}."
        if wrong
        else f"As expected: phase {outcome.phase}, and every sign."
    )
    return dated, moved.rename_axis("key").reset_index(), f"{declared.en}. {verdict}"
