"""Prices that moved: what is stored, what is doubted, and how a doubt heals.

Bodies are rebuilt in their publishers' forms, with the figures of the case.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import fetch, ingestion
from pipelines.settings import from_environment
from sources import find_source
from sources.http.client import PoliteClient
from sources.http.credentials import public_url
from sources.publishers.token_prices import current_models
from tests.pipelines.conftest import Command, Ran
from tests.server import Reply, Site

Visit = Callable[..., Ran]
Rows = Callable[[str], list[dict[str, Any]]]
FLAGSHIP, FRUGAL = "tokens.flagship", "tokens.frugal"


@pytest.fixture
def visit(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Visit:
    """Fetch one request of a source on a day; `silentcrash fetch`."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setattr(fetch, "PoliteClient", partial(PoliteClient, sleep=lambda seconds: None))

    def visited(key: str, day: str, body: bytes, question: int = 0) -> Ran:
        declared = find_source(key)
        only = replace(declared, requests=declared.requests[question : question + 1])
        monkeypatch.setattr("pipelines.cli.sources.find_source", lambda _: only)
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        site.serve(public_url(only.requests[0]).split("?")[0], Reply(body))
        return silentcrash("fetch", key)

    return visited


@pytest.fixture
def shipped_prices(empty_home: Path) -> None:
    """The shipped history of tokens and rents is in the store."""
    configured = from_environment()
    engine = ingestion.open_store(configured)
    for key in ("token_prices", "gpu_rental"):
        [loaded] = ingestion.load_history(engine, find_source(key), configured.now)
        assert loaded.good


@pytest.fixture
def rows(silentcrash: Command) -> Rows:
    """The rows that a query gives."""

    def queried(sql: str) -> list[dict[str, Any]]:
        ended = silentcrash("query", sql, "--format", "json")
        assert ended.code == 0, ended.err
        content: list[dict[str, Any]] = json.loads(ended.out)
        return content

    return queried


def values(rows: Rows, key: str, since: str = "2026-11-01") -> list[float]:
    """The stored figures of a series, oldest period first."""
    sql = f"select value from v_observation where series = '{key}' and period >= '{since}'"
    return [row["value"] for row in rows(f"{sql} order by period")]


def catalogue(day: str, flagship: float, frugal: float) -> bytes:
    """genai-prices with the models of a day, at these blended prices."""
    tiers = current_models(date.fromisoformat(day))
    prices = {tiers["flagship"]: flagship, tiers["frugal"]: frugal}
    models = [
        {"id": model, "prices": {"input_mtok": price, "output_mtok": price}}
        for model, price in prices.items()
    ]
    return json.dumps([{"id": "openai", "models": models}]).encode()


def litellm(day: str, flagship: float, frugal: float) -> bytes:
    tiers = current_models(date.fromisoformat(day))
    prices = {tiers["flagship"]: flagship, tiers["frugal"]: frugal}
    return json.dumps(
        {
            model: {
                "litellm_provider": "openai",
                "input_cost_per_token": price / 1e6,
                "output_cost_per_token": price / 1e6,
            }
            for model, price in prices.items()
        }
    ).encode()


def offers(prices: Mapping[tuple[str, int], list[float | None]]) -> bytes:
    """Vast's list: GPU and memory in GB, and the price of each machine of eight."""
    return json.dumps(
        {
            "offers": [
                {
                    "machine_id": f"{name}-{memory}-{number}",
                    "gpu_name": name,
                    "gpu_ram": memory * 1024,
                    "num_gpus": 8,
                    "dph_base": price,
                    "rentable": True,
                    "is_bid": False,
                }
                for (name, memory), machines in prices.items()
                for number, price in enumerate(machines)
            ]
        }
    ).encode()


