"""`silentcrash gpu` on the shipped history: one price from many providers."""

import json
from pathlib import Path

import pytest

from tests.pipelines.conftest import Command

JSON = ("--format", "json")


def test_an_h100_is_priced_over_the_providers_that_come_and_go(
    home: Path, silentcrash: Command
) -> None:
    months = {r["month"]: r for r in json.loads(silentcrash("gpu", "h100-sxm-80gb", *JSON).out)}
    assert round(months["2025-10"]["level"], 2) == 3.03
    assert months["2025-11"]["level"] > 4.5
    assert months["2025-11"]["index"] == months["2025-10"]["index"]
    june = (6.88 / 12.29 * 2.7525 / 2.8725) ** (1 / 5)
    assert months["2025-06"]["index"] / months["2025-05"]["index"] == pytest.approx(june, abs=0.01)
    assert months["2023-05"]["index"] is None
    assert months["2023-05"]["withheld"] == "1 of 3 providers"


def test_as_of_a_day_nothing_later_is_known(home: Path, silentcrash: Command) -> None:
    ran = silentcrash("gpu", "h100-sxm-80gb", "--as-of", "2025-01-10", *JSON)
    assert max(row["month"] for row in json.loads(ran.out)) <= "2025-01"


def test_one_seller_of_spot_is_no_market(home: Path, silentcrash: Command) -> None:
    ran = silentcrash("gpu", "h100-sxm-80gb", "--basis", "spot", *JSON)
    rows = json.loads(ran.out)
    assert rows
    assert {row["withheld"] for row in rows} == {"1 of 3 providers"}
    assert {row["level"] for row in rows} == {None}


def test_an_unknown_gpu_names_those_that_are_held(home: Path, silentcrash: Command) -> None:
    ran = silentcrash("gpu", "h100")
    assert ran.code == 2
    assert "no on_demand price of 'h100' is held; there are: " in ran.err
    assert "h100-sxm-80gb spot" in ran.err
