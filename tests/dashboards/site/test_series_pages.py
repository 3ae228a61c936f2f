"""The page of a series: its picture, its figures, what they were at first."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup

from dashboards.site.explore.picture import drawing

# Meta's capital expenditure: 10-Q and 10-K, and as later filings restate it.
META = "sec.capex.META"


@pytest.mark.parametrize(
    ("code", "revised", "last"),
    [
        ("en", ["Q4 2023", "7,592,000,000", "final", "30 January 2025",
                "7,665,000,000"], "Q1 2026"),
        ("fr", ["T4 2023", "7\u202f592\u202f000\u202f000", "définitif", "30 janvier 2025",
                "7\u202f665\u202f000\u202f000"], "T1 2026"),
    ],
)  # fmt: skip
def test_the_page_has_figures_versions_and_files(
    built: Path, code: str, revised: list[str], last: str
) -> None:
    folder = built / code / "series" / META
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.select("tr")]
    assert revised in rows
    assert rows[1][0] == last
    used = {link["href"] for link in page.select(".facts a")}
    assert f"../../../{code}/indicators/cost.capex_to_cash/index.html" in used
    files = [(folder / link["href"]).resolve() for link in page.select(".buttons a[download]")]
    assert [file.suffix for file in files] == [".csv", ".json", ".parquet"]
    assert all(file.is_file() for file in files)
    assert len(page.select(".plot polyline")[0]["points"].split()) == 41
    python = page.select("#code ~ pre")[1].get_text()
    assert python.splitlines()[1].startswith("table = pd.read_csv(")
    assert META in python


def test_a_series_of_one_figure_has_no_picture_of_it(built: Path) -> None:
    page = built / "fr/series/morocco.tariff.mt_peak_tangier/index.html"
    content = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert content.h1.get_text() == "Maroc, électricité, MT, pointe, Tanger hors zone franche"
    assert not content.select(".plot")
    assert "1 chiffre, 1er janvier 2024" in content.find("meta", {"name": "description"})["content"]


def test_the_parquet_of_a_series_says_what_it_is(built: Path) -> None:
    table = pq.read_table(built / "series" / f"{META}.parquet")
    assert table.num_rows == 51
    described = {name.decode(): text.decode() for name, text in table.schema.metadata.items()}
    assert described["title_fr"] == "Meta, dépenses d’investissement du trimestre"
    assert described["licence"] == "Public domain (US government work)"
    assert table.schema.field("value").metadata == {b"unit": b"USD"}
    assert str(table.schema.field("period").type) == "date32[day]"


def test_a_drawing_has_round_ticks_and_breaks_where_months_are_missing() -> None:
    months = [date(2025, month, 1) for month in (1, 2, 3, 6, 7)]
    drawn = drawing(list(zip(months, (3.0, 8.0, 5.0, 11.0, 9.0), strict=True)), str, 32)
    assert [text for _, text in drawn["ticks"]] == ["2.0", "4.0", "6.0", "8.0", "10.0", "12.0"]
    assert drawn["line"].count("<polyline") == 2
    assert drawn["years"] == [(0.0, "2025")]


@pytest.mark.parametrize("value", [0.0, -4.0, 1e11, 0.003])
def test_one_figure_alone_is_a_dot(value: float) -> None:
    drawn = drawing([(date(2024, 1, 1), value)], str, None)
    heights = [y for y, _ in drawn["ticks"]]
    [line] = BeautifulSoup(drawn["line"], "html.parser").select("polyline")
    first, second = line["points"].split()
    assert first == second
    assert min(heights) <= float(first.partition(",")[2]) <= max(heights)
