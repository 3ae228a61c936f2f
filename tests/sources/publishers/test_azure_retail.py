"""Azure prices: real items page by page, and how the list misleads."""

import json
from pathlib import Path
from typing import Any

import pytest

from sources import SchemaDrift
from sources.publishers.azure_retail import FULL_PAGE, SOURCE, next_page
from tests.server import Site
from tests.sources.publishers.helpers import (
    archived_payload,
    checked,
    fetch_bodies,
    fetch_payload,
    values,
)

H100 = "azure.gpu.h100-sxm-80gb."
NEXT = "https://prices.azure.com:443/api/retail/prices?$filter=made%20up&$skip=2"


def item(machine: str = "Standard_ND96isr_H100_v5", **changed: Any) -> dict[str, Any]:
    """An item in the publisher's shape, of a round price."""
    return {
        "armSkuName": machine,
        "armRegionName": "eastus",
        "retailPrice": 80.0,
        "unitOfMeasure": "1 Hour",
        "meterName": "plain",
        "productName": "Virtual Machines ND Series",
        "type": "Consumption",
    } | changed


def page(*items: dict[str, Any], following: str | None = None, **changed: Any) -> bytes:
    """A page in the publisher's shape."""
    complete = {"BillingCurrency": "USD", "Items": items, "NextPageLink": following}
    return json.dumps(complete | {"Count": len(items)} | changed).encode()


def rebuilt(*items: dict[str, Any], **changed: Any) -> dict[str, float]:
    return values(SOURCE, archived_payload(SOURCE, page(*items, **changed)))


@pytest.mark.shared
def test_real_items_on_three_pages_give_the_prices_of_one_gpu(site: Site, payloads: Path) -> None:
    items = json.loads((payloads / "azure_retail/retail_items_sample_2026-09.json").read_bytes())
    bodies = [page(*items[:10], following=NEXT), page(*items[10:20], following=NEXT + "0")]
    actual = values(SOURCE, fetch_payload(site, SOURCE, *bodies, page(*items[20:])))
    assert actual == {
        H100 + "eastus.on_demand": pytest.approx(12.29),
        H100 + "westus3.on_demand": pytest.approx(12.29),
        "azure.gpu.h100-nvl-94gb.uaenorth.on_demand": 9.98,
        "azure.gpu.h100-nvl-94gb.uaenorth.spot": 1.844304,
        "azure.gpu.a100-pcie-80gb.westus3.on_demand": 3.673,
        "azure.gpu.a100-pcie-80gb.eastus.spot": 0.67877,
        "azure.gpu.a100-sxm-80gb.westeurope.on_demand": pytest.approx(40.962 / 8),
    }
    assert len(site.asked) == 3
    assert site.asked[-1].query["$skip"] == ["20"]
    assert site.asked[-1].query["api-version"] == ["2023-01-01-preview"]


@pytest.mark.shared
def test_the_real_envelope_of_a_region_keeps_reservations_and_variants_out(
    site: Site, payloads: Path
) -> None:
    body = (payloads / "azure_retail/azure_westeurope.json").read_bytes()
    assert values(SOURCE, fetch_payload(site, SOURCE, body)) == {
        H100 + "westeurope.on_demand": pytest.approx(132.232 / 8),
        H100 + "westeurope.spot": pytest.approx(21.258283 / 8),
        "azure.gpu.h100-nvl-94gb.westeurope.on_demand": 6.98,
        "azure.gpu.gb200-superchip-186gb.westeurope.on_demand": pytest.approx(146.488 / 4),
    }


@pytest.mark.shared
def test_the_real_empty_answer_is_refused(site: Site, payloads: Path) -> None:
    body = (payloads / "azure_retail/empty_result_HTTP200.json").read_bytes()
    answered = fetch_bodies(site, SOURCE, body)
    assert answered.result.outcome == "refused"
    assert "found 0 of 0" in answered.result.detail


@pytest.mark.parametrize(
    "other",
    [
        item(productName="Virtual Machines ND Series Windows", retailPrice=1.0),
        item(meterName="plain Low Priority", retailPrice=1.0),
        item(unitOfMeasure="1 Month", retailPrice=1.0),
        item(type="Reservation", retailPrice=1.0),
        item(type="DevTestConsumption", retailPrice=1.0),
        item("Standard_ND96is_noIB_H100_v5", retailPrice=1.0),
        item("Standard_ND96is_flex_H100_v5", retailPrice=1.0),
        item(armRegionName="usgovvirginia", retailPrice=1.0),
        item(),
    ],
    ids=["Windows", "low priority", "month", "reserved", "dev", "noIB", "flex", "gov", "twice"],
)
def test_another_meter_is_no_other_price(other: dict[str, Any]) -> None:
    assert rebuilt(item(), other) == {H100 + "eastus.on_demand": 10.0}


