"""A nowcast from months and quarters with a ragged edge, and its news.

A dynamic factor model (Bańbura and Modugno, Journal of Applied Econometrics 29, 2014; statsmodels
DynamicFactorMQ) is learned once; its parameters can be kept and applied to a later vintage, and
what moved the nowcast between two vintages is told figure by figure.
"""

import warnings
from typing import Any, NamedTuple

import pandas as pd

NEWS = ["figure", "period", "expected", "observed", "weight", "points"]


class Model(NamedTuple):
    """What was learned: the parameters by name, and the scale of each series."""

    parameters: pd.Series
    mean: pd.Series
    deviation: pd.Series
    factors: int


class Vintage(NamedTuple):
    """What one day showed: months x series, and quarters x series, both with NaN.

    Both have a PeriodIndex without gaps.
    """

    monthly: pd.DataFrame
    quarterly: pd.DataFrame


def fit(vintage: Vintage, factors: int = 1, iterations: int = 100) -> Model:
    """Learn the model of a vintage by EM.

    Raises ValueError for a series without a figure.
    """
    empty = [name for table in vintage for name in table if table[name].notna().sum() == 0]
    if empty:
        raise ValueError(f"no figure to learn from in {', '.join(map(str, empty))}")
    model = _model(vintage, factors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of EM that has not converged: the caller sets its steps
        learned = model.fit(disp=False, maxiter=iterations)
    return Model(
        pd.Series(learned.params, index=model.param_names),
        pd.Series(model._endog_mean),
        pd.Series(model._endog_std),
        factors,
    )


def nowcast(model: Model, vintage: Vintage) -> pd.DataFrame:
    """What the model expects in each month: month x series, quarters included.

    From all that the vintage holds, with the parameters as learned. A quarterly figure stands in
    the last month of its quarter.
    """
    expected = _applied(model, vintage).predict(information_set="smoothed")
    return pd.DataFrame(expected)


def news(
    model: Model, before: Vintage, after: Vintage, series: str, month: pd.Period
) -> pd.DataFrame:
    """What each figure that came moved the nowcast of a series in a month by.

    Columns of NEWS: the figure, its period, what was expected of it and what came, the weight of
    the surprise and their product, in the unit of `series`. A row "revised figures" has what
    changes of figures that both vintages hold made, so that the points add up to the change of
    the nowcast.
    """
    update = _applied(model, after).news(
        _applied(model, before), impact_date=month, impacted_variable=series,
        comparison_type="previous",
    )  # fmt: skip
    rows = update.details_by_impact.reset_index()
    table = pd.DataFrame(
        {
            "figure": rows["updated variable"].astype(str),
            "period": rows["update date"],
            "expected": rows["forecast (prev)"],
            "observed": rows["observed"],
            "weight": rows["weight"],
            "points": rows["impact"],
        }
    )
    revised = float(update.revision_impacts.loc[month, series]) if len(update.revisions_ix) else 0.0
    last = pd.DataFrame([["revised figures", pd.NaT, None, None, None, revised]], columns=NEWS)
    return pd.concat([table.astype(object), last.astype(object)], ignore_index=True)


def _applied(model: Model, vintage: Vintage) -> Any:
    scale = (model.mean, model.deviation)
    return _model(vintage, model.factors, scale).smooth(model.parameters.to_numpy())


def _model(vintage: Vintage, factors: int, scale: tuple[pd.Series, pd.Series] | None = None) -> Any:
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    return DynamicFactorMQ(
        vintage.monthly,
        endog_quarterly=vintage.quarterly if vintage.quarterly.shape[1] else None,
        factors=factors,
        factor_orders=1,
        standardize=True if scale is None else scale,
    )
