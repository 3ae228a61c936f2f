"""Method 2027.1: recomputed without the engine, linked to 2026.1."""

import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import MethodError
from pipelines.index import framework, linked, realtime
from pipelines.index.framework import Dimension, Framework
from pipelines.index.transform import growth_of_most

MONTHS = pd.period_range("2025-10", "2026-10", freq="M")


@pytest.fixture(scope="module")
def result(history: pd.DataFrame, following: Framework) -> realtime.Result:
    return realtime.compute(history, following, MONTHS)


def own(result: realtime.Result, key: str, column: str = "score") -> pd.Series:
    values = result.values
    return values[values["key"].eq(key)].set_index("period")[column]


def test_the_published_methods_are_those_of_the_lock() -> None:
    lock = tomllib.loads(framework.BUNDLED.with_suffix(".lock").read_text(encoding="utf-8"))
    versions = [framework.load(), framework.load(framework.NEXT)]
    assert {method.version: method.hash for method in versions} == lock


def chained(scores: pd.DataFrame, weights: dict[str, float]) -> list[float]:
    """Plain loops: the mean of who is there in both months moves the value."""
    values = [float("nan")] * len(scores)
    rows = scores.to_dict("records")
    published = [
        n for n, row in enumerate(rows)
        if sum(w for k, w in weights.items() if row[k] == row[k]) >= 0.5 * sum(weights.values())
    ]  # fmt: skip

    def mean(row: dict[str, float], keys: list[str]) -> float:
        return sum(weights[k] * row[k] for k in keys) / sum(weights[k] for k in keys)

    if published:
        first = rows[published[0]]
        values[published[0]] = mean(first, [k for k in weights if first[k] == first[k]])
    for last, now in pairwise(published):
        both = [
            k for k in weights if rows[last][k] == rows[last][k] and rows[now][k] == rows[now][k]
        ]
        moved = mean(rows[now], both) - mean(rows[last], both)
        values[now] = min(100.0, max(0.0, values[last] + moved))
    return values


def leaf_scores(table: pd.DataFrame, group: Dimension) -> pd.DataFrame:
    """Scores of the indicators of a group: month x key, by their goalposts."""
    columns = {}
    for leaf in group.indicator:
        share = (table[f"{group.key}.{leaf.key}"] - leaf.low) / (leaf.high - leaf.low)
        columns[leaf.key] = share.clip(0, 1) * 100
    return pd.DataFrame(columns)


def readable(states: pd.DataFrame, groups: tuple[Dimension, ...]) -> pd.Series:
    """Whether half of the weight that is due is observed, month by month."""
    due, observed = 0.0, 0.0
    for group in groups:
        inside = sum(leaf.weight for leaf in group.indicator)
        for leaf in group.indicator:
            state = states[f"{group.key}.{leaf.key}"]
            weight = group.weight * leaf.weight / inside
            due = due + weight * state.ne("not due")
            observed = observed + weight * state.eq("observed")
    return observed >= 0.5 * due - 1e-9


def agrees(ours: pd.Series, theirs: list[float]) -> None:
    assert np.array_equal(ours.isna(), np.isnan(theirs))
    assert np.nanmax(np.abs(ours.to_numpy() - theirs)) < 1e-9


@pytest.fixture(scope="module")
def recomputed(history: pd.DataFrame, following: Framework) -> tuple[pd.DataFrame, realtime.Result]:
    """Both gauges and the dimensions in plain pandas; and what the engine gives."""
    months = pd.period_range(following.rules.first_month, MONTHS[-1], freq="M")
    engine = realtime.compute(history, following, months)
    table = engine.values.pivot(index="period", columns="key", values="value")
    states = engine.values.pivot(index="period", columns="key", values="state")
    assert following.retreat
    means = pd.DataFrame(index=table.index)
    for group in (*following.dimension, following.retreat):
        weights = {leaf.key: leaf.weight for leaf in group.indicator}
        means[group.key] = chained(leaf_scores(table, group), weights)
    keys = {group.key: group.weight for group in following.dimension}
    shown = means[list(keys)].where(readable(states, following.dimension), axis=0)
    seen = means[["retreat"]].where(readable(states, (following.retreat,)), axis=0)
    gauges = {"index": chained(shown, keys), "retreat": chained(seen, {"retreat": 1.0})}
    return means.drop(columns="retreat").assign(**gauges), engine


