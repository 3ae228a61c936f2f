"""The vocabulary of transformations, on cases worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import transform


def steps(**columns: list[float]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.RangeIndex(2020 * 4, 2020 * 4 + length))


def test_growth_compares_members_present_at_both_ends() -> None:
    table = steps(a=[10, 10, 10, 10, 12], b=[np.nan, np.nan, np.nan, np.nan, 1000])
    assert transform.growth(table, year=4).iloc[-1] == pytest.approx(20.0)


def test_doublings_of_a_price_that_doubles_is_one() -> None:
    table = steps(a=[3, 3, 3, 3, 6])
    assert transform.doublings(table, year=4).iloc[-1] == pytest.approx(1.0)


def test_mean_growth_needs_three_members() -> None:
    two = steps(a=[10, 0, 0, 0, 11], b=[10, 0, 0, 0, 13])
    assert np.isnan(transform.mean_growth(two, year=4).iloc[-1])
    three = two.assign(c=[10.0, 0, 0, 0, 12])
    assert transform.mean_growth(three, year=4).iloc[-1] == pytest.approx(20.0)


def test_a_mean_of_members_is_missing_where_one_is() -> None:
    table = steps(a=[1, 2], b=[3, np.nan])
    assert transform.level(table, year=4).tolist()[0] == 2.0
    assert np.isnan(transform.level(table, year=4).iloc[1])


def test_the_trailing_ratio_starts_when_everybody_is_there() -> None:
    spend = steps(a=[1.0] * 8, b=[np.nan] * 2 + [3.0] * 6)
    cash = steps(a=[4.0] * 8, b=[np.nan] * 2 + [4.0] * 6)
    ratio = transform.trailing_ratio(spend, cash, year=4)
    assert ratio.notna().tolist() == [False] * 5 + [True] * 3
    assert ratio.iloc[-1] == pytest.approx(0.5)


def test_one_who_is_late_moves_the_trailing_ratio_by_nothing() -> None:
    spend = steps(a=[1.0] * 6, b=[2.0] * 6, c=[3.0] * 5 + [np.nan])
    cash = steps(a=[10.0] * 6, b=[10.0] * 6, c=[4.0] * 5 + [np.nan])
    ratio = transform.trailing_ratio(spend, cash, year=4)
    assert ratio.iloc[-1] == pytest.approx(ratio.iloc[-2])


def test_where_too_few_have_reported_there_is_no_trailing_ratio() -> None:
    spend = steps(a=[1.0] * 6, b=[2.0] * 5 + [np.nan])
    cash = steps(a=[4.0] * 6, b=[40.0] * 5 + [np.nan])
    assert np.isnan(transform.trailing_ratio(spend, cash, year=4).iloc[-1])


@given(st.lists(st.floats(0.1, 100), min_size=12, max_size=12), st.floats(0.5, 2))
def test_the_trailing_ratio_scales_with_its_numerator(flows: list[float], factor: float) -> None:
    spend, cash = steps(a=flows), steps(a=flows[::-1])
    once = transform.trailing_ratio(spend, cash, year=4).dropna()
    scaled = transform.trailing_ratio(spend * factor, cash, year=4).dropna()
    assert np.allclose(scaled, once * factor)


def test_count_above_counts_those_over_the_line() -> None:
    spend = steps(a=[2.0] * 4, b=[1.0] * 4, c=[5.0] * 4)
    cash = steps(a=[1.0] * 4, b=[1.0] * 4, c=[4.0] * 4)
    assert transform.count_above(spend, cash, year=4).iloc[-1] == 2.0


def test_the_growth_gap_is_that_of_the_median_member() -> None:
    members = steps(a=[10.0] * 4 + [11.0] * 4, b=[10.0] * 4 + [12.0] * 4, c=[1e6] * 4 + [5e6] * 4)
    overall = steps(all=[50.0] * 4 + [52.5] * 4)
    assert transform.growth_gap(members, overall, year=4).iloc[-1] == pytest.approx(15.0)
    members.iloc[-1, 0] = np.nan
    assert np.isnan(transform.growth_gap(members, overall, year=4).iloc[-1])


def test_a_gain_is_counted_on_what_was_spent_the_year_before() -> None:
    sales = steps(a=[10.0] * 4 + [13.0] * 4)
    spent = steps(a=[2.0] * 4 + [99.0] * 4)
    assert transform.gain(sales, spent, year=4).iloc[-1] == pytest.approx(12 / 8)


def test_relative_rise_is_one_in_the_base_year() -> None:
    months = pd.RangeIndex(2019 * 12, 2020 * 12 + 12)
    power = pd.DataFrame({"a": [50.0] * 12 + [150.0] * 12}, index=months)
    other = pd.DataFrame({"b": [7.0] * 12 + [10.5] * 12}, index=months)
    rise = transform.relative_rise(power, other, year=12)
    assert rise.iloc[0] == pytest.approx(1.0)
    assert rise.iloc[-1] == pytest.approx(2.0)


def test_a_revised_figure_changes_its_trailing_years_and_no_other() -> None:
    def years(*flows: float) -> list[float]:
        stock = steps(s=[12.0] * len(flows))
        return transform.over_trailing_year(stock, steps(f=list(flows)), year=4).tolist()[3:]

    assert years(1, 1, 1, 1, 1, 1) == [3.0, 3.0, 3.0]
    assert years(1, 1, 1, 1, 1, 3) == [3.0, 3.0, 2.0]
    assert years(3, 1, 1, 1, 1, 1) == [2.0, 3.0, 3.0]
    flow, stock = steps(f=[1.0] * 6), steps(s=[12.0] * 6)
    assert transform.over_trailing_year(stock, flow, year=2).tolist()[1:] == [6.0] * 5
