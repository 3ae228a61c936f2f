"""What an analyst asks of the index: how high, why, how revised, how sure."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from dashboards.i18n import language
from pipelines.index import Policy, assemble, framework, linked, realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands as gauge_bands
from pipelines.index.gauges import rows as two_gauges
from pipelines.index.robustness import revision_backtest
from pipelines.index.robustness import sensitivity as doubt
from pipelines.observatory import method as own_method
from pipelines.release import compute, explanation, revisions
from pipelines.release import runway as lasting
from pipelines.release.facts import figures

# Months after its own cut-off at which a month is read again: the readings of national accounts,
# then half a year and a year for what is revised late.
LAGS = (0, 1, 3, 6, 12)

# The first month of the index as published. Before it two dimensions lack most of their figures,
# and the errors are those of the energy crisis.
BEGINS = pd.Timestamp("2023-08")

Report = Callable[[str], None]  # is called with each step that takes long


def method_of(name: str, missing: Policy | None, now: datetime) -> Framework | None:
    """A version of the method or a file, perhaps with another policy.

    None without a name and a policy: each month is then that of the version in force in it.
    """
    if missing:
        return (own_method.named(name) if name else in_force(now)).by(missing)
    return own_method.named(name) if name else None


def in_force(now: datetime) -> Framework:
    """The method of the last month whose cut-off has passed."""
    newest = own_method.newest()
    closed = realtime.closed_months(newest, now)
    return framework.in_force(str(closed[-1]), newest) if closed else newest


def index(engine: Engine, now: datetime, method: Framework | None) -> pd.DataFrame:
    """The index and its dimensions by month, as known at each cut-off."""
    values = compute.draft(engine, None, now=now, method=method).values
    wide = values.loc[values["kind"].isin(["index", "dimension"])]
    scores = wide.pivot(index="period", columns="key", values="score")
    dimensions = [key for key in wide["key"].unique() if key != "index"]
    regime = values.loc[values["key"].eq("index")].set_index("period")["regime"]
    shares = assemble.weight_by_state(values).mul(100).add_suffix(" %")
    return _dated(scores[["index", *dimensions]].join(shares).round(2).assign(regime=regime))


def explain(
    engine: Engine,
    month: pd.Period,
    as_of: datetime | None,
    now: datetime,
    lang: str,
    method: Framework | None = None,
) -> str:
    """The value of a month in words, in French or English, and what moved it.

    Raises UsageError naming the nearest month where the month has no index.
    """
    edition = compute.draft(engine, month, as_of=as_of, now=now, method=method)
    earlier = None if method else revisions.before(engine, edition.point)
    moved = revisions.change(earlier, edition.readings, edition.point, edition.values)
    account = explanation.Account(
        month=month,
        as_of=edition.as_of,
        values=compute.bounded(edition),
        method=edition.method,
        doubt=None
        if edition.method.phase
        else doubt.analyse(edition.values, edition.method, seed=compute.SEED),
        news=moved if len(moved) else None,
    )
    return explanation.text(account, language(lang))


def backtest(
    engine: Engine, now: datetime, report: Report, method: Framework | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Three tables on how the index was revised.

    A row a month, first published against known now; a row a key of revision statistics;
    a row a month of the index as known `LAGS` months after its own cut-off.
    """
    method = method or in_force(now)
    if method.phase:
        return _backtest_linked(figures(engine, method, as_of=now), method, now, report)
    facts = figures(engine, method, as_of=now)
    first = realtime.compute(facts, method, realtime.closed_months(method, now)).values
    report("Computing every month as known now")
    months = realtime.published_months(first)
    latest = realtime.compute(facts, method, months, dict.fromkeys(months, now)).values
    report("Drawing 10,000 replicates of each month")
    bands = doubt.analyse(first, method, seed=compute.SEED).bands
    report("Computing what was known in between")
    between = realtime.vintages(facts, method, _later(months, method, now))
    return (
        revision_backtest.compare(first, latest, bands),
        revision_backtest.summary(first, latest, bands),
        revision_backtest.ladder(between, LAGS),
    )


