"""Shipped chip figures: GPU rental, DRAM contracts and concentration."""

from pathlib import Path

import pandas as pd
import pytest

from tests.sources.publishers.helpers import shipped_rows


def shipped(source: str) -> pd.DataFrame:
    return shipped_rows(source, parse_dates=["period", "known_from"], keep_default_na=False)


def series(source: str, key: str) -> pd.Series:
    frame = shipped(source)
    return frame[frame["series"].eq(key)].set_index("period")["value"]


@pytest.mark.parametrize(
    ("key", "month", "value"),
    [
        ("gpu.h100-sxm.aws_us-east-1.on_demand_list", "2025-04", 12.29),
        ("gpu.h100-sxm.aws_us-east-1.on_demand_list", "2025-06", 6.88),
        ("gpu.h100-sxm.aws_us-east-1.on_demand_list", "2026-08", 6.88),
        ("gpu.h200.azure_eastus2.on_demand_list", "2024-12", 118.0 / 8),
        ("gpu.h200.azure_eastus2.on_demand_list", "2025-05", 84.8 / 8),
        ("gpu.mi300x.azure_eastus2.on_demand_list", "2026-06", 48.0 / 8),
        ("gpu.h100-sxm.neocloud_gix.on_demand_normalised_index", "2024-02", 4.8425),
        ("gpu.h100-sxm.neocloud_gix.on_demand_normalised_index", "2026-09", 3.789),
    ],
)
def test_rental_prices(key: str, month: str, value: float) -> None:
    assert series("gpu_rental", key)[f"{month}-01"] == pytest.approx(value, abs=0.005)


def test_a_month_in_which_no_price_was_read_has_no_row() -> None:
    aws = series("gpu_rental", "gpu.a100-40.aws_us-east-1.on_demand_list")
    assert pd.Timestamp("2023-03-01") not in aws.index
    gix = series("gpu_rental", "gpu.h100-sxm.neocloud_gix.on_demand_normalised_index")
    assert pd.Timestamp("2023-10-01") not in gix.index


def test_azure_prices_carry_the_day_of_their_table() -> None:
    rental = shipped("gpu_rental")
    azure = rental[rental["series"].str.contains("azure")]
    assert set(azure["assumed"]) == {False}
    assert azure["known_from"].max() == pd.Timestamp("2026-06-18")


def test_quoted_and_derived_contract_prices_are_told_apart() -> None:
    dram = shipped("dram_contract").set_index("period")
    assert dram["value"]["2024-04-01"] == 2.1
    assert dram["value"]["2025-03-01"] == 1.35
    assert dram["value"]["2026-08-01"] == 21
    derived = dram["note"].str.contains("derived|flat")
    assert dram["status"].eq("estimated").equals(derived)
    assert derived.sum() == 14


def test_concentration_before_every_designer_is_counted_is_partial() -> None:
    chips = shipped("epoch_chips")
    assert chips["status"].eq("partial").equals(chips["period"] < "2024-01-01")
    assert chips["period"].min() == pd.Timestamp("2023-01-01")


@pytest.mark.shared
def test_concentration_follows_from_the_publishers_counts(payloads: Path) -> None:
    counts = pd.DataFrame({name: count(payloads, name) for name in DESIGNERS}).fillna(0)
    for kind, parts in (("stock", counts), ("flow", counts.diff())):
        share = parts.div(parts.sum(axis=1), axis=0).loc["2024-01-01":"2025-10-01"]
        nvidia = series("epoch_chips", f"epoch.nvidia_share_{kind}")["2024-01-01":]
        hhi = series("epoch_chips", f"epoch.hhi_{kind}")["2024-01-01":]
        assert (100 * share["nvidia"]).tolist() == pytest.approx(nvidia.tolist(), abs=0.006)
        assert (share**2).sum(axis=1).mul(1e4).tolist() == pytest.approx(hhi.tolist(), abs=0.6)
    assert series("epoch_chips", "epoch.nvidia_share_flow")["2025-10-01"] == 67.58


DESIGNERS = {
    "nvidia": "nvidia_cumulative_totals",
    "google": "tpu_cumulative_totals",
    "amazon": "trainium_cumulative_totals",
    "amd": "amd_cumulative_by_chip",
}


def count(payloads: Path, designer: str) -> pd.Series:
    """H100 equivalents sold by the end of each complete quarter."""
    rows = pd.read_csv(payloads / f"epoch/chipcounts_{DESIGNERS[designer]}.csv")
    if "Incomplete" in rows:
        rows = rows[rows["Incomplete"].ne("checked")]
    ends = pd.to_datetime(rows["End date"], format="%m/%d/%Y")
    quarters = ends.dt.to_period("Q").dt.to_timestamp()
    return rows.groupby(quarters)["Compute estimate in H100e (median)"].sum()
