"""TrendForce: the page's skeleton, its two tables, and consent to terms."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest import ingestion
from pipelines.settings import Settings
from sources import Payload, SchemaDrift
from sources.publishers.trendforce import PAGE, SOURCE, parse
from tests.server import Site
from tests.sources.publishers.helpers import (
    archived_payload,
    checked,
    fetch_bodies,
    fetch_payload,
    values,
)
from warehouse.database import connect

SPOT, CONTRACT = SOURCE.requests
HEAD = "<th>Item</th><th>{own}</th><th>Session High</th><th>Session Low</th>"
TABLE = (
    "<table class='price-table'><tr>" + HEAD + "<th>Session Average</th><th>Session Change</th>"
    "</tr><tr><td>{item}</td><td>0</td><td>50.00</td><td>30.00</td><td>{average}</td>"
    "<td>{change}</td></tr></table>"
)
CHIP, MODULE = "DDR4 8Gb (1Gx8) 3200", "DDR5 8GB SO-DIMM"
UPDATED = "<p>Last Update 2026-06-10 11:00 (GMT+8)</p>"


def table(item: str, own: str, average: str = "40.00", change: str = "1 %") -> str:
    """A table in the publisher's shape, of one product at a round price."""
    return TABLE.format(item=item, own=own, average=average, change=change)


SPOTS = table(CHIP, "Daily High")
MODULES = table(MODULE, "Low Change")


def rebuilt(*parts: str, contract: bool = False) -> Payload:
    page = f"<html><body>{''.join(parts)}</body></html>".encode()
    return archived_payload(SOURCE, page, CONTRACT if contract else SPOT)


def prices(*parts: str, contract: bool = False) -> dict[str, float]:
    return values(SOURCE, rebuilt(*parts, contract=contract))


@pytest.mark.shared
def test_the_skeleton_of_the_page_gives_spot_and_contract_prices(
    site: Site, payloads: Path
) -> None:
    body = (payloads / "trendforce/trendforce_spot.html").read_bytes()
    spot = fetch_payload(site, SOURCE, body)
    assert values(SOURCE, spot) == {
        "trendforce.spot.ddr5_16gb_4800": 44.5,
        "trendforce.spot.ddr4_16gb_3200": 65.5,
    }
    assert values(SOURCE, fetch_payload(site, SOURCE, body, question=1)) == {
        "trendforce.contract.ddr5_8gb_sodimm": 109.0,
        "trendforce.contract.ddr4_16gb_sodimm": 227.0,
    }
    assert set(parse(spot)["known_from"]) == {pd.Timestamp("2026-06-10 03:00", tz="UTC")}
    assert set(parse(spot)["period"]) == {pd.Timestamp("2026-06-10")}


def test_nothing_is_asked_unless_the_terms_were_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SILENTCRASH_ACCEPT_TRENDFORCE", raising=False)
    settings = Settings(home=tmp_path)
    [outcome] = ingestion.fetch_and_load(connect(settings.warehouse), settings, [SOURCE])
    assert (outcome.outcome, outcome.detail) == ("skipped", "needs SILENTCRASH_ACCEPT_TRENDFORCE")
    assert not SOURCE.redistribute


def test_robots_are_heard_since_these_are_pages(site: Site) -> None:
    site.serve("https://www.trendforce.com/robots.txt", b"User-agent: *\nDisallow: /price/\n")
    answered = fetch_bodies(site, SOURCE, rebuilt(UPDATED, SPOTS).content)
    assert answered.result.outcome != "new"
    assert site.count(PAGE + "spot") == 0


def test_a_contract_page_that_repeats_the_spot_table_is_read_by_its_own_column() -> None:
    page = [UPDATED, SPOTS, MODULES]
    assert prices(*page) == {"trendforce.spot.ddr4_8gb_3200": 40.0}
    assert prices(*page, contract=True) == {"trendforce.contract.ddr5_8gb_sodimm": 40.0}


