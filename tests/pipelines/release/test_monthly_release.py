"""The main job through the command line: history, live answers, rubbish."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from sources import registry
from tests.pipelines.conftest import Command
from tests.server import Reply, Site


def folders(home: Path) -> list[Path]:
    return sorted(path for path in (home / "releases").glob("20*") if path.is_dir())


def digest(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def ask(silentcrash: Command, sql: str, *more: str) -> list[dict[str, object]]:
    ended = silentcrash("query", sql, "--format", "json", *more)
    assert ended.code == 0, ended.err
    rows: list[dict[str, object]] = json.loads(ended.out)
    return rows


def test_with_no_network_a_full_release_is_written(home: Path) -> None:
    [folder] = folders(home)
    assert folder.name >= "2026-09"
    expected = {"bulletin.fr.html", "bulletin.en.html", "index.csv", "contributions.csv"}
    assert expected | {"indicators.csv"} <= {path.name for path in folder.iterdir()}
    index = pd.read_csv(folder / "index.csv")
    assert index["period"].iloc[0] == "2023-08"
    assert index["period"].iloc[-1].startswith(folder.name)


def test_a_second_run_adds_no_observation_and_the_same_bytes(
    home: Path, silentcrash: Command
) -> None:
    [folder] = folders(home)
    before = digest(folder)
    [counted] = ask(silentcrash, "select count(*) as n from v_observation_history")
    ended = silentcrash("run")
    assert ended.code == 0
    assert digest(folder) == before
    assert ask(silentcrash, "select count(*) as n from v_observation_history") == [counted]


def test_the_run_says_who_could_not_be_reached_and_where_the_bulletin_is(
    home: Path, silentcrash: Command
) -> None:
    ended = silentcrash("run")
    live = [source.key for source in registry().values() if source.requests and not source.needs]
    line = next(line for line in ended.out.splitlines() if line.startswith("Could not be reached"))
    assert all(key in line for key in live)
    assert "bulletin.fr.html" in ended.out


def test_sources_that_answer_with_rubbish_stop_nobody_and_store_nothing(
    home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    rubbish = Reply(b"<html><body>Sorry</body></html>", headers={"Content-Type": "text/html"})
    for source in registry().values():
        for request in source.requests:
            site.serve(request.url, rubbish)
    [before] = ask(silentcrash, "select count(*) as n from v_observation_history")
    ended = silentcrash("run")
    assert ended.code == 0
    assert "Refused, nothing stored: ember" in ended.out
    assert ask(silentcrash, "select count(*) as n from v_observation_history") == [before]


def test_a_clock_that_is_wrong_leaves_nothing_behind(
    empty_home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:  # R20
    counts = "select (select count(*) from v_fetch) as f, (select count(*) from v_quarantine) as q"
    seen = []
    for year in (2015, 2015):
        monkeypatch.setenv("SILENTCRASH_NOW", f"{year}-01-15T00:00:00+00:00")
        ended = silentcrash("run", "--offline")
        assert ended.code == 1
        assert ended.err.splitlines()[-1].startswith("silentcrash: no month has enough figures")
        seen += ask(silentcrash, counts)
    assert seen[0] == seen[1]
    assert seen[0]["q"] == 0
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00+00:00")
    assert silentcrash("run", "--offline").code == 0
    assert ask(silentcrash, counts)[0]["q"] == 0


def test_a_past_month_shows_what_was_known_then(home: Path, silentcrash: Command) -> None:
    logged = home / "run.log"
    ended = silentcrash("--log-file", str(logged), "release", "2025-12", "--as-of", "2026-01-10")
    assert ended.code == 0
    assert ", as of 2026-01-10, " in logged.read_text(encoding="utf-8")
    then = pd.read_csv(home / "releases" / "2025-12" / "lineage.csv")
    assert then["known_from"].max() <= "2026-01-10T23:59:59"
    assert then["period"].max() <= "2025-12"


def test_what_is_known_later_is_another_edition(home: Path, silentcrash: Command) -> None:
    silentcrash("release", "2025-12", "--as-of", "2026-01-10")
    silentcrash("release", "2025-12", "--as-of", "2026-10-01")
    then = pd.read_csv(home / "releases" / "2025-12" / "index.csv").iloc[-1]
    now = pd.read_csv(home / "releases" / "2025-12_as_of_2026-10-01" / "index.csv").iloc[-1]
    assert then["period"] == now["period"]
    assert then["index"] != now["index"]


@pytest.mark.parametrize("series", ["census.c30.data_center", "sec.capex.META"])
def test_as_of_shows_the_figure_before_its_revision(
    home: Path, silentcrash: Command, series: str
) -> None:
    revised = ask(
        silentcrash,
        f"select period, count(*) as n from v_observation_history where series = '{series}' "
        "group by period having count(distinct value) > 1 order by period",
    )
    period = revised[-1]["period"]
    versions = ask(
        silentcrash,
        "select value, known_from from v_observation_history "
        f"where series = '{series}' and period = '{period}' order by known_from",
    )
    day = str(versions[0]["known_from"])[:10]
    [seen] = ask(
        silentcrash,
        f"select value from v_observation where series = '{series}' and period = '{period}'",
        "--as-of",
        day,
    )
    assert seen["value"] == versions[0]["value"]
    assert versions[-1]["value"] != versions[0]["value"]


def test_every_number_leads_to_its_bytes_or_its_citation(home: Path, silentcrash: Command) -> None:
    [folder] = folders(home)
    numbers = pd.read_csv(folder / "indicators.csv")
    numbers = numbers.loc[numbers["value"].notna(), ["period", "key"]].drop_duplicates()
    traced = pd.DataFrame(
        ask(
            silentcrash,
            "select distinct key, period, url, sha256, citation_source, citation_address, "
            "citation_licence from v_lineage",
            "--limit",
            "1000000",
        )
    )
    traced["period"] = traced["period"].str[:7]
    joined = numbers.assign(period=numbers["period"].str[:7]).merge(traced, how="left")
    assert joined["sha256"].notna().all()
    shipped = joined["url"].str.startswith("sources/history/")
    assert joined.loc[shipped, "citation_address"].str.len().gt(0).all()
    assert joined.loc[shipped, "citation_licence"].str.len().gt(0).all()


@pytest.mark.shared
def test_a_live_answer_enters_the_warehouse_with_its_hash(
    home: Path, silentcrash: Command, site: Site, payloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-07-02T12:00:00+00:00")
    body = (payloads / "census_c30" / "privsatime.xlsx").read_bytes()
    [request] = registry()["census_c30"].requests
    site.serve(request.url, Reply(body, headers={"ETag": '"one"'}))
    assert silentcrash("fetch", "census_c30").code == 0
    [fetched] = ask(
        silentcrash,
        "select url, sha256, outcome from v_fetch where source = 'census_c30' and outcome = 'new'",
    )
    assert fetched["sha256"] == hashlib.sha256(body).hexdigest()
    raw = [path for path in (home / "raw").rglob("*") if path.is_file()]
    assert any(hashlib.sha256(path.read_bytes()).hexdigest() == fetched["sha256"] for path in raw)
    again = silentcrash("fetch", "census_c30")
    assert again.code == 0
    assert "unchanged" in again.out
    assert site.asked[-1].headers["If-None-Match"] == '"one"'
