"""How far another way of making the gauges is from the published one."""

import numpy as np
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
    rows = [{"measure": name, "value": float(value)} for name, value in measures.items()]
    return pd.DataFrame([*rows, *_onset(phases, published["phase"])])


def onset(phases: pd.Series) -> pd.Timestamp | None:
    """First month of the phase of the last reading; None without a reading.

    Months without a reading neither begin nor end a phase.
    """
    names = phases.fillna("").to_numpy(object)
    read = np.flatnonzero(names != "")
    if not len(read):
        return None
    others = np.flatnonzero(names[read] != names[read[-1]])
    first = read[others[-1] + 1] if len(others) else read[0]
    return pd.Timestamp(phases.index[first])


def _onset(phases: pd.Series, published: pd.Series) -> list[dict[str, object]]:
    start = onset(published)
    if start is None:
        return []
    last = published[published.fillna("").ne("")]
    then = onset(phases.loc[: last.index[-1]])
    same = then is not None and phases[last.index[-1]] == last.iloc[-1]
    if then is None or not same:
        return [{"measure": "onset_shift", "month": "", "verdict": "beyond"}]
    shift = (then.year - start.year) * 12 + then.month - start.month
    return [{"measure": "onset_shift", "value": float(shift), "month": f"{then:%Y-%m}"}]
