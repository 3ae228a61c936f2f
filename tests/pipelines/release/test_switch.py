"""From January 2027 on editions are made by 2027.1, linked to 2026.1."""

import csv
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipelines.index import framework
from pipelines.ingest import store
from pipelines.settings import from_environment
from tests.conftest import made_once
from tests.pipelines.conftest import Command, _environment, at_home, ran
from tests.pipelines.release.carried import carry

DECEMBER, JANUARY, FEBRUARY = "2026-12", "2027-01", "2027-02"
RELEASES = {
    DECEMBER: "2027-01-11T06:00:00+00:00",
    JANUARY: "2027-02-11T06:00:00+00:00",
    FEBRUARY: "2027-03-11T06:00:00+00:00",
}


@pytest.fixture(scope="session")
def spring(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that released December, January and February in their time."""

    def play(home: Path) -> None:
        shutil.copytree(shipped, home, dirs_exist_ok=True)
        with at_home(home) as patch:
            patch.setenv("SILENTCRASH_NOW", RELEASES[FEBRUARY])
            engine = store.open_for_writing(from_environment())
            assert carry(engine) > 1_000
            engine.dispose()
            for now in RELEASES.values():
                patch.setenv("SILENTCRASH_NOW", now)
                assert ran("run", "--offline").code == 0

    return made_once(tmp_path_factory, "spring", play)


@pytest.fixture
def home(spring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = tmp_path / "home"
    shutil.copytree(spring, copy)
    _environment(monkeypatch, copy)
    monkeypatch.setenv("SILENTCRASH_NOW", RELEASES[FEBRUARY])
    return copy


def table(home: Path, month: str, name: str) -> list[dict[str, str]]:
    path = home / "releases" / month / f"{name}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8")))


def test_each_edition_is_made_by_the_version_of_its_month(home: Path) -> None:
    lock = {method.version: method.hash for method in framework.lineage(framework.newest())}
    for month, version in {DECEMBER: "2026.1", JANUARY: "2027.1", FEBRUARY: "2027.1"}.items():
        summary = json.loads((home / "releases" / month / "edition.json").read_bytes())
        assert summary["framework_version"] == version
        assert summary["framework_hash"] == lock[version]
    assert "method" not in table(home, DECEMBER, "index")[0]
    made_by = {row["period"]: row["method"] for row in table(home, FEBRUARY, "index")}
    assert [made_by[month] for month in RELEASES] == ["2026.1", "2027.1", "2027.1"]


def test_months_published_by_the_old_version_are_the_same_bytes(home: Path) -> None:
    published = table(home, DECEMBER, "index")
    assert len(published) == 41
    for month in (JANUARY, FEBRUARY):
        now = {row["period"]: row for row in table(home, month, "index")}
        again = [{name: now[row["period"]][name] for name in row} for row in published]
        assert again == published
    first = table(home, JANUARY, "index")[-1]
    assert table(home, FEBRUARY, "index")[-2] == first


def test_contributions_add_up_with_composition_and_link(home: Path) -> None:
    by_indicator: dict[str, float] = defaultdict(float)
    by_dimension: dict[str, float] = defaultdict(float)
    for row in table(home, FEBRUARY, "contributions"):
        points = float(row["contribution"] or 0)
        if row["kind"] != "dimension":
            by_indicator[row["period"]] += points
        if row["kind"] in {"dimension", "link"} or row["key"] == "composition":
            by_dimension[row["period"]] += points
    for row in table(home, FEBRUARY, "index"):
        index = float(row["index"])
        assert by_indicator[row["period"]] == pytest.approx(index, abs=1e-9)
        assert by_dimension[row["period"]] == pytest.approx(index, abs=1e-9)


def test_the_link_keeps_the_change_that_the_new_version_measures(
    home: Path, silentcrash: Command
) -> None:
    ended = silentcrash("index", "gauges", "--format", "csv")
    own = {
        row["period"]: float(row["pressure"] or "nan")
        for row in csv.DictReader(ended.out.splitlines())
    }
    index = {row["period"]: float(row["index"]) for row in table(home, FEBRUARY, "index")}
    for month in (JANUARY, FEBRUARY):
        moved = own[month] - own[DECEMBER]
        assert index[month] - index[DECEMBER] == pytest.approx(moved, abs=0.011)  # two decimals


CHANGE = "select key, revised_data, new_data, method from v_index_change where month = '{}'"


@pytest.mark.parametrize("month", [JANUARY, FEBRUARY])
def test_the_change_adds_up_and_a_change_of_method_is_one_row(
    home: Path, silentcrash: Command, month: str
) -> None:
    ended = silentcrash("query", CHANGE.format(month), "--format", "json")
    assert ended.code == 0, ended.err
    rows = {row["key"]: row for row in json.loads(ended.out)}
    index = [float(row["index"]) for row in table(home, month, "index")]
    causes = ("revised_data", "new_data", "method")
    total = sum(row[cause] for row in rows.values() for cause in causes)
    assert total == pytest.approx(index[-1] - index[-2], abs=1e-9)
    by_method = {key for key, row in rows.items() if row["method"]}
    assert by_method == ({"link"} if month == JANUARY else set())


def test_every_status_is_one_of_the_list_and_a_provisional_month_has_its_own(home: Path) -> None:
    folder = home / "releases" / FEBRUARY
    listed = folder.joinpath("structure.sdmx.xml").read_text("utf-8")
    codes = listed.partition('id="CL_OBS_STATUS"')[2].partition("</structure:Codelist>")[0]
    statuses = set(re.findall('OBS_STATUS="(.*?)"', (folder / "data.sdmx.xml").read_text("utf-8")))
    assert statuses == {"A", "I", "M", "P"}
    assert statuses <= set(re.findall('Code id="(.*?)"', codes))


def test_the_bulletin_says_it_in_both_languages(home: Path) -> None:
    folder = home / "releases" / JANUARY
    english = (folder / "bulletin.en.html").read_text(encoding="utf-8")
    assert "From this month on the index follows method 2027.1. It is linked to" in english
    assert "is where the month settles nine times in ten" in english
    french = (folder / "bulletin.fr.html").read_text(encoding="utf-8")
    assert "À partir de ce mois, l’indice suit la méthode 2027.1." in french
    assert "lecture d’octobre 2026" in french


def test_the_pressure_of_the_gauges_is_the_index(home: Path) -> None:
    index = {row["period"]: row["index"] for row in table(home, FEBRUARY, "index")}
    first = [row for row in table(home, FEBRUARY, "gauges") if row["reading"] == "1"]
    assert {row["period"]: row["pressure"] for row in first} == index
    phases = {row["period"]: row["phase"] for row in first}
    assert phases[FEBRUARY] == table(home, FEBRUARY, "index")[-1]["regime"]


def test_the_old_version_is_still_computed_by_name(home: Path, silentcrash: Command) -> None:
    def index(*more: str) -> dict[str, str]:
        ended = silentcrash("index", *more, "--format", "csv")
        assert ended.code == 0, ended.err
        return {row["period"]: row["index"] for row in csv.DictReader(ended.out.splitlines())}

    old, linked = index("--method", "2026.1"), index()
    assert set(old) == set(linked)
    assert old[DECEMBER] == linked[DECEMBER]
    assert old[JANUARY] != linked[JANUARY]
    refused = silentcrash("index", "--method", "2025.9")
    assert refused.code == 2
    assert "give a TOML file or one of 2026.1, 2027.1" in refused.err


def test_the_other_questions_take_a_method_too(home: Path, silentcrash: Command) -> None:
    text = silentcrash("index", "explain", FEBRUARY).out
    assert "the value settles between" in text
    assert (
        "other reasonable choices"
        in silentcrash("index", "explain", FEBRUARY, "--method", "2026.1").out
    )
    old, new = (
        {row["key"] for row in csv.DictReader(silentcrash(
            "index", "runway", "--method", version, "--format", "csv").out.splitlines())}
        for version in ("2026.1", "2027.1")
    )  # fmt: skip
    assert "dependency.captive_premium" in old - new
    assert "retreat.capex_falls" in new - old
    bands = silentcrash("index", "sensitivity", "--format", "csv").out
    rows = {row["period"]: row for row in csv.DictReader(bands.splitlines())}
    last = rows[FEBRUARY]
    assert float(last["p5"]) < float(last["index"]) < float(last["p95"])


def test_alert_rules_look_at_the_index_of_both_versions(home: Path, silentcrash: Command) -> None:
    ended = silentcrash("alerts", "explain", "index-watch")
    assert ended.code == 0, ended.err
    shown = pd.read_csv(home / "releases" / FEBRUARY / "index.csv")
    assert shown["regime"].iloc[-1] in {"watch", "strain", "silent_crash"}
