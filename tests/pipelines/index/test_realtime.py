"""The index in real time on the shipped history: nothing leaks."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.index import realtime
from pipelines.index.framework import Framework

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def result(history: pd.DataFrame, method: Framework) -> realtime.Result:
    """The whole span that the shipped history allows."""
    passed = realtime.compute(history, method, realtime.closed_months(method, NOW))
    return realtime.compute(history, method, realtime.published_months(passed.values))


def value(result: realtime.Result, key: str, month: str, column: str = "value") -> float:
    rows = result.values
    picked = rows.loc[rows["key"].eq(key) & rows["period"].eq(f"{month}-01"), column]
    return float(picked.iloc[0])


def test_the_span_has_no_gap_and_reaches_the_month_before_last(result: realtime.Result) -> None:
    months = result.values["period"].drop_duplicates().dt.to_period("M")
    assert list(months) == list(pd.period_range("2023-08", "2026-10", freq="M"))


@pytest.mark.parametrize(
    ("key", "month", "expected", "tolerance"),
    [
        # Google's H100 in us-central1: 6.33 of 11.06 USD in July 2026.
        ("chips.h100_spot_ratio", "2026-07", 6.326 / 11.061, 0.002),
        # EIA: the commercial price of July 2026, 14.53 c/kWh, over 14.05 a year before.
        ("infrastructure.us_commercial_power", "2026-10", 100 * (14.53 / 14.05 - 1), 0.01),
        # Census: June 2026 is 46 % above June 2025 in the vintage of August 2026.
        ("infrastructure.construction_growth", "2026-08", 100 * (68_297 / 46_850 - 1), 0.01),
        # Ember, August 2026: the mean of eight countries.
        ("infrastructure.european_power", "2026-08",
         (126.14 + 125.66 + 172.36 + 127.53 + 119.03 + 57.26 + 114.43 + 149.45) / 8, 0.01),
        ("infrastructure.capacity_price", "2026-06", 329.17, 0.001),
        ("infrastructure.capacity_price", "2025-05", 28.92, 0.001),
        # Epoch AI: 5,116 in the fourth quarter of 2025, known from April 2026.
        ("dependency.accelerator_concentration", "2026-04", 5116, 0.5),
        # OpenAI's flagship: 20 USD in September 2026, 3.4375 a year before.
        ("dependency.flagship_price", "2026-09", np.log2(20 / 3.4375), 1e-9),
        # Annual reports of 2024: sales of Alphabet and Meta over their spending of 2023, USD bn.
        ("productivity.sales_gained", "2025-01",
         (350.018 - 307.394 + 164.501 - 134.902) / (32.251 + 27.045), 0.002),
        ("productivity.productivity_growth", "2026-10", 2.2, 0.001),
        ("morocco.africa_compute_premium", "2026-07", 30.6, 0.1),
    ],
)  # fmt: skip
def test_an_indicator_is_the_figure_that_others_published(
    result: realtime.Result, key: str, month: str, expected: float, tolerance: float
) -> None:
    assert value(result, key, month) == pytest.approx(expected, abs=tolerance)


def test_the_big_five_ratio_is_that_of_their_filings(result: realtime.Result) -> None:
    # Trailing year to 2025Q4 as filed by early February 2026: 411.6 of 602.8 bn USD.
    assert value(result, "cost.capex_to_cash", "2026-03") == pytest.approx(0.683, abs=0.01)


def test_contributions_add_up_to_the_index_and_weights_to_one(result: realtime.Result) -> None:
    rows = result.values
    index = rows.loc[rows["key"].eq("index")].set_index("period")["score"]
    for kind in ("indicator", "dimension"):
        parts = rows.loc[rows["kind"].eq(kind)].groupby("period")
        assert np.abs(parts["contribution"].sum() - index).max() < 1e-9
        assert np.abs(parts["weight"].sum() - 1).max() < 1e-9


def test_panels_have_no_weight_in_the_index(result: realtime.Result) -> None:
    panels = result.values.loc[result.values["kind"].eq("panel")]
    assert len(panels)
    assert panels[["weight", "contribution"]].isna().all(axis=None)


def test_nothing_known_after_the_cut_off_is_used(
    result: realtime.Result, method: Framework
) -> None:
    months = result.lineage["period"].dt.to_period("M")
    limits = months.map({month: realtime.cutoff(month, method) for month in months.unique()})
    assert (result.lineage["known_from"] <= pd.to_datetime(limits, utc=True)).all()


def test_a_leak_is_tried_and_moves_nothing(history: pd.DataFrame, method: Framework) -> None:
    month = pd.Period("2025-12", "M")
    after = pd.Timestamp(realtime.cutoff(month, method)) + pd.Timedelta(seconds=1)
    poison = history.assign(value=history["value"] * 100, known_from=after, fetch_id=999)
    span = pd.period_range("2025-10", month, freq="M")
    clean = realtime.compute(history, method, span).values
    leaked = realtime.compute(pd.concat([history, poison]), method, span).values
    pd.testing.assert_frame_equal(clean, leaked)


def test_a_later_month_changes_no_earlier_one(
    history: pd.DataFrame, method: Framework, result: realtime.Result
) -> None:
    span = pd.period_range("2023-08", "2025-06", freq="M")
    shorter = realtime.compute(history, method, span).values
    until = result.values.loc[result.values["period"].le("2025-06-01")].reset_index(drop=True)
    pd.testing.assert_frame_equal(shorter, until)


def test_what_was_read_at_other_dates_is_never_an_answer_to_this_one(
    history: pd.DataFrame, following: Framework
) -> None:
    """Readings that are kept equal those of a reader who knows nothing else."""
    shared = realtime.Readings(history, following)
    months = [pd.Period(text, "M") for text in ("2026-06", "2023-02", "2025-12")]
    cells = [
        (month, date)
        for month in months
        for date in (NOW, realtime.cutoff(month, following), realtime.cutoff(month + 3, following))
    ]
    for month, date in [*cells, *cells[::-1]]:
        realtime.indicators(shared, following, [month], {month: date})
    for month, date in cells:
        kept_rows = shared.at(following, month, date)
        alone = realtime.Readings(history, following).at(following, month, date)
        for (key, shared_path), (_, other) in zip(kept_rows, alone, strict=True):
            assert shared_path.rows.tolist() == other.rows.tolist(), (key, month, date)
            assert repr(replace(shared_path, rows=other.rows)) == repr(other), (key, month, date)


def test_the_order_of_the_rows_changes_nothing(
    history: pd.DataFrame, method: Framework, result: realtime.Result
) -> None:
    span = pd.period_range("2025-01", "2025-06", freq="M")
    shuffled = realtime.compute(history.sample(frac=1, random_state=7), method, span).values
    ordered = realtime.compute(history, method, span).values
    pd.testing.assert_frame_equal(shuffled, ordered)


def test_a_missing_indicator_is_withheld_never_zero(
    history: pd.DataFrame, method: Framework
) -> None:
    without = history.loc[~history["series"].str.startswith("nyfed")]
    values = realtime.compute(without, method, [pd.Period("2026-06", "M")]).values
    row = values.loc[values["key"].eq("cost.credit_distress")].iloc[0]
    assert np.isnan(row["score"])
    assert (row["state"], row["reason"]) == ("withheld", "no figure yet")
    cost = values.loc[values["key"].eq("cost")].iloc[0]
    assert cost["coverage"] == pytest.approx(3.5 / 4.5)
    assert cost["score"] > 0


def test_a_month_without_a_quote_keeps_the_last_one_and_says_its_age(
    result: realtime.Result,
) -> None:
    rows = result.values.loc[result.values["key"].eq("chips.memory_growth")]
    row = rows.loc[rows["period"].eq("2026-05-01")].iloc[0]
    assert (row["state"], row["observed"], row["age_months"]) == ("carried", "2025-12", 5)
    assert row["value"] == pytest.approx(np.log2(9.30 / 1.35))


def test_the_base_year_is_among_the_figures_that_a_rise_rests_on(result: realtime.Result) -> None:
    traced = result.lineage
    rows = traced.loc[
        traced["key"].eq("dependency.european_power_handicap") & traced["period"].eq("2026-08-01")
    ]
    of_one = rows.loc[rows["series"].eq("eia.price.US.IND"), "series_period"]
    assert of_one.dt.year.value_counts().to_dict() == {2019: 12, 2026: 1}


def test_who_enters_is_named_with_what_it_is_worth(result: realtime.Result) -> None:
    rows = result.values.loc[result.values["key"].eq("index")].set_index("period")
    before, after = rows.loc["2024-04-01"], rows.loc["2024-05-01"]
    assert after["reason"].startswith("enters: chips; that alone is worth +")
    four = result.values.loc[
        result.values["period"].eq("2024-05-01")
        & result.values["kind"].eq("dimension")
        & result.values["key"].ne("chips"),
        "score",
    ].mean()
    assert f"{after['score'] - four:+.1f} points" in after["reason"]
    assert before["reason"] == ""


def test_under_its_coverage_the_index_is_withheld_with_its_reason(
    history: pd.DataFrame, method: Framework
) -> None:
    remaining = history.loc[history["series"].str.startswith(("sec.", "ember.", "eia.", "census."))]
    values = realtime.compute(remaining, method, [pd.Period("2026-06", "M")]).values
    row = values.loc[values["key"].eq("index")].iloc[0]
    assert np.isnan(row["score"])
    assert row["reason"] == "coverage 40% is under 70%"
    assert row["regime"] == ""


def test_a_company_that_is_late_does_not_move_the_ratio(
    history: pd.DataFrame, method: Framework
) -> None:
    month = [pd.Period("2026-04", "M")]
    key = "cost.capex_to_cash"
    full = realtime.compute(history, method, month)
    late = history["series"].str.endswith(".META") & history["period"].ge("2026-01-01")
    thin = realtime.compute(history.loc[~late], method, month)
    # Meta's own ratio of the quarter, 0.59, is near the others': its absence is worth little.
    assert value(thin, key, "2026-04") == pytest.approx(value(full, key, "2026-04"), abs=0.02)
    reason = thin.values.loc[thin.values["key"].eq(key), "reason"].iloc[0]
    assert "without sec.capex.META, sec.ocf.META" in reason


def test_single_vintages_are_what_each_month_computed_alone_would_be(
    history: pd.DataFrame, method: Framework
) -> None:
    month = pd.Period("2025-12", "M")
    instants = [realtime.cutoff(month + lag, method) for lag in (0, 3, 9)]
    cells = [*((month, instant) for instant in instants), (month - 6, instants[1])]
    result = realtime.vintages(history, method, cells)
    for expected, instant in cells:
        alone = realtime.compute(history, method, [expected], {expected: instant}).values
        here = result.loc[
            result["period"].eq(expected.to_timestamp()) & result["as_of"].eq(pd.Timestamp(instant))
        ]
        assert len(here) == len(alone)
        both = here.merge(alone, on="key", suffixes=("", "_alone"))
        for column in ("value", "score", "weight", "contribution", "coverage"):
            pd.testing.assert_series_equal(
                both[column], both[f"{column}_alone"], check_names=False, check_exact=True
            )
    scores = result.loc[result["key"].eq("index") & result["period"].eq("2025-12-01"), "score"]
    assert scores.nunique() > 1