VAST = {("H100 SXM", 80): [16.0], ("H100 PCIE", 80): [14.0], ("H200", 141): [24.0]} | {
    ("A100 SXM4", 80): [8.0],
    ("A100 SXM4", 40): [6.0],
    ("A100 PCIE", 80): [7.0],
    ("H100 NVL", 94): [15.0],
}
CASE_S1 = ("2026-03-10", "2026-03-18", "2026-03-25", "2026-04-28", "2026-07-14", "2026-08-01")


@pytest.mark.parametrize(
    ("key", "series", "body"),
    [("token_prices", "tokens", catalogue), ("litellm", "litellm", litellm)],
)
def test_a_new_model_of_one_tier_is_stored_with_the_other(
    visit: Visit, rows: Rows, key: str, series: str, body: Callable[..., bytes]
) -> None:
    """S1: on 17 March the frugal tier got another model, 3.4 times as dear."""
    prices = [(5.625, 0.1375), (5.625, 0.4625), (5.625, 0.4625), (11.25, 0.4625)]
    prices += [(11.25, 0.3), (11.25, 0.3)]
    for day, pair in zip(CASE_S1, prices, strict=True):
        assert visit(key, day, body(day, *pair)).code == 0, day
    listed = values(rows, f"{series}.frugal", "2026-03-18")
    assert listed[0] == pytest.approx(0.4625)
    assert values(rows, f"{series}.flagship", "2026-07-14")[-1] == pytest.approx(11.25)
    assert rows("select 1 from v_quarantine where reason like 'over 5 times%'") == []


def test_one_of_two_prices_that_moves_far_waits_for_another_day(visit: Visit, rows: Rows) -> None:
    days = ("2026-11-03", "2026-11-10", "2026-11-17")
    for day, frugal in zip(days, (0.4, 2.4, 2.4), strict=True):
        ended = visit("token_prices", day, catalogue(day, 20.0, frugal))
        assert ended.code == 0, ended.err
        if day == days[1]:
            assert values(rows, FLAGSHIP)[-1] == 20.0
            assert values(rows, FRUGAL) == [0.4]
    assert values(rows, FRUGAL) == [0.4, 2.4]
    [last] = rows(
        "select detail from v_fetch where url not like 'sources%' order by at desc limit 1"
    )
    assert last["detail"] == "tokens.frugal moved by a factor of 6, which was confirmed"


def test_the_same_day_confirms_nothing(visit: Visit, rows: Rows) -> None:
    for day, frugal in (("2026-11-03", 0.4), ("2026-11-10", 2.4), ("2026-11-10", 2.4)):
        assert visit("token_prices", day, catalogue(day, 20.0, frugal)).code == 0
    assert values(rows, FRUGAL) == [0.4]


def test_a_move_within_a_factor_of_five_is_stored_with_a_mark(visit: Visit, rows: Rows) -> None:
    for day, frugal in (("2026-11-03", 0.4), ("2026-11-10", 1.2)):
        assert visit("token_prices", day, catalogue(day, 20.0, frugal)).code == 0
    assert values(rows, FRUGAL) == [0.4, 1.2]
    [last] = rows(
        "select detail from v_fetch where url not like 'sources%' order by at desc limit 1"
    )
    assert last["detail"] == "tokens.frugal moved by a factor of 3"


def test_a_second_publisher_that_agrees_confirms(visit: Visit, rows: Rows) -> None:
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    assert visit("litellm", "2026-11-09", litellm("2026-11-09", 20.0, 2.4)).code == 0
    assert values(rows, "litellm.frugal") == []  # six times what the other one says
    assert visit("token_prices", "2026-11-10", catalogue("2026-11-10", 20.0, 2.4)).code == 0
    assert values(rows, FRUGAL) == [0.4]
    assert visit("litellm", "2026-11-16", litellm("2026-11-16", 20.0, 2.4)).code == 0
    assert values(rows, "litellm.frugal") == pytest.approx([2.4])  # it came on two days
    assert visit("token_prices", "2026-11-16", catalogue("2026-11-16", 20.0, 2.4)).code == 0
    assert values(rows, FRUGAL) == [0.4, 2.4]


