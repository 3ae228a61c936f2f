"""RunPod: the real response of July 2026, and its filler prices."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import SchemaDrift
from sources.publishers.runpod import SOURCE
from tests.server import Site
from tests.sources.publishers.helpers import (
    archived_payload,
    checked,
    fetch_bodies,
    fetch_payload,
    values,
)

H100 = "runpod.gpu.h100-sxm-80gb.global."


def gpu(**changed: Any) -> dict[str, Any]:
    """A GPU in the publisher's shape, at round prices."""
    return {
        "id": "NVIDIA H100 80GB HBM3",
        "memoryInGb": 80,
        "secureCloud": True,
        "communityCloud": True,
        "securePrice": 3.0,
        "communityPrice": 2.0,
    } | changed


def answer(*types: dict[str, Any]) -> bytes:
    """An answer in the publisher's shape."""
    return json.dumps({"data": {"gpuTypes": types}}).encode()


def rebuilt(*types: dict[str, Any]) -> dict[str, float]:
    return values(SOURCE, archived_payload(SOURCE, answer(*types)))


@pytest.fixture(scope="module")
def real(payloads: Path) -> bytes:
    return (payloads / "runpod/gputypes_2026-07.json").read_bytes()


@pytest.mark.shared
def test_the_real_answer_gives_the_prices_of_two_tiers(site: Site, real: bytes) -> None:
    actual = values(SOURCE, fetch_payload(site, SOURCE, real))
    assert len(actual) == 19
    assert actual[H100 + "on_demand"] == 2.99
    assert actual[H100 + "community"] == 2.69
    assert actual["runpod.gpu.a100-pcie-80gb.global.on_demand"] == 1.39
    assert actual["runpod.gpu.b300-sxm-288gb.global.on_demand"] == 7.39
    assert site.asked[-1].method == "POST"
    assert "securePrice secureCloud" in site.asked[-1].json["query"]


@pytest.mark.shared
def test_every_filler_of_a_half_has_its_flag_down_and_none_is_read(real: bytes) -> None:
    types = json.loads(real)["data"]["gpuTypes"]
    for price, flag in (("communityPrice", "communityCloud"), ("securePrice", "secureCloud")):
        halves = [item[flag] for item in types if item[price] == 0.5]
        assert (len(halves), any(halves)) == (7, False)
    actual = values(SOURCE, archived_payload(SOURCE, real))
    assert 0.5 not in actual.values()
    assert "runpod.gpu.mi300x-oam-192gb.global.community" not in actual
    assert "runpod.gpu.a100-sxm-40gb.global.on_demand" not in actual


def test_a_price_without_its_flag_or_of_nothing_is_no_offer() -> None:
    assert rebuilt(gpu(communityCloud=False, communityPrice=0.5)) == {H100 + "on_demand": 3.0}
    assert rebuilt(gpu(securePrice=0)) == {H100 + "community": 2.0}
    assert rebuilt(gpu(secureCloud=None)) == {H100 + "community": 2.0}


def test_a_half_that_is_offered_is_a_price() -> None:
    assert rebuilt(gpu(communityPrice=0.5))[H100 + "community"] == 0.5


def test_the_price_of_eight_is_not_read() -> None:
    lowest = {"lowestPrice": {"minimumBidPrice": 21.52, "uninterruptablePrice": 21.52}}
    assert rebuilt(gpu(**lowest)) == rebuilt(gpu())


def test_a_memory_that_is_rounded_is_that_gpu_and_another_is_refused() -> None:
    assert rebuilt(gpu(id="NVIDIA H200 NVL", memoryInGb=143))
    with pytest.raises(SchemaDrift, match=r"the memory of h100-sxm-80gb, found \[64\] GB"):
        rebuilt(gpu(memoryInGb=64))


@pytest.mark.parametrize("field", sorted(gpu()))
def test_a_lost_field_is_refused_and_an_added_one_is_not(field: str) -> None:
    with pytest.raises(SchemaDrift, match=field):
        rebuilt({name: entry for name, entry in gpu().items() if name != field})
    assert rebuilt(dict(reversed(gpu(added="x").items()))) == rebuilt(gpu())


def test_unknown_gpus_are_left_out_and_only_unknown_ones_refused() -> None:
    other = gpu(id="NVIDIA GeForce GTX 1050", memoryInGb=2)
    assert rebuilt(gpu(), other) == rebuilt(gpu())
    with pytest.raises(SchemaDrift, match="one of the GPUs that are read"):
        rebuilt(other)


def test_an_error_with_status_200_is_refused(site: Site) -> None:
    answered = fetch_bodies(
        site, SOURCE, b'{"errors": [{"message": "no such field"}], "data": null}'
    )
    assert answered.result.outcome == "refused"
    for nothing in (b'{"data": null}', b'{"data": {"gpuTypes": []}}'):
        with pytest.raises(SchemaDrift):
            values(SOURCE, archived_payload(SOURCE, nothing))


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_prices_scaled_by_a_thousand_are_not_loaded(factor: float) -> None:
    scaled = gpu(securePrice=3 * factor, communityPrice=2 * factor)
    assert not checked(SOURCE, archived_payload(SOURCE, answer(scaled))).passed


def test_a_price_that_leaps_is_loaded_and_told() -> None:
    payload = archived_payload(SOURCE, answer(gpu(securePrice=5.0)))
    last = {"series": H100 + "on_demand", "period": pd.Timestamp("2026-09-24"), "value": 3.0}
    actual = checked(SOURCE, payload, pd.DataFrame([last]))
    assert actual.passed
    assert len(actual.accepted) == 2
    assert "over 40 %" in actual.warnings[0]
