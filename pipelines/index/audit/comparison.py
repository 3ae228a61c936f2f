"""How far another way of making the gauges is from the published one."""

import pandas as pd

from pipelines.index.framework import Framework


def compare(
    other: pd.DataFrame, published: pd.DataFrame, gauge: str, framework: Framework
) -> pd.DataFrame:
    """Change of one gauge in points, of phases in months, and of the onset.

    Both have pressure, retreat and phase by month. Rows: `last` (change of the last reading),
    `mean` and `largest` (absolute changes), `phase_months` (months with another phase),
    `onset_shift` (months by which the phase of the last reading begins later; `month` is when it
    then begins, and where it does not begin at all there is no value and the verdict is beyond).
    """
    read = published[gauge].dropna().index
    change = (other[gauge] - published[gauge]).reindex(read)
    named = published["phase"].ne("") & published["phase"].notna()
    phases = other["phase"].reindex(published.index)
    moved = int((phases.ne(published["phase"]) & named).sum())
    measures = {
        "last": change.iloc[-1] if len(change) else float("nan"),
        "mean": change.abs().mean(),
        "largest": change.abs().max(),
        "phase_months": float(moved),
    }
    table = pd.DataFrame({"measure": list(measures), "value": list(measures.values())})
    return pd.concat([table, _onset(phases, published["phase"])], ignore_index=True)


def onset(phases: pd.Series) -> pd.Timestamp | None:
    """First month of the phase of the last reading; None without a reading.

    Months without a reading neither begin nor end a phase.
    """
    read = phases[phases.fillna("").ne("")]
    if read.empty:
        return None
    others = read.index[read.ne(read.iloc[-1])]
    first = read.index[read.index > others[-1]] if len(others) else read.index
    return pd.Timestamp(first[0])


def _onset(phases: pd.Series, published: pd.Series) -> pd.DataFrame:
    start = onset(published)
    if start is None:
        return pd.DataFrame()
    last = published[published.fillna("").ne("")]
    then = onset(phases.loc[: last.index[-1]])
    same = then is not None and phases[last.index[-1]] == last.iloc[-1]
    if then is None or not same:
        return pd.DataFrame({"measure": ["onset_shift"], "month": [""], "verdict": ["beyond"]})
    shift = (then.year - start.year) * 12 + then.month - start.month
    return pd.DataFrame(
        {"measure": ["onset_shift"], "value": [float(shift)], "month": [f"{then:%Y-%m}"]}
    )
