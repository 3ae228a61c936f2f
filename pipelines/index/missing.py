"""An indicator whose newest figure is old: carry it, drop it or estimate it.

The published choice is in the rules of the method, and so is stored with every release; the
state of each row says what was done, and where the index rests on it.
"""

import warnings

import numpy as np
import pandas as pd

from pipelines.index import Policy

# Months of its own that an indicator needs before it is estimated from the others: with less
# than a year, the EM steps fit the noise of a few figures.
LEAST = 12
# The panel of 2026 (21 columns) needs some 400 steps to meet the tolerance; what is left after
# 100 lies far inside the range that an estimate is clipped to, in a quarter of the time.
ITERATIONS = 100
DROPPED = "not observed, and left out"
ESTIMATED = "expected from what the other indicators say"


def apply(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The rows read, under a policy for what is not observed.

    Rows have period, key, value, state, reason and more, months in order.

    "carry" keeps the last figure up to its limit; "renormalise" keeps what is observed, and
    leaves its weight to the others; "estimate" puts the conditional expectation of a dynamic
    factor model where nothing is observed, month by month, from the rows up to that month only.
    """
    if policy == "carry":
        return rows
    seen = rows["state"].eq("observed")
    if policy == "renormalise":
        carried = rows["state"].eq("carried")
        return rows.assign(
            value=rows["value"].mask(carried),
            state=rows["state"].mask(carried, "withheld"),
            reason=rows["reason"].mask(carried, DROPPED),
        )
    expected = _expected(rows.assign(value=rows["value"].where(seen)))
    filled = rows.merge(expected, "left", ["period", "key"])["expected"].set_axis(rows.index)
    put = ~seen & filled.notna()
    return rows.assign(
        value=rows["value"].mask(put, filled),
        state=rows["state"].mask(put, "estimated"),
        reason=rows["reason"].mask(put, ESTIMATED),
    )


def conditional(values: pd.DataFrame, factors: int = 1, iterations: int = 500) -> pd.DataFrame:
    """Missing figures as their expectation given all that is in the frame.

    Dynamic factor model with autoregressive idiosyncratic parts, estimated by EM on
    standardised columns (Banbura and Modugno, Journal of Applied Econometrics 29, 2014;
    statsmodels DynamicFactorMQ). Observed figures are kept as they are. Pass only what was
    known at the date in question: the smoother looks both ways. Raises ValueError for a
    column without a figure; statsmodels warns where EM has not converged.
    """
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    empty = values.columns[values.notna().sum() == 0]
    if len(empty):
        raise ValueError(f"no figure to estimate from in {', '.join(map(str, empty))}")
    plain = pd.DataFrame(values.to_numpy(dtype="float64")).add_prefix("v")
    model = DynamicFactorMQ(plain, factors=factors, factor_orders=1)
    smoothed = model.fit(disp=False, maxiter=iterations, tolerance=1e-5).predict(
        information_set="smoothed"
    )
    return values.fillna(pd.DataFrame(smoothed.to_numpy(), values.index, values.columns))


def _expected(rows: pd.DataFrame) -> pd.DataFrame:
    """The expectation of each missing cell, given the rows up to its month."""
    wide = rows.pivot(index="period", columns="key", values="value").sort_index()
    estimates = {month: _last(wide.loc[:month]) for month in wide.index[wide.isna().any(axis=1)]}
    cells = pd.DataFrame(estimates).T.reindex(columns=wide.columns).rename_axis("period")
    return cells.astype(float).melt(ignore_index=False, value_name="expected").reset_index()


def _last(past: pd.DataFrame) -> pd.Series:
    """The missing cells of the last row, estimated from columns with a past."""
    usable = past.loc[:, past.notna().sum() >= LEAST]
    usable = usable.loc[:, usable.nunique() > 1]
    gaps = usable.columns[usable.iloc[-1].isna()]
    if gaps.empty or usable.shape[1] < 2:
        return pd.Series(dtype="float64")
    usable = usable.loc[usable.notna().any(axis=1)]
    with warnings.catch_warnings():
        # A short panel may stop before the tolerance is met; what it then gives is still within
        # the range of the figures, which is all that an estimate is used for.
        warnings.simplefilter("ignore")
        filled = conditional(usable, iterations=ITERATIONS).iloc[-1]
    low, high = usable.min(), usable.max()
    return pd.Series(np.clip(filled, low, high)[gaps], dtype="float64")
