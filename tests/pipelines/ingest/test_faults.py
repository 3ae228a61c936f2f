"""A fault of one body, or of the disk below it, is the outcome of one source."""

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.ingest import ingestion
from pipelines.ingest.outcome import IngestOutcome
from pipelines.settings import from_environment
from sources import Payload, find_source, parser_process
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

FEEDS, RATES = find_source("feeds"), find_source("ecb_rates")
Ingest = Callable[[], dict[str, IngestOutcome]]
HEADER = "FREQ,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,CURRENCY,TIME_PERIOD,OBS_VALUE\n"
MADE_UP_RATES = (HEADER + "".join(
    f"M,EUR,SP00,A,USD,2026-{month:02},1.{month:02}\n" for month in range(1, 11)
)).encode()  # fmt: skip
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def ingest(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> Ingest:
    """Fetch two sources together, as a run does; the worst outcome of each."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv(FEEDS.needs, "1")
    site.serve(public_url(RATES.requests[0]).split("?")[0], Reply(MADE_UP_RATES, headers=CSV))

    def outcomes() -> dict[str, IngestOutcome]:
        settings = from_environment()
        engine = ingestion.open_store(settings)
        both = list(ingestion.fetch_and_load(engine, settings, [FEEDS, RATES]))
        return {each.source: each for each in sorted(both, key=lambda each: not each.good)[::-1]}

    return outcomes


@pytest.mark.parametrize("encoding", ["x", "utf-7", "base64", "idna", "undefined"])
def test_a_feed_in_an_encoding_that_does_not_exist_is_refused_alone(
    ingest: Ingest, site: Site, encoding: str
) -> None:  # R1
    body = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel></channel></rss>'.encode()
    for request in FEEDS.requests:
        site.serve(public_url(request), Reply(body, headers={"Content-Type": "text/xml"}))
    outcomes = ingest()
    assert outcomes["feeds"].outcome == "refused"
    assert outcomes["ecb_rates"].outcome == "new"


def work_for_ever(_: Payload | bytes) -> bytes:
    while True:
        pass


def test_a_body_that_keeps_its_parser_busy_is_refused_alone(
    empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # R26
    """A feed is read before it is archived, a table after it."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv(FEEDS.needs, "1")
    process = parser_process.ParserProcess(seconds=1)
    monkeypatch.setattr(parser_process, "_process", process)
    feed = b"<rss>" + b"<item/>" * 4_000 + b"</rss>"
    for request in FEEDS.requests:
        site.serve(public_url(request), Reply(feed, headers={"Content-Type": "text/xml"}))
    table = MADE_UP_RATES + MADE_UP_RATES.splitlines(keepends=True)[1] * 1_000
    site.serve(public_url(RATES.requests[0]).split("?")[0], Reply(table, headers=CSV))
    busy = replace(RATES, key="ember", parse=work_for_ever)
    sources = [replace(FEEDS, redact=work_for_ever), busy, RATES]
    settings = from_environment()
    engine = ingestion.open_store(settings)
    outcomes = {
        each.source: (each.outcome, each.detail)
        for each in ingestion.fetch_and_load(engine, settings, sources)
    }
    process.end()
    unsafe = "what must not be stored could not be taken out, so it was not kept"
    assert outcomes["feeds"] == ("refused", unsafe)
    assert outcomes["ember"] == ("refused", "cannot be read: it took over 1 s")
    assert outcomes["ecb_rates"][0] == "new"
    assert "ParserEndedError: it took over 1 s" in caplog.text


@pytest.mark.parametrize("charset", ["undefined", "idna", "base64", "x-unknown"])
def test_a_charset_that_does_not_exist_is_refused_or_read(
    ingest: Ingest, site: Site, charset: str
) -> None:  # R3
    kind = {"Content-Type": f"text/csv; charset={charset}"}
    address = public_url(RATES.requests[0]).split("?")[0]
    site.serve(address, Reply(MADE_UP_RATES + b"\xff\n", headers=kind))
    outcome = ingest()["ecb_rates"]
    assert (outcome.outcome, outcome.detail[:11]) == ("refused", "not text in")
    site.serve(address, Reply(MADE_UP_RATES, headers=kind))
    assert ingest()["ecb_rates"].outcome == "new"


def body_path(home: Path, silentcrash: Command, key: str) -> Path:
    sql = f"select sha256 from v_fetch where source = '{key}' and loaded order by at desc limit 1"
    [row] = json.loads(silentcrash("query", sql, "--format", "json").out)
    return home / "raw" / row["sha256"][:2] / str(row["sha256"])


def test_a_flipped_byte_is_repaired_when_the_right_bytes_come(
    ingest: Ingest, empty_home: Path, silentcrash: Command
) -> None:  # R4
    ingest()
    path = body_path(empty_home, silentcrash, "ecb_rates")
    good = path.read_bytes()
    path.write_bytes(good[:-2] + bytes([good[-2] ^ 1]) + good[-1:])
    outcome = ingest()["ecb_rates"]
    assert outcome.good, outcome
    assert path.read_bytes() == good


def test_a_body_that_is_gone_is_asked_for_without_validators(
    ingest: Ingest, empty_home: Path, site: Site, silentcrash: Command
) -> None:  # R6
    tagged = Reply(MADE_UP_RATES, headers=CSV | {"ETag": '"v1"'})
    site.serve(public_url(RATES.requests[0]).split("?")[0], tagged)
    ingest()
    path = body_path(empty_home, silentcrash, "ecb_rates")
    shutil.rmtree(empty_home / "raw")
    assert ingest()["ecb_rates"].good
    assert path.read_bytes() == MADE_UP_RATES
    ingest()
    conditions = [
        received.headers["If-None-Match"] for received in site.asked if "EXR" in received.path
    ]
    assert conditions == [None, None, '"v1"']


@pytest.mark.parametrize("cut", [b"", b'{"request', b"[1]", b"{}", b"\xff"])
def test_a_sidecar_that_was_cut_is_an_outcome_and_is_written_anew(
    ingest: Ingest, empty_home: Path, silentcrash: Command, cut: bytes
) -> None:  # R5
    ingest()
    sidecar = body_path(empty_home, silentcrash, "ecb_rates").with_suffix(".json")
    good = sidecar.read_bytes()
    sidecar.write_bytes(cut)
    ended = silentcrash("reparse", "ecb_rates")
    assert ended.code == 1
    assert "damaged" in ended.err
    assert "Expecting" not in ended.err
    if cut != b"{}":
        silentcrash("fetch", "ecb_rates")
        assert json.loads(sidecar.read_bytes())["source"] == json.loads(good)["source"]


def test_a_disk_that_fails_is_the_outcome_of_its_source(
    ingest: Ingest, empty_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder in the way of a body: what root meets as well on a bad disk."""
    from hashlib import sha256

    key = sha256(MADE_UP_RATES).hexdigest()
    (empty_home / "raw" / key[:2] / key).mkdir(parents=True)
    with caplog.at_level(logging.ERROR):
        outcome = ingest()["ecb_rates"]
    assert outcome.outcome == "failed"
    assert "cannot be loaded" in outcome.detail
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("period", [None, "", "NaN"])
@pytest.mark.shared
def test_a_row_without_a_period_is_refused_and_recorded(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    payloads: Path,
    monkeypatch: pytest.MonkeyPatch,
    period: str | None,
) -> None:  # R2
    source = find_source("eia_v2")
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("EIA_API_KEY", "k" * 20)
    body = json.loads((payloads / "eia/retail_sales_us_monthly_2025-01_onwards.json").read_bytes())
    body["response"]["data"][0]["period"] = period
    site.serve(public_url(source.requests[0]).split("?")[0], json.dumps(body).encode())
    ended = silentcrash("fetch", "eia_v2")
    assert ended.code == 1
    assert "eia_v2: refused" in ended.err
    fetched = "select outcome from v_fetch where source = 'eia_v2'"
    assert json.loads(silentcrash("query", fetched, "--format", "json").out) == [
        {"outcome": "refused"}
    ]


def twice(text: str) -> bytes:
    return text.encode().decode("cp1252").encode()


def test_text_encoded_as_utf_8_twice_is_refused(ingest: Ingest, site: Site) -> None:
    body = MADE_UP_RATES.decode().replace("\n", ",note\n", 1) + "M,EUR,SP00,A,XXX,2026-01,1,l’été\n"
    address = public_url(RATES.requests[0]).split("?")[0]
    site.serve(address, Reply(twice(body), headers=CSV))
    outcome = ingest()["ecb_rates"]
    assert outcome.outcome == "refused"
    assert "twice" in outcome.detail
    site.serve(address, Reply(body.encode(), headers=CSV))
    assert ingest()["ecb_rates"].good


def test_a_wait_of_a_day_is_remembered_across_runs(
    ingest: Ingest, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:  # R13
    address = public_url(RATES.requests[0]).split("?")[0]
    site.serve(address, Reply(status=429, headers={"Retry-After": "86400"}))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00Z")
    assert ingest()["ecb_rates"].outcome == "try later"
    site.serve(address, Reply(MADE_UP_RATES, headers=CSV))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T08:59:00Z")
    waiting = ingest()["ecb_rates"]
    assert waiting.outcome == "try later"
    assert waiting.detail.endswith("asked to wait until 2026-11-24 09:00 UTC")
    assert site.count(address) == 1
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T09:00:00Z")
    assert ingest()["ecb_rates"].outcome == "new"


def test_an_absurd_wait_silences_no_source_for_ever(
    ingest: Ingest, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = public_url(RATES.requests[0]).split("?")[0]
    site.serve(address, Reply(status=503, headers={"Retry-After": "9" * 30}))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00Z")
    assert ingest()["ecb_rates"].outcome == "try later"
    site.serve(address, Reply(MADE_UP_RATES, headers=CSV))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-12-25T09:00:00Z")
    assert ingest()["ecb_rates"].outcome == "new"


@pytest.mark.parametrize(("status", "for_good"), [(301, True), (308, True), (302, False)])
def test_a_move_for_good_to_another_host_is_told_with_the_line_to_change(
    ingest: Ingest, site: Site, silentcrash: Command, status: int, for_good: bool
) -> None:  # R14
    old = public_url(RATES.requests[0]).split("?")[0]
    new = "https://data.example.org/ecb/rates"
    site.serve(old, Reply(status=status, headers={"Location": f"{new}?key=secret"}))
    site.serve(new, Reply(MADE_UP_RATES, headers=CSV | {"ETag": '"v1"'}))
    line = f'sources.ecb_rates.address = {{"{old}" = "{new}"}}'
    for outcome in ("new", "unchanged"):
        ended = ingest()["ecb_rates"]
        assert ended.outcome == outcome
        assert (line in ended.detail) == for_good
        assert "secret" not in ended.detail
    status_table = silentcrash("status", "--format", "csv").out
    assert ("moved for good" in status_table) == for_good


def test_a_column_that_a_publisher_adds_is_named(
    ingest: Ingest, site: Site, silentcrash: Command
) -> None:  # R15
    address = public_url(RATES.requests[0]).split("?")[0]
    assert "new here" not in ingest()["ecb_rates"].detail
    lines = MADE_UP_RATES.decode().splitlines()
    wider = [lines[0] + ",OBS_CONF"] + [f"{line},F" for line in lines[1:]]
    site.serve(address, Reply("\n".join(wider).encode(), headers=CSV))
    outcome = ingest()["ecb_rates"]
    assert (outcome.outcome, outcome.detail) == ("new", "new here and not read: OBS_CONF")
    assert "OBS_CONF" in silentcrash("status", "--format", "csv").out
    [row] = json.loads(silentcrash("sources", "news", "ecb_rates", "--format", "json").out)[:1]
    assert (row["kind"], row["name"]) == ("column, key or sheet added", "OBS_CONF")
