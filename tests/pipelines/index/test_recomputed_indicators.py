"""Each indicator of 2027.1 from the raw figures, in plain pandas.

The declaration says which series; every formula, the date of knowledge and the standing of prices
are written here a second time.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipelines.index import realtime
from pipelines.index.framework import Framework, Indicator

MONTHS = pd.period_range("2025-12", "2026-06", freq="M")
Table = pd.DataFrame


def steps(history: Table, keys: tuple[str, ...], own: Indicator, month: pd.Period) -> Table:
    """Figures known on the 10th of the month after, by step up to `month`."""
    cut = (month + 1).start_time.tz_localize("UTC") + pd.Timedelta(days=10) - pd.Timedelta(1, "s")
    rows = history[history["series"].isin(keys) & (history["known_from"] <= cut)]
    rows = rows[rows["status"].ne("read")].sort_values("known_from", kind="stable")
    last = rows.groupby(["series", "period"]).tail(1)
    last = last[~last["status"].isin(["partial", "withdrawn"])].sort_values("period")
    last = last[last["period"].dt.year >= 2014]
    unit = "Q" if own.step == "quarter" else "M"
    at = last["period"].dt.to_period(unit).rename("step")
    grouped = last.groupby([at, "series"])["value"]
    wide = (grouped.mean() if own.rule == "mean" else grouped.last()).unstack("series")
    span = pd.period_range(wide.index.min(), month.asfreq(unit), freq=unit)
    wide = wide.reindex(span).reindex(columns=list(keys))
    if own.step == "event":
        return wide.ffill()
    for key in own.in_force:
        if key in wide:
            wide[key] = wide[key].ffill()
    return wide.ffill(limit=own.hold_months) if own.hold_months else wide


def year(table: Table, own: Indicator) -> int:
    return 4 if own.step == "quarter" else 12


def ttm(table: Table, own: Indicator) -> Table:
    return table.rolling(year(table, own)).sum()


def growth(of: Table, own: Indicator) -> pd.Series:
    """The sum of those present at both ends, in per cent."""
    values = {}
    for step in of.index[year(of, own) :]:
        now, then = of.loc[step], of.loc[step - year(of, own)]
        both = now.notna() & then.notna()
        values[step] = 100 * (now[both].sum() / then[both].sum() - 1) if both.any() else np.nan
    return pd.Series(values)


def most(of: Table, own: Indicator) -> pd.Series:
    then = of.shift(year(of, own))
    return growth(of, own)[then.where(of.notna()).sum(axis=1) / then.sum(axis=1) >= 0.75]


def gap(of: Table, less: Table, own: Indicator) -> pd.Series:
    rises = [ttm(side, own) / ttm(side, own).shift(year(side, own)) for side in (of, less)]
    middle = [side.dropna().median(axis=1) for side in rises]
    return 100 * (middle[0] - middle[1])


def rise(of: Table, to: Table, own: Indicator) -> pd.Series:
    sides = [side.mean(axis=1, skipna=False) for side in (of, to)]
    based = [side / side[side.index.year == 2019].mean() for side in sides]
    return based[0] / based[1]


def gained(of: Table, to: Table, own: Indicator) -> pd.Series:
    sales, spent = ttm(of, own).dropna().sum(axis=1), ttm(to, own).dropna().sum(axis=1)
    return (sales - sales.shift(4)) / spent.shift(4)


def of_all(of: Table, to: Table, own: Indicator) -> pd.Series:
    """The ratio of trailing years, where every member has one."""
    there = ttm(of, own).dropna().index.intersection(ttm(to, own).dropna().index)
    return ttm(of, own).loc[there].sum(axis=1) / ttm(to, own).loc[there].sum(axis=1)


FORMULAS: dict[str, Callable[..., pd.Series]] = {
    "level": lambda of, own: of.mean(axis=1, skipna=False),
    "growth": growth,
    "growth_of_most": most,
    "doublings": lambda of, own: np.log2(growth(of, own) / 100 + 1),
    "mean_growth": lambda of, own: (100 * (of / of.shift(12) - 1)).dropna(thresh=3).mean(axis=1),
    "growth_gap": gap,
    "ratio": lambda of, to, own: of.mean(axis=1, skipna=False) / to.mean(axis=1, skipna=False),
    "premium": lambda of, to, own: 100 * (of.iloc[:, 0] / to.iloc[:, 0] - 1),
    "excess": lambda of, to, own: of.iloc[:, 0] - to.iloc[:, 0],
    "gain": gained,
    "relative_rise_since_2019": rise,
    "trailing_ratio_linked": of_all,
    "over_trailing_year": lambda of, to, own: (
        of.sum(axis=1, skipna=False) / ttm(to, own).sum(axis=1, skipna=False)
    ),
    "count_above": lambda of, to, own: (
        ((ttm(of, own).to_numpy() > ttm(to, own).to_numpy()) & ttm(of, own).notna().to_numpy()).sum(
            axis=1
        )
        * of_all(of, to, own).reindex(of.index).notna().replace(False, np.nan)
    ),
}


@pytest.fixture(scope="module")
def engine(readings: realtime.Readings, following: Framework) -> Table:
    return realtime.indicators(readings, following, MONTHS)


def test_every_value_comes_from_the_raw_figures(
    history: Table, following: Framework, engine: Table
) -> None:
    compared = 0
    read = engine[engine["value"].notna()]
    # Two series read in the place of another have their own test (test_successions.py).
    for cell in read[~read["reason"].str.contains("in the place of")].itertuples():
        own, month = following.indicators[cell.key], pd.Period(cell.period, "M")
        tables = [steps(history, keys, own, month) for keys in (own.of, own.to, own.less) if keys]
        plain = FORMULAS[own.transform](*tables, own=own).dropna()
        if own.season:
            plain = plain / [own.season[step.month - 1] for step in plain.index]
        assert cell.value == pytest.approx(plain.iloc[-1], rel=1e-9), (cell.key, month)
        compared += 1
    assert compared > 200