def test_a_recomputation_without_the_engine_agrees(
    recomputed: tuple[pd.DataFrame, realtime.Result],
) -> None:
    plain, engine = recomputed
    assert len(plain) > 40
    assert plain["index"].notna().sum() > 30
    assert plain["retreat"].notna().sum() > 30
    for key in plain:
        agrees(own(engine, str(key)), plain[key].tolist())


def test_a_recomputation_of_the_linked_index_agrees(
    recomputed: tuple[pd.DataFrame, realtime.Result],
    history: pd.DataFrame,
    following: Framework,
) -> None:
    plain, _ = recomputed
    assert following.succeeds
    old = following.succeeds.method
    april = realtime.indicators(history, old, [pd.Period("2026-04", "M")]).set_index("key")
    total, present = 0.0, 0.0
    for group in old.dimension:
        scores = leaf_scores(april[["value"]].T, group).iloc[0]
        weights = pd.Series({leaf.key: leaf.weight for leaf in group.indicator})
        there = weights[scores.notna()]
        if there.sum() >= 0.5 * weights.sum():
            total += group.weight * (scores * there).sum() / there.sum()
            present += group.weight
    shift = total / present - plain.loc["2026-04-01", "index"]
    since = following.succeeds.model_copy(update={"since": "2026-05"})
    months = pd.period_range("2026-05", "2026-09", freq="M")
    values = linked.compute(
        history, following.model_copy(update={"succeeds": since}), months
    ).values
    index = values[values["key"].eq("index")].set_index("period")["score"]
    agrees(index, (plain["index"] + shift).clip(0, 100)["2026-05":"2026-09"].tolist())


def test_each_gauge_is_the_sum_of_its_parts(result: realtime.Result) -> None:
    values = result.values
    parts = values[values["key"].str.contains(".", regex=False) | values["key"].eq("composition")]
    retreat = parts["key"].str.startswith("retreat.")
    for key, rows in {"index": parts[~retreat], "retreat": parts[retreat]}.items():
        sums = rows.groupby("period")["contribution"].sum(min_count=1)
        assert np.allclose(sums, own(result, key).reindex(sums.index), equal_nan=True, atol=1e-9)


def test_october_says_what_it_can_with_what_was_due(result: realtime.Result) -> None:
    states = own(result, "index", "state")
    assert states["2026-06-01"] == "observed"
    assert states["2026-09-01"] == "provisional"
    assert states["2026-10-01"] == "withheld"
    assert own(result, "index", "regime")["2026-10-01"] == ""
    assert own(result, "index", "reason")["2026-10-01"].startswith("no reading: ")


def test_a_series_published_later_is_not_due_before(result: realtime.Result) -> None:
    key = "dependency.accelerator_concentration"
    states = own(result, key, "state")
    assert set(states[:"2025-12-01"]) == {"not due"}
    assert own(result, key, "value")[:"2025-12-01"].isna().all()
    assert "not due" not in set(states["2026-01-01":])
    # Its entry moves nothing: the others alone make the change of the dimension.
    others = ["dependency.flagship_price", "dependency.european_power_handicap"]
    assert own(result, "dependency").diff()["2026-01-01"] == pytest.approx(
        sum(own(result, other).diff()["2026-01-01"] for other in others) / 2
    )


def test_a_quarter_is_observed_until_the_next_is_due(result: realtime.Result) -> None:
    states = own(result, "cost.giants_above_cash", "state")
    # Q1 2026 was filed in April: it is all that is due until June, and late in July.
    assert own(result, "cost.giants_above_cash", "observed")["2026-05-01"] == "2026-01"
    assert states["2026-06-01"] == "observed"


