"""What an edition keeps of its alerts is what the alerts themselves say."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipelines.alerts import backtest, signals
from pipelines.alerts.standing import standing
from tests.alerts.made_up import edition, rule

FIGURES = [30.0, 55.0, 60.0, 40.0, 70.0]  # fires at 50, ends below 45


def found(*scores: list[float | None], **changes: object) -> list[tuple[str, str, float | None]]:
    """Kind, month and figure in the edition of the second scores after that of the first."""
    before, now = (signals.vintage(edition(n, made)) for n, made in enumerate(scores))
    rows = standing([rule(**changes)], before, now)["found"]
    assert json.loads(json.dumps(rows)) == rows
    assert {(row["rule"], row["series"]) for row in rows} <= {("high", "index")}
    return [(row["kind"], row["since"], row["value"]) for row in rows]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, []),
        (2, [("firing", "2025-02-01", 55.0)]),
        (3, [("on", "2025-02-01", 60.0)]),
        (4, [("resolved", "2025-02-01", 40.0)]),
        (5, [("firing", "2025-05-01", 70.0)]),
    ],
)
def test_a_crossing_is_raised_lasts_and_ends(
    months: int, expected: list[tuple[str, str, float]]
) -> None:
    assert found(FIGURES[: months - 1] or [30.0], FIGURES[:months]) == expected


def test_a_revision_that_undoes_a_crossing_retracts_it() -> None:
    assert found([30.0, 55.0], [30.0, 44.0, 44.5]) == [("retracted", "2025-02-01", 44.5)]


def test_an_edition_that_skips_months_tells_what_began_in_them() -> None:
    assert found([30.0], FIGURES[:3]) == [("firing", "2025-02-01", 60.0)]


def test_a_month_without_a_figure_has_none_and_what_fired_lasts() -> None:
    assert found([30.0, 55.0], [30.0, 55.0, None]) == [("on", "2025-02-01", None)]


def test_a_series_that_is_not_there_is_not_found() -> None:
    assert found([30.0], [55.0], series="nowhere") == []


def test_the_rules_are_kept_without_those_who_are_told() -> None:
    seen = signals.vintage(edition(1, FIGURES))
    late = rule(id="late", kind="stale", when=None, recover=None)
    [kept] = standing([rule(), late], seen, seen)["rules"]
    assert (kept["id"], kept["for"], kept["severity"]) == ("high", 1, "alert")
    assert (kept["when"]["value"], kept["recover"]["value"]) == (50, 45)
    assert {"owner", "runbook", "message"}.isdisjoint(kept)


@pytest.mark.parametrize("seed", range(5))
def test_month_by_month_it_says_what_the_backtest_says(seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(20, 80, 60).tolist()
    made = [rule(**{"for": 2}), rule(id="year", when={"of": "change_12", "op": ">=", "value": 9},
                                     recover={"op": "<", "value": 3})]  # fmt: skip
    seen = backtest.vintages([edition(1, scores, start="2021-01")])
    replayed = backtest.frame(backtest.replay(made, seen))
    told = {
        (row["rule"], row["kind"], f"{row['period']:%Y-%m-%d}")
        for row in replayed.to_dict("records")
        if row["kind"] in {"firing", "resolved"}
    }
    mine = {
        (row["rule"], row["kind"], row["since"] if row["kind"] == "firing" else f"{now.until:%F}")
        for before, now in pairwise(seen)
        for row in standing(made, before, now)["found"]
        if row["kind"] != "on"
    }
    assert mine == {one for one in told if pd.Timestamp(one[2]) > seen[0].until}
    assert len(mine) > 10
