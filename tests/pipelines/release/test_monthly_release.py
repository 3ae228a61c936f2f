"""The main job through the command line: history, live answers, rubbish."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from sources import registry
from tests.pipelines.conftest import Command, FirstRuns, Ran, at_home, ran
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


def test_with_no_network_a_full_release_is_written(first_runs: FirstRuns) -> None:
    [folder] = folders(first_runs.home)
    assert folder.name == "2026-09"  # of October 21 % of what is due is observed: no reading
    expected = {"bulletin.fr.html", "bulletin.en.html", "index.csv", "contributions.csv"}
    assert expected | {"indicators.csv"} <= {path.name for path in folder.iterdir()}
    index = pd.read_csv(folder / "index.csv")
    assert index["period"].iloc[0] == "2023-08"
    assert index["period"].iloc[-1].startswith(folder.name)


@dataclass(frozen=True)
class State:
    """The files of the releases of a home, and how many figures it has."""

    files: dict[str, str]
    observations: list[dict[str, object]]


def state(home: Path) -> State:
    files = {
        f"{folder.name}/{name}": sha256
        for folder in folders(home)
        for name, sha256 in digest(folder).items()
    }
    return State(files, ask(ran, "select count(*) as n from v_observation_history"))


@pytest.fixture(scope="module")
def second_run(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[State, Ran, State]:
    """A run of a home that has run already, and the home before and after it."""
    home = tmp_path_factory.mktemp("second") / "home"
    shutil.copytree(settled, home)
    with at_home(home):
        return state(home), ran("run"), state(home)


def test_a_second_run_adds_no_observation_and_the_same_bytes(
    second_run: tuple[State, Ran, State],
) -> None:
    before, ended, after = second_run
    assert ended.code == 0
    assert after.files == before.files
    assert after.observations == before.observations


def test_the_run_says_who_could_not_be_reached_and_where_the_bulletin_is(
    second_run: tuple[State, Ran, State],
) -> None:
    _, ended, _ = second_run
    live = [source.key for source in registry().values() if source.requests and not source.needs]
    line = next(line for line in ended.out.splitlines() if line.startswith("Could not be reached"))
    assert all(key in line for key in live)
    assert "bulletin.fr.html" in ended.out


def test_the_run_says_which_month_can_be_read_and_what_the_later_ones_lack(
    second_run: tuple[State, Ran, State],
) -> None:
    _, ended, _ = second_run
    lines = ended.out.splitlines()
    read = next(n for n, line in enumerate(lines) if line.startswith("Last month that can be read"))
    assert "September 2026 (provisional): pressure 43.6" in lines[read]
    assert lines[read + 1].startswith("No reading for October 2026: only 21% of the weight")
    assert "Late: A100 spot price" in lines[read + 1]


def test_sources_that_answer_with_rubbish_stop_nobody_and_store_nothing(
    settled_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
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


def test_a_clock_that_is_wrong_leaves_nothing_behind(first_runs: FirstRuns) -> None:  # R20
    for ended, _ in first_runs.wrong:
        assert ended.code == 1
        assert ended.err.splitlines()[-1].startswith("silentcrash: no month has enough figures")
    (_, first), (_, second) = first_runs.wrong
    assert first == second
    assert first["q"] == 0
    right, counted = first_runs.right
    assert right.code == 0
    assert counted["q"] == 0


@pytest.fixture(scope="module")
def december(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A home with a past month as known on two days, and how the first ended."""
    home = tmp_path_factory.mktemp("december") / "home"
    shutil.copytree(shipped, home)
    month = ("release", "2025-12", "--as-of")
    with at_home(home):
        ended = ran("--log-file", str(home / "run.log"), *month, "2026-01-10")
        ran(*month, "2026-10-01")
    return home, ended


def test_a_past_month_shows_what_was_known_then(december: tuple[Path, Ran]) -> None:
    home, ended = december
    assert ended.code == 0
    assert ", as of 2026-01-10, " in (home / "run.log").read_text(encoding="utf-8")
    then = pd.read_csv(home / "releases" / "2025-12" / "lineage.csv")
    assert then["known_from"].max() <= "2026-01-10T23:59:59"
    assert then["period"].max() <= "2025-12"


def test_what_is_known_later_is_another_edition(december: tuple[Path, Ran]) -> None:
    home, _ = december
    then = pd.read_csv(home / "releases" / "2025-12" / "index.csv").iloc[-1]
    now = pd.read_csv(home / "releases" / "2025-12_as_of_2026-10-01" / "index.csv").iloc[-1]
    assert then["period"] == now["period"]
    assert then["index"] != now["index"]


@pytest.mark.parametrize("series", ["census.c30.data_center", "sec.capex.META"])
def test_as_of_shows_the_figure_before_its_revision(answer: Command, series: str) -> None:
    revised = ask(
        answer,
        f"select period, count(*) as n from v_observation_history where series = '{series}' "
        "group by period having count(distinct value) > 1 order by period",
    )
    period = revised[-1]["period"]
    versions = ask(
        answer,
        "select value, known_from from v_observation_history "
        f"where series = '{series}' and period = '{period}' order by known_from",
    )
    day = str(versions[0]["known_from"])[:10]
    [seen] = ask(
        answer,
        f"select value from v_observation where series = '{series}' and period = '{period}'",
        "--as-of",
        day,
    )
    assert seen["value"] == versions[0]["value"]
    assert versions[-1]["value"] != versions[0]["value"]


def test_every_number_leads_to_its_bytes_or_its_citation(
    reading_home: Path, answer: Command
) -> None:
    [folder] = folders(reading_home)
    numbers = pd.read_csv(folder / "indicators.csv")
    numbers = numbers.loc[numbers["value"].notna(), ["period", "key"]].drop_duplicates()
    traced = pd.DataFrame(
        ask(
            answer,
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
