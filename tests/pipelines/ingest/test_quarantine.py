"""Quarantined rows: listed with their reason, loaded once a rule is mended."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sources import registry
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.server import Reply, Site
from warehouse import load
from warehouse.database import open_for_writing
from warehouse.observations import read


@pytest.mark.shared
def test_a_row_set_aside_is_listed_and_replayed(
    home: Path, silentcrash: Command, site: Site, payloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    ember = replace(
        registry()["ember"], full_snapshot=False
    )  # what is served is a part of the table
    monkeypatch.setitem(registry(), "ember", ember)  # type: ignore[arg-type]
    body = (payloads / "ember" / "price_monthly_sample.2026-09-29.csv").read_bytes()
    site.serve(public_url(ember.requests[0]), Reply(body, headers={"Content-Type": "text/csv"}))
    assert silentcrash("fetch", "ember").code == 0
    [row] = json.loads(silentcrash("quarantine", "ember", "--format", "json").out)
    assert row["row"]["series"] == "ember.wholesale.SVN"
    assert row["row"]["value"] == 324.79
    assert row["expectation"] == "ExpectColumnValuesToBeBetween"
    assert "median of the other countries" in row["reason"]
    [remaining] = json.loads(silentcrash("quarantine", "--replay", "--format", "json").out)
    assert (remaining["rows"], remaining["accepted"]) == (1, 0)
    monkeypatch.setitem(registry(), "ember", replace(ember, rules=()))  # type: ignore[arg-type]
    [mended] = json.loads(silentcrash("quarantine", "--replay", "--format", "json").out)
    assert (mended["accepted"], mended["still aside"]) == (1, 0)
    assert json.loads(silentcrash("quarantine", "--format", "json").out) == []
    sql = "select value from v_observation where series = 'ember.wholesale.SVN'"
    sql += " and period = '2026-06-01'"
    assert json.loads(silentcrash("query", sql, "--format", "json").out) == [{"value": 324.79}]


def test_a_row_of_an_older_month_is_replayed_beside_newer_ones(
    home: Path, silentcrash: Command
) -> None:
    """Of a source whose table is whole: the rest of it is not gone."""
    assert registry()["ember"].full_snapshot
    engine = open_for_writing(f"sqlite:///{home / 'warehouse.sqlite'}")
    stored = read.panel(engine, series=["ember.wholesale.DEU"])
    row = stored.iloc[[-6]].assign(known_from=pd.Timestamp("2026-11-20", tz="UTC"))
    row = row[["series", "period", "value", "status", "known_from"]]
    row["value"] += 1.0
    at = datetime(2026, 11, 20, tzinfo=UTC)
    fetch = load.record(engine, "ember", url="made up", at=at, outcome="new")
    load.quarantine(engine, fetch, row, "an expectation", "a reason")
    engine.dispose()
    [replayed] = json.loads(silentcrash("quarantine", "--replay", "--format", "json").out)
    assert (replayed["accepted"], replayed["still aside"]) == (1, 0)
