"""A table comes back from its file unchanged, and its text is never a formula."""

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import export

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")']


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series": ["made_up.a", "made_up.é", "=cmd|' /C calc'!A0"],
            "period": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"]),
            "value": [-0.1, float("nan"), 1e300],
            "known_from": pd.to_datetime(["2026-02-10"] * 3, utc=True),
            "fetch_id": [1, 2, 3],
        }
    )


def test_parquet_gives_the_table_back(table: pd.DataFrame, tmp_path: Path) -> None:
    export.save(table, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)


def test_csv_gives_the_figures_back_and_marks_what_would_run(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    export.save(table, tmp_path / "t.csv")
    content = pd.read_csv(tmp_path / "t.csv")
    assert content["value"].dropna().tolist() == [-0.1, 1e300]
    assert content["series"].tolist() == ["made_up.a", "made_up.é", "'=cmd|' /C calc'!A0"]


def test_json_gives_the_figures_and_an_absence_as_null(table: pd.DataFrame, tmp_path: Path) -> None:
    export.save(table, tmp_path / "t.json")
    content = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert [row["value"] for row in content] == [-0.1, None, 1e300]
    assert content[2]["series"] == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_text_is_a_formula(text: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    export.save(pd.DataFrame({text: [text, "plain"]}), path)
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as opened:
            content = list(csv.reader(opened))
        assert content == [[f"'{text}"], [f"'{text}"], ["plain"]]
    else:
        cells = [cell for row in openpyxl.load_workbook(path)["data"].rows for cell in row]
        assert [cell.data_type for cell in cells] == ["s"] * 3
        assert [cell.value.strip() for cell in cells] == [text.strip(), text.strip(), "plain"]


def test_a_workbook_holds_figures_dates_and_gaps(table: pd.DataFrame, tmp_path: Path) -> None:
    export.save(table, tmp_path / "t.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["data"].values)
    assert rows[0] == tuple(table.columns)
    assert rows[1][1:4] == (pd.Timestamp("2026-01-01"), -0.1, "2026-02-10T00:00:00Z")
    assert rows[2][2] is None


@given(text=st.text(max_size=40))
def test_any_text_can_be_put_in_a_workbook(text: str, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("any") / "t.xlsx"
    export.save(pd.DataFrame({"a": [text.encode("utf-8", "ignore").decode()]}), path)
    assert all(
        cell.data_type != "f" for row in openpyxl.load_workbook(path)["data"] for cell in row
    )


@pytest.mark.parametrize("name", ["t.txt", "t", "no/such/folder.csv"])
def test_what_cannot_be_written_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(export.ExportError) as refused:
        export.save(pd.DataFrame({"a": [1]}), tmp_path / name)
    assert len(str(refused.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_table_too_tall_for_excel_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "TALLEST", 1)
    existing = tmp_path / "t.xlsx"
    existing.write_text("as it was")
    with pytest.raises(export.ExportError, match=r"\.parquet or \.csv"):
        export.save(pd.DataFrame({"a": [1, 2]}), existing)
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]
    assert existing.read_text() == "as it was"
