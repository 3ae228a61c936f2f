"""One workbook of the latest figures: true dates, filters, frozen heads.

The bytes depend on the figures alone: openpyxl's own time stamps are set, in the archive too.
"""

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pandas as pd

from dashboards.publish.series.store import SeriesStore
from warehouse.export import UNWRITABLE

MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can hold
SHEETS = {
    "figures": (
        "series", "title_en", "title_fr", "period", "value", "unit", "status", "known_from",
    ),
    "series": (
        "series", "title_en", "title_fr", "unit", "frequency", "source", "first", "last",
        "observations", "versions",
    ),
    "units": ("unit", "series"),
    "sources": ("source", "publisher", "licence", "series"),
}  # fmt: skip
WIDTHS = {"series": 38, "title_en": 52, "title_fr": 52, "publisher": 40, "licence": 44, "unit": 16}


def body(store: SeriesStore) -> bytes:
    """The workbook: sheets of figures, series, units and sources."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in _sheets(store).items():
        _sheet(book, name, SHEETS[name], rows)
    naive = store.newest.replace(tzinfo=None, microsecond=0)
    book.properties.created = book.properties.modified = naive
    sink = BytesIO()
    book.save(sink)
    return _same_moment(sink.getvalue(), naive)


def _sheets(store: SeriesStore) -> dict[str, list[Sequence[Any]]]:
    catalogue = pd.DataFrame([row for row in store.catalogue if row["republished"]])
    titled = store.latest.merge(catalogue[["series", "title_en", "title_fr"]], on="series")
    figures = titled.assign(
        period=[date.fromisoformat(day) for day in titled["period"]],
        known_from=[date.fromisoformat(instant[:10]) for instant in titled["known_from"]],
    )
    spans = catalogue.assign(
        first=[date.fromisoformat(day) for day in catalogue["first"]],
        last=[date.fromisoformat(day) for day in catalogue["last"]],
    )
    by_source = catalogue.groupby(["source", "publisher", "licence"])["series"].count()
    by_unit = catalogue.groupby("unit")["series"].count()
    return {
        "figures": _rows(figures, "figures"),
        "series": _rows(spans, "series"),
        "units": _rows(by_unit.reset_index(), "units"),
        "sources": _rows(by_source.reset_index(), "sources"),
    }


def _rows(frame: pd.DataFrame, sheet: str) -> list[Sequence[Any]]:
    columns = frame[list(SHEETS[sheet])].astype(object)
    return list(columns.where(columns.notna(), None).to_numpy().tolist())


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(head, 14)
    titles = [WriteOnlyCell(sheet, value=head) for head in heads]
    for title in titles:
        title.font = Font(bold=True)
    body_rows = list(rows)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(body_rows) + 1}"
    sheet.append(titles)
    for row in body_rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    """The value itself, but text that begins like a formula, which stays text."""
    if not isinstance(value, str):
        return value
    clean = UNWRITABLE.sub("", value)
    if not clean.startswith("="):
        return clean
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=clean)
    cell.data_type = "s"
    return cell


def _same_moment(workbook: bytes, moment: datetime) -> bytes:
    """The same archive with one time on every member and in its properties."""
    sink = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as before, zipfile.ZipFile(sink, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":  # openpyxl sets the time of saving here
                content = _stamped(content, moment)
            member = zipfile.ZipInfo(name, MOMENT)
            after.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=6)
    return sink.getvalue()


def _stamped(core: bytes, moment: datetime) -> bytes:
    import re

    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.sub(rb"(W3CDTF\">)[^<]*(<)", rb"\g<1>" + stamp + rb"\g<2>", core)
