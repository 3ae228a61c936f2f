"""What moved the index: each cause alone, and all of them together."""

from datetime import timedelta

import pandas as pd
import pytest

from pipelines.index import change_decomposition, realtime
from pipelines.index.framework import Framework

MONTH = pd.Period("2026-07", "M")
KEY, SERIES = "cost.credit_distress", "nyfed.cmdi.market"


def at(month: pd.Period, method: Framework) -> change_decomposition.EditionKey:
    return change_decomposition.EditionKey(month, realtime.cutoff(month, method), method)


def score(history: pd.DataFrame, point: change_decomposition.EditionKey) -> float:
    rows = realtime.compute(history, point.method, [point.month], {point.month: point.as_of}).values
    return float(rows.loc[rows["key"].eq("index"), "score"].iloc[0])


def figure(
    history: pd.DataFrame, period: str, value: float, published: pd.Timestamp
) -> pd.DataFrame:
    template = history[history["series"].eq(SERIES)].tail(1)
    added = template.assign(period=pd.Timestamp(period), value=value, known_from=published)
    return pd.concat([history, added.assign(fetch_id=999)], ignore_index=True)


@pytest.mark.parametrize("month", ["2024-01", "2024-05", "2025-11", "2026-07", "2026-10"])
def test_the_causes_add_up_to_the_change(history, method, month: str) -> None:
    before, after = at(pd.Period(month, "M") - 1, method), at(pd.Period(month, "M"), method)
    result = change_decomposition.since(history, before, after)
    change = score(history, after) - score(history, before)
    assert result.to_numpy().sum() == pytest.approx(change, abs=1e-9)
    assert (result["method"] == 0).all()


def test_a_revised_figure_is_revised_data_and_nothing_else(history, method) -> None:
    before = at(MONTH, method)
    after = before._replace(as_of=before.as_of + timedelta(days=1))
    later = pd.Timestamp(before.as_of) + pd.Timedelta(hours=1)
    period = history.loc[
        history["series"].eq(SERIES) & history["known_from"].le(before.as_of), "period"
    ].max()
    revised = figure(history, str(period.date()), 0.55, later)
    result = change_decomposition.since(revised, before, after)
    assert result.loc[KEY, "revised_data"] > 0.1
    assert result[["new_data", "method"]].abs().to_numpy().max() == 0
    assert result.drop(KEY)["revised_data"].abs().max() == 0


def test_a_figure_that_was_not_known_is_new_data_and_nothing_else(history, method) -> None:
    before = at(MONTH, method)
    after = before._replace(as_of=before.as_of + timedelta(days=1))
    later = pd.Timestamp(before.as_of) + pd.Timedelta(hours=1)
    result = change_decomposition.since(figure(history, "2026-07-30", 0.55, later), before, after)
    assert result.loc[KEY, "new_data"] > 0
    assert result[["revised_data", "method"]].abs().to_numpy().max() == 0


def test_another_weight_is_method_and_nothing_else(history, method) -> None:
    before = at(MONTH, method)
    cost = method.dimension[0].model_copy(update={"weight": 2.0})
    other = method.model_copy(update={"dimension": (cost, *method.dimension[1:])})
    result = change_decomposition.since(history, before, before._replace(method=other))
    assert result[["revised_data", "new_data"]].abs().to_numpy().max() == 0
    moved = score(history, before._replace(method=other)) - score(history, before)
    assert result["method"].sum() == pytest.approx(moved, abs=1e-9)
    assert result.loc["cost.capex_to_cash", "method"] > 0


def test_a_withheld_index_has_no_news(history, method) -> None:
    early = at(pd.Period("2023-01", "M"), method)
    with pytest.raises(ValueError, match="2023-01 is withheld"):
        change_decomposition.since(history, early, at(MONTH, method))


def test_changes_between_two_months_add_up(history, method) -> None:
    months = [MONTH - 1, MONTH]
    values = realtime.compute(history, method, months).values
    sides = [values[values["period"].eq(month.to_timestamp())] for month in months]
    moved = change_decomposition.between(*sides)["change"]
    inside = [key for key in moved.index if str(key).split(".")[0] in ("cost", "chips")]
    assert moved[[key for key in inside if "." in key]].sum() == pytest.approx(
        moved["cost"] + moved["chips"], abs=1e-9
    )