def test_one_factor_over_all_is_refused_until_a_person_accepts_it(
    visit: Visit, rows: Rows, silentcrash: Command
) -> None:
    factor = 5.0
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    for day in ("2026-11-10", "2026-11-17"):
        body = catalogue(day, 20.0 * factor, 0.4 * factor)
        ended = visit("token_prices", day, body)
        assert ended.code == 1
        assert "silentcrash accept token_prices --reason" in ended.err.replace("\n", " ")
    assert values(rows, FLAGSHIP) == [20.0]
    assert silentcrash("accept", "token_prices", "--reason", " ").code == 2
    assert silentcrash("accept", "token_prices", "--reason", "the price page says so").code == 0
    assert values(rows, FLAGSHIP) == [20.0, 20.0 * factor]
    status = json.loads(silentcrash("status", "--format", "json").out)
    [line] = [row["accepted"] for row in status if row["key"] == "token_prices"]
    assert line == "accepted: the price page says so"
    again = silentcrash("accept", "token_prices", "--reason", "the price page says so")
    assert again.code == 1
    assert "nothing to accept" in again.err
    assert (
        visit(
            "token_prices", "2026-11-25", catalogue("2026-11-25", 20.0 * factor, 0.4 * factor)
        ).code
        == 0
    )
    assert visit("token_prices", "2026-11-26", catalogue("2026-11-26", 20.0, 0.4)).code == 1


def test_a_person_cannot_accept_what_is_no_price(
    visit: Visit, rows: Rows, silentcrash: Command
) -> None:
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    assert visit("token_prices", "2026-11-10", catalogue("2026-11-10", 20_000.0, 400.0)).code == 1
    ended = silentcrash("accept", "token_prices", "--reason", "I want to")
    assert ended.code == 1
    assert "no list price of a million tokens was ever outside" in ended.err.replace("\n", " ")
    assert values(rows, FLAGSHIP) == [20.0]


def test_offers_of_a_machine_are_counted_every_week(visit: Visit, rows: Rows) -> None:
    """S6: one machine, six, seven, nine; fourteen figures each week."""
    weeks = ("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23")
    for day, count in zip(weeks, (1, 6, 7, 9), strict=True):
        body = offers(VAST | {("H200", 141): [24.0] * count})
        assert visit("vast", day, body).code == 0, day
    assert values(rows, "vast.gpu.h200-sxm-141gb.world.machines") == [1, 6, 7, 9]
    sql = "select count(*) as n from v_observation where series like 'vast.%' group by period"
    assert [row["n"] for row in rows(sql)] == [14] * 4


def test_a_free_machine_is_no_price_and_no_machine(visit: Visit, rows: Rows) -> None:
    """S5: machines of eight at 16.0, at nothing and without a price."""
    body = offers(VAST | {("H100 SXM", 80): [16.0, 0.0, None]})
    assert visit("vast", "2026-11-02", body).code == 0
    assert values(rows, "vast.gpu.h100-sxm-80gb.world.on_demand") == [2.0]
    assert values(rows, "vast.gpu.h100-sxm-80gb.world.machines") == [1.0]


LAMBDA = "InstanceType,AcceleratorName,AcceleratorCount,Region,Price,SpotPrice\n"
MACHINE = "gpu_8x_h100_sxm5,H100-SXM,8,{region},{price},\n"
H100 = "skypilot.gpu.h100-sxm-80gb.lambda.on_demand"


@pytest.mark.parametrize("price", ["0", "-1", "inf"])
def test_what_is_no_price_is_no_part_of_a_median(visit: Visit, rows: Rows, price: str) -> None:
    """S2, S4: 23.92 for eight in one region, and no price in another."""
    regions = [MACHINE.format(region="us-east-1", price="23.92")]
    regions += [MACHINE.format(region="us-west-1", price=price)]
    assert visit("skypilot", "2026-11-02", (LAMBDA + "".join(regions)).encode()).code == 0
    assert values(rows, H100) == [2.99]


