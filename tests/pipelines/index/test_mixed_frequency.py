"""A model of months and quarters, applied to a later vintage, and its news."""

import json

import numpy as np
import pandas as pd
import pytest

from pipelines.index.toolkit import mixed_frequency
from pipelines.index.toolkit.mixed_frequency import Model, Vintage

MONTHS = pd.period_range("2020-01", periods=48, freq="M")


def vintage(monthly: pd.DataFrame, quarterly: pd.DataFrame, last: int) -> Vintage:
    """What is known when month `last` is out: one month later for `late`."""
    months, quarters = monthly.copy(), quarterly.copy()
    months.iloc[last + 1 :] = np.nan
    months.loc[months.index[last:], "late"] = np.nan
    quarters[quarters.index.asfreq("M", "end") >= months.index[last]] = np.nan
    return Vintage(months, quarters)


@pytest.fixture(scope="module")
def truth() -> Vintage:
    random = np.random.default_rng(3)
    cycle = np.cumsum(random.standard_normal(48))
    noise = random.standard_normal((48, 2)) / 3
    monthly = pd.DataFrame(cycle[:, None] + noise, MONTHS, ["prompt", "late"])
    quarters = pd.DataFrame({"output": pd.Series(cycle, MONTHS).groupby(MONTHS.asfreq("Q")).mean()})
    return Vintage(monthly, quarters)


@pytest.fixture(scope="module")
def before(truth: Vintage) -> Vintage:
    return vintage(*truth, last=44)


@pytest.fixture(scope="module")
def model(before: Vintage) -> Model:
    return mixed_frequency.fit(before, iterations=15)


def test_the_quarter_that_is_not_out_is_nearer_than_the_last_one(
    truth: Vintage, before: Vintage, model: Model
) -> None:
    expected = mixed_frequency.nowcast(model, before)["output"]
    quarter = truth.quarterly["output"]
    now = pd.Period("2023-09", "M")  # its last month but one has no figure of `late`
    assert before.quarterly["output"].isna().sum() >= 2
    carried = before.quarterly["output"].dropna().iloc[-1]
    miss = abs(expected[now] - quarter[now.asfreq("Q")])
    assert miss < abs(carried - quarter[now.asfreq("Q")])


def test_news_by_figure_add_up_to_the_change(truth: Vintage, before: Vintage, model: Model) -> None:
    after = vintage(*truth, last=45)
    revised = after._replace(monthly=after.monthly.copy())
    revised.monthly.loc["2023-05", "prompt"] += 0.5
    month = pd.Period("2023-12", "M")  # the quarter of which neither day has a figure
    for later in (after, revised):
        rows = mixed_frequency.news(model, before, later, "output", month)
        change = (
            mixed_frequency.nowcast(model, later)["output"][month]
            - mixed_frequency.nowcast(model, before)["output"][month]
        )
        assert rows["points"].sum() == pytest.approx(change, abs=1e-8)
        came = rows[rows["figure"].ne("revised figures")]
        assert set(came["figure"]) == {"prompt", "late", "output"}
        surprise = (came["observed"] - came["expected"]) * came["weight"]
        assert surprise.tolist() == pytest.approx(came["points"].tolist())


def test_kept_parameters_give_the_same_nowcast(before: Vintage, model: Model) -> None:
    text = json.dumps(model.parameters.to_dict())
    stored = model._replace(parameters=pd.Series(json.loads(text)))
    pd.testing.assert_frame_equal(
        mixed_frequency.nowcast(stored, before), mixed_frequency.nowcast(model, before), rtol=1e-9
    )


def test_a_series_without_a_figure_is_named(before: Vintage) -> None:
    empty = before._replace(quarterly=before.quarterly.assign(output=np.nan))
    with pytest.raises(ValueError, match="output"):
        mixed_frequency.fit(empty)
