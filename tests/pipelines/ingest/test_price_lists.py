"""What of a price list is a figure, and what its first fetch is compared with."""

from pathlib import Path

import pytest

from pipelines.ingest import ingestion
from pipelines.settings import from_environment
from sources import find_source
from tests.pipelines.ingest.price_bodies import (
    VAST,
    Rows,
    Visit,
    gpu_types,
    litellm,
    offers,
    values,
)

LAMBDA = "InstanceType,AcceleratorName,AcceleratorCount,Region,Price,SpotPrice\n"
MACHINE = "gpu_8x_h100_sxm5,H100-SXM,8,{region},{price},\n"
H100 = "skypilot.gpu.h100-sxm-80gb.lambda.on_demand"


@pytest.fixture
def shipped_prices(empty_home: Path) -> None:
    """The shipped history of tokens and rents is in the store."""
    configured = from_environment()
    engine = ingestion.open_store(configured)
    for key in ("token_prices", "gpu_rental"):
        [loaded] = ingestion.load_history(engine, find_source(key), configured.now)
        assert loaded.good


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


def test_a_site_without_power_is_no_part_of_the_sums(visit: Visit, rows: Rows) -> None:
    """S38: ten sites of 100 MW and one of which no power is known."""
    table = "Name,Current power (MW),Current H100 equivalents\n"
    table += "".join(f"Site {number},100,50000\n" for number in range(10)) + "Site 10,,7\n"
    assert visit("epoch_data_centers", "2026-11-02", table.encode()).code == 0
    assert values(rows, "epoch_dc.now.power") == [1000.0]
    assert values(rows, "epoch_dc.now.sites") == [10.0]
    assert values(rows, "epoch_dc.now.h100e") == [500_000.0]


LIST = {
    "gpu_8x_a100,A100,8": 1.99,
    "gpu_8x_a100_80gb_sxm4,A100-80GB,8": 2.79,
    "gpu_1x_h100_pcie,H100,1": 3.29,
    "gpu_8x_h100_sxm5,H100-SXM,8": 3.99,
    "gpu_8x_b200_sxm6,B200-SXM,8": 6.69,
    "gpu_1x_gh200,GH200,1": 2.29,
}


def lambda_list(prices: list[float]) -> bytes:
    """The table of a cloud with these prices of a GPU, line by line."""
    lines = zip(LIST, prices, strict=False)
    rows = [f"{name},us-east-1,{float(name[-1]) * price:.2f},\n" for name, price in lines]
    return (LAMBDA + "".join(rows)).encode()


@pytest.mark.parametrize("lines", [len(LIST), 4])
def test_a_list_whose_lines_have_shifted_is_refused(visit: Visit, rows: Rows, lines: int) -> None:
    """Last week's prices, a line too low; of a list of four, three have changed."""
    prices = list(LIST.values())[:lines]
    assert visit("skypilot", "2026-11-02", lambda_list(prices)).code == 0
    stored = rows("select count(*) as n from v_observation where series like 'skypilot.%'")
    refused = visit("skypilot", "2026-11-09", lambda_list([prices[0], *prices[:-1]]))
    assert (refused.code, "rows or columns have shifted" in refused.err) == (1, True)
    assert rows("select count(*) as n from v_observation where series like 'skypilot.%'") == stored
    # A cut of every price is read, and so are the prices of before.
    cut = [round(0.9 * price, 2) for price in prices]
    assert visit("skypilot", "2026-11-16", lambda_list(cut)).code == 0
    assert visit("skypilot", "2026-11-23", lambda_list(prices)).code == 0
