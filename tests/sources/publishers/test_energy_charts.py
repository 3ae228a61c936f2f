"""energy-charts: a real day, days of 23 and 25 hours, licence and unit."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.energy_charts import SOURCE, parse
from tests.server import Site
from tests.sources.publishers.helpers import fetch_payload

FREE = "CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de"


def rebuilt(day: str, minutes: int = 15, days: int = 1, **changed: Any) -> Payload:
    """Whole days of Berlin in the publisher's shape, at a price that is made up."""
    start = pd.Timestamp(day, tz="Europe/Berlin")
    end = start + pd.DateOffset(days=days)
    at = pd.date_range(start, end, freq=f"{minutes}min", inclusive="left")
    body = {
        "license_info": FREE,
        "unix_seconds": [int(item.timestamp()) for item in at],
        "price": [50.0] * len(at),
        "unit": "EUR / MWh",
        "deprecated": False,
    }
    return Payload(
        json.dumps(body | changed).encode(), SOURCE.requests[0], datetime(2026, 11, 1, tzinfo=UTC)
    )


def count(payload: Payload) -> int:
    return len(json.loads(payload.content)["price"])


@pytest.mark.shared
def test_a_real_day_gives_its_mean_and_its_stress(site: Site, payloads: Path) -> None:
    raw = (payloads / "energy-charts/price_DE-LU_2024-05-04.json").read_bytes()
    frame = parse(fetch_payload(site, SOURCE, raw))
    actual = dict(zip(frame["series"], frame["value"], strict=True))
    prices = json.loads(raw)["price"]
    assert actual["energy_charts.DE-LU.mean"] == pytest.approx(sum(prices) / 24)
    assert actual["energy_charts.DE-LU.stress"] == 0
    assert list(frame["period"].unique()) == [pd.Timestamp("2024-05-04")]


@pytest.mark.parametrize(
    ("day", "minutes", "steps"),
    [("2026-03-29", 15, 92), ("2026-10-25", 15, 100), ("2026-05-04", 15, 96),
     ("2025-03-30", 60, 23), ("2024-10-27", 60, 25)],
)  # fmt: skip
def test_days_on_which_the_clock_changes_are_whole(day: str, minutes: int, steps: int) -> None:
    payload = rebuilt(day, minutes)
    assert count(payload) == steps
    assert list(parse(payload)["period"].unique()) == [pd.Timestamp(day)]


def test_a_day_that_is_not_whole_has_no_figure() -> None:
    complete = json.loads(rebuilt("2026-05-04", days=2).content)
    gap = {name: complete[name][:-1] for name in ("unix_seconds", "price")}
    assert list(parse(rebuilt("2026-05-04", **gap))["period"].unique()) == [
        pd.Timestamp("2026-05-04")
    ]
    null = [*complete["price"][:95], None, *complete["price"][96:]]
    frame = parse(rebuilt("2026-05-04", days=2, price=null))
    assert list(frame["period"].unique()) == [pd.Timestamp("2026-05-05")]


def test_stress_counts_high_and_negative_quarters() -> None:
    prices = [250.0] * 24 + [-5.0] * 24 + [50.0] * 48
    frame = parse(rebuilt("2026-05-04", price=prices))
    actual = dict(zip(frame["series"], frame["value"], strict=True))
    assert actual["energy_charts.DE-LU.stress"] == 50


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"license_info": "ENTSO-E, private use only"}, "a zone under"),
        ({"unit": "EUR/kWh"}, "EUR/MWh"),
        ({"price": [1.0]}, "one price for each time stamp"),
    ],
)
def test_another_licence_unit_or_length_is_refused(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(rebuilt("2026-05-04", **changed))


def test_a_body_without_a_licence_is_refused() -> None:
    bare = Payload(b'{"unix_seconds": [], "price": []}', SOURCE.requests[0], datetime.now(UTC))
    with pytest.raises(SchemaDrift, match="license_info"):
        parse(bare)
