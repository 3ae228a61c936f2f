"""A price whose day comes while the bytes stay the same is recorded."""

import json
from datetime import date
from pathlib import Path

import pytest

from sources.publishers.token_prices import SOURCE, current_models
from tests.editions import address_of
from tests.pipelines.conftest import Command
from tests.server import Reply, Site


def body(day: str) -> bytes:
    """A catalogue of today's models: 20 blended, and 16 from 10 November 2026."""
    prices = [
        {"prices": {"input_mtok": 10, "output_mtok": 50}},
        {
            "constraint": {"start_date": "2026-11-10"},
            "prices": {"input_mtok": 8, "output_mtok": 40},
        },
    ]
    tiers = current_models(date.fromisoformat(day))
    listed = [
        {"id": tiers["flagship"], "prices": prices},
        {"id": tiers["frugal"], "prices": {"input_mtok": 0.2, "output_mtok": 1.2}},
    ]
    return json.dumps([{"id": "openai", "models": listed}]).encode()


def test_a_price_that_comes_into_force_under_unchanged_bytes_is_stored(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    address = address_of(site, SOURCE, "2026-11-01")
    site.serve(address, Reply(body("2026-11-24"), headers={"ETag": '"a"'}))
    for day in ("2026-11-03", "2026-11-12", "2026-11-24"):
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        assert silentcrash("fetch", "token_prices").code == 0, day
    sql = (
        "select value, known_from from v_observation "
        "where series = 'tokens.flagship' and period >= '2026-11-01' order by period"
    )
    rows = json.loads(silentcrash("query", sql, "--format", "json").out)
    assert [row["value"] for row in rows] == [20.0, 16.0]
    assert str(rows[1]["known_from"]).startswith("2026-11-10")
