"""Pressure, retreat and phase by the next method: stored, and as tables.

They are computed beside the index in force. The path of an edition has the first reading of each
month; its last cut-off also gives the second reading of the month before and the third of the month
three months before, so that the editions together keep every reading.
"""

from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from pipelines.index import framework, realtime
from pipelines.index.change_decomposition import EditionKey
from pipelines.index.framework import Framework
from pipelines.index.gauges import due
from pipelines.index.gauges import scenario as scenarios
from pipelines.index.gauges.rows import RETREAT, STATES
from pipelines.release.facts import figures
from warehouse.gauges.repository import Gauges
from warehouse.observations import read

GAUGES = ("index", RETREAT)
SHOWN = 12  # months under a shock: a year, the longest of the shipped scenarios


def method(name: str = "") -> Framework:
    """The method with two gauges that follows the one in force, or another one.

    `name` is "telecom", the same gauges on a build-out that ended, or a TOML file.
    """
    shipped = {"": framework.NEXT, "telecom": framework.TELECOM}
    return framework.load(shipped.get(name) or Path(name))


def table(engine: Engine, now: datetime, name: str = "") -> pd.DataFrame:
    """Both gauges, their phase, and the share of what is due that is observed.

    By the `method` of this name.
    """
    own = method(name)
    facts = figures(engine, as_of=now)
    values = realtime.compute(facts, own, realtime.closed_months(own, now)).values
    return by_month(values)


def of_edition(engine: Engine, facts: pd.DataFrame, edition: EditionKey) -> Gauges:
    """The gauges of an edition: its path, and later readings of two months."""
    own = method()
    first = pd.Period(own.rules.first_month, "M")
    dates = {
        month: min(realtime.cutoff(month, own), edition.as_of)
        for month in pd.period_range(first, edition.month, freq="M")
    } | {edition.month: edition.as_of}
    path = realtime.compute(facts, own, list(dates), dates)
    dated = _with_dates(path, read.assumed_dates(engine))
    day = own.rules.cutoff_day
    number = max(1, due.reading_number(str(edition.month), edition.as_of, day))
    newest = dated["period"].eq(edition.month.to_timestamp())
    again = [
        _read_again(facts, own, path.values, edition, lag).assign(reading=reading)
        for reading, lag in enumerate(due.READINGS[1:], 2)
        if first < edition.month - lag
    ]
    rows = pd.concat([dated.assign(reading=newest.map({True: number, False: 1})), *again])
    once = rows.drop_duplicates(["period", "key", "reading"]).reset_index(drop=True)
    return Gauges(own.as_dict(), once)


def _read_again(
    facts: pd.DataFrame,
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
    facts = figures(engine, as_of=now)
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
