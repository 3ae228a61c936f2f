"""Trailing ratios survive a missing old figure and a late filer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import realtime, transform
from pipelines.index.framework import Framework
from pipelines.index.inputs import late_members

MONTH = pd.Period("2026-10", "M")
COMPLETE = pd.Period("2026-06", "M")  # the last month in which nobody is late
GIANTS = ("GOOGL", "META", "ORCL", "AMZN", "MSFT")
PAIRS = ("cost.depreciation_burden", "productivity.sales_gained")  # Meta and Alphabet
RATIO = "cost.capex_to_cash"
FLOWS = st.lists(st.floats(1, 100), min_size=12, max_size=12)


def quarters(columns: dict[str, list[float]]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.RangeIndex(2020 * 4, 2020 * 4 + length))


@pytest.fixture(scope="module")
def mended(method: Framework) -> Framework:
    """The method with linked ratios, in which a member may be one quarter late."""
    changed = method.as_dict()
    for dimension in changed["dimension"]:
        for indicator in dimension["indicator"]:
            if indicator["transform"] in ("trailing_ratio", "count_above", "gain"):
                indicator["late_steps"] = 1
            if indicator["transform"] == "trailing_ratio":
                indicator["transform"] = "trailing_ratio_linked"
    return Framework.model_validate(changed)


def rows(history: pd.DataFrame, method: Framework, month: pd.Period = MONTH) -> pd.DataFrame:
    return realtime.compute(history, method, [month]).values.set_index("key")


def without(history: pd.DataFrame, series: str, period: str) -> pd.DataFrame:
    gone = history["series"].str.fullmatch(series) & history["period"].eq(period)
    assert gone.any()
    return history[~gone]


def test_an_unset_field_leaves_the_hash_of_the_published_method(method: Framework) -> None:
    indicator = method.as_dict()["dimension"][0]["indicator"][0]
    assert "late_steps" not in indicator
    assert "first_year" not in method.as_dict()["rules"]


def test_without_gaps_it_is_the_published_ratio(
    history: pd.DataFrame, method: Framework, mended: Framework
) -> None:
    for key in (RATIO, "cost.depreciation_burden", "cost.giants_above_cash"):
        before, after = (rows(history, version, COMPLETE).loc[key] for version in (method, mended))
        assert after["value"] == pytest.approx(before["value"], abs=1e-12)
        assert after["observed"] == before["observed"] == "2026-01"


@pytest.mark.parametrize("company", GIANTS)
def test_one_missing_old_figure_moves_nothing_today(
    history: pd.DataFrame, mended: Framework, company: str
) -> None:
    full = rows(history, mended)
    thin = rows(without(history, f"sec.ocf.{company}", "2024-04-01"), mended)
    assert thin.loc[RATIO, "value"] == pytest.approx(full.loc[RATIO, "value"], abs=1e-9)
    assert thin.loc["index", "score"] == pytest.approx(full.loc["index", "score"], abs=1e-9)


def test_the_published_ratio_is_lost_by_one_missing_old_figure(
    history: pd.DataFrame, method: Framework
) -> None:
    """The fault that the linked ratio mends, and that 2026.1 keeps."""
    thin = rows(without(history, r"sec.ocf.GOOGL", "2024-04-01"), method)
    assert thin.loc[RATIO, "state"] == "withheld"


def test_a_late_filer_is_carried_and_the_others_are_counted(
    history: pd.DataFrame, method: Framework, mended: Framework
) -> None:
    """Meta's second quarter of 2026 is not in the shipped history."""
    values, published = rows(history, mended), rows(history, method)
    for key in PAIRS:
        assert published.loc[key, "observed"] == "2026-01"
    for key in (RATIO, *PAIRS):
        assert values.loc[key, "observed"] == "2026-04"
        assert "META" in values.loc[key, "reason"].partition("late: ")[2]
    assert "late: sec.capex.META, sec.ocf.META" in values.loc[RATIO, "reason"]


def test_the_ratio_with_a_late_filer_is_that_of_the_newest_years_of_all_five(
    history: pd.DataFrame, mended: Framework
) -> None:
    newest = history[history["known_from"] <= realtime.cutoff(MONTH, mended)]
    newest = newest.sort_values("known_from").drop_duplicates(["series", "period"], keep="last")
    sums = {}
    for flow in ("capex", "ocf"):
        mine = newest[newest["series"].isin([f"sec.{flow}.{name}" for name in GIANTS])]
        years = mine.sort_values("period").groupby("series")["value"]
        sums[flow] = years.agg(lambda quarters: quarters.tail(4).sum()).sum()
    ratio = rows(history, mended).loc[RATIO, "value"]
    assert ratio == pytest.approx(sums["capex"] / sums["ocf"], abs=1e-12)


def test_a_figure_that_stands_in_for_a_late_one_is_in_the_lineage(
    history: pd.DataFrame, mended: Framework
) -> None:
    traced = realtime.compute(history, mended, [MONTH]).lineage
    mine = traced[traced["key"].eq(RATIO) & traced["series"].eq("sec.ocf.META")]
    months = set(mine["series_period"].dt.strftime("%Y-%m"))
    assert months == {"2025-04", "2025-07", "2025-10", "2026-01"}


def test_one_who_files_before_everybody_else_makes_nobody_late(
    history: pd.DataFrame, mended: Framework
) -> None:
    """Oracle's quarter to May 2026 was filed in June, before all others."""
    june = rows(history, mended, COMPLETE).loc[RATIO]
    assert (june["observed"], june["reason"]) == ("2026-01", "matched on 10 of 10 series")
    tables = {"of": quarters({"a": [1.0] * 8, **{key: [1.0] * 7 + [np.nan] for key in "bcd"}})}
    assert late_members.carry_late(tables, 4, 1) == {"of": []}


def test_two_steps_late_is_no_longer_carried() -> None:
    tables = {"of": quarters({"a": [1.0] * 8, "b": [1.0] * 6 + [np.nan] * 2})}
    assert late_members.carry_late(tables, 4, 1) == {"of": []}
    assert tables["of"]["b"].isna().sum() == 2
    assert late_members.carry_late(tables, 4, 2) == {"of": ["b"]}


@given(FLOWS, FLOWS, FLOWS, FLOWS, st.integers(4, 7))
def test_after_a_gap_nothing_of_it_stays(
    first: list[float], second: list[float], third: list[float], fourth: list[float], gap: int
) -> None:
    spend, cash = quarters({"a": first, "b": second}), quarters({"a": third, "b": fourth})
    full = transform.trailing_ratio_linked(spend, cash, year=4)
    assert np.allclose(full.iloc[3:], transform.trailing_ratio(spend, cash, year=4).iloc[3:])
    broken = spend.copy()
    broken.iloc[gap, 1] = np.nan  # so that four trailing years of b are missing
    thin = transform.trailing_ratio_linked(broken, cash, year=4)
    assert np.allclose(thin.iloc[gap + 4 :], full.iloc[gap + 4 :])


def test_a_member_that_is_too_large_to_miss_leaves_no_value() -> None:
    spend = quarters({"a": [1.0] * 8, "b": [2.0] * 7 + [np.nan]})
    cash = quarters({"a": [10.0] * 8, "b": [40.0] * 7 + [np.nan]})
    ratio = transform.trailing_ratio_linked(spend, cash, year=4)
    assert ratio.notna().tolist() == [False] * 3 + [True] * 4 + [False]
