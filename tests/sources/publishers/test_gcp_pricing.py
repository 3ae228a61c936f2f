"""Google Cloud prices: the real table of 2026-07-30 and shipped vintages."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.validate import check
from sources import Payload, SchemaDrift
from sources.publishers.gcp_pricing import SOURCE, parse
from tests.sources.publishers.helpers import shipped_rows

FETCHED = datetime(2026, 8, 3, 6, tzinfo=UTC)
H100 = "gcp.gpu.h100-80gb."
REBUILT = """
about: {timestamp: 1785391997}
compute:
  instance:
    a2-highgpu-1g: {a100: 1, cost: &a100 {us-central1: {hour: 3.7}, europe-west4: {hour: 3.7},
      africa-south1: {hour: 4.8}}}
    a2-ultragpu-1g: {a100-80gb: 1, cost: *a100}
    a3-highgpu-8g: {h100-80gb: 8, cost: {us-central1: {hour: 88, hour_spot: 48},
      europe-west4: {hour: 112}, africa-south1: {hour: 116, hour_spot: 12}}}
  license:
    a3-highgpu-8g: {cost: {us-central1: {hour: 1}}}
"""


def payload(content: bytes) -> Payload:
    return Payload(content, SOURCE.requests[0], FETCHED)


def rebuilt(old: str = "", new: str = "") -> Payload:
    """A table in the publisher's form, with `old` replaced by `new`."""
    assert old in REBUILT
    return payload(REBUILT.replace(old, new).encode())


def prices(body: Payload) -> pd.Series:
    return parse(body).set_index("series")["value"]


@pytest.fixture(scope="module")
def real(payloads: Path) -> pd.DataFrame:
    return parse(payload((payloads / "gcp_pricing/pricing_2026-07-30_head3449.yml").read_bytes()))


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return shipped_rows("gcp_pricing", parse_dates=["period", "known_from"])


@pytest.mark.shared
def test_the_real_table_gives_the_price_of_one_gpu(real: pd.DataFrame) -> None:
    price = real.set_index("series")["value"]
    assert price.round(2)[H100 + "us-central1.on_demand"] == 11.06
    assert price.round(2)[H100 + "us-central1.spot"] == 6.33
    premium = price[H100 + "africa-south1.on_demand"] / price[H100 + "us-central1.on_demand"] - 1
    assert round(100 * premium, 1) == 30.6
    assert set(price.index) == {series.key for series in SOURCE.series}
    assert len(price) == 15


@pytest.mark.shared
def test_a_price_is_dated_by_the_table_not_by_the_fetch(real: pd.DataFrame) -> None:
    assert set(real["period"]) == {pd.Timestamp("2026-07-30")}
    assert set(real["known_from"]) == {pd.Timestamp("2026-07-30 06:13:17", tz="UTC")}


@pytest.mark.shared
def test_the_kept_vintages_end_where_the_real_table_stands(
    real: pd.DataFrame, shipped: pd.DataFrame
) -> None:
    newest = shipped[shipped["period"].eq("2026-07-30")].set_index("series")["value"]
    assert newest.to_dict() == pytest.approx(real.set_index("series")["value"].to_dict(), abs=1e-6)


@pytest.mark.shared
def test_a_table_without_a_date_is_refused(payloads: Path) -> None:
    body = payload((payloads / "gcp_pricing/pricing_2022-02-09.yml").read_bytes())
    with pytest.raises(SchemaDrift, match=r"expected about\.timestamp"):
        parse(body)


def test_a_machine_is_divided_by_its_gpus_and_not_mistaken_for_its_licence() -> None:
    assert prices(rebuilt())[H100 + "us-central1.on_demand"] == 11


def test_the_posted_african_spot_price_is_not_read() -> None:
    assert not [key for key in prices(rebuilt()).index if key.endswith("africa-south1.spot")]


def test_a_missing_spot_price_leaves_the_list_price() -> None:
    without = prices(rebuilt(", hour_spot: 48"))
    assert H100 + "us-central1.spot" not in without
    assert without[H100 + "us-central1.on_demand"] == 11


@pytest.mark.parametrize(
    "lost", ["h100-80gb: 8, ", "    a2-ultragpu-1g: {a100-80gb: 1, cost: *a100}\n", "{hour: 112}"]
)
def test_a_lost_machine_count_or_price_is_refused(lost: str) -> None:
    with pytest.raises(SchemaDrift, match=r"with .* and an hourly price"):
        parse(rebuilt(lost, "{}" if lost.startswith("{") else ""))


def test_a_machine_priced_without_its_gpus_is_not_loaded() -> None:
    """The table once gave 10.12 USD an hour for eight H100 (a3-megagpu-8g)."""
    batch = parse(rebuilt("{hour: 88,", "{hour: 10.12,"))
    checked = check(batch, SOURCE, at=FETCHED, before=batch.head(0))
    wrong = H100 + "us-central1.on_demand"
    assert set(checked.rejected["series"]) == {wrong}
    assert wrong not in set(checked.accepted["series"])
    assert checked.rejected["reason"].str.contains("leaves its GPUs out").all()


def test_the_spot_price_of_an_h100_fell_and_then_rose_at_every_change(
    shipped: pd.DataFrame,
) -> None:
    spot = shipped[shipped["series"].eq(H100 + "us-central1.spot")].set_index("period")["value"]
    monthly = spot.resample("MS").last().round(2)
    assert monthly["2024-05-01"] == 7.80
    assert set(monthly["2025-03-01":"2025-12-01"]) == {2.55}
    assert monthly["2026-07-01"] == 6.33
    rises = spot["2026-01-22":].drop_duplicates()
    assert rises.is_monotonic_increasing
    assert round(rises.iloc[0] / spot[:"2026-01-21"].iloc[-1] - 1, 2) == 0.15


def test_spot_over_list_price_tells_scarcity(shipped: pd.DataFrame) -> None:
    wide = shipped.pivot(index="period", columns="series", values="value").resample("MS").last()
    ratio = wide[H100 + "us-central1.spot"] / wide[H100 + "us-central1.on_demand"]
    assert ratio.round(2)[["2024-05-01", "2025-06-01", "2026-07-01"]].tolist() == [0.71, 0.23, 0.57]


def test_the_price_that_a_tool_mended_is_not_kept(shipped: pd.DataFrame) -> None:
    listed = shipped[shipped["series"].eq("gcp.gpu.a100-40gb.us-central1.on_demand")]
    assert listed["period"].min() == pd.Timestamp("2022-02-16")
    assert set(listed["value"]) == {3.673385}
