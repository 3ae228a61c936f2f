"""A page of tariffs that changes calls a person and overwrites nothing."""

import json
from pathlib import Path

import pytest

from pipelines.alerts import service
from pipelines.ingest.store import open_for_writing
from pipelines.settings import from_environment
from sources import find_source
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.server import Reply, Site
from warehouse import edition

HTML = {"Content-Type": "text/html"}
# The lines of each page that count, made up for the test.
LINES = "<p>{0} for the list of November 2026</p><p>DRAM contract prices: {0}</p>"
TEXT = "Tarif d'utilisation du réseau de transport, made up for the test. " * 6


def page(tariff: str, script: str = "1", other: str = "") -> Reply:
    head = f"<!DOCTYPE html><html><head><script>{script}</script></head>"
    return Reply(
        f"{head}<body><p>{TEXT}</p>{LINES.format(tariff)}{other}</body></html>".encode(),
        headers=HTML,
    )


def versions(silentcrash: Command) -> int:
    sql = "select count(*) as n from v_observation_history where series like 'tariff_pages.%'"
    return int(json.loads(silentcrash("query", sql, "--format", "json").out)[0]["n"])


def test_a_change_of_words_is_told_and_one_of_scripts_is_not(
    home: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("COLUMNS", "300")
    for request in find_source("tariff_pages").requests:
        site.serve(public_url(request), page("6.39 c/kWh"))
    first = silentcrash("fetch", "tariff_pages")
    assert first.code == 0, first.err
    assert "read its figure again" not in first.out
    tariffs = json.loads(
        silentcrash(
            "query",
            "select count(*) as n from v_observation_history where series like 'morocco.%'",
            "--format",
            "json",
        ).out
    )
    for request in find_source("tariff_pages").requests:
        site.serve(public_url(request), page("6.39 c/kWh", script="2"))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T09:00:00+00:00")
    assert "read its figure again" not in silentcrash("fetch", "tariff_pages").out
    before = versions(silentcrash)
    for request in find_source("tariff_pages").requests:
        site.serve(public_url(request), page("7.10 c/kWh"))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-25T09:00:00+00:00")
    ended = silentcrash("fetch", "tariff_pages")
    assert ended.code == 0
    assert "read its figure again" in " ".join(ended.out.split())
    assert versions(silentcrash) == before + 4
    sql = "select count(*) as n from v_observation_history where series like 'morocco.%'"
    assert json.loads(silentcrash("query", sql, "--format", "json").out) == tariffs
    assert tariffs[0]["n"] > 0


DUE = {
    "morocco_tariffs": "https://www.anre.ma/",
    "pjm_capacity": "https://www.pjm.com/markets-and-operations/rpm",
    "top500": "https://www.top500.org/lists/top500/",
    "dram_contract": "https://www.trendforce.com/presscenter/news",
}


NEWS = ("top500", "dram_contract")


def visit(
    silentcrash: Command, site: Site, patch: pytest.MonkeyPatch, day: str, **tariffs: str
) -> dict[str, str]:
    """Read every page on a day; what is then due, by register."""
    patch.setenv("SILENTCRASH_GATEWAY", site.url)
    patch.setenv("SILENTCRASH_NOW", f"2026-11-{day}T09:00:00+00:00")
    for register, address in DUE.items():
        site.serve(address, page(tariffs.get(register, "6.39"), other=f"<p>News of the {day}</p>"))
    ran = silentcrash("fetch", "tariff_pages")
    assert ran.code == 0, ran.err
    listed = json.loads(silentcrash("register", "check", "--format", "json").out)
    # The newest quarter of the leases is late in November 2026; no page of theirs is watched.
    return {row["register"]: row["why"] for row in listed if row["register"] in DUE}


def test_each_page_that_changed_asks_for_its_figure_until_somebody_looked(
    home: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = visit(silentcrash, site, monkeypatch, "23")
    assert not any("changed" in why for why in first.values())
    # Of the two pages of news, only the lines that name the list or the contracts count.
    news = visit(silentcrash, site, monkeypatch, "24")
    assert {key for key, why in news.items() if "changed" in why} == {*DUE} - {*NEWS}
    second = visit(silentcrash, site, monkeypatch, "25", **dict.fromkeys(DUE, "7.10"))
    assert second == dict.fromkeys(DUE, "this page changed on 2026-11-25: read its figure again")
    assert "register top500: this page changed" in silentcrash("status").err
    assert silentcrash("register", "reviewed", "top500").code == 2
    assert silentcrash("register", "reviewed", "top500", "--reader", "A. Reader").code == 0
    listed = json.loads(silentcrash("register", "check", "--format", "json").out)
    changed = {row["register"] for row in listed if "this page changed" in row["why"]}
    assert changed == {*DUE} - {"top500"}


def test_a_page_of_news_without_a_line_that_counts_is_refused(
    home: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    plain = Reply(f"<html><body><p>{TEXT}</p></body></html>".encode(), headers=HTML)
    for address in DUE.values():
        site.serve(address, plain)
    ran = silentcrash("fetch", "tariff_pages")
    assert "lists of the TOP500" in ran.err + ran.out


def test_a_page_that_changed_is_an_alert_that_ends_with_the_figure(
    home: Path, site: Site, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(silentcrash, site, monkeypatch, "24")
    visit(silentcrash, site, monkeypatch, "25", top500="7.10")
    settings = from_environment()
    engine = open_for_writing(settings)
    newest = int(edition.editions(engine)["release"].max())
    rules = service.rules_in_force()

    def messages() -> list[tuple[str, str]]:
        events = service.evaluate(engine, from_environment(), newest, rules)
        pages = [row for row in events if row["rule"] == "register-page-changed"]
        return [(row["kind"], row["text_en"]) for row in pages if row["series"] == "top500"]

    [(kind, text)] = messages()
    assert kind == "firing"
    assert "https://www.top500.org/lists/top500/ changed" in text
    assert messages() == []  # told once
    silentcrash("register", "reviewed", "top500", "--reader", "A. Reader")
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-26T09:00:00+00:00")
    assert [kind for kind, _ in messages()] == ["resolved"]
