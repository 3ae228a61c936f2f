"""The names of economies by ISO 3166 code of three letters: economies.csv."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# `economy` is the name that Microsoft's file has, which may be none of ours.
ECONOMIES = pd.read_csv(Path(__file__).with_suffix(".csv"), keep_default_na=False)
_BY_CODE = ECONOMIES.set_index("iso3")


def names(code: str) -> tuple[str, str]:
    """The French and the English name of an economy. Raises KeyError for none."""
    return str(_BY_CODE.at[code, "fr"]), str(_BY_CODE.at[code, "en"])
