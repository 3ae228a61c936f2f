"""Vast.ai: real offers of July 2026; addresses of hosts are never stored."""

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from sources import SchemaDrift
from sources.publishers.vast import LIMIT, SOURCE, USUAL_CAP, redact
from tests.server import Reply, Site
from tests.sources.publishers.helpers import (
    archived_payload,
    checked,
    fetch_bodies,
    fetch_payload,
    values,
)

H100 = "vast.gpu.h100-sxm-80gb.world."


def offer(machine: int = 1, **changed: Any) -> dict[str, Any]:
    """An offer in the publisher's shape, at a round price."""
    return {
        "machine_id": machine,
        "gpu_name": "H100 SXM",
        "gpu_ram": 81559,
        "num_gpus": 1,
        "dph_base": 2.0,
        "dph_total": 2.5,
        "rentable": True,
        "is_bid": False,
        "public_ipaddr": "203.0.113.7",
    } | changed


def answer(*offers: dict[str, Any]) -> bytes:
    """An answer in the publisher's shape."""
    return json.dumps({"offers": offers}).encode()


def rebuilt(*offers: dict[str, Any]) -> dict[str, float]:
    return values(SOURCE, archived_payload(SOURCE, answer(*offers)))


@pytest.fixture(scope="module")
def real(payloads: Path) -> bytes:
    return (payloads / "vast/bundles_2026-07_ipscrubbed.json").read_bytes()


@pytest.mark.shared
def test_real_offers_give_a_median_of_machines(site: Site, real: bytes) -> None:
    actual = values(SOURCE, fetch_payload(site, SOURCE, real))
    offers = [o for o in json.loads(real)["offers"] if o["gpu_name"] == "H100 SXM"]
    machines: dict[int, list[float]] = {}
    for item in offers:
        machines.setdefault(item["machine_id"], []).append(item["dph_base"] / item["num_gpus"])
    assert (len(offers), len(machines)) == (40, 20)
    assert actual == {
        H100 + "on_demand": pytest.approx(median(map(median, machines.values()))),
        H100 + "machines": 20,
        "vast.gpu.h100-nvl-94gb.world.on_demand": pytest.approx(2.2),
        "vast.gpu.h100-nvl-94gb.world.machines": 6,
    }
    assert round(actual[H100 + "on_demand"], 5) == 2.10075
    assert (site.asked[-1].method, site.asked[-1].json["limit"]) == ("POST", LIMIT)
    assert "A100 SXM4" in site.asked[-1].json["gpu_name"]["in"]


@pytest.mark.shared
def test_no_address_of_a_host_comes_through_the_door(site: Site, real: bytes) -> None:
    marked = real.replace(b"192.0.2.1", b"203.0.113.77")
    answered = fetch_bodies(site, SOURCE, marked)
    assert marked.count(b"203.0.113.77") == 48
    for body in answered.bodies:
        assert b"203.0.113" not in body
        assert b"ipaddr" not in body
    assert values(SOURCE, answered.payload) == values(SOURCE, archived_payload(SOURCE, real))


def test_an_address_under_another_name_is_taken_out_too() -> None:
    hidden = offer(host={"name": "x", "ssh": "2001:db8::7", "hostname": "a.example"}, note="1.2")
    shipped = redact(answer(hidden)).decode()
    assert "2001:db8" not in shipped
    assert "a.example" not in shipped
    assert '"note": "1.2"' in shipped
    assert redact(redact(answer(hidden))) == redact(answer(hidden))


def test_what_cannot_be_read_is_not_kept(site: Site) -> None:
    answered = fetch_bodies(
        site, SOURCE, Reply(b'{"offers": [{"public_ipaddr": "203.0.113.7"', 200)
    )
    assert answered.result.outcome == "refused"
    assert answered.bodies == ()
    assert "203.0.113" not in str(answered.result)


def test_one_machine_in_several_slices_counts_once() -> None:
    slices = [offer(num_gpus=n, dph_base=2.0 * n) for n in (1, 2, 4, 8)]
    others = [offer(2, dph_base=4.0), offer(3, dph_base=4.0)]
    assert rebuilt(*slices, *others) == {H100 + "on_demand": 4.0, H100 + "machines": 3}


def test_storage_and_the_size_of_an_offer_are_no_part_of_the_price() -> None:
    actual = rebuilt(offer(num_gpus=8, dph_base=16.0, dph_total=99.0))
    assert actual[H100 + "on_demand"] == 2.0


def test_offers_that_outbid_each_other_or_are_gone_are_left_out() -> None:
    others = [offer(2, dph_base=9.0, is_bid=True), offer(3, dph_base=9.0, rentable=False)]
    assert rebuilt(offer(), *others)[H100 + "machines"] == 1


def test_an_a100_is_told_apart_by_its_memory_and_a_short_name_is_not_taken() -> None:
    a100 = offer(gpu_name="A100 SXM4")
    small, other = a100 | {"gpu_ram": 40960}, offer(9, gpu_name="A100 SXM")
    actual = rebuilt(a100, small | {"machine_id": 2, "dph_base": 1.0}, other)
    assert actual["vast.gpu.a100-sxm-80gb.world.on_demand"] == 2.0
    assert actual["vast.gpu.a100-sxm-40gb.world.on_demand"] == 1.0
    assert len(actual) == 4


@pytest.mark.parametrize("count", [USUAL_CAP, LIMIT])
def test_as_many_offers_as_it_gives_at_most_are_refused(count: int) -> None:
    with pytest.raises(SchemaDrift, match=f"{count}, which is as many"):
        rebuilt(*map(offer, range(count)))
    half = [offer(n, gpu_name="H200", gpu_ram=143771) for n in range(count // 2)]
    with pytest.raises(SchemaDrift, match=f"{count}, which is as many"):
        rebuilt(*half, *map(offer, range(count - len(half))))
    assert rebuilt(*map(offer, range(count - 1)))[H100 + "machines"] == count - 1


def test_as_many_of_one_gpu_are_refused_too() -> None:
    with pytest.raises(SchemaDrift, match="65, which is as many"):
        rebuilt(offer(gpu_name="H200", gpu_ram=143771), *map(offer, range(USUAL_CAP)))


def test_no_offers_are_no_figures() -> None:
    with pytest.raises(SchemaDrift):
        rebuilt()


@pytest.mark.parametrize("field", sorted(set(offer()) - {"dph_total", "public_ipaddr"}))
def test_a_lost_field_is_refused_and_an_added_one_is_not(field: str) -> None:
    with pytest.raises(SchemaDrift, match=field):
        rebuilt({name: entry for name, entry in offer().items() if name != field})
    assert rebuilt(dict(reversed(offer(added="x").items()))) == rebuilt(offer())


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_prices_scaled_by_a_thousand_are_not_loaded(factor: float) -> None:
    scaled = archived_payload(SOURCE, answer(offer(dph_base=2 * factor)))
    assert not checked(SOURCE, scaled).passed


def test_an_offer_without_a_price_is_no_machine() -> None:
    eight = {"num_gpus": 8}
    prices = rebuilt(
        offer(1, dph_base=16.0, **eight), offer(2, dph_base=0.0, **eight), offer(3, dph_base=None)
    )
    assert prices == {H100 + "on_demand": 2.0, H100 + "machines": 1}