def test_a_spot_price_that_repeats_the_list_price_is_left_out() -> None:
    spot = item(meterName="plain Spot")
    assert rebuilt(item(), spot) == {H100 + "eastus.on_demand": 10.0}
    assert rebuilt(item(), spot | {"retailPrice": 20.0})[H100 + "eastus.spot"] == 2.5


def test_the_form_of_the_chip_is_told_from_the_machine() -> None:
    actual = rebuilt(item(), item("Standard_NC40ads_H100_v5", retailPrice=7.0))
    assert actual["azure.gpu.h100-nvl-94gb.eastus.on_demand"] == 7.0
    assert actual[H100 + "eastus.on_demand"] == 10.0


def test_pages_that_overlap_count_an_item_once(site: Site) -> None:
    second = item(armRegionName="eastus2")
    bodies = page(item(), second, following=NEXT), page(second, item(armRegionName="westus3"))
    assert len(values(SOURCE, fetch_payload(site, SOURCE, *bodies))) == 3


def test_two_prices_of_one_meter_are_not_loaded() -> None:
    conflict = archived_payload(SOURCE, page(item(), item(retailPrice=88.0)))
    assert "two figures for one period" in checked(SOURCE, conflict).blocked[0]


def test_a_page_that_fails_fails_the_whole_list(site: Site) -> None:
    answered = fetch_bodies(site, SOURCE, page(item(), following=NEXT), page())
    assert (answered.result.outcome, len(answered.bodies)) == ("refused", 2)


@pytest.mark.parametrize(
    "link",
    ["https://prices.azure.com.example/api/retail/prices?a=1", "http://169.254.169.254/latest"],
)
def test_a_next_page_elsewhere_is_not_asked(link: str) -> None:
    with pytest.raises(SchemaDrift, match=r"a further page of https://prices\.azure\.com/"):
        next_page(archived_payload(SOURCE, page(item(), following=link)))


def test_a_full_last_page_and_a_short_one_are_refused() -> None:
    full = page(*[item()] * FULL_PAGE)
    for body in (full, page(item(), Count=2)):
        with pytest.raises(SchemaDrift, match=r"a link to the next page|as many items as Count"):
            values(SOURCE, archived_payload(SOURCE, body))


@pytest.mark.parametrize("field", sorted(item()))
def test_a_lost_field_is_refused_and_an_added_one_is_not(field: str) -> None:
    lost = {key: value for key, value in item().items() if key != field}
    with pytest.raises(SchemaDrift, match=field):
        rebuilt(lost)
    assert rebuilt(dict(reversed(item(added="x").items()))) == {H100 + "eastus.on_demand": 10.0}


def test_another_currency_and_unknown_machines_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="prices in USD, found EUR"):
        rebuilt(item(), BillingCurrency="EUR")
    with pytest.raises(SchemaDrift, match=r"gpu_machines\.csv"):
        rebuilt(item("Standard_D8s_v5"))


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_prices_scaled_by_a_thousand_are_not_loaded(factor: float) -> None:
    scaled = archived_payload(SOURCE, page(item(retailPrice=80 * factor)))
    assert not checked(SOURCE, scaled).passed


def test_a_price_that_is_not_in_force_is_no_figure() -> None:
    """In October 2026 one price is yet to begin and another was replaced."""
    later = item(effectiveStartDate="2027-01-01T00:00:00Z", retailPrice=60.0)
    assert rebuilt(later, item("Standard_ND96isr_H200_v5")) == {
        "azure.gpu.h200-sxm-141gb.eastus.on_demand": 10.0
    }
    start, end = "2025-01-01T00:00:00Z", "2026-09-01T00:00:00Z"
    expired = item(effectiveStartDate=start, effectiveEndDate=end, retailPrice=96.0)
    successor = item(effectiveStartDate=end, retailPrice=72.0)
    assert rebuilt(expired, successor) == {H100 + "eastus.on_demand": 9.0}
    open_ended = item(effectiveStartDate=start, retailPrice=96.0)
    assert rebuilt(open_ended, successor) == {H100 + "eastus.on_demand": 9.0}


def test_regions_are_compared_without_case() -> None:
    assert rebuilt(item(), item(armRegionName="WestUS3", retailPrice=88.0)) == {
        H100 + "eastus.on_demand": 10.0,
        H100 + "westus3.on_demand": 11.0,
    }


def test_a_new_chip_is_named_and_another_size_of_one_that_is_read_is_not() -> None:
    body = page(item(), item("Standard_ND128isr_GB300_v6"), item("Standard_NC80adis_H100_v5"))
    assert SOURCE.unread is not None
    assert list(SOURCE.unread(archived_payload(SOURCE, body))) == [
        ("machine", "Standard_ND128isr_GB300_v6")
    ]


def test_a_superchip_machine_has_four_gpus() -> None:
    """108.16 an hour in eastus, as public code of September 2026 quotes it."""
    assert rebuilt(item("Standard_ND128isr_NDR_GB200_v6", retailPrice=108.16)) == {
        "azure.gpu.gb200-superchip-186gb.eastus.on_demand": 27.04
    }
