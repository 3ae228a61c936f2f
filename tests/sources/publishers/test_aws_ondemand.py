"""AWS prices: the real table of Virginia, yuan in China, and refusals."""

import json
from pathlib import Path

import pytest

from sources import Request, SchemaDrift
from sources.publishers.aws_ondemand import LOCATIONS, SOURCE
from tests.server import Reply, Site
from tests.sources.publishers.helpers import (
    archived_payload,
    checked,
    fetch_bodies,
    fetch_payload,
    values,
)

H100 = "aws.gpu.h100-sxm-80gb.us-east-1.on_demand"
VIRGINIA, CHINA = LOCATIONS[0], LOCATIONS[-1]


def machine(name: str, location: str, price: str, **changed: str) -> dict[str, str]:
    """A row in the publisher's shape."""
    plain = {"Operating System": "Linux", "Pre Installed S/W": "NA", "rateCode": "made up"}
    return {"Instance Type": name, "Location": location, "price": price} | plain | changed


def table(*rows: dict[str, str], location: str = VIRGINIA.name) -> bytes:
    """A table in the publisher's shape."""
    return json.dumps({"regions": {location: {str(n): r for n, r in enumerate(rows)}}}).encode()


def rebuilt(
    *rows: dict[str, str], request: Request | None = None, location: str = VIRGINIA.name
) -> dict[str, float]:
    return values(SOURCE, archived_payload(SOURCE, table(*rows, location=location), request))


P5 = machine("p5.48xlarge", VIRGINIA.name, "80.0000000000")
P3 = machine("p3.2xlarge", CHINA.name, "36.078")


@pytest.mark.shared
def test_the_real_table_gives_the_price_of_one_gpu(site: Site, payloads: Path) -> None:
    body = (payloads / "aws_ondemand/awsstatic_ec2_ondemand_us-east-1.json").read_bytes()
    actual = values(SOURCE, fetch_payload(site, SOURCE, body))
    assert actual == {
        H100: 6.88,
        "aws.gpu.a100-sxm-40gb.us-east-1.on_demand": pytest.approx(21.957642 / 8),
        "aws.gpu.a100-sxm-80gb.us-east-1.on_demand": pytest.approx(27.44705 / 8),
        "aws.gpu.h200-sxm-141gb.us-east-1.on_demand": pytest.approx(63.296 / 8),
        "aws.gpu.b200-sxm-180gb.us-east-1.on_demand": pytest.approx(113.9328 / 8),
        "aws.gpu.b300-sxm-288gb.us-east-1.on_demand": pytest.approx(142.416 / 8),
    }
    assert site.asked[-1].path.endswith("/US%20East%20(N.%20Virginia)/Linux/index.json")


def test_yuan_are_kept_apart_from_dollars() -> None:
    actual = rebuilt(P3, request=CHINA.request, location=CHINA.name)
    assert actual == {"aws.gpu.v100-sxm-16gb.cn-north-1.on_demand": 36.078}
    units = {series.key: series.unit for series in SOURCE.series}
    assert {units[key] for key in actual} == {"CNY/GPU-h"}
    assert {unit for key, unit in units.items() if "cn-north-1" not in key} == {"USD/GPU-h"}
    assert "/CNY/" in CHINA.request.url


def test_the_prices_of_china_in_answer_to_another_question_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="the prices of US East"):
        rebuilt(P3, location=CHINA.name)
    assert rebuilt(P5, P3 | {"Instance Type": "p4d.24xlarge"}) == {H100: 10.0}


@pytest.mark.parametrize(
    "other",
    [
        machine("p5.48xlarge", VIRGINIA.name, "1.0", **{"Pre Installed S/W": "SQL Std"}),
        machine("p5.48xlarge", VIRGINIA.name, "1.0", **{"Operating System": "Windows"}),
        machine("p5.4xlarge", VIRGINIA.name, "1.0"),
        machine("p6e-gb200.36xlarge", VIRGINIA.name, "1.0"),
        machine("p3.2xlarge", VIRGINIA.name, "1.0"),
    ],
    ids=["software", "system", "size", "UltraServer", "not declared here"],
)
def test_another_machine_is_no_other_price(other: dict[str, str]) -> None:
    assert rebuilt(P5, other) == {H100: 10.0}


def test_two_prices_of_one_machine_are_not_loaded() -> None:
    conflict = archived_payload(SOURCE, table(P5, P5 | {"price": "88.0"}))
    assert "two figures for one period" in checked(SOURCE, conflict).blocked[0]


@pytest.mark.parametrize("column", ["Instance Type", "Location", "Operating System", "price"])
def test_a_lost_column_is_refused_and_an_added_one_is_not(column: str) -> None:
    with pytest.raises(SchemaDrift, match=column):
        rebuilt({name: cell for name, cell in P5.items() if name != column})
    assert rebuilt(dict(reversed(P5.items())) | {"added": "x"}) == {H100: 10.0}


def test_a_table_without_a_known_machine_is_refused() -> None:
    with pytest.raises(SchemaDrift, match=r"a machine of aws in gpu_machines\.csv"):
        rebuilt(machine("m7i.large", VIRGINIA.name, "0.1"))


def test_a_location_without_a_table_says_so(site: Site) -> None:
    missing = fetch_bodies(site, SOURCE, Reply(b"no such key", 404))
    assert missing.result.outcome == "failed"
    assert "404 Not Found" in missing.result.detail
    with pytest.raises(SchemaDrift, match=r"found \[\]"):
        values(SOURCE, archived_payload(SOURCE, b'{"regions": {}}'))


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_prices_scaled_by_a_thousand_are_not_loaded(factor: float) -> None:
    scaled = archived_payload(SOURCE, table(P5 | {"price": str(80 * factor)}))
    assert not checked(SOURCE, scaled).passed
