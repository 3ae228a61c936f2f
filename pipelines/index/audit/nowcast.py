"""Whether a nowcast beats carrying the last figure forward.

At its cut-off a month rests on the newest figures there are; later its own come in. Each
indicator and month of which a newer figure has come since is put three ways: the figure that
stood (carried), left to the others of its dimension, or expected by a dynamic factor model. What
came in decides. The model knows the revised past and learns its coefficients once, from all of
it: an advantage that carrying lacks, so that a nowcast that loses here would lose in real time.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.audit.material import GAUGES, PRESSURE, GaugeInputs, Material, plain_means
from pipelines.index.missing import LEAST
from pipelines.index.normalise import goalposts

# EM steps: what is left of the likelihood after these moves an estimate by under a tenth of its
# error, and each step costs a hundredth of a second.
ITERATIONS = 40


# Newest months that are put to the test: two years, eight quarters of accounts.
MONTHS = 24


def rows(material: Material) -> pd.DataFrame:
    """Root mean square errors of the three ways, in points, and the model.

    Of the pressure and of each of its dimensions, over the last MONTHS of which a newer figure
    came in. `gain` is what the nowcast saves against carrying; no row without such months.
    `parameter`, `mean` and `deviation` are what the model learned, so that it can be applied
    again. Columns: topic, gauge, key, measure, value, months.
    """
    return pd.DataFrame(list(_errors(material)))


def _errors(material: Material) -> Iterator[dict[str, Any]]:
    inputs = material.gauges[PRESSURE]
    now = {name: _wide(material.known_now, name, inputs) for name in ("value", "observed")}
    first = _wide(material.read, "observed", inputs)
    # Reference months are YYYY-MM, so that text compares as dates do.
    gaps = (now["observed"].fillna("") > first.fillna("")) & inputs.scores.notna()
    gaps &= inputs.gauge.value.notna().to_numpy()[:, None]
    with_gaps = gaps.any(axis=1)
    newest = with_gaps & (with_gaps[::-1].cumsum() <= MONTHS)
    gaps &= newest.to_numpy()[:, None]
    if not gaps.any(axis=None):
        return
    truth = _scored(now["value"], material)
    estimates, learned = _expected(now, first, gaps)
    expected = _scored(estimates, material)
    for (measure, key), value in learned.items():
        yield {
            "topic": "nowcast", "gauge": PRESSURE, "key": key, "measure": measure,
            "value": value, "months": len(gaps),
        }  # fmt: skip
    ways = {"carry": inputs.scores, "left_out": _left_out(inputs, gaps), "nowcast": expected}
    both = gaps & expected.notna()
    weights = inputs.weights
    groups = {GAUGES[PRESSURE]: list(weights.index)} | {
        key: [f"{key}.{leaf}" for leaf in inside] for key, (_, inside) in inputs.tree.items()
    }
    for key, members in groups.items():
        share = weights[members] / weights[members].sum()
        months = both[members].any(axis=1)
        if not months.any():
            continue
        errors = {
            f"rmse_{name}": float(np.sqrt((_miss(way, truth, both, share)[months] ** 2).mean()))
            for name, way in ways.items()
        }
        errors["gain"] = errors["rmse_carry"] - errors["rmse_nowcast"]
        for name, value in errors.items():
            yield {
                "topic": "nowcast", "gauge": PRESSURE, "key": key, "measure": name,
                "value": value, "months": int(months.sum()),
            }  # fmt: skip


def _miss(
    scores: pd.DataFrame, truth: pd.DataFrame, gaps: pd.DataFrame, share: pd.Series
) -> pd.Series:
    """Points by which a group was missed in each month, over its gaps."""
    keys = list(share.index)
    error = (scores[keys] - truth[keys]).where(gaps[keys], 0.0)
    return (error * share).sum(axis=1)


def _wide(read: pd.DataFrame, name: str, inputs: GaugeInputs) -> pd.DataFrame:
    wide = read.pivot(index="period", columns="key", values=name)
    return wide.reindex(index=inputs.scores.index, columns=inputs.scores.columns)


def _left_out(inputs: GaugeInputs, gaps: pd.DataFrame) -> pd.DataFrame:
    """In each cell, the mean of what its dimension had without the gaps.

    Of all the others where the dimension had nothing else.
    """
    own = plain_means(inputs, inputs.scores.where(~gaps), 0.0)
    means = own.T.fillna(own.mean(axis=1)).T
    wide = means[[inputs.parents[str(key)] for key in inputs.scores]]
    return wide.set_axis(inputs.scores.columns, axis=1)


def _expected(
    now: Mapping[str, pd.DataFrame], first: pd.DataFrame, gaps: pd.DataFrame
) -> tuple[pd.DataFrame, Mapping[tuple[str, str], float]]:
    """Figures that a factor model expects in the gaps, and what it learned.

    Each figure stands in the month that it is about, a quarter's in its last, and nowhere else:
    the months until the next one are missing and no further evidence. In month m the model sees
    what had been published by then (the ragged edge of m, with the figures as known now), and
    a gap has what it expects for the month of the figure that came in.
    """
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    references = now["observed"].fillna("")
    estimates = pd.DataFrame(np.nan, gaps.index, gaps.columns)
    figures = now["value"].where(references.ne(references.shift()))
    usable = figures.columns[(figures.notna().sum() >= LEAST) & (figures.nunique() > 1)]
    if len(usable) < 2:
        return estimates, {}
    plain = pd.DataFrame(figures[usable].to_numpy(dtype="float64")).add_prefix("v")
    periods = references[usable].to_numpy(dtype=str)
    newest = first[usable].fillna("").to_numpy(dtype=str)
    target = _rows_of(references[usable])
    columns, series = estimates.columns.get_indexer(usable), np.arange(len(usable))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of not converged: see ITERATIONS
        fit = DynamicFactorMQ(plain, factors=1, factor_orders=1).fit(
            disp=False, maxiter=ITERATIONS, tolerance=1e-5
        )
        for row in map(int, np.flatnonzero(gaps[usable].any(axis=1))):
            past = plain.iloc[: row + 1].where(periods[: row + 1] <= newest[row])
            guess = smoothed(fit, past)[target[row], series]
            # within what was seen so far, as the policy of the method has it
            clipped = np.clip(guess, past.min().to_numpy(), past.max().to_numpy())
            estimates.iloc[row, columns] = clipped
    return estimates.where(gaps), _learned(fit, list(map(str, usable)))


def _rows_of(references: pd.DataFrame) -> NDArray[np.intp]:
    """The row of each cell's reference month; its own where that is before all.

    Both tables are months x indicators.
    """
    months = pd.Index([f"{month:%Y-%m}" for month in references.index])
    there = months.get_indexer(pd.Index(references.to_numpy().ravel())).reshape(references.shape)
    rows: NDArray[np.intp] = np.where(there < 0, np.arange(len(references))[:, None], there)
    return rows


def _learned(fit: Any, keys: list[str]) -> dict[tuple[str, str], float]:
    """The parameters of a fitted model, and the scale of each indicator, by name."""
    named = {f"v{number}": key for number, key in enumerate(keys)}

    def name(parameter: str) -> str:
        return re.sub(r"\bv\d+$", lambda match: named[match[0]], parameter)

    learned = {
        ("parameter", name(own)): float(value)
        for own, value in zip(fit.model.param_names, fit.params, strict=True)
    }
    for measure, scale in (("mean", fit.model._endog_mean), ("deviation", fit.model._endog_std)):
        learned |= {(measure, key): float(scale[old]) for old, key in named.items()}
    return learned


def smoothed(fit: Any, past: pd.DataFrame) -> NDArray[np.float64]:
    """What a fitted model expects of other figures, to the bit: rows x series.

    As `fit.apply(past, retain_standardization=True).predict(information_set="smoothed")` gives
    it, which makes a new model each time: four fifths of what it then costs.
    """
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    model, fitted = fit.model, fit.model.ssm
    smoother = KalmanSmoother(
        fitted.k_endog, fitted.k_states, fitted.k_posdef, initialization=fitted.initialization
    )
    for name in ("design", "obs_cov", "transition", "selection", "state_cov"):
        smoother[name] = fitted[name]
    mean, deviation = model._endog_mean, model._endog_std
    smoother.bind(np.ascontiguousarray(((past - mean) / deviation).to_numpy()))
    states = smoother.smooth()
    common = states.design[..., 0] @ states.smoothed_state + states.obs_intercept[..., :1]
    expected: NDArray[np.float64] = common.T * np.asarray(deviation) + np.asarray(mean)
    return expected


def _scored(values: pd.DataFrame, material: Material) -> pd.DataFrame:
    own = material.framework.indicators
    return pd.DataFrame(
        {key: goalposts(values[key], own[str(key)].low, own[str(key)].high) for key in values}
    )
