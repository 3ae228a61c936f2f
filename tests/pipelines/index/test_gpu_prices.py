"""Rental prices of GPUs: providers that come or go move no index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.index.toolkit.rents import (
    OFFER,
    Gates,
    administered,
    composite,
    level,
    monthly,
    of_kind,
    offers,
)
from sources import registry
from sources.tidy import read_history

UNITS = {series.key: series.unit for source in registry().values() for series in source.series}
PRICES = st.floats(0.5, 50.0)


def wide(**columns: list[float]) -> pd.DataFrame:
    """Prices by month, a column PROVIDER or PROVIDER__PLACE."""
    named = [("h100", "on_demand", "USD", *(f"{name}__a".split("__")[:2])) for name in columns]
    months = pd.date_range("2026-01-01", periods=len(next(iter(columns.values()))), freq="MS")
    return pd.DataFrame(
        np.array(list(columns.values()), dtype=float).T,
        index=months,
        columns=pd.MultiIndex.from_tuples(named, names=OFFER),
    )


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    """Every price of the shipped histories, by month and offer."""
    paths = [registry()[key].history for key in ("gpu_rental", "gcp_pricing")]
    return monthly(pd.concat([read_history(path) for path in paths if path]), UNITS)


def test_a_dear_provider_that_is_added_moves_the_level_and_not_the_index() -> None:
    """As the published index of 2026 that rose while no price moved.

    It rose from 3.82 to 4.32.
    """
    new = [np.nan, np.nan, 11.06]
    table = composite(wide(a=[3.0] * 3, b=[3.82] * 3, c=[4.82] * 3, d=new))
    assert table["level"].round(2).tolist() == [3.82, 3.82, 4.32]
    assert table["index"].tolist() == [100.0] * 3
    assert table["providers"].tolist() == [3, 3, 4]
    assert table["matched"].tolist() == [3, 3, 3]


@settings(max_examples=30)
@given(
    st.lists(st.tuples(PRICES, PRICES, PRICES), min_size=2, max_size=6),
    PRICES,
    st.integers(0, 5),
)
def test_who_comes_with_a_price_that_stands_still_moves_nothing(
    rows: list[tuple[float, float, float]], dear: float, when: int
) -> None:
    free = Gates(spread=1e9)
    columns = dict(zip("abc", map(list, zip(*rows, strict=True)), strict=True))
    late = [np.nan] * min(when, len(rows) - 1)
    still = {name: [row[0]] * len(rows) for name, row in columns.items()}
    joined = still | {"d": late + [dear] * (len(rows) - len(late))}
    assert composite(wide(**joined), free)["index"].tolist() == [100.0] * len(rows)
    alone, at_the_end = composite(wide(**columns), free), [*[np.nan] * (len(rows) - 1), dear]
    with_d = composite(wide(**columns, d=at_the_end), free)
    assert with_d["index"].tolist() == pytest.approx(alone["index"].tolist())


@given(st.lists(st.tuples(PRICES, PRICES, PRICES), min_size=2, max_size=5), st.floats(0.3, 3))
def test_all_prices_that_rise_alike_raise_the_index_as_much(
    rows: list[tuple[float, float, float]], factor: float
) -> None:
    columns = dict(zip("abc", map(list, zip(*rows, strict=True)), strict=True))
    grown = {name: [*row, row[-1] * factor] for name, row in columns.items()}
    index = composite(wide(**grown), Gates(spread=1e9))["index"]
    assert index.iloc[-1] / index.iloc[-2] == pytest.approx(factor)


def test_a_provider_of_many_places_counts_once() -> None:
    places = {f"a__place{n}": [9.0] for n in range(9)}
    assert level(wide(**places, b=[2.0], c=[3.0]))["level"].tolist() == [3.0]


def test_a_place_that_is_added_moves_no_index() -> None:
    prices = wide(a__x=[3.0, 3.0], a__y=[np.nan, 9.0], b=[4.0, 4.0], c=[5.0, 5.0])
    assert composite(prices)["index"].tolist() == [100.0, 100.0]


def test_too_few_or_too_far_apart_are_withheld_and_the_chain_goes_on() -> None:
    gone = [np.nan]
    table = composite(
        wide(a=[2.0, 2.0, 4.0, 4.0], b=[2.0, *gone, 4.0, 4.0], c=[2.0, 2.0, 4.0, 44.0])
    )
    assert table["withheld"].tolist() == [
        "",
        "2 of 3 providers",
        "",
        "the dearest is 11.0 times the cheapest",
    ]
    assert table["index"].isna().tolist() == [False, True, False, True]
    assert table["level"].isna().equals(table["index"].isna())
    assert table["index"].iloc[2] == 200.0


def test_providers_that_all_changed_are_not_compared() -> None:
    gone = np.nan
    prices = wide(a=[1.0, gone], b=[1.0, gone], c=[1.0, 1.0], d=[gone, 2.0], e=[gone, 2.0])
    assert composite(prices)["withheld"].tolist() == ["", "1 of 3 providers in both periods"]


def test_a_spot_price_that_is_a_fixed_share_says_nothing() -> None:
    listed = wide(a=[4.0] * 6 + [3.0] * 6, b=[4.0] * 12)
    fixed, free = listed * 0.5, listed * 0.5
    free.iloc[-1] *= 1.1
    assert administered(fixed, listed).iloc[-1].all()
    assert not administered(free, listed).to_numpy().any()
    assert not administered(fixed, listed).iloc[:11].to_numpy().any()


def test_the_steps_of_google_are_no_fixed_share(shipped: pd.DataFrame) -> None:
    spot, listed = (of_kind(shipped, "h100-sxm-80gb", basis) for basis in ("spot", "on_demand"))
    share = (spot / listed[spot.columns]).droplevel("provider", axis=1)["us-central1"].round(2)
    assert [share[f"{m}-01"] for m in ("2024-05", "2025-06", "2026-07")] == [0.71, 0.23, 0.57]
    assert not administered(spot, listed).to_numpy().any()


def test_the_key_tells_gpu_basis_currency_provider_and_place() -> None:
    keys = [
        "gpu.h100-sxm.aws_us-east-1.on_demand_list",
        "gpu.h100-sxm.neocloud_lambda.on_demand_normalised",
        "gcp.gpu.h100-80gb.us-central1.spot",
        "skypilot.gpu.h100-sxm-80gb.lambda.on_demand",
        "aws.gpu.v100-sxm-16gb.cn-north-1.on_demand",
        "azure.gpu.h100-nvl-94gb.uaenorth.spot",
    ]
    assert offers(pd.Series(keys), UNITS).agg(" ".join, axis=1).tolist() == [
        "h100-sxm-80gb spot USD gcp us-central1",
        "h100-sxm-80gb on_demand USD lambda lambda",
        "v100-sxm-16gb on_demand CNY aws cn-north-1",
        "h100-nvl-94gb spot USD azure uaenorth",
        "h100-sxm-80gb on_demand USD aws us-east-1",
        "h100-sxm-80gb on_demand USD lambda ",
    ]


def test_every_price_of_a_gpu_has_an_offer_and_indices_and_counts_have_none() -> None:
    keys = pd.Series([key for key, unit in UNITS.items() if unit.endswith("/GPU-h")])
    left = set(keys) - set(offers(keys, UNITS).index)
    assert {key.rsplit(".", 1)[1] for key in left} == {"community", "on_demand_normalised_index"}
    assert offers(pd.Series(["vast.gpu.h100-sxm-80gb.world.machines"]), UNITS).empty


def test_the_form_of_a_gpu_is_part_of_what_it_is(shipped: pd.DataFrame) -> None:
    kinds = set(shipped.columns.get_level_values("gpu"))
    assert {"h100-sxm-80gb", "h100-nvl-94gb", "a100-80", "a100-sxm-80gb"} <= kinds


def test_the_shipped_prices_of_an_h100_chain_over_providers_that_come(
    shipped: pd.DataFrame,
) -> None:
    prices = of_kind(shipped, "h100-sxm-80gb")
    table = composite(prices)
    text = table[table["withheld"].eq("")]
    assert text["providers"].max() >= 6
    assert text["matched"].le(text["providers"]).all()
    # One of five cut its price by 44 %, another by 4 %.
    moves = prices.loc["2025-05-01":"2025-06-01"].dropna(axis=1).pct_change().iloc[-1]
    moved = moves[moves.ne(0)].groupby("provider").first()
    assert moved.round(2).to_dict() == {"aws": -0.44, "runpod": -0.04}
    june = table["index"]["2025-06-01"] / table["index"]["2025-05-01"]
    assert table["matched"]["2025-06-01"] == 5
    assert june == pytest.approx(np.prod(1 + moved) ** (1 / 5))
    # The level leapt by 52 % as providers came and went, and no price had moved.
    assert table["level"]["2025-11-01"] / table["level"]["2025-10-01"] > 1.5
    assert table["index"]["2025-11-01"] == pytest.approx(table["index"]["2025-10-01"])
