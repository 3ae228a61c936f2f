"""Every live source, from a real body over a real socket into the warehouse."""

import hashlib
import json
from pathlib import Path

import pytest

from sources import Request, registry
from sources.http.credentials import public_url
from tests.editions import address_of
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import body_of
from tests.server import Reply, Site, gzipped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Source, body, its content type, the day it was served, and a figure that must then be held.
BODIES = [
    ("ember", "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv", "text/csv",
     "2025-12-02", ("ember.wholesale.FRA", "2025-09-01", 57.24)),
    ("eia861m", "eia861m/sales_revenue.2025-04.xlsx", XLSX, "2025-06-25",
     ("eia.price.VA.IND", "2025-04-01", 9.11)),
    ("census_c30", "census_c30/privsatime.xlsx", XLSX, "2026-07-02",
     ("census.c30.data_center", "2026-05-01", 59307.0)),
    ("gcp_pricing", "gcp_pricing/pricing_2026-07-30_head3449.yml", "text/plain", "2026-07-30",
     ("gcp.gpu.h100-80gb.us-central1.on_demand", "2026-07-30", 11.06125)),
    ("btos", "btos/National_2026-07-31.xlsx", XLSX, "2026-07-31",
     ("btos.ai_use_now", "2026-06-29", 21.5)),
    ("nyfed_cmdi", "nyfed_cmdi/market_cmdi_2026-07-29.xlsx", XLSX, "2026-07-29",
     None),
    ("token_prices", "genai_prices/data_slim.2025-12-31.json.gz", "text/plain", "2025-12-31",
     ("tokens.flagship", "2025-12-31", 4.8125)),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "file", "kind", "day", "figure"), BODIES, ids=[b[0] for b in BODIES]
)
def test_a_real_body_enters_the_warehouse(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    file: str,
    kind: str,
    day: str,
    figure: tuple[str, str, float] | None,
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
    address = address_of(site, registry()[key], day)
    reply = gzipped(body_of(payloads / file), **{"Content-Type": kind, "ETag": '"v1"'})
    site.serve(address, reply)
    ended = silentcrash("fetch", key)
    assert ended.code == 0, ended.err + ended.out
    assert "silent-crash-observatory" in site.asked[-1].headers["User-Agent"]
    assert "observatory@example.org" in site.asked[-1].headers["User-Agent"]
    fetched = f"select rows, loaded, sha256 from v_fetch where source = '{key}' and outcome = 'new'"
    [row] = json.loads(silentcrash("query", fetched, "--format", "json").out)
    assert row["rows"] > 0
    assert row["loaded"]
    assert row["sha256"] == hashlib.sha256(body_of(payloads / file)).hexdigest()
    if figure:
        series, period, value = figure
        sql = "select value from v_observation where series = '{}' and period = '{}'"
        stored_figures = json.loads(
            silentcrash("query", sql.format(series, period), "--format", "json").out
        )
        assert [row["value"] for row in stored_figures] == [pytest.approx(value, rel=1e-6)]
    assert "unchanged" in silentcrash("fetch", key).out
    # Bytes that are read again on every day must come again: they are asked for unconditionally.
    validator = None if registry()[key].snapshot_dated else '"v1"'
    assert site.asked[-1].headers["If-None-Match"] == validator


@pytest.mark.shared
def test_company_accounts_come_one_request_a_company(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    bodies = {
        "1652044": "companyfacts_CIK0001652044.full.json.gz",
        "1326801": "companyfacts_CIK0001326801_META.full.json.gz",
    }
    for cik, file in bodies.items():
        [request] = [entry for entry in registry()["sec"].requests if cik in entry.url]
        reply = gzipped(body_of(payloads / "sec" / file), **{"Content-Type": "application/json"})
        site.serve(public_url(request), reply)
    ended = silentcrash("fetch", "sec")
    assert "sec: partial: 2 of 6" in ended.err  # the two that are served are kept
    sql = "select value, known_from from v_observation_history where series = 'sec.capex.META' "
    rows = json.loads(
        silentcrash("query", sql + "and period = '2023-01-01' order by 2", "--format", "json").out
    )
    assert [row["value"] for row in rows] == [6.842e9, 6.823e9]


def test_a_quota_error_served_as_success_is_refused(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    [request] = registry()["bls"].requests
    body = {
        "status": "REQUEST_NOT_PROCESSED",
        "message": ["daily threshold reached"],
        "Results": {},
    }
    site.serve(
        public_url(Request(request.url)),
        Reply(json.dumps(body).encode(), headers={"Content-Type": "application/json"}),
    )
    ended = silentcrash("fetch", "bls")
    assert ended.code == 1
    assert "bls: refused" in ended.err
    assert site.asked[-1].method == "POST"


@pytest.mark.shared
def test_a_market_has_other_days_every_day(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A real day of 2024, then its prices as those of the next two days."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    [request] = registry()["energy_charts"].requests
    real = json.loads((payloads / "energy-charts/price_DE-LU_2024-05-04.json").read_bytes())
    for day in range(3):
        later = [at + day * 86400 for at in real["unix_seconds"]]
        body = json.dumps(real | {"unix_seconds": later}).encode()
        site.serve(request.url, Reply(body, headers={"Content-Type": "application/json"}))
        monkeypatch.setenv("SILENTCRASH_NOW", f"2024-05-0{4 + day}T14:00:00+00:00")
        ended = silentcrash("fetch", "energy_charts")
        assert ended.code == 0, ended.err + ended.out
    stored_figures = "select distinct period from v_observation where series like 'energy_charts.%'"
    assert len(json.loads(silentcrash("query", stored_figures, "--format", "json").out)) == 3


RESTATED = [
    ("eia861m", "eia861m/sales_revenue.2025-01.xlsx", "eia861m/sales_revenue.2025-04.xlsx", XLSX,
     ("2025-03-26", "2025-06-25")),
    ("ember", "ember/european_wholesale_electricity_price_data_monthly.2025-10.csv",
     "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv", "text/csv",
     ("2025-10-05", "2025-12-02")),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "first", "second", "kind", "days"), RESTATED, ids=["eia861m", "ember"]
)
def test_a_real_restatement_is_let_in(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    first: str,
    second: str,
    kind: str,
    days: tuple[str, str],
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    [request] = registry()[key].requests
    bodies = [
        Reply(body_of(payloads / file), headers={"Content-Type": kind}) for file in (first, second)
    ]
    site.serve(public_url(request), *bodies)
    for day in days:
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        ended = silentcrash("fetch", key)
        assert ended.code == 0, ended.err
    sql = f"select count(*) as n from v_observation_history where series like '{key[:3]}%'"
    versions = json.loads(silentcrash("query", sql, "--format", "json").out)[0]["n"]
    latest = sql.replace("_history", "")
    assert versions > json.loads(silentcrash("query", latest, "--format", "json").out)[0]["n"]
