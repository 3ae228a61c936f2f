"""What an edition keeps of its alerts is what the alerts themselves say."""

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.alerts import backtest, signals
from pipelines.alerts.backtest import edition_alerts
from pipelines.ingest import store
from pipelines.release import compute
from pipelines.settings import Settings
from tests.pipelines.alerts.made_up import edition, rule
from tests.pipelines.conftest import FirstRuns
from warehouse.edition import load, save

KEY = "productivity.firms_using_ai"
FIGURES = [30.0, 55.0, 60.0, 40.0, 70.0]  # fires at 50, ends below 45


def alerts_of(
    *scores: list[float | None], **changes: object
) -> list[tuple[str, str, float | None]]:
    """Kind, month and figure in the second of two editions."""
    before, now = (signals.vintage(edition(n, series)) for n, series in enumerate(scores))
    rows = edition_alerts([rule(**changes)], before, now)["found"]
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
    assert alerts_of(FIGURES[: months - 1] or [30.0], FIGURES[:months]) == expected


def test_a_revision_that_undoes_a_crossing_retracts_it() -> None:
    assert alerts_of([30.0, 55.0], [30.0, 44.0, 44.5]) == [("retracted", "2025-02-01", 44.5)]


def test_an_edition_that_skips_months_tells_what_began_in_them() -> None:
    assert alerts_of([30.0], FIGURES[:3]) == [("firing", "2025-02-01", 60.0)]


def test_a_month_without_a_figure_has_none_and_what_fired_lasts() -> None:
    assert alerts_of([30.0, 55.0], [30.0, 55.0, None]) == [("on", "2025-02-01", None)]


def test_a_series_that_is_not_there_is_not_found() -> None:
    assert alerts_of([30.0], [55.0], series="nowhere") == []


def test_a_series_seen_for_the_first_time_tells_only_what_fires_now() -> None:
    now = signals.vintage(edition(1, FIGURES))
    nothing = backtest.cut_off(now, pd.Timestamp("2024-12-01"))
    [row] = edition_alerts([rule()], nothing, now)["found"]
    assert (row["kind"], row["since"]) == ("firing", "2025-05-01")


def test_a_series_counts_from_the_month_in_which_it_begins() -> None:
    newest = signals.vintage(edition(1, FIGURES))
    first = newest.table["period"].min()
    seen = [
        dict(signals.series_signals(rule(), backtest.cut_off(newest, month)))["index"]
        for month in (first - pd.DateOffset(months=1), first, newest.until)
    ]
    assert [len(signal.firing) for signal in seen] == [0, 1, len(FIGURES)]


def test_an_edition_is_compared_with_the_stored_one_of_the_month_before(
    first_runs: FirstRuns, tmp_path: Path
) -> None:
    """A made-up reissue has an indicator at 95 for two months, then it has not."""
    settings = Settings(home=tmp_path / "home", now="2026-11-23T09:00:00+00:00")
    shutil.copytree(first_runs.home, settings.home)
    engine = store.open_for_writing(settings)
    month = pd.Period("2026-09", "M")
    before = load(engine, month=str(month))
    raised = before.values["key"].eq(KEY) & before.values["period"].ge(pd.Timestamp("2026-08-01"))
    save(
        engine,
        values=before.values.assign(score=before.values["score"].mask(raised, 95.0)),
        lineage=before.lineage,
        month=before.month,
        as_of=before.as_of,
        recorded_by=before.recorded_by,
        framework=before.framework,
        framework_version=before.framework_version,
        framework_hash=before.framework_hash,
        data_hash="made-up",
        created_at=settings.now,
    )
    after = load(engine, compute.compute(engine, month + 1, now=settings.now))
    assert (after.month, before.alerts is None, after.alerts is None) == ("2026-10", False, False)
    assert after.alerts
    kinds = {(row["series"], row["kind"], row["since"]) for row in after.alerts["found"]}
    assert (KEY, "retracted", "2026-09-01") in kinds
    assert ("index", "on", "2025-12-01") in kinds


def test_a_series_that_is_gone_is_not_found() -> None:
    before, now = (signals.vintage(edition(n, FIGURES[:4])) for n in (1, 2))
    gone = replace(now, table=now.table.loc[now.table["key"].ne("index")])
    assert edition_alerts([rule()], before, gone)["found"] == []


def test_the_rules_are_kept_without_those_who_are_notified() -> None:
    seen = signals.vintage(edition(1, FIGURES))
    late = rule(id="late", kind="stale", when=None, recover=None)
    [declared] = edition_alerts([rule(), late], seen, seen)["rules"]
    assert (declared["id"], declared["for"], declared["severity"]) == ("high", 1, "alert")
    assert (declared["when"]["value"], declared["recover"]["value"]) == (50, 45)
    assert {"owner", "runbook", "message"}.isdisjoint(declared)


@pytest.mark.parametrize("seed", range(5))
def test_month_by_month_it_says_what_the_backtest_says(seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(20, 80, 60).tolist()
    watched = [rule(**{"for": 2}), rule(id="year", when={"of": "change_12", "op": ">=", "value": 9},
                                     recover={"op": "<", "value": 3})]  # fmt: skip
    seen = backtest.vintages([edition(1, scores, start="2021-01")])
    replayed = backtest.frame(backtest.replay(watched, seen))
    expected = {
        (row["rule"], row["kind"], f"{row['period']:%Y-%m-%d}")
        for row in replayed.to_dict("records")
        if row["kind"] in {"firing", "resolved"}
    }
    mine = {
        (row["rule"], row["kind"], row["since"] if row["kind"] == "firing" else f"{now.until:%F}")
        for before, now in pairwise(seen)
        for row in edition_alerts(watched, before, now)["found"]
        if row["kind"] != "on"
    }
    assert mine == {row for row in expected if pd.Timestamp(row[2]) > seen[0].until}
    assert len(mine) > 10
