"""The business survey: the real file, gaps, a reworded question, its history."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from sources import Payload, SchemaDrift
from sources.publishers.btos import SOURCE, WORDING, parse
from sources.tidy import read_history

ESTIMATES, DATES = "Response Estimates", "Collection and Reference Dates"


def payload(content: bytes) -> Payload:
    return Payload(content, SOURCE.requests[0], datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture
def national(payloads: Path) -> bytes:
    return (payloads / "btos/National_2026-07-31.xlsx").read_bytes()


def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The same workbook after `change`."""
    book = openpyxl.load_workbook(BytesIO(content))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cell_of(book: Workbook, question: int, cycle: str) -> openpyxl.cell.Cell:
    sheet = book[ESTIMATES]
    column = [cell.value for cell in sheet[1]].index(cycle) + 1
    row = next(r for r in range(2, sheet.max_row) if sheet.cell(r, 1).value == question)
    return sheet.cell(row, column)


@pytest.mark.shared
def test_the_real_file_gives_the_published_shares(national: bytes) -> None:
    frame = parse(payload(national)).set_index(["series", "period"])
    newest = pd.Timestamp("2026-06-29")
    assert frame["value"]["btos.ai_use_now", newest] == 21.5
    assert frame["value"]["btos.ai_use_now.se", newest] == 0.42
    assert frame["value"]["btos.ai_use_6m", newest] == 24.3
    assert frame["value"]["btos.ai_use_6m.se", newest] == 0.36
    assert frame["known_from"]["btos.ai_use_now", newest] == pd.Timestamp("2026-07-30", tz="UTC")


@pytest.mark.shared
def test_cycles_without_the_new_question_have_no_row(national: bytes) -> None:
    frame = parse(payload(national))
    assert frame["series"].value_counts().unique().tolist() == [18]
    assert frame["period"].min() == pd.Timestamp("2025-11-03")


@pytest.mark.shared
def test_a_suppressed_figure_has_no_row(national: bytes) -> None:
    def suppress(book: Workbook) -> None:
        cell_of(book, 7, "202615").value = "S"

    frame = parse(payload(changed(national, suppress)))
    counts = frame["series"].value_counts()
    assert (counts["btos.ai_use_now"], counts["btos.ai_use_now.se"]) == (17, 18)


@pytest.mark.shared
def test_a_reworded_question_is_refused(national: bytes) -> None:
    def reword(book: Workbook) -> None:
        for row in book[ESTIMATES].iter_rows(min_col=2, max_col=2):
            row[0].value = str(row[0].value).replace(WORDING, "in producing goods or services")

    with pytest.raises(SchemaDrift, match=r"found .*producing goods or services"):
        parse(payload(changed(national, reword)))


@pytest.mark.shared
def test_a_figure_that_is_no_per_cent_is_refused(national: bytes) -> None:
    def spoil(book: Workbook) -> None:
        cell_of(book, 24, "202610").value = "22,7 pct"

    with pytest.raises(SchemaDrift, match="found 22,7 pct"):
        parse(payload(changed(national, spoil)))


@pytest.mark.shared
def test_a_renamed_sheet_or_column_is_refused(national: bytes) -> None:
    def rename_sheet(book: Workbook) -> None:
        book[ESTIMATES].title = "Estimates"

    def rename_column(book: Workbook) -> None:
        book[DATES]["I1"].value = "Published"

    with pytest.raises(SchemaDrift, match=r"expected the sheets \['Response Estimates'\]"):
        parse(payload(changed(national, rename_sheet)))
    with pytest.raises(SchemaDrift, match="Publication Date"):
        parse(payload(changed(national, rename_column)))


@pytest.mark.shared
def test_a_cycle_without_dates_is_refused(national: bytes) -> None:
    def forget(book: Workbook) -> None:
        sheet = book[DATES]
        last = [row[3].row for row in sheet.iter_rows() if row[3].value == 202615]
        sheet.delete_rows(last[0])

    with pytest.raises(SchemaDrift, match="202615"):
        parse(payload(changed(national, forget)))


@pytest.mark.shared
def test_history_is_the_real_file_and_one_cycle_more(national: bytes) -> None:
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history)
    columns = ["series", "period", "value", "known_from"]
    merged = shipped[columns].merge(parse(payload(national))[columns], how="left", indicator=True)
    later = merged[merged["_merge"] == "left_only"]
    assert len(merged) == 76
    assert later.set_index("series")["value"].to_dict() == {
        "btos.ai_use_now": 21.8,
        "btos.ai_use_now.se": 0.33,
        "btos.ai_use_6m": 25.9,
        "btos.ai_use_6m.se": 0.33,
    }


def test_the_share_rose_by_four_and_a_half_points_in_nine_months() -> None:
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history)
    now = shipped[shipped["series"].eq("btos.ai_use_now")]["value"].tolist()
    assert (now[0], now[-1]) == (17.3, 21.8)
    assert set(shipped["series"]) == {series.key for series in SOURCE.series}
