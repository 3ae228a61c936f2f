"""True vintages, fetched with a free key, in the place of figures dated back."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pandas as pd
import pytest

from pipelines.index import framework, realtime
from pipelines.ingest import store
from pipelines.release.facts import figures
from pipelines.settings import from_environment
from sources.http.credentials import Keys
from sources.publishers.alfred import SOURCE
from tests.pipelines.conftest import Command
from tests.server import Reply, Site
from tests.sources.publishers.test_alfred import PRODUCTIVITY, VINTAGES, body

KEY = "a-key-that-is-made-up"


def test_vintages_need_a_key_and_say_so(
    home: object, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    ended = silentcrash("backfill", "--vintages")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "FRED_API_KEY" in ended.err
    both = silentcrash("backfill", "dstack", "--vintages")
    assert "a source or --vintages" in both.err


def test_the_newest_method_reads_what_each_day_showed(
    home: object, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRED_API_KEY", KEY)
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    for request in SOURCE.requests:
        address = f"{request.url}?{urlencode(Keys({'FRED_API_KEY': KEY}).fill(request).params)}"
        other = body(("2015-05-06", "9999-12-31", "2014-01-01", "30.5"))
        own = VINTAGES if request.params["series_id"] == PRODUCTIVITY else other
        site.serve(address, Reply(own, headers={"Content-Type": "application/json"}))
    before = _read(framework.newest())
    ended = silentcrash("backfill", "--vintages")
    assert ended.code == 0, ended.err
    assert KEY not in ended.out + ended.err
    # In April the first print stood, from May on its revision; the method in force reads neither.
    old = framework.load()
    assert _read(framework.newest()) == [9.9, 1.1]
    assert _read(framework.newest()) != before
    assert _read(old) == before


def _read(method: framework.Framework) -> list[float]:
    """Productivity in April and May 2026 by a method."""
    engine = store.open_for_reading(from_environment())
    facts = figures(engine, framework.newest(), as_of=datetime(2026, 11, 23, tzinfo=UTC))
    months = pd.period_range("2026-04", "2026-05", freq="M")
    rows = realtime.indicators(facts, method, months)
    own = rows[rows["key"].eq("productivity.productivity_growth")]
    values: list[float] = own["value"].tolist()
    return values
