"""Sources that publish their whole table each time: two real vintages."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sources import find_source, registry
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import stored_figures
from tests.server import Reply, Site

EMBER = "ember/european_wholesale_electricity_price_data_monthly"
VINTAGES = {
    "ember": (f"{EMBER}.2025-10.csv", f"{EMBER}.2025-12-02.csv", "2025-12-02"),
    "eia861m": (
        "eia861m/sales_revenue.2025-01.xlsx",
        "eia861m/sales_revenue.2025-04.xlsx",
        "2025-06-25",
    ),
}
Fetch = Callable[[bytes], int]


@pytest.fixture
def fetch(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Fetch]:
    """Fetch a source on a day on which these bytes are served; the exit code."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)

    def of(key: str, day: str) -> Fetch:
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")

        def taken(body: bytes) -> int:
            site.serve(public_url(find_source(key).requests[0]), Reply(body))
            ended = silentcrash("fetch", key)
            print(ended.out, ended.err)
            return ended.code

        return taken

    return of


def withdrawn() -> pd.DataFrame:
    """The versions that say that a figure was taken back."""
    versions = stored_figures()
    return versions.loc[versions["status"].eq("withdrawn"), ["series", "period"]]


def test_the_sources_that_were_seen_to_publish_their_whole_table_say_so() -> None:
    complete = {key for key, source in registry().items() if source.full_snapshot}
    assert complete == {
        *("bank_of_korea", "btos", "census_c30", "eia861m", "ember", "fred", "innovation_graph")
    }


@pytest.mark.shared
@pytest.mark.parametrize("key", VINTAGES)
def test_two_real_vintages_withdraw_nothing_in_either_order(
    fetch: Callable[[str, str], Fetch], payloads: Path, key: str
) -> None:
    first, second, day = VINTAGES[key]
    older, newer = (payloads / first).read_bytes(), (payloads / second).read_bytes()
    take = fetch(key, day)
    assert take(newer) == 0
    before = stored_figures()
    assert take(older) == 1  # its newest period is an earlier one
    assert stored_figures().equals(before)
    assert withdrawn().empty


@pytest.mark.shared
def test_the_prices_that_ember_took_back_never_came_in(
    fetch: Callable[[str, str], Fetch], payloads: Path
) -> None:
    first, second, day = VINTAGES["ember"]
    take = fetch("ember", day)
    for file in (first, second):
        assert take((payloads / file).read_bytes()) == 0
    versions = stored_figures()
    assert withdrawn().empty
    taken_back = {"ember.wholesale.MNE": "2023-04-01", "ember.wholesale.MKD": "2023-05-01"}
    first_served = pd.to_datetime(versions["series"].map(taken_back))
    assert not versions["period"].lt(first_served).any()


@pytest.mark.shared
def test_a_month_that_ember_blanks_is_withdrawn(
    fetch: Callable[[str, str], Fetch], payloads: Path
) -> None:
    _, second, day = VINTAGES["ember"]
    body = (payloads / second).read_bytes()
    table = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    blank = table["ISO3 Code"].eq("MKD") & table["Date"].isin(["2025-02-01", "2025-03-01"])
    price = "Price (EUR/MWhe)"
    blanked = table.assign(**{price: table[price].mask(blank, "")}).to_csv(index=False).encode()
    take = fetch("ember", day)
    assert take(body) == 0
    had = stored_figures()
    served = had["series"].eq("ember.wholesale.MKD") & had["period"].isin(
        pd.to_datetime(["2025-02-01", "2025-03-01"])
    )
    assert take(blanked) == 0
    assert len(withdrawn()) == served.sum()


@pytest.mark.shared
@pytest.mark.parametrize("share", [0.9, 0.955, 0.96, 0.985])
def test_a_table_cut_short_withdraws_nothing(
    fetch: Callable[[str, str], Fetch], payloads: Path, share: float
) -> None:
    """Countries after one letter are lost, and the newest months of one."""
    _, second, day = VINTAGES["ember"]
    body = (payloads / second).read_bytes()
    table = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    by_country = table.sort_values(["ISO3 Code", "Date"], kind="stable")
    cut = by_country.head(int(len(table) * share))
    take = fetch("ember", day)
    assert take(body) == 0
    before = stored_figures()
    assert take(cut.to_csv(index=False).encode()) == 1
    assert stored_figures().equals(before)


@pytest.mark.shared
def test_a_cell_taken_out_of_the_workbook_of_census_is_withdrawn(
    fetch: Callable[[str, str], Fetch], payloads: Path
) -> None:
    """A row that is gone takes a month from every series: that is a cut."""
    body = (payloads / "census_c30/privsatime.xlsx").read_bytes()
    take = fetch("census_c30", "2026-07-02")
    assert take(body) == 0
    assert take(_without_march(body, row=True)) == 1
    assert withdrawn().empty
    assert take(_without_march(body, row=False)) == 0
    assert set(withdrawn()["series"]) == {"census.c30.data_center"}
    assert set(withdrawn()["period"]) == {pd.Timestamp("2020-03-01")}


def _without_march(body: bytes, *, row: bool) -> bytes:
    """The workbook of Census without March 2020, or without its data centres."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book["Private SA"]
    [number] = [cell.row for cell in sheet["A"] if str(cell.value).strip().startswith("Mar-20")]
    heading = next(
        cell for cell in sheet[4] if str(cell.value).replace("_x000D_", "").strip() == "Data center"
    )
    if row:
        sheet.delete_rows(number)
    else:
        sheet.cell(number, heading.column).value = None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.shared
def test_an_old_workbook_takes_nothing_of_the_history_that_is_shipped(
    fetch: Callable[[str, str], Fetch], payloads: Path
) -> None:
    take = fetch("census_c30", "2026-11-23")  # June 2026 is shipped; the workbook ends in May
    assert take((payloads / "census_c30/privsatime.xlsx").read_bytes()) == 1
    assert withdrawn().empty
