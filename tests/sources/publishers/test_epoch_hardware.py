"""Epoch AI's chips: the real table of December 2025 and its changing columns."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.epoch_hardware import FRONTIER, SOURCE, parse
from tests.server import Site
from tests.sources.publishers.helpers import AT, archived_payload, checked, fetch_payload

DECEMBER = datetime(2025, 12, 10, tzinfo=UTC)
HEAD = (
    "Hardware name,Notes,Release date,Release price (USD),"
    "Tensor-FP16/BF16 performance (FLOP/s),Price-performance\n"
)
OLD = "NVIDIA A100 SXM4 40 GB,x,2020-05-14,10000,1e15,inf\n"
NEW = '"NVIDIA H100 SXM5 80GB","two\nlines",2022-09-20,20000,1e15,inf\n'
H100 = "epoch_hardware.price.h100-sxm-80gb"


def rebuilt(rows: str = OLD + NEW, head: str = HEAD) -> Payload:
    """A table in the publisher's shape, of round figures."""
    return archived_payload(SOURCE, (head + rows).encode())


def frontier(payload: Payload) -> dict[int, float]:
    rows = parse(payload)
    best = rows[rows["series"].eq(FRONTIER)]
    return dict(zip(best["period"].dt.year, best["value"], strict=True))


@pytest.mark.shared
def test_real_prices_and_the_frontier(site: Site, payloads: Path) -> None:
    body = (payloads / "epoch_ml_hardware/ml_hardware_2025-12.csv").read_bytes()
    table = pd.read_csv(payloads / "epoch_ml_hardware/ml_hardware_2025-12.csv")
    assert (len(table), table["Release price (USD)"].notna().sum()) == (170, 53)
    payload = fetch_payload(site, SOURCE, body, at=DECEMBER)
    prices = parse(payload).set_index("series")["value"]
    quoted = {
        "h100-sxm-80gb": 33_600,
        "b100": 35_000,
        "mi300x-oam-192gb": 15_000,
        "h20-sxm-96gb": 12_000,
        "ascend-910b": 16_854,
    }
    assert {chip: prices[f"epoch_hardware.price.{chip}"] for chip in quoted} == quoted
    best = frontier(payload)
    assert best[2017] == pytest.approx(125e12 / 11_500)
    assert best[2018] == pytest.approx(113.8e12 / 999, rel=1e-4)
    assert best[2024] == pytest.approx(330e12 / 1_599, rel=1e-3)
    assert list(best) == list(range(2017, 2025))
    assert checked(SOURCE, payload).passed


def test_the_frontier_never_falls_and_years_without_a_chip_keep_it() -> None:
    assert frontier(rebuilt()) == {2020: 1e11, 2021: 1e11, 2022: 1e11}


def test_the_year_that_runs_is_partial() -> None:
    now = OLD + NEW.replace("2022-09-20", f"{AT.year}-02-01")
    rows = parse(rebuilt(now))
    partial = rows[rows["status"].eq("partial")]
    assert list(zip(partial["series"], partial["period"].dt.year, strict=True)) == [
        (FRONTIER, AT.year)
    ]


def test_a_chip_without_a_price_or_a_date_is_left_out() -> None:
    others = "Other,x,2021-01-01,,9e20,inf\nUndated,x,,1,9e20,inf\nFree,x,2021-01-01,0,9e20,inf\n"
    assert frontier(rebuilt(OLD + NEW + others)) == frontier(rebuilt())


def test_names_of_columns_that_changed_are_known_by_their_aliases() -> None:
    renamed = HEAD.replace("Hardware name", "Name").replace("Release price (USD)", "Price (USD)")
    assert parse(rebuilt(head=renamed)).equals(parse(rebuilt()))


@pytest.mark.parametrize(
    "name", ["Hardware name", "Release date", "Release price (USD)", "Tensor-FP16/BF16 performance"]
)
def test_a_column_of_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(SchemaDrift, match="one column of"):
        parse(rebuilt(head=HEAD.replace(name, "Unknown")))


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="one column of"):
        parse(rebuilt(head=HEAD.replace("Notes", "Name")))


def test_reordered_and_added_columns_do_not_matter() -> None:
    frame = pd.read_csv(BytesIO(rebuilt().content))
    other = frame[frame.columns[::-1]].assign(added="x").to_csv(index=False).encode()
    assert parse(archived_payload(SOURCE, other)).equals(parse(rebuilt()))


def test_no_price_of_a_followed_chip_is_refused() -> None:
    with pytest.raises(SchemaDrift, match="a price of"):
        parse(rebuilt(OLD.replace("NVIDIA A100 SXM4 40 GB", "Other")))


def test_prices_scaled_by_a_thousand_are_not_loaded() -> None:
    for price in ("10000000", "10"):
        assert not checked(SOURCE, rebuilt(OLD.replace("10000", price))).passed
