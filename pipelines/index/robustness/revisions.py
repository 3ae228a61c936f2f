"""How published figures were revised: size, bias, news or noise, signs.

A table of vintages is period x vintage (columns in order of publication), a figure as it was
known then. A revision is the final figure less the earlier release.
"""

import numpy as np
import pandas as pd


def triangle(history: pd.DataFrame) -> pd.DataFrame:
    """Period x known_from table of `value`, NaN before a figure was known."""
    table = history.pivot(index="period", columns="known_from", values="value")
    return table.sort_index(axis=0).sort_index(axis=1)


def release(table: pd.DataFrame, number: int) -> pd.Series:
    """The `number`-th figure published for each period; 0 is the first.

    NaN where there is no such figure yet.
    """
    order = table.notna().cumsum(axis=1)
    return table.where((order == number + 1) & table.notna()).bfill(axis=1).iloc[:, 0]


def latest(table: pd.DataFrame) -> pd.Series:
    """The newest figure of each period that the last vintage gives."""
    return table.iloc[:, -1]


def statistics(early: pd.Series, final: pd.Series, *, hac_lags: int | None = None) -> pd.Series:
    """Revision statistics of one release, over the periods that both have.

    n; bias (mean revision) with the p-value of a t-test and of one with HAC errors; mar (mean
    absolute revision); sd; noise_to_signal = sd(revision) / sd(final); correlation of revision
    and release; autocorrelation at one lag; the news test (revision on release) and the noise
    test (revision on final) as intercept, slope and p-value of both being zero (Mincer and
    Zarnowitz; Mankiw and Shapiro, HAC errors); sign_agreement; direction_agreement of changes,
    over the n - 1 changes; theil_u1. NaN where a constant series or too few periods leave
    nothing to test or to compare with. `hac_lags` defaults to 4 (n / 100)^(2/9), the rule of Newey
    and West (1994).
    """
    both = pd.concat({"early": early, "final": final}, axis=1, join="inner").dropna()
    revision = both["final"] - both["early"]
    lags = int(4 * (len(both) / 100) ** (2 / 9)) if hac_lags is None else hac_lags
    sizes = _sizes(both["early"], both["final"], revision)
    tests = _mean_tests(revision, lags)
    news = _regression(revision, both["early"], lags, "news")
    noise = _regression(revision, both["final"], lags, "noise")
    return pd.Series(sizes | tests | news | noise)


def changed(older: pd.DataFrame, newer: pd.DataFrame, tolerance: float = 0.0) -> pd.DataFrame:
    """Cells in which two vintages differ: period, key, before, after.

    A cell that the newer lacks counts as changed, with `after` missing; one that the older
    lacks does not.
    """
    after = newer.reindex(index=older.index, columns=older.columns)
    rows, columns = np.nonzero((older.notna() & ~((older - after).abs() <= tolerance)).to_numpy())
    return pd.DataFrame(
        {
            "period": older.index[rows],
            "key": older.columns[columns],
            "before": older.to_numpy()[rows, columns],
            "after": after.to_numpy()[rows, columns],
        }
    )


def _sizes(early: pd.Series, final: pd.Series, revision: pd.Series) -> dict[str, float]:
    root = np.sqrt((early**2).mean()) + np.sqrt((final**2).mean())
    turns = np.sign(early.diff().iloc[1:]) == np.sign(final.diff().iloc[1:])
    spread = final.std()
    return {
        "n": float(len(revision)),
        "bias": revision.mean(),
        "mar": revision.abs().mean(),
        "sd": revision.std(),
        "noise_to_signal": revision.std() / spread if spread > 0 else np.nan,
        "correlation": _correlation(revision, early),
        "autocorrelation": _correlation(revision, revision.shift()),
        "sign_agreement": float((np.sign(early) == np.sign(final)).mean()),
        "direction_agreement": float(turns.mean()),
        "theil_u1": np.sqrt((revision**2).mean()) / root if root > 0 else np.nan,
    }


def _correlation(one_side: pd.Series, other_side: pd.Series) -> float:
    """Correlation over the periods of both, NaN where one of them does not vary."""
    both = pd.concat([one_side, other_side], axis=1).dropna()
    varied = len(both) > 1 and (both.nunique() > 1).all()
    return float(both.iloc[:, 0].corr(both.iloc[:, 1])) if varied else np.nan


def _mean_tests(revision: pd.Series, lags: int) -> dict[str, float]:
    from statsmodels.api import OLS

    if revision.nunique() < 2:  # no spread to hold the mean against
        return {"bias_p": np.nan, "bias_p_hac": np.nan}
    model = OLS(revision.to_numpy(), np.ones(len(revision)))
    robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    return {"bias_p": float(model.fit().pvalues[0]), "bias_p_hac": float(robust.pvalues[0])}


def _regression(revision: pd.Series, on: pd.Series, lags: int, name: str) -> dict[str, float]:
    from statsmodels.api import OLS, add_constant

    names = [f"{name}_intercept", f"{name}_slope", f"{name}_p"]
    # Two parameters need three periods, a regressor that varies and errors to judge them by.
    if len(on) < 3 or on.nunique() < 2 or revision.nunique() < 2:
        return dict.fromkeys(names, np.nan)
    model = OLS(revision.to_numpy(), add_constant(on.to_numpy()))
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    joint = fit.wald_test(np.eye(2), scalar=True).pvalue
    return dict(zip(names, (*map(float, fit.params), float(joint)), strict=True))
