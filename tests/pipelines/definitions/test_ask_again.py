"""A publisher that did not answer is asked again within hours, and then left."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from pipelines.announcements import filings
from pipelines.definitions import Observatory, sensors
from pipelines.definitions.ask_again import LOOK_BACK, WAITS, ask_again, due
from pipelines.definitions.source_assets import observations
from pipelines.ingest import store as stores
from pipelines.settings import from_environment
from sources import find_source
from tests.pipelines.definitions.conftest import Installation, happened
from warehouse import load

AT = datetime(2026, 11, 10, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADDRESS = "https://example.org/prices.csv"


def attempts(*rows: tuple[timedelta, str]) -> pd.DataFrame:
    """Attempts at one address, each so long after AT, with its outcome."""
    table = pd.DataFrame({"at": [AT + after for after, _ in rows], "outcome": [o for _, o in rows]})
    return table.assign(source="ember", url=ADDRESS, retry_at=pd.NaT)


def test_a_silent_publisher_is_asked_four_times_more_within_eight_hours() -> None:
    at, times, rows = AT, [], [(timedelta(0), "failed")]
    while at < AT + LOOK_BACK:
        if due(attempts(*rows), at):
            times.append(at - AT)
            rows.append((at - AT, "failed"))
        at += 5 * MINUTE
    assert times == [timedelta(minutes=minutes) for minutes in (15, 75, 195, 435)]


@given(st.lists(st.sampled_from(["new", "unchanged", "refused", "failed", "try later"])))
def test_only_the_failures_since_the_last_answer_count(outcomes: list[str]) -> None:
    rows = [(index * MINUTE, outcome) for index, outcome in enumerate(outcomes)]
    failures = 0
    for outcome in outcomes:
        failures = failures + 1 if outcome in {"failed", "try later"} else 0
    overdue = due(attempts(*rows), AT + LOOK_BACK)
    assert bool(overdue) == (0 < failures <= len(WAITS))


def test_a_publisher_that_names_an_hour_is_left_until_then() -> None:
    later = AT + timedelta(hours=3)
    waits = attempts((timedelta(0), "try later")).assign(retry_at=later)
    assert not due(waits, later - MINUTE)
    assert due(waits, later) == {"ember": AT}


def test_two_silent_addresses_of_a_publisher_are_one_question() -> None:
    first = attempts((5 * MINUTE, "failed"))
    second = attempts((timedelta(0), "failed")).assign(url=f"{ADDRESS}?page=2")
    assert due(pd.concat([first, second]), AT + LOOK_BACK) == {"ember": AT + 5 * MINUTE}


def test_the_sensor_asks_for_one_run_an_attempt(
    installation: Installation, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.open_for_writing(from_environment())
    load.record(store, "ember", url=ADDRESS, at=AT, outcome="failed", detail="no answer")
    load.register(store, [filings.source_row()], [])  # documents, which have no asset of their own
    load.record(store, filings.KEY, url=ADDRESS, at=AT, outcome="failed", detail="no answer")
    load.record(store, "ecb_rates", url=ADDRESS, at=AT, outcome="new", detail="")
    yesterday = AT - LOOK_BACK  # a schedule has asked since
    load.record(store, "eia861m", url=ADDRESS, at=yesterday, outcome="failed", detail="no answer")
    keys = []
    for minutes in (14, 15, 20):
        monkeypatch.setenv("SILENTCRASH_NOW", (AT + minutes * MINUTE).isoformat())
        with installation.process() as instance:
            context = dg.build_sensor_context(instance=instance)
            requests = ask_again.evaluate_tick(context).run_requests or ()
        keys.append([request.run_key for request in requests])
    assert keys[0] == []
    assert keys[1] == keys[2] == [f"ember@{AT.isoformat()}"]  # Dagster runs a key once


def test_a_run_in_which_only_publishers_were_silent_rings_for_them_alone(
    installation: Installation, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", "http://127.0.0.1:9")
    monkeypatch.setenv("SILENTCRASH_ALLOW_LOOPBACK", "1")
    with installation.process() as instance:
        before = sensors.failed_runs.evaluate_tick(dg.build_sensor_context(instance=instance))
    with installation.process() as instance:
        assets = [observations(find_source("tariff_pages"))]
        done = dg.materialize(
            assets,
            instance=instance,
            resources={"observatory": Observatory()},
            raise_on_error=False,
        )
        assert not done.success
    for sensor, cursor in ((sensors.failed_runs, before.cursor), (sensors.check_results, None)):
        with installation.process() as instance:
            sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))
    assert happened(store) == ["firing observations/tariff_pages:reachable"]
