"""Prices that stand until changed, rents held, steps and late revisions."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.index import asof, change_decomposition, realtime
from pipelines.index.framework import Framework
from pipelines.release import revisions

MONTHS = pd.period_range("2025-06", "2026-10", freq="M")
LAST = MONTHS[-1]


@pytest.fixture(scope="module")
def rows(history: pd.DataFrame, method: Framework) -> pd.DataFrame:
    return realtime.compute(history, method, MONTHS).values


def last(rows: pd.DataFrame, key: str) -> "pd.Series[float]":
    result = rows[rows["key"].eq(key) & rows["period"].eq(LAST.to_timestamp())]
    return result.iloc[0]


def test_a_tariff_stands_until_it_is_changed_and_the_price_beside_it_does_not(
    rows: pd.DataFrame, history: pd.DataFrame
) -> None:
    prices = history[history["series"].eq("eia.price.US.IND")].sort_values("known_from")
    price = prices.drop_duplicates("period", keep="last").set_index("period")["value"]
    result = last(rows, "morocco.tariff_against_us")
    # The tariff has not moved since 2014: the ratio is the price of 2019 over that of July 2026.
    assert result["value"] == pytest.approx(price["2019"].mean() / price["2026-07-01"])
    assert (result["observed"], result["age_months"]) == ("2026-07", 3)


def test_a_held_rent_is_as_old_as_the_newest_offer_seen(rows: pd.DataFrame) -> None:
    premium = last(rows, "dependency.captive_premium")
    assert (premium["observed"], premium["age_months"]) == ("2026-08", 2)
    assert premium["state"] == "carried"
    rents = last(rows, "chips.rental_growth")
    assert (rents["observed"], rents["age_months"]) == ("2026-09", 1)


def test_the_greatest_the_mean_or_the_last_of_a_step() -> None:
    figures = asof.Figures(np.arange(3), np.array([24_240, 24_241, 24_242]), np.array([1.0, 5, 3]))
    quarter = 24_240 // 3
    result = {
        rule: asof.table(["a"], {"a": figures}, quarter, asof.StepRule(3, rule, 0))["a"].loc[
            quarter
        ]
        for rule in ("max", "mean", "last")
    }
    assert result == {"max": 5, "mean": 3, "last": 3}


def test_the_mean_revision_is_that_of_three_months(
    rows: pd.DataFrame, history: pd.DataFrame, method: Framework
) -> None:
    point = change_decomposition.EditionKey(LAST, realtime.cutoff(LAST, method), method)
    assert point.as_of < datetime(2026, 11, 23, tzinfo=UTC)
    index = rows[rows["key"].eq("index")].set_index("period")["score"]
    moved = []
    for month in MONTHS[:-3]:
        later = {month: realtime.cutoff(month + 3, method)}
        then = realtime.compute(history, method, [month], later).values
        moved.append(abs(then.loc[then["key"].eq("index"), "score"].iloc[0]
                         - index[month.to_timestamp()]))  # fmt: skip
    result = revisions.mean_revision(history, point, rows)
    assert result == pytest.approx(np.mean(moved), abs=1e-9)
    few = rows[rows["period"] >= (LAST - 4).to_timestamp()]
    assert revisions.mean_revision(history, point, few) is None
