"""Private construction: the real workbook and the two shipped vintages."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.census_c30 import SOURCE, parse
from sources.tidy import read_history


def read(body: bytes) -> pd.DataFrame:
    return parse(Payload(body, SOURCE.requests[0], datetime(2026, 7, 23, tzinfo=UTC)))


@pytest.mark.shared
def test_the_real_workbook(payloads: Path) -> None:
    frame = read((payloads / "census_c30" / "privsatime.xlsx").read_bytes())
    centres = frame.loc[frame["series"].eq("census.c30.data_center")].set_index("period")
    assert centres.loc["2026-05-01", ["value", "status"]].tolist() == [59_307.0, "preliminary"]
    assert centres.loc["2026-04-01", "value"] == 58_977.0
    assert centres.loc["2014-01-01", ["value", "status"]].tolist() == [1_637.0, "final"]
    assert centres.index.min() == pd.Timestamp("2014-01-01")
    offices = frame.loc[frame["series"].eq("census.c30.nonresidential")].set_index("period")
    assert offices.loc["2026-05-01", "value"] == 738_734.0


def test_both_vintages_are_shipped_with_their_revisions() -> None:
    assert SOURCE.history is not None
    frame = read_history(SOURCE.history)
    centres = frame.loc[frame["series"].eq("census.c30.data_center")]
    april, may = (
        centres.loc[centres["period"].eq(month)].sort_values("known_from")["value"].tolist()
        for month in ("2026-04-01", "2026-05-01")
    )
    assert (april, may) == ([58_977.0, 61_859.0], [59_307.0, 63_843.0])
    assert 100 * (may[1] / may[0] - 1) == pytest.approx(7.6, abs=0.05)
    january = centres.loc[centres["period"].eq("2025-01-01")].sort_values("known_from")
    assert january["value"].tolist() == [35_771.0, 45_341.0]


def made_up(title: str = "Data center", date: str = "Jun-26p") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Private SA"
    for row in (["Value"], ["Millions"], [None], ["Date", "Nonresidential", title],
                [date, 745_339, 68_297], ["Notice: see the web page."]):  # fmt: skip
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_row_in_its_layout_is_read_and_the_notice_is_not() -> None:
    assert len(read(made_up())) == 2


@pytest.mark.parametrize("changed", [{"title": "Data centre"}, {"date": "2026-06"}])
def test_a_changed_layout_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SchemaDrift):
        read(made_up(**changed))
