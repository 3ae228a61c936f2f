"""What became of a country's projects, through the warehouse."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from pipelines.announcements import collect
from pipelines.cli.main import main
from pipelines.ingest import store
from pipelines.settings import from_environment
from sources.announcements import status
from warehouse import events

ITEMS = [
    ("Northbridge plans 80MW data center in Rabat, Morocco", "2026-03-04"),
    ("Eastfield plans 300MW data center in Lagos, Nigeria", "2026-03-09"),
    ("Westmoor plans $40m data center in Tangier, Morocco", "2026-03-20"),
    ("Northbridge breaks ground on 90MW data center in Rabat, Morocco", "2026-05-04"),
    ("Eastfield cancels 300MW data center in Lagos, Nigeria", "2026-05-09"),
]


@pytest.fixture
def stored_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-06-01T00:00:00+00:00")
    frame = pd.DataFrame(ITEMS, columns=["title", "published"])
    items = frame.assign(link=[f"https://made.up/{row}" for row in range(len(frame))])
    settings = from_environment()
    collect.keep(store.open_for_writing(settings), settings, items, "made-up")


def of(view: str, day: int = 1) -> pd.DataFrame:
    engine = store.open_for_writing(from_environment())
    return events.fate(engine, view, as_of=datetime(2026, 6, day, 12, tzinfo=UTC))


@pytest.mark.usefixtures("stored_items")
def test_the_projects_of_morocco_and_africa_by_state() -> None:
    morocco, africa = of("morocco"), of("africa")
    assert list(morocco.index) == list(status.STATES) == list(events.STATES)
    assert morocco["projects"].tolist() == [1, 0, 1, 0, 0, 0]
    assert morocco.loc["under_construction", "mw"] == 90
    assert morocco.loc["announced", "usd"] == 4e7
    assert africa.loc["cancelled", "mw"] == 300
    assert africa["projects"].sum() == 3
    assert set(africa["period"]) == {pd.Timestamp("2026-05-01")}


@pytest.mark.usefixtures("stored_items")
def test_a_place_of_which_nothing_was_told_has_no_table() -> None:
    assert of("france").empty
    engine = store.open_for_writing(from_environment())
    assert events.fate(engine, "morocco", as_of=datetime(2026, 5, 1, tzinfo=UTC)).empty


@pytest.mark.usefixtures("stored_items")
def test_the_command_shows_the_table_and_the_list_is_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def output(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(["announcements", *arguments])
        assert stopped.value.code == 0
        return capsys.readouterr().out

    table = pd.read_csv(StringIO(output("fate", "--country", "MA", "--format", "csv")))
    assert table.set_index("state").loc["under_construction", "mw"] == 90
    listed = output("list", "--country", "MA")
    assert "Projects: 2" in listed
    assert "under construction" in listed
    assert "40 m USD" in listed
