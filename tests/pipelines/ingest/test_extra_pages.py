"""A source of several pages: all of them or none, kept, read again, withdrawn."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pytest

from pipelines.ingest import store
from pipelines.settings import from_environment
from sources import Completeness, Edition, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import tidy
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

FIRST = "https://pages.example/prices"
MIRROR = "https://mirror.example/prices"
JSON = {"Content-Type": "application/json"}


def parse(payload: Payload) -> pd.DataFrame:
    rows = [row for page in payload.pages for row in json.loads(page)["rows"]]
    return tidy(pd.DataFrame(rows).assign(series="made_up.price"))


def next_page(payload: Payload) -> Request | None:
    following = json.loads(payload.pages[-1]).get("next")
    return Request(following) if following else None


SOURCE = Source(
    key="made_up",
    publisher="Made up for the test",
    fr="Prix inventés",
    en="Invented prices",
    homepage="https://pages.example/",
    licence="none",
    licence_url="https://pages.example/",
    cadence="monthly",
    lag_days=5,
    stale_days=45,
    series=(Series("made_up.price", "USD", "M", "Prix inventé", "Invented price"),),
    requests=(Request(FIRST),),
    parse=parse,
    next_page=next_page,
    expected_format="json",
)


def page(periods: dict[str, float], following: str = "") -> Reply:
    rows = [{"period": period, "value": value} for period, value in periods.items()]
    return Reply(json.dumps({"rows": rows, "next": following}).encode(), headers=JSON)


@pytest.fixture
def declared(empty_home: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> "type[Declared]":
    """Declare a source in place of all others, fetched from loopback."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)

    class Home(Declared):
        patch = monkeypatch

    return Home


class Declared:
    """What is declared, and registered in the store as a run does."""

    patch: pytest.MonkeyPatch

    @classmethod
    def as_(cls, source: Source) -> None:
        cls.patch.setattr("sources.registry", lambda: {source.key: source})
        store.open_for_writing(from_environment())


def figures(silentcrash: Command, view: str = "v_observation") -> list[dict[str, Any]]:
    sql = f"select period, value, status from {view} order by period, known_from, fetch_id"
    return json.loads(silentcrash("query", sql, "--format", "json").out)


def test_all_pages_become_one_load(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(SOURCE)
    site.serve(FIRST, page({"2026-01-01": 1.0}, f"{FIRST}?page=2"))
    site.serve(f"{FIRST}?page=2", page({"2026-02-01": 2.0}))
    assert silentcrash("fetch", "made_up").code == 0
    assert [row["value"] for row in figures(silentcrash)] == [1.0, 2.0]
    assert "unchanged" in silentcrash("fetch", "made_up").out
    site.serve(f"{FIRST}?page=2", page({"2026-02-01": 2.5}))
    assert silentcrash("fetch", "made_up").code == 0
    assert [row["value"] for row in figures(silentcrash)] == [1.0, 2.5]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (Reply(b"", 404), "page 2: 404"),
        (Reply(b"<html>busy</html>", headers={"Content-Type": "text/html"}), "page 2: a page of"),
        (page({}, f"{FIRST}?page=2"), "asked for already"),
        (Reply(b'["no rows here"]', headers=JSON), "cannot be read"),
    ],
)
def test_a_page_that_fails_fails_the_whole(
    declared: type[Declared], site: Site, silentcrash: Command, second: Reply, message: str
) -> None:
    declared.as_(SOURCE)
    site.serve(FIRST, page({"2026-01-01": 1.0}))
    assert silentcrash("fetch", "made_up").code == 0
    site.serve(FIRST, page({"2026-01-01": 9.0}, f"{FIRST}?page=2"))
    site.serve(f"{FIRST}?page=2", second)
    ended = silentcrash("fetch", "made_up")
    assert ended.code == 1
    assert message in ended.err
    assert [row["value"] for row in figures(silentcrash)] == [1.0]


