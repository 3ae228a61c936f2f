"""What an edition is made of: shares that add up, reasons for the rest."""

from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from dashboards.edition_stats import EditionStats
from dashboards.site.constituents.constituents import Constituents
from dashboards.site.constituents.seen import chip
from warehouse.edition import Edition

PAGE = "bulletins/2026-10/constituents/index.html"
NEWEST = {"sec.capex.META": date(2026, 1, 1), "sec.ocf.META": date(2026, 1, 1)}


@pytest.fixture(scope="module")
def seen(shipped_edition: Edition) -> Constituents:
    return Constituents(EditionStats(shipped_edition), NEWEST)


def soup(built: Path, code: str) -> BeautifulSoup:
    return BeautifulSoup((built / code / PAGE).read_text(encoding="utf-8"), "html.parser")


def test_the_shares_of_a_role_add_up_to_one(seen: Constituents) -> None:
    for key, own in seen.inside.items():
        for role in {member.role for member in own if not member.why}:
            shares = [member.share for member in own if member.role == role and not member.why]
            assert sum(shares) == pytest.approx(1), key


def test_every_series_of_the_lineage_is_a_member(
    seen: Constituents, shipped_edition: Edition
) -> None:
    lineage = shipped_edition.lineage
    now = lineage[lineage["period"].eq(seen.stats.month)]
    for key, series in now.groupby("key")["series"]:
        used = {member.series for member in seen.inside[str(key)] if not member.why}
        assert used == set(series)


def test_rents_have_one_voice_each_and_companies_weigh_by_their_spending(
    seen: Constituents,
) -> None:
    """Eight offers of the edition; Amazon spent most in the year to June 2026."""
    rents = seen.inside["chips.rental_growth"]
    assert [member.share for member in rents] == [0.125] * 8
    spending = {member.series: member.share for member in seen.inside["cost.capex_to_cash"]}
    lineage = seen.stats.edition.lineage
    mine = lineage[lineage["key"].eq("cost.capex_to_cash") & lineage["period"].eq(seen.stats.month)]
    capex = mine[mine["series"].str.startswith("sec.capex.")].groupby("series")["value"].sum()
    for name, share in (capex / capex.sum()).items():
        assert spending[str(name)] == pytest.approx(share)


def test_a_member_that_is_left_out_has_its_reason(seen: Constituents) -> None:
    """Meta had not reported the second quarter of 2026 at the cut-off."""
    left = {member.series: member.why for member in seen.inside["cost.capex_to_cash"] if member.why}
    assert left == {"sec.capex.META": "old", "sec.ocf.META": "old"}
    withheld = seen.inside["infrastructure.data_centre_load"]
    assert {member.why for member in withheld} == {"none"}  # KNOWN has none of its series


def test_each_unused_rent_has_a_reason_of_its_own(shipped_edition: Edition) -> None:
    newest = {
        name: date(2026, 9, 1)
        for name in (
            "gpu.h200.neocloud_lambda.on_demand_normalised",
            "gpu.h200.aws_us-east-1.on_demand_list",
            "gpu.h100-sxm.neocloud_gix.on_demand_normalised_index",
            "gcp.gpu.h100-80gb.europe-west4.spot",
            "gcp.gpu.h100-80gb.europe-west4.on_demand",
            "gpu.h100-sxm.neocloud_lambda.on_demand_normalised",
        )
    }
    rents = Constituents(EditionStats(shipped_edition), newest).rents
    assert {member.series: member.why for member in rents} == {
        "gpu.h200.aws_us-east-1.on_demand_list": "chip",
        "gpu.h100-sxm.neocloud_gix.on_demand_normalised_index": "index",
        "gcp.gpu.h100-80gb.europe-west4.spot": "basis",
        "gcp.gpu.h100-80gb.europe-west4.on_demand": "unnamed",
    }
    assert chip("gpu.h100-sxm.aws_us-east-1.on_demand_list") == "h100"


@pytest.mark.parametrize("code", ["fr", "en", "ar"])
def test_the_page_lists_each_used_series_and_every_source(
    built: Path, code: str, seen: Constituents
) -> None:
    page = soup(built, code)
    inside = {row["key"] for row in seen.readings if not row["panel"]}
    used = [member.series for key in inside for member in seen.inside[key] if not member.why]
    keys = [tag.get_text() for tag in page.select("table.made tbody code")]
    assert sorted(set(used) - set(keys)) == []
    sources = page.find("h2", id="sources").find_next("tbody").find_all("tr")
    assert len(sources) == seen.stats.edition.series["source"].nunique()
    closed = seen.stats.not_republished
    for row in page.select("table.made tbody tr"):
        if row.code and row.code.get_text() in closed:
            figure = row.find_all("td")[1].get_text()
            assert not any(letter.isdigit() for letter in figure)


def test_counts_of_series_by_source_are_of_the_whole_catalogue(seen: Constituents) -> None:
    counted = sum(own.used + own.unused + own.unread for own in seen.counts)
    assert counted == len(seen.stats.edition.series)
