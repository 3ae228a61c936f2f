"""Bad days for sums and shares: a sum must hide no bad size."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.pipelines.ingest.bad_days import Change, Family, Trial, csv_scaled, in_book, in_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWER, CHIPS = "Current power (MW)", "H100 equivalents"


def _one_cell(column: str, cell: str) -> Change:
    """The cell of the row with the greatest size."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[pd.to_numeric(frame[column]).idxmax(), column] = cell
        return frame

    return in_csv(change)


def _scaled_text(cell: str, factor: float) -> str:
    return f"{float(cell[:-1]) * factor:.6f}%" if re.fullmatch(r"[0-9.]+%", cell) else cell


def _text(pattern: bytes, by: bytes, count: int = 0) -> Change:
    return lambda body: re.sub(pattern, by, body, count=count)


def _of_microsoft(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    return in_csv(change, "mac_roman")


def _shares_scaled(body: bytes, factor: float) -> bytes:
    changed = _of_microsoft(lambda frame: frame.map(lambda cell: _scaled_text(cell, factor)))
    return changed(body)


def _each_cell(change: Callable[[str], str]) -> Change:
    """Every text of the sheet of answers."""

    def rewrite(book: Any) -> None:
        for row in book["Response Estimates"].iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = change(cell.value)

    return in_book(rewrite)


FAMILIES = [
    Family(
        "epoch_data_centers",
        "epoch_frontier_data_centers/data_centers_2026-04.csv",
        "text/csv",
        "2026-04-20",
        csv_scaled(POWER),
        lambda body: body.replace(POWER.encode(), b"Power now (MW)", 1),
        in_csv(lambda frame: frame.head(8)),
        in_csv(lambda frame: frame.assign(remark="new")[["remark", *frame.columns]]),
        refused={
            "a size in words": _one_cell(POWER, "about 1,000"),
            "a size below zero": _one_cell(POWER, "-5"),
            "a size without end": _one_cell(POWER, "inf"),
            "every row twice": in_csv(lambda frame: pd.concat([frame, frame])),
        },
        alike={"rows in another order": in_csv(lambda frame: frame[::-1])},
        # One of three figures: it is lost, and the others are read.
        scaled_is_lost=True,
    ),
    Family(
        "epoch_clusters",
        "epoch/gpu_clusters.zanmadit_2025-11.csv",
        "text/csv",
        "2025-12-01",
        None,
        lambda body: body.replace(CHIPS.encode(), b"Chips", 1),
        in_csv(lambda frame: frame.loc[frame["Country"].ne("United States of America")]),
        in_csv(lambda frame: frame.assign(remark="new")[["remark", *frame.columns]]),
        refused={
            "a size in words": _one_cell(CHIPS, "about 1,000"),
            "a size below zero": _one_cell(CHIPS, "-5"),
            "a size without end": _one_cell(CHIPS, "inf"),
            "nothing exists any more": in_csv(lambda frame: frame.assign(Status="Planned")),
        },
        alike={"rows in another order": in_csv(lambda frame: frame[::-1])},
    ),
    Family(
        "msft_ai_diffusion",
        "msft_ai_diffusion/AI_Diffusion_Q12026_Update.csv",
        "text/csv",
        "2026-06-01",
        lambda body, by: _of_microsoft(
            lambda frame: frame.map(lambda cell: _scaled_text(str(cell), by))
        )(body),
        _text(b"Economy", b"Country", 1),
        _of_microsoft(lambda frame: frame.head(70)),
        _of_microsoft(lambda frame: frame.assign(remark="new")),
        shifted=_of_microsoft(
            lambda frame: frame.assign(
                **{name: frame[name].shift(1).bfill() for name in frame.columns[1:]}
            )
        ),
        refused={
            "a share in words": _text(rb"59\.40%", b"most", 1),
            "shares as fractions": _text(rb"%", b""),
            "waves without years": _text(rb"H1 2025 |H2 2025 |Q1 2026 ", b""),
        },
        alike={
            "rows in another order": _of_microsoft(lambda frame: frame[::-1]),
            "an economy that nobody knows": _text(b"Singapore", b"Atlantis", 1),
        },
    ),
    Family(
        "btos",
        "btos/National_2026-07-31.xlsx",
        XLSX,
        "2026-07-31",
        lambda body, by: _each_cell(lambda cell: _scaled_text(cell, by))(body),
        _each_cell(lambda cell: "Oui" if cell == "Yes" else cell),
        in_book(lambda book: book["Response Estimates"].delete_cols(5, 10)),
        in_book(lambda book: book.create_sheet("Remarks")),
        refused={
            "shares as fractions": _each_cell(lambda cell: cell.removesuffix("%")),
            "a question reworded": _each_cell(
                lambda cell: cell.replace("in any of its", "in some")
            ),
            "no dates": in_book(
                lambda book: book["Collection and Reference Dates"].delete_rows(2, 100)
            ),
        },
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize("family", FAMILIES, ids=[family.key for family in FAMILIES])
def test_bad_days_change_nothing(trial: Trial, family: Family) -> None:
    trial(family)