def test_a_link_to_another_host_is_followed_only_where_it_is_declared(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:  # R25
    elsewhere = "https://files.example/more"
    declared.as_(SOURCE)
    site.serve(FIRST, page({"2026-01-01": 1.0}, elsewhere))
    site.serve(elsewhere, page({"2026-02-01": 2.0}))
    ended = silentcrash("fetch", "made_up")
    assert "a link to files.example, which the source does not declare" in ended.err
    assert (site.count(elsewhere), figures(silentcrash)) == (0, [])
    declared.as_(replace(SOURCE, link_hosts=("files.example",)))
    assert silentcrash("fetch", "made_up").code == 0
    assert [row["value"] for row in figures(silentcrash)] == [1.0, 2.0]


def test_an_edition_at_a_host_that_is_not_declared_is_not_found(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    edition = Edition(Request("https://files.example/newest"))
    declared.as_(replace(SOURCE, next_page=None, discover=lambda answers: edition))
    site.serve(FIRST, page({"2026-01-01": 1.0}))
    ended = silentcrash("fetch", "made_up")
    assert "the newest edition cannot be found: a link to files.example" in ended.err
    assert site.count("https://files.example/newest") == 0
    [fetched] = json.loads(
        silentcrash("query", "select outcome, sha256 from v_fetch", "--format", "json").out
    )
    assert (fetched["outcome"], bool(fetched["sha256"])) == ("refused", True)


def test_a_mirror_is_asked_when_the_first_address_does_not_serve(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(replace(SOURCE, requests=(Request(FIRST, mirror=MIRROR),), next_page=None))
    site.serve(FIRST, Reply(b"gone", 404))
    site.serve(MIRROR, page({"2026-01-01": 1.0}))
    assert silentcrash("fetch", "made_up").code == 0
    sql = "select url from v_fetch where source = 'made_up'"
    [fetched] = json.loads(silentcrash("query", sql, "--format", "json").out)
    assert fetched["url"] == MIRROR
    assert [row["value"] for row in figures(silentcrash)] == [1.0]


def test_what_must_not_be_stored_is_nowhere(
    declared: type[Declared], site: Site, silentcrash: Command, empty_home: Path
) -> None:
    redacted = replace(
        SOURCE, next_page=None, redact=lambda body: body.replace(b"203.0.113.7", b"")
    )
    declared.as_(redacted)
    body = b'{"host": "203.0.113.7", "rows": [{"period": "2026-01-01", "value": 1.0}]}'
    site.serve(FIRST, Reply(body, headers=JSON))
    assert silentcrash("fetch", "made_up").code == 0
    assert "unchanged" in silentcrash("fetch", "made_up").out
    site.serve(FIRST, Reply(b"<html>203.0.113.7", headers={"Content-Type": "text/html"}))
    assert silentcrash("fetch", "made_up").code == 1
    declared.as_(replace(redacted, redact=lambda body: json.loads(body)["no such word"]))
    site.serve(FIRST, Reply(body, headers=JSON))
    assert "was not kept" in silentcrash("fetch", "made_up").err
    archived = [path for path in empty_home.rglob("*") if path.is_file()]
    assert archived
    assert not [path for path in archived if b"203.0.113.7" in path.read_bytes()]


def test_the_archive_is_read_again_with_the_parser_of_today(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(SOURCE)
    site.serve(FIRST, page({"2026-01-01": 1.0}, f"{FIRST}?page=2"))
    site.serve(f"{FIRST}?page=2", page({"2026-02-01": 2.0}))
    assert silentcrash("fetch", "made_up").code == 0

    def in_cents(payload: Payload) -> pd.DataFrame:
        return parse(payload).assign(value=lambda rows: rows["value"] * 1.5)

    declared.as_(replace(SOURCE, parse=in_cents, parser_version=2))
    requests = len(site.asked)
    ended = silentcrash("reparse", "made_up")
    assert ended.code == 0, ended.err
    assert len(site.asked) == requests
    assert [row["value"] for row in figures(silentcrash)] == [1.5, 3.0]
    every = figures(silentcrash, "v_observation_history")
    assert [row["value"] for row in every] == [1.0, 1.5, 2.0, 3.0]
    silentcrash("reparse", "made_up")
    assert figures(silentcrash, "v_observation_history") == every


def test_an_old_body_is_read_as_the_answer_to_what_was_asked_then(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    """A source that asks for a series more would miss it in every earlier body."""

    def requested(payload: Payload) -> pd.DataFrame:
        rows = pd.DataFrame(json.loads(payload.content)["rows"])
        names = set((payload.request.json or {})["series"])
        if missing := names - set(rows["series"]):
            raise SchemaDrift("every series that was asked for", f"none of {sorted(missing)}")
        return tidy(rows)

    price, rate = SOURCE.series[0], replace(SOURCE.series[0], key="made_up.rate")
    early = replace(
        SOURCE,
        parse=requested,
        next_page=None,
        requests=(Request(FIRST, json={"series": [price.key]}),),
    )
    declared.as_(early)
    rows = [{"series": price.key, "period": "2026-01-01", "value": 1.0}]
    site.serve(FIRST, Reply(json.dumps({"rows": rows}).encode(), headers=JSON))
    assert silentcrash("fetch", "made_up").code == 0
    both = Request(FIRST, json={"series": [price.key, rate.key]})
    declared.as_(replace(early, series=(price, rate), requests=(both,), parser_version=2))
    ended = silentcrash("reparse", "made_up")
    assert ended.code == 0, ended.err
    assert [row["value"] for row in figures(silentcrash)] == [1.0]


def test_the_archive_may_be_an_object_store(
    declared: type[Declared],
    site: Site,
    silentcrash: Command,
    empty_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILENTCRASH_ARCHIVE", "memory://made-up-pages")
    declared.as_(SOURCE)
    site.serve(FIRST, page({"2026-01-01": 1.0}))
    assert silentcrash("fetch", "made_up").code == 0
    assert not (empty_home / "raw").exists()
    assert len(fsspec.filesystem("memory").glob("/made-up-pages/*/*.json")) == 2
    assert silentcrash("reparse", "made_up").code == 0


def test_a_body_that_no_parser_could_read_is_read_once_one_can(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    def broken(payload: Payload) -> pd.DataFrame:
        raise KeyError("value")

    declared.as_(replace(SOURCE, parse=broken, next_page=None))
    site.serve(FIRST, page({"2026-01-01": 1.0}))
    assert silentcrash("fetch", "made_up").code == 1
    declared.as_(replace(SOURCE, next_page=None))
    assert silentcrash("reparse", "made_up").code == 0
    assert [row["value"] for row in figures(silentcrash)] == [1.0]


def test_a_damaged_body_is_named_and_the_others_are_read(
    declared: type[Declared], site: Site, silentcrash: Command, empty_home: Path
) -> None:
    declared.as_(replace(SOURCE, next_page=None))
    site.serve(FIRST, page({"2026-01-01": 1.0}), page({"2026-01-01": 1.5}))
    silentcrash("fetch", "made_up")
    silentcrash("fetch", "made_up")
    for body in empty_home.glob("raw/*/*"):
        if b'"value": 1.0' in body.read_bytes():
            body.write_bytes(b"{}")
    ended = silentcrash("reparse", "made_up")
    assert ended.code == 1
    assert "restore it" in ended.err
    assert figures(silentcrash)[0]["value"] == 1.5


def test_a_figure_gone_from_a_whole_body_is_withdrawn_and_one_cut_short_takes_nothing(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    table = Completeness(rows=0.95, series=1.0)
    declared.as_(replace(SOURCE, next_page=None, full_snapshot=True, completeness=table))
    months = [f"{year}-{month:02d}-01" for year in (2024, 2025) for month in range(1, 13)]
    everything = {month: 10.0 + rank for rank, month in enumerate(months)}
    site.serve(FIRST, page(everything))
    silentcrash("fetch", "made_up")
    site.serve(FIRST, page({month: everything[month] for month in months if month != months[3]}))
    assert silentcrash("fetch", "made_up").code == 0
    gone = [
        row for row in figures(silentcrash, "v_observation_history") if row["status"] == "withdrawn"
    ]
    assert [(row["period"][:10], row["value"]) for row in gone] == [(months[3], None)]
    site.serve(FIRST, page({month: everything[month] for month in months[12:]}))
    ended = silentcrash("fetch", "made_up")
    assert ended.code == 1
    assert "95%" in ended.err
    assert len(figures(silentcrash)) == len(months) - 1


def test_dates_that_slipped_by_a_day_are_no_new_periods(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(replace(SOURCE, next_page=None))
    site.serve(FIRST, page({"2026-01-01": 1.0, "2026-02-01": 2.0}))
    assert silentcrash("fetch", "made_up").code == 0
    site.serve(FIRST, page({"2025-12-31": 1.0, "2026-01-31": 2.0, "2026-02-28": 3.0}))
    ended = silentcrash("fetch", "made_up")
    assert ended.code == 1
    assert "not the first day of a period" in ended.err
    assert [row["value"] for row in figures(silentcrash)] == [1.0, 2.0]


def test_sources_check_tells_what_is_wrong_and_loads_nothing(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(replace(SOURCE, next_page=None))
    site.serve(FIRST, page({"2026-10-01": 1.0}))
    ended = silentcrash("sources", "check", "made_up", "--format", "json")
    assert ended.code == 0, ended.err
    [row] = json.loads(ended.out)
    assert (row["outcome"], row["rows"], row["newest"], row["age"]) == ("good", 1, "2026-10-01", 22)
    assert row["size"] == len(page({"2026-10-01": 1.0}).body)
    assert figures(silentcrash) == []
    site.serve(FIRST, page({"2026-06-01": 1.0}))
    ended = silentcrash("sources", "check", "made_up", "--format", "json")
    assert (ended.code, json.loads(ended.out)[0]["outcome"]) == (1, "late")
    site.serve(FIRST, Reply(b"{}", headers=JSON))
    ended = silentcrash("sources", "check", "made_up", "--format", "json")
    assert (ended.code, json.loads(ended.out)[0]["outcome"]) == (1, "refused")
    declared.as_(replace(SOURCE, next_page=None, needs="SILENTCRASH_MADE_UP_KEY"))
    ended = silentcrash("sources", "check", "made_up", "--format", "json")
    assert ended.code == 0
    assert json.loads(ended.out)[0]["detail"] == "needs SILENTCRASH_MADE_UP_KEY"


def test_a_date_without_a_zone_is_universal_time(
    declared: type[Declared], site: Site, silentcrash: Command
) -> None:
    declared.as_(replace(SOURCE, next_page=None, known_from="last_modified"))
    reply = page({"2026-09-01": 1.0})
    dated = JSON | {"Last-Modified": "Sat, 10 Oct 2026 10:00:00 -0000"}
    site.serve(FIRST, Reply(reply.body, headers=dated))
    assert silentcrash("fetch", "made_up").code == 0
    [row] = json.loads(
        silentcrash("query", "select known_from from v_observation", "--format", "json").out
    )
    assert row["known_from"].startswith("2026-10-10T10:00")


def standing(silentcrash: Command) -> dict[str, object]:
    """The row of the made-up source in the table of status."""
    rows = json.loads(silentcrash("status", "--format", "json").out)
    return next(row for row in rows if row["key"] == "made_up")


def test_a_source_without_its_key_is_skipped_and_not_late(
    declared: type[Declared], silentcrash: Command
) -> None:
    declared.as_(replace(SOURCE, needs="SILENTCRASH_MADE_UP_KEY"))
    row = standing(silentcrash)
    assert (row["last_outcome"], row["last_detail"]) == ("skipped", "needs SILENTCRASH_MADE_UP_KEY")
    assert not row["late"]
    declared.as_(SOURCE)
    row = standing(silentcrash)
    assert row["late"]
