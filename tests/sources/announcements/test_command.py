"""The commands, through the public door, on texts worded for the test."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.announcements import collect
from pipelines.cli.main import main
from pipelines.ingest import store
from pipelines.observatory.method import newest
from pipelines.release.runway import without_continuation
from pipelines.settings import from_environment
from tests.pipelines.conftest import at_home, ran
from warehouse.observations import read

TEXTS = pd.DataFrame(
    {
        "text": ["Northbridge plans 80MW data center in Rabat, Morocco", "Nothing at all", ""],
        "date": ["2026-03-04", "2026-03-05", "2999-01-01"],
        "address": ["https://a.example/1", "https://a.example/2", "https://a.example/3"],
    }
)

VIEWS = """
select distinct substr(series, 15, instr(substr(series, 15), '.') - 1) as view
from v_observation where source = 'announcements' and instr(substr(series, 15), '.') > 0"""


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-01T00:00:00+00:00")
    path = tmp_path / "in.csv"
    TEXTS.to_csv(path, index=False)
    return path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["announcements", *arguments])
    return int(str(stopped.value.code))


def test_extract_writes_the_label_columns(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("extract", str(texts), "--out", str(out)) == 0
    output_rows = pd.read_csv(out)
    assert output_rows["event_type"].tolist() == [
        "announced",
        "not_announcement",
        "not_announcement",
    ]
    assert output_rows["power_mw"][0] == 80
    assert output_rows["country"][0] == "Morocco"


def test_list_after_load_shows_the_country_and_dates_of_the_future_stay_out(
    texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("load", str(texts)) == 0
    assert "2 added, 0 known, 1 without a past date" in capsys.readouterr().out
    assert run("load", str(texts)) == 0
    assert "0 added, 2 known" in capsys.readouterr().out
    assert run("list", "--country", "MA", "--since", "2025-01", "--format", "json") == 0
    (project,) = json.loads(capsys.readouterr().out)
    assert (project["operator"], project["power_mw"]) == ("Northbridge", 80)
    assert run("list", "--as-of", "2026-03-01") == 1


def test_the_monthly_series_are_observations_and_a_late_item_is_a_new_vintage(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("load", str(texts)) == 0
    late = tmp_path / "late.csv"
    pd.DataFrame(
        {
            "text": ["Eastfield plans 20MW data center in Tangier, Morocco"],
            "date": ["2026-03-20"],
            "address": ["https://b.example/late"],
        }
    ).to_csv(late, index=False)
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-05T00:00:00+00:00")
    assert run("load", str(late)) == 0
    settings = from_environment()
    revisions = read.vintages(store.open_for_writing(settings), "announcements.morocco.mw")
    assert revisions.loc["2026-03-01"].tolist() == [80, 100]
    assert [column.day for column in revisions.columns] == [1, 5]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has loaded the texts, to read only."""
    folder = tmp_path_factory.mktemp("loaded")
    TEXTS.to_csv(folder / "in.csv", index=False)
    with at_home(folder / "home"):
        assert ran("announcements", "load", str(folder / "in.csv")).code == 0
    return folder / "home"


@pytest.mark.parametrize("command", ["list", "projects", "series", "fate"])
@pytest.mark.parametrize("country", ["MA", "mar", "Morocco", "Maroc", "المغرب"])
def test_a_country_goes_by_code_and_in_three_languages(
    loaded: Path, command: str, country: str
) -> None:
    with at_home(loaded):
        ended = ran("announcements", command, "--country", country, "--format", "csv")
    assert ended.code == 0, ended.err
    assert "80" in ended.out


@pytest.mark.parametrize(("code", "counted"), [("", ["morocco"]), ("SN", ["senegal"]), ("-", [])])
def test_the_pilot_country_is_counted_where_nothing_was_announced(
    code: str, counted: list[str], tmp_path: Path
) -> None:
    """That of the shipped observatory, of another one, and of one without any."""
    home, texts = tmp_path / "home", tmp_path / "in.csv"
    TEXTS.replace("Rabat, Morocco", "Lagos, Nigeria", regex=True).to_csv(texts, index=False)
    if code:
        country = ["--country", code] if code != "-" else []
        assert ran("init", str(home), *country).code == 0
    with at_home(home):
        assert ran("announcements", "load", str(texts)).code == 0
        shown = ran("announcements", "series", "--format", "csv")
        stored = ran("query", "--format", "csv", VIEWS)
        assert without_continuation(newest()) == []
    keys = [line.partition(",")[0].split(".") for line in shown.out.splitlines()]
    views = {key[1] for key in keys if len(key) > 2}
    assert views == {"world", "africa", "nigeria", *counted}
    assert set(stored.out.split()) - {"view"} == views


def test_a_link_whose_token_changes_is_one_event(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("load", str(texts)) == 0
    again = TEXTS.head(1).assign(address="https://a.example/1?token=93f", date="2026-03-05")
    path = tmp_path / "again.csv"
    again.to_csv(path, index=False)
    capsys.readouterr()
    assert run("load", str(path)) == 0
    assert "0 added, 1 known" in capsys.readouterr().out
    assert run("list", "--format", "json") == 0
    (project,) = json.loads(capsys.readouterr().out)
    assert project["reports"] == 1
    # the same words on another site are another report of the same project
    again.assign(address="https://b.example/7").to_csv(path, index=False)
    assert run("load", str(path)) == 0
    capsys.readouterr()
    assert run("list", "--format", "json") == 0
    (project,) = json.loads(capsys.readouterr().out)
    assert project["reports"] == 2


def test_dates_may_be_precise_to_a_day_or_to_a_millisecond() -> None:
    written = pd.Series(["2026-03-04", "2026-03-04T05:06:07.089Z", "2026-03-04T02:00:00+02:00"])
    read_as = collect.instants(pd.concat([written, pd.Series(["", "soon"])]))
    assert read_as.notna().tolist() == [True, True, True, False, False]
    assert read_as.dt.day.tolist()[:3] == [4, 4, 4]


def test_a_merge_is_explained(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = TEXTS.head(1).assign(
        text="Northbridge breaks ground on 90MW data center in Rabat, Morocco",
        date="2026-05-04",
        address="https://b.example/9",
    )
    path = tmp_path / "again.csv"
    pd.concat([TEXTS, again]).to_csv(path, index=False)
    assert run("load", str(path)) == 0
    capsys.readouterr()
    assert run("projects", "--format", "json") == 0
    (project,) = json.loads(capsys.readouterr().out)
    assert (project["power_low_mw"], project["power_high_mw"], project["reports"]) == (80, 90, 2)
    assert run("projects", "--explain", str(project["project"]), "--format", "json") == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["power_mw"], second["power_mw"]) == (80, 90)
    assert second["linked_by"] == "same operator and place as https://a.example/1"
    assert run("projects", "--explain", "77") == 2
    assert "no project 77" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("extract", "missing.csv", "--out", "out.csv"), "cannot read"),
        (("list", "--country", "Moroco"), "did you mean"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    texts: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("load", str(texts))
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err
