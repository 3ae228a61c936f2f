"""A page of tariffs that changes calls a person and overwrites nothing."""

import json
from pathlib import Path

import pytest

from sources import find_source
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

HTML = {"Content-Type": "text/html"}
TEXT = "Tarif d'utilisation du réseau de transport, made up for the test. " * 6


def page(tariff: str, script: str = "1") -> Reply:
    head = f"<!DOCTYPE html><html><head><script>{script}</script></head>"
    return Reply(f"{head}<body><p>{TEXT}</p><b>{tariff}</b></body></html>".encode(), headers=HTML)


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
    assert "check the register" not in first.out
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
    assert "check the register" not in silentcrash("fetch", "tariff_pages").out
    before = versions(silentcrash)
    for request in find_source("tariff_pages").requests:
        site.serve(public_url(request), page("7.10 c/kWh"))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-25T09:00:00+00:00")
    ended = silentcrash("fetch", "tariff_pages")
    assert ended.code == 0
    assert "check the register of tariffs" in " ".join(ended.out.split())
    assert versions(silentcrash) == before + 2
    sql = "select count(*) as n from v_observation_history where series like 'morocco.%'"
    assert json.loads(silentcrash("query", sql, "--format", "json").out) == tariffs
    assert tariffs[0]["n"] > 0
