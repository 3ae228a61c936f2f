"""SkyPilot's catalogue: real rows of two clouds whose columns differ."""

from pathlib import Path

import pytest

from sources import Payload, SchemaDrift
from sources.publishers.skypilot import CLOUDS, SOURCE
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_payload, values

LAMBDA, RUNPOD = CLOUDS.index("lambda"), CLOUDS.index("runpod")
H100 = "skypilot.gpu.h100-sxm-80gb.lambda."
HEAD = "InstanceType,AcceleratorName,AcceleratorCount,Region,Price,SpotPrice,GpuInfo\n"
ROW = "gpu_8x_h100_sxm5,H100,8.0,us-east-1,24.0,,made up\n"


def rebuilt(rows: str = ROW, head: str = HEAD, cloud: int = LAMBDA) -> Payload:
    """A table in the catalogue's shape, with round prices."""
    return archived_payload(SOURCE, (head + rows).encode(), SOURCE.requests[cloud])


def prices(rows: str = ROW, head: str = HEAD, cloud: int = LAMBDA) -> dict[str, float]:
    return values(SOURCE, rebuilt(rows, head, cloud))


@pytest.mark.shared
def test_real_rows_of_two_clouds_are_read_by_name(site: Site, payloads: Path) -> None:
    bodies = {
        LAMBDA: (payloads / "skypilot/lambda_vms_v8_head.csv").read_bytes(),
        RUNPOD: (payloads / "skypilot/runpod_vms_v8_head.csv").read_bytes(),
    }
    assert len({body.split(b"\n")[0] for body in bodies.values()}) == 2
    actual = [
        values(SOURCE, fetch_payload(site, SOURCE, body, question=n)) for n, body in bodies.items()
    ]
    assert actual == [
        {"skypilot.gpu.v100-sxm-16gb.lambda.on_demand": 0.79},
        {"skypilot.gpu.a100-pcie-80gb.runpod.on_demand": 1.39},
    ]


def test_one_price_repeated_for_every_region_counts_once() -> None:
    count = "".join(ROW.replace("us-east-1", f"region-{n}") for n in range(30))
    assert prices(count) == {H100 + "on_demand": 3.0}


def test_regions_of_different_prices_give_their_median() -> None:
    dear = ROW.replace("us-east-1", "x").replace("24.0", "240.0")
    assert prices(ROW + ROW.replace("us-east-1", "y") + dear) == {H100 + "on_demand": 3.0}


def test_a_spot_price_that_repeats_the_list_price_is_left_out() -> None:
    assert prices(ROW.replace("24.0,,", "24.0,24.0,")) == {H100 + "on_demand": 3.0}
    assert prices(ROW.replace("24.0,,", "24.0,8.0,"))[H100 + "spot"] == 1.0


def test_machines_without_gpus_and_other_sizes_are_left_out() -> None:
    others = "cpu_4x_general,,,us-east-1,0.2,,\ngpu_1x_h100_sxm5,H100,1.0,us-east-1,9.9,,\n"
    assert prices(ROW + others) == {H100 + "on_demand": 3.0}


def test_forms_of_one_name_are_told_apart_by_the_machine() -> None:
    pcie = "gpu_1x_h100_pcie,H100,1.0,us-east-1,2.0,,\n"
    actual = prices(ROW + pcie)
    assert actual[H100 + "on_demand"] == 3.0
    assert actual["skypilot.gpu.h100-pcie-80gb.lambda.on_demand"] == 2.0


def test_what_the_catalogue_says_of_the_memory_is_not_read() -> None:
    odd = ROW.replace("made up", "\"{'TotalGpuMemoryInMiB': 80}\"")
    assert prices(odd) == {H100 + "on_demand": 3.0}


def test_another_number_of_gpus_than_is_kept_is_refused() -> None:
    with pytest.raises(SchemaDrift, match=r"the GPU counts of .* found 4 in gpu_8x_h100_sxm5"):
        prices(ROW.replace("8.0", "4.0"))


@pytest.mark.parametrize(
    "column", ["InstanceType", "AcceleratorCount", "Region", "Price", "SpotPrice"]
)
def test_a_renamed_column_is_refused_and_an_added_one_is_not(column: str) -> None:
    with pytest.raises(SchemaDrift, match=f"no .*{column}"):
        prices(head=HEAD.replace(f"{column},", f"{column}New,", 1))
    assert prices("x," + ROW, "Added," + HEAD) == {H100 + "on_demand": 3.0}


def test_a_table_of_another_cloud_is_refused() -> None:
    with pytest.raises(SchemaDrift, match="a machine of runpod"):
        prices(cloud=RUNPOD)


@pytest.mark.parametrize("price", ["24000.0", "0.024"])
def test_prices_scaled_by_a_thousand_are_not_loaded(price: str) -> None:
    assert not checked(SOURCE, rebuilt(ROW.replace("24.0", price))).passed


@pytest.mark.parametrize("price", ["0", "-1", "inf", "8000"])
def test_a_price_that_cannot_be_one_is_left_out_of_the_median(price: str) -> None:
    odd = ROW.replace("us-east-1", "us-west-1").replace("24.0", price)
    assert prices(ROW.replace("24.0", "23.92") + odd) == {H100 + "on_demand": 2.99}


def test_two_prices_of_one_machine_in_one_region_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="one price of a machine in a region"):
        prices(ROW.replace("24.0", "23.92") + ROW.replace("24.0", "47.84"))


def test_a_machine_that_is_sold_out_has_no_price() -> None:
    """Real rows of Verda: a machine of eight without a price, a single with one."""
    rows = "8B200.240V,B200,8.0,FIN-03,,13.69,\n1B200.30V,B200,1.0,FIN-03,4.89,1.712,\n"
    assert prices(rows, cloud=CLOUDS.index("verda")) == {
        "skypilot.gpu.b200-sxm-180gb.verda.on_demand": 4.89,
        "skypilot.gpu.b200-sxm-180gb.verda.spot": 1.712,
    }


def test_a_machine_of_eight_b200_is_read_at_nebius() -> None:
    """A real row: 44.00 an hour, 5.50 a GPU."""
    row = "gpu-b200-sxm_8gpu-160vcpu-1792gb,B200,8,us-central1,44.00,,\n"
    key = "skypilot.gpu.b200-sxm-180gb.nebius.on_demand"
    assert prices(row, cloud=CLOUDS.index("nebius")) == {key: 5.5}


def test_new_chips_are_named_once_and_other_sizes_are_not() -> None:
    new = "".join(
        f"gpu_8x_{chip.lower()},{chip},8.0,us-east-{n},99.0,,\n"
        for chip in ("GB300", "MI355X", "A6000", "A10")
        for n in (1, 2)
    )
    smaller = "gpu_1x_h100_sxm5,H100,1.0,us-east-1,4.29,,\ncpu_4x_general,,,us-east-1,0.2,,\n"
    assert SOURCE.unread is not None
    assert list(SOURCE.unread(rebuilt(ROW + new + smaller))) == [
        ("machine", "gpu_8x_gb300"),
        ("machine", "gpu_8x_mi355x"),
    ]