def test_linked_to_2026_1_it_leaves_what_was_published_to_the_bit(
    history: pd.DataFrame, following: Framework
) -> None:
    assert following.succeeds
    since = following.succeeds.model_copy(update={"since": "2026-05"})
    joined = linked.compute(
        history, following.model_copy(update={"succeeds": since}), MONTHS[4:9]
    ).values
    old = realtime.compute(history, following.succeeds.method, MONTHS[4:7]).values
    pd.testing.assert_frame_equal(
        joined[joined["period"] < "2026-05"].reset_index(drop=True), old.reset_index(drop=True)
    )
    alone = realtime.compute(history, following, MONTHS[6:9]).values
    index, free = (
        rows[rows["key"].eq("index")].set_index("period")["score"] for rows in (joined, alone)
    )
    assert np.allclose(index["2026-05":].diff().dropna(), free["2026-05":].diff().dropna())
    assert index["2026-05-01"] - index["2026-04-01"] == pytest.approx(
        free["2026-05-01"] - free["2026-04-01"]
    )
    new = joined[joined["period"] >= "2026-05"]
    parts = new[new["kind"].isin(["indicator", "composition", linked.LINK])]
    parts = parts[~parts["key"].str.startswith("retreat")]
    assert np.allclose(parts.groupby("period")["contribution"].sum(), index["2026-05":])
    assert new.loc[new["key"].eq("index"), "regime"].ne("").all()


def test_what_the_new_version_leaves_unsaid_is_as_it_was(following: Framework) -> None:
    assert following.succeeds
    old, new = following.succeeds.method.indicators, following.indicators
    assert new["cost.credit_distress"] == old["cost.credit_distress"]
    changed = old["chips.memory_growth"].model_copy(update={"weight": 0.5})
    assert new["chips.memory_growth"] == changed
    aged = {key for key, indicator in new.items() if indicator.ages}
    panels = {key for key in new if key.startswith(("frugality.", "morocco."))}
    assert all(new[key] == old[key] for key in (panels & set(old)) - aged)
    read_again = old["frugality.frugal_price"].model_copy(
        update={"ages": "reading", "lag_months": 1, "carry_months": 4}
    )
    assert new["frugality.frugal_price"] == read_again
    assert set(old) - set(new) == {
        "dependency.captive_premium",
        "productivity.unit_labour_costs",
        "productivity.firms_using_ai",
        "frugality.answer_energy",
        "frugality.compute_elsewhere",
        "morocco.public_compute",
        "morocco.tariff_against_us",
        "morocco.tariff_against_europe",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("leave = 40", "leave = 60", "recovery must end"),
        ('public_since = "2026-01"', 'public_since = "soon"', "public_since"),
    ],
)
def test_a_wrong_method_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    for path in (framework.BUNDLED, framework.NEXT):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MethodError, match=message):
        framework.load(tmp_path / framework.NEXT.name)


class TestGrowthOfMost:
    def test_the_first_to_report_does_not_speak_for_all(self) -> None:
        spent = pd.DataFrame({"large": [75.0, 80, np.nan], "small": [25.0, 30, 40]})
        growth = growth_of_most(spent, year=1)
        assert growth.iloc[1] == pytest.approx(10)
        assert np.isnan(growth.iloc[2])

    @given(st.lists(st.floats(1, 1e6), min_size=3, max_size=3))
    def test_who_stays_out_for_good_does_not_matter(self, spent: list[float]) -> None:
        alone = pd.DataFrame({"one": spent})
        with_absent = alone.assign(absent=np.nan)
        pd.testing.assert_series_equal(
            growth_of_most(alone, year=1), growth_of_most(with_absent, year=1)
        )


def test_a_month_alone_is_read_again_later(history: pd.DataFrame, following: Framework) -> None:
    month = MONTHS[-2]
    later = datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC)
    first = realtime.indicators(history, following, [month])
    again = realtime.indicators(history, following, [month], {month: later})
    assert again["state"].eq("observed").sum() >= first["state"].eq("observed").sum()
