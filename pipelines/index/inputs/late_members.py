"""Members of an indicator that have not reported what the others have."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def carry_late(tables: Mapping[str, pd.DataFrame], year: int, late: int) -> dict[str, list[str]]:
    """Fill in place what late members have not reported; who is late, by role.

    A member is late where at least half of all have a newer step, by at most `late` steps: one
    who files before everybody else makes nobody late. Each step that a late member lacks takes
    its figure of a year before, so that its trailing year stays what it was.
    """
    reported = np.concatenate([~np.isnan(table.to_numpy()) for table in tables.values()], axis=1)
    newest = int(np.flatnonzero(reported.mean(axis=1) >= 0.5).max(initial=-1))
    behind: dict[str, list[str]] = {}
    for role, table in tables.items():
        cells = table.to_numpy()
        last = {key: np.flatnonzero(~np.isnan(column)).max(initial=-1)
                for key, column in zip(map(str, table), cells.T, strict=True)}  # fmt: skip
        behind[role] = [key for key, row in last.items() if newest - late <= row < newest]
        for key in behind[role]:
            rows = np.arange(last[key] + 1, newest + 1)
            table.loc[table.index[rows], key] = table[key].to_numpy()[rows - year]
    return behind
