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
from warehouse.observations import read as figures
from warehouse.projects import repository

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


def of(*countries: str, day: int = 1) -> pd.DataFrame:
    engine = store.open_for_reading(from_environment())
    listed = repository.projects(engine, as_of=datetime(2026, 6, day, 12, tzinfo=UTC))
    return repository.by_state(listed.loc[listed["country"].isin(countries)])


@pytest.mark.usefixtures("stored_items")
def test_the_projects_of_morocco_and_nigeria_by_state() -> None:
    morocco, both = of("Morocco"), of("Morocco", "Nigeria")
    assert list(morocco.index) == list(status.STATES) == list(repository.STATES)
    assert morocco["projects"].tolist() == [1, 0, 1, 0, 0, 0]
    assert morocco.loc["under_construction", "mw"] == 90
    assert both.loc["cancelled", "mw"] == 300
    assert both["projects"].sum() == 3


@pytest.mark.usefixtures("stored_items")
def test_the_stock_of_the_series_is_the_table_of_projects() -> None:
    engine = store.open_for_reading(from_environment())
    prefix = "announcements.morocco.state."
    as_of = datetime(2026, 6, 2, tzinfo=UTC)
    panel = figures.panel(engine, series=[f"{prefix}*"], as_of=as_of)
    last = panel.loc[panel["period"].eq(panel["period"].max())].set_index("series")["value"]
    morocco = of("Morocco")
    for state in repository.STATES:
        for measure in ("projects", "mw"):
            assert last[f"{prefix}{state}.{measure}"] == morocco.loc[state, measure]


@pytest.mark.usefixtures("stored_items")
def test_the_command_shows_the_table_and_the_list_is_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def output(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(["announcements", *arguments])
        assert stopped.value.code == 0
        return capsys.readouterr().out

    table = pd.read_csv(StringIO(output("fate", "--country", "Maroc", "--format", "csv")))
    assert table.set_index("state").loc["under_construction", "mw"] == 90
    listed = output("list", "--country", "المغرب")
    assert "Projects: 2" in listed
    assert "under construction" in listed
    assert "40 m USD" in listed