def _backtest_linked(
    facts: pd.DataFrame, method: Framework, now: datetime, report: Report
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The same for a method whose level depends on its path.

    A month read again is linked to the first reading of the month before, as its first reading
    is. Only months with a third reading are compared, from the first month of the index on.
    """
    source = realtime.Readings(facts, method)
    span = realtime.closed_months(method, now)
    first = realtime.indicators(source, method, span)
    values = realtime.assembled(first, method)
    report("Reading every month again")
    again = {
        lag: {month: realtime.cutoff(month + lag, method) for month in span} for lag in LAGS[1:]
    }
    by_lag = {
        lag: gauge_bands.errors(
            first,
            realtime.indicators(source, method, [m for m in span if dates[m] <= now], dates),
            method,
        )
        for lag, dates in again.items()
    }
    settled = by_lag[gauge_bands.SETTLED]
    now_known = realtime.indicators(source, method, span, dict.fromkeys(span, now))
    report("Holding the bands against what is known now")
    index = values[values["kind"].isin(["index", "dimension"])]
    readable = index[index["key"].eq("index") & index["score"].notna()]["period"]
    passed = settled["index"].dropna().index
    shown = index["period"].isin(readable) & index["period"].isin(passed)
    early = index[shown & index["period"].ge(BEGINS)]
    scores = index.pivot(index="period", columns="key", values="score")
    settles_at = scores + gauge_bands.errors(first, now_known, method)
    cells = pd.MultiIndex.from_frame(early[["period", "key"]])
    late = early.assign(score=settles_at.stack().reindex(cells).to_numpy())
    retreat = values[values["key"].eq(two_gauges.RETREAT)]
    phase = two_gauges.phases_of(pd.concat([late, retreat]), method)
    late = late.assign(regime=late["period"].map(phase))
    bands = gauge_bands.intervals(scores, settled).rename(columns={"low": "p5", "high": "p95"})
    ends = bands.set_index(["key", "period"])
    later = {f"after_{lag}": scores["index"] + moved["index"] for lag, moved in by_lag.items()}
    ladder = pd.DataFrame({"after_0": scores["index"], **later}).reindex(early["period"].unique())
    return (
        revision_backtest.compare(early, late, ends),
        revision_backtest.summary(early, late, ends),
        _dated(ladder.rename_axis("period")),
    )


def _later(
    months: list[pd.Period], method: Framework, now: datetime
) -> list[tuple[pd.Period, datetime]]:
    """Each month at the cut-offs `LAGS` months after its own that have passed."""
    cells = [(month, realtime.cutoff(month + lag, method)) for month in months for lag in LAGS]
    return [(month, instant) for month, instant in cells if instant <= now]


def runway(engine: Engine, now: datetime, method: Framework | None) -> tuple[pd.DataFrame, str]:
    """How long each indicator lasts, who continues it, and the nearest end."""
    method = method or in_force(now)
    facts = figures(engine, method, as_of=now)
    rows = lasting.table(facts, method, now)
    return rows, lasting.sentence(rows, lasting.ends(rows, method, now))


def sensitivity(
    engine: Engine, now: datetime, report: Report, method: Framework | None
) -> dict[str, pd.DataFrame]:
    """Three tables on how sure the index is.

    `bands` of the index by month with the chance of each regime and the agreement on the sign of
    its change, `dimensions` (bands of each), `factors` (Sobol indices).
    """
    edition = compute.draft(engine, None, now=now, method=method)
    report("Drawing 10,000 replicates and a Sobol design")
    by_version = [
        doubt.analyse(rows, own, seed=compute.SEED)
        for own, rows in linked.versions(edition.values, edition.method)
    ]
    drawn = pd.concat([analysis.bands for analysis in by_version])
    index = edition.values[edition.values["key"].eq("index")].set_index("period")["score"]
    bands = pd.concat([index.rename("index"), drawn.loc["index"]], axis=1, join="inner")
    chances = pd.concat([analysis.chances for analysis in by_version]).add_prefix("at_least_")
    agreement = pd.concat([analysis.agreement for analysis in by_version])
    return {
        "bands": _dated(bands.join(chances).join(agreement.rename("sign_agreement"))),
        "dimensions": _dated(drawn.drop("index")),
        "factors": by_version[-1].factors.rename_axis("factor").reset_index(),
    }


def write(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Each table as a CSV file of `out`, which is made."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(out / f"sensitivity_{name}.csv", index=False, float_format="%.6g")


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index().assign(period=lambda f: f["period"].dt.strftime("%Y-%m"))
