"""Write a table as CSV, Parquet, JSON or Excel, by the ending of the name.

In CSV and Excel, text is never a formula: a spreadsheet would run what a publisher wrote.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FORMULA = re.compile(r"^[=+\-@\t\r]")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # in the XML of a workbook
# Limits of Excel: characters of a cell, and rows below a header.
LONGEST, TALLEST = 32_767, 1_048_575


class ExportError(ValueError):
    """The table cannot be written there; the message says why in one line."""


def save(table: pd.DataFrame, path: Path) -> None:
    """Write the table to `path`; the file appears complete or not at all.

    Raises ExportError for an ending that is none of ENDINGS, for a table that Excel cannot
    hold, and for a place that cannot be written.
    """
    write = ENDINGS.get(path.suffix.lower())
    if write is None:
        raise ExportError(f"{path.name}: end the name in {', '.join(ENDINGS)}")
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=path.suffix, delete=False) as scratch:
            unfinished = Path(scratch.name)
        try:
            write(table, unfinished)
            unfinished.chmod(0o666 & ~_mask())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as fault:
        raise ExportError(f"cannot write {path}: {fault.strerror}") from None


def harmless(value: object) -> object:
    """The value, with an apostrophe before text that looks like a formula."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its texts and headings as no spreadsheet would run them."""
    texts = table.select_dtypes(["object", "str"]).columns
    safe = table.assign(**{str(name): table[name].map(harmless) for name in texts})
    return safe.rename(columns=harmless)


def _csv(table: pd.DataFrame, path: Path) -> None:
    # Text is quoted: a carriage return in it would otherwise start a row of its own.
    without_formulas(table).to_csv(
        path, index=False, encoding="utf-8", quoting=csv.QUOTE_NONNUMERIC
    )


def _parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False, compression="zstd")


def _json(table: pd.DataFrame, path: Path) -> None:
    options: dict[str, Any] = {"orient": "records", "date_format": "iso", "double_precision": 15}
    text = table.to_json(**options, force_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _excel(table: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    if len(table) > TALLEST:
        raise ExportError(f"Excel holds {TALLEST} rows, not {len(table)}: write .parquet or .csv")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.freeze_panes = "A2"
    last = get_column_letter(max(len(table.columns), 1))
    sheet.auto_filter.ref = f"A1:{last}{len(table) + 1}"

    def cell(value: Any) -> Any:
        target = WriteOnlyCell(sheet, value=None)
        if isinstance(value, str):
            target.value = UNWRITABLE.sub("", value)[:LONGEST]
            target.data_type = "s"  # openpyxl takes text that starts with = for a formula
        else:
            target.value = value
        return target

    sheet.append([cell(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        sheet.append([cell(_plain(value)) for value in row])
    book.save(path)


def _plain(value: Any) -> Any:
    """A value that a workbook can hold: no NaN, no time zone, nothing nested."""
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        naive = value.tzinfo is None
        return value if naive else value.isoformat().replace("+00:00", "Z")
    writable = isinstance(value, bool | int | float | str | date)
    return value if writable else str(value)


ENDINGS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
    ".xlsx": _excel,
}
