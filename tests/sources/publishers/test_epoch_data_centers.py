"""Frontier data centres: real copies, projections and changed columns."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, Request, SchemaDrift
from sources.publishers.epoch_data_centers import SITES, SOURCE, STEPS, parse
from tests.server import Site
from tests.sources.publishers.helpers import fetch_payload, values

FOLDER = "epoch_frontier_data_centers"
DECEMBER = datetime(2025, 12, 12, tzinfo=UTC)
TEN = [f"Made-up site {number}" for number in range(10)]


def rebuilt(request: Request, text: str, at: datetime = DECEMBER) -> Payload:
    return Payload(text.encode(), request, at)


def sites(name: str = "Name", power: str = "Current power (MW)", names: list[str] = TEN) -> str:
    head = f"{name},{power},Current H100 equivalents\n"
    return head + "".join(f"{item},100,50000\n" for item in names)


def steps(*rows: str, names: list[str] = TEN) -> str:
    first = [f"1/15/2025,{item},10" for item in names]
    return "\n".join(["Date,Data center,Power (MW)", *first, *rows]) + "\n"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "count", "power"),
    [("data_centers_2025-12.csv", 16, 4538), ("data_centers_2026-04.csv", 29, 6973.8)],
)
def test_two_real_copies_with_other_columns(
    site: Site, payloads: Path, file: str, count: int, power: float
) -> None:
    payload = fetch_payload(site, SOURCE, (payloads / FOLDER / file).read_bytes())
    actual = values(SOURCE, payload)
    assert actual["epoch_dc.now.sites"] == count
    assert actual["epoch_dc.now.power"] == pytest.approx(power)


@pytest.mark.shared
def test_the_real_steps_add_up_to_what_stands(site: Site, payloads: Path) -> None:
    body = (payloads / FOLDER / "data_center_timelines_2025-12.csv").read_bytes()
    payload = fetch_payload(site, SOURCE, body, at=datetime(2026, 1, 5, tzinfo=UTC), question=1)
    frame = parse(payload).set_index(["series", "period"])["value"]
    assert frame["epoch_dc.built.power", pd.Timestamp("2025-12-01")] == pytest.approx(4538)
    assert frame.xs("epoch_dc.built.power").index.max() == pd.Timestamp("2025-12-01")
    assert frame.xs("epoch_dc.built.power").is_monotonic_increasing


def test_projections_are_no_figures() -> None:
    payload = rebuilt(STEPS, steps("6/1/2025,Made-up site 0,60", "1/1/2027,Made-up site 0,900"))
    frame = parse(payload).set_index(["series", "period"])["value"]
    assert frame["epoch_dc.built.power", pd.Timestamp("2025-02-01")] == 100
    assert frame["epoch_dc.built.power", pd.Timestamp("2025-11-01")] == 150
    assert frame.max() == 150


def test_the_month_that_runs_has_no_figure() -> None:
    periods = parse(rebuilt(STEPS, steps()))["period"]
    assert periods.max() == pd.Timestamp("2025-11-01")


def test_dates_may_be_iso() -> None:
    plain = values(SOURCE, rebuilt(SITES, sites()))
    assert plain["epoch_dc.now.power"] == 1000
    iso = steps().replace("1/15/2025", "2025-01-15")
    pd.testing.assert_frame_equal(parse(rebuilt(STEPS, iso)), parse(rebuilt(STEPS, steps())))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (rebuilt(SITES, sites(name="Site")), "Handle"),
        (rebuilt(SITES, sites(power="Current power (GW)")), "MW"),
        (rebuilt(SITES, sites(names=TEN[:4])), "at least 10 sites"),
        (rebuilt(SITES, sites(names=[*TEN, TEN[0]])), "one row for each site"),
        (rebuilt(STEPS, steps("soon,Made-up site 1,20")), "dates"),
        (rebuilt(STEPS, steps(names=TEN[:4])), "at least 10 sites"),
        (rebuilt(STEPS, steps().replace("Power (MW)", "Power (GW)")), "MW"),
    ],
)
def test_a_changed_file_is_refused(payload: Payload, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload)
