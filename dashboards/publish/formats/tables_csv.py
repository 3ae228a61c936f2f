"""The tables as CSV: plain for machines, and in the format of a French Excel."""

from collections.abc import Callable

import pandas as pd

from dashboards.metadata import PATTERNS, Table

# A spreadsheet takes a cell that starts like this for a formula; wide signs count in East Asia.
FORMULA = r"\s*[=+\-@＝＋－＠]|[\t\r]"
TRUTH, VERITE = ("true", "false"), ("VRAI", "FAUX")


def standard(frame: pd.DataFrame, table: Table) -> bytes:
    """Commas, decimal points, UTF-8; months YYYY-MM, instants in UTC, true/false."""
    return _written(frame, table, TRUTH).to_csv(index=False, lineterminator="\n").encode()


def french(frame: pd.DataFrame, table: Table) -> bytes:
    """Semicolons, decimal commas, UTF-8 with a byte order mark, VRAI and FAUX."""
    written = _written(frame, table, VERITE)
    text = written.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _written(frame: pd.DataFrame, table: Table, truth: tuple[str, str]) -> pd.DataFrame:
    cells = {
        column.name: _cells(frame[column.name], column.type, truth) for column in table.columns
    }
    return pd.DataFrame(cells)


def _cells(column: pd.Series, kind: str, truth: tuple[str, str]) -> pd.Series:
    if kind in PATTERNS:
        return _each(column, lambda dates: dates.dt.strftime(PATTERNS[kind]))
    if kind == "boolean":
        return column.map({True: truth[0], False: truth[1]})
    if kind == "string":
        return _each(column, quoted)
    return column


def quoted(texts: pd.Series) -> pd.Series:
    """Texts that no spreadsheet takes for a formula: an apostrophe before those."""
    formulas = texts.str.match(FORMULA, na=False)
    return texts.mask(formulas, "'" + texts) if formulas.any() else texts


def _each(column: pd.Series, write: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Write each distinct value once: 16,000 rows of lineage have 40 months."""
    places, distinct = pd.factorize(column)
    written = write(pd.Series(distinct)).array.take(places, allow_fill=True)
    return pd.Series(written, column.index)