def test_two_prices_of_one_machine_in_one_region_are_no_price(visit: Visit, rows: Rows) -> None:
    """S3: neither of two prices of one key is chosen by order."""
    both = [MACHINE.format(region="us-east-1", price=price) for price in ("23.92", "47.84")]
    assert visit("skypilot", "2026-11-02", (LAMBDA + "".join(both)).encode()).code == 1
    assert values(rows, H100) == []


@pytest.mark.parametrize("factor", [10.0, 0.1])
@pytest.mark.parametrize("key", ["litellm", "vast", "runpod"])
def test_a_first_fetch_in_another_unit_is_refused(
    shipped_prices: None, visit: Visit, rows: Rows, key: str, factor: float
) -> None:
    """S7: it is compared with the shipped history of a second publisher."""
    bodies = {
        "litellm": litellm("2026-11-23", 20.0 * factor, 0.4 * factor),
        "vast": offers({gpu: [price * factor for price in prices] for gpu, prices in VAST.items()}),  # type: ignore[operator]
        "runpod": gpu_types(factor),
    }
    assert visit(key, "2026-11-23", bodies[key]).code == 1
    assert rows(f"select 1 from v_observation where series like '{key}.%'") == []


@pytest.mark.parametrize("key", ["litellm", "vast", "runpod"])
def test_a_first_fetch_in_the_right_unit_is_stored(
    shipped_prices: None, visit: Visit, rows: Rows, key: str
) -> None:
    bodies = {
        "litellm": litellm("2026-11-23", 20.0, 0.4),
        "vast": offers(VAST),
        "runpod": gpu_types(1),
    }
    assert visit(key, "2026-11-23", bodies[key]).code == 0


def gpu_types(factor: float) -> bytes:
    """RunPod's answer, two GPUs at two tiers."""
    listed = {"NVIDIA H100 80GB HBM3": (80, 2.69), "NVIDIA A100-SXM4-80GB": (80, 1.49)}
    types = [
        {
            "id": name,
            "memoryInGb": memory,
            "securePrice": price * factor,
            "secureCloud": True,
            "communityPrice": price * factor * 0.9,
            "communityCloud": True,
        }
        for name, (memory, price) in listed.items()
    ]
    return json.dumps({"data": {"gpuTypes": types}}).encode()


def test_a_site_without_power_is_no_part_of_the_sums(visit: Visit, rows: Rows) -> None:
    """S38: ten sites of 100 MW and one of which no power is known."""
    table = "Name,Current power (MW),Current H100 equivalents\n"
    table += "".join(f"Site {number},100,50000\n" for number in range(10)) + "Site 10,,7\n"
    assert visit("epoch_data_centers", "2026-11-02", table.encode()).code == 0
    assert values(rows, "epoch_dc.now.power") == [1000.0]
    assert values(rows, "epoch_dc.now.sites") == [10.0]
    assert values(rows, "epoch_dc.now.h100e") == [500_000.0]


def test_a_revision_that_comes_again_under_the_same_bytes_is_confirmed(
    visit: Visit, rows: Rows
) -> None:
    """The same bytes are read again while a figure in them is in doubt."""
    months = [f"2026-{month:02}-01" for month in range(1, 10)]

    def table(april: float) -> bytes:
        lines = [f"{month},{april if month == months[3] else 60.0}" for month in months]
        return "\n".join(["observation_date,PCU334413334413", *lines]).encode()

    assert visit("fred", "2026-11-02", table(60.0)).code == 0
    for day, stored in (("2026-11-03", 60.0), ("2026-11-03", 60.0), ("2026-11-04", 380.0)):
        assert visit("fred", day, table(380.0)).code == 0
        assert values(rows, "fred.PCU334413334413", "2026-04-01")[0] == stored