def test_each_table_has_the_date_of_its_own_stamp() -> None:
    spot, contract = (
        f"<div class='price-last-update'><p>Last Update <b>{day}</b> (GMT+8)</p></div>"
        for day in ("2026-09-11 18:10", "2026-07-31 14:40")
    )
    page = [spot, SPOTS, contract, MODULES]
    read = parse(rebuilt(*page, contract=True))
    assert set(read["period"]) == {pd.Timestamp("2026-07-31")}
    assert set(read["known_from"]) == {pd.Timestamp("2026-07-31 06:40", tz="UTC")}
    assert set(parse(rebuilt(*page))["period"]) == {pd.Timestamp("2026-09-11")}


def test_a_footer_of_one_merged_cell_is_no_row() -> None:
    footer = "<tr><td colspan='6'>Prices are for reference.</td></tr></table>"
    assert prices(UPDATED, SPOTS.replace("</table>", footer)) == prices(UPDATED, SPOTS)


def test_a_row_that_lacks_a_cell_is_refused() -> None:
    with pytest.raises(SchemaDrift, match="6 cells in a row"):
        prices(UPDATED, SPOTS.replace("<td>0</td>", ""))


def test_a_morning_in_taipei_is_the_day_before_in_utc() -> None:
    page = rebuilt(UPDATED.replace("11:00", "07:30"), SPOTS)
    assert set(parse(page)["period"]) == {pd.Timestamp("2026-06-09")}
    assert checked(SOURCE, page).passed


def test_the_sign_of_a_change_is_no_part_of_the_price() -> None:
    fell = table(CHIP, "Daily High", change="▼ -0.96 %")
    assert prices(UPDATED, fell) == prices(UPDATED, SPOTS)


@pytest.mark.parametrize("other", ["DDR4 8Gb (1Gx8) 2666", "DDR4 8GB (1Gx8) 3200", MODULE])
def test_another_speed_or_unit_is_another_product(other: str) -> None:
    with pytest.raises(SchemaDrift, match="a product of"):
        prices(UPDATED, table(other, "Daily High"))


@pytest.mark.parametrize("name", ["Item", "Daily High", "Session Average", "Session Low"])
def test_a_renamed_column_is_refused(name: str) -> None:
    with pytest.raises(SchemaDrift):
        prices(UPDATED, SPOTS.replace(name, "Renamed"))


def test_an_added_column_and_another_order_do_not_matter() -> None:
    added = SPOTS.replace("<tr><th>", "<tr><th>New</th><th>").replace(
        "<tr><td>", "<tr><td></td><td>"
    )
    assert prices(UPDATED, added) == prices(UPDATED, SPOTS)


@pytest.mark.parametrize(
    "parts", [(SPOTS,), (UPDATED,), (UPDATED, SPOTS, SPOTS)], ids=["date", "table", "twice"]
)
def test_a_page_without_a_date_or_one_table_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(SchemaDrift, match=r"Last Update|one table with"):
        prices(*parts)


@pytest.mark.parametrize("average", ["40000.00", "0.04", "60.00"])
def test_an_average_outside_its_session_is_refused(average: str) -> None:
    with pytest.raises(SchemaDrift, match="averages between low and high"):
        prices(UPDATED, table(CHIP, "Daily High", average))


def test_a_table_scaled_by_a_thousand_is_not_loaded() -> None:
    scaled = table(CHIP, "Daily High", "40000").replace("50.00", "50000").replace("30.00", "30000")
    assert not checked(SOURCE, rebuilt(UPDATED, scaled)).passed


def test_markup_in_a_cell_is_no_part_of_its_text() -> None:
    odd = table("<b>DDR4 8Gb</b> (1Gx8)\n 3200<script>alert(1)</script>", "Daily High")
    assert prices(UPDATED, odd) == prices(UPDATED, SPOTS)
