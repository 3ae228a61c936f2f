"""The shipped announcements: stored once, and part of no count."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, text

from pipelines.announcements import curated
from pipelines.cli.run import with_history
from pipelines.ingest import store
from pipelines.settings import Settings, from_environment
from warehouse import events
from warehouse.projects import repository

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_every_fact_names_its_page_and_its_day() -> None:
    facts = curated.shipped()
    assert facts["link"].str.match(r"https?://").all()
    assert pd.to_datetime(facts["published"]).between("2023-01-01", "2026-11-23").all()
    assert not facts.duplicated(["link", "title", "published"]).any()
    assert (facts["title"] != "").all()


def test_morocco_is_a_list_of_projects_stored_once_and_counted_nowhere(home: Path) -> None:
    settings = from_environment()
    assert settings.home == home
    engine = with_history(settings)
    assert curated.load(engine, settings) == 0
    stored_events = events.read(engine, as_of=NOW)
    assert len(stored_events) == len(curated.shipped())
    listed = repository.projects(engine, as_of=NOW)
    morocco = listed.query("country == 'Morocco'").set_index("place")
    # Dakhla was told three times; the figures are those of the pages, in MW.
    assert (morocco.loc["Dakhla", "power_mw"], morocco.loc["Dakhla", "reports"]) == (500, 3)
    assert morocco.loc["Casablanca", "power_mw"].max() == 1.5
    with engine.connect() as connection:
        counted = "select count(*) from v_observation where source = 'announcements'"
        assert connection.scalar(text(counted)) == 0
    early = events.read(engine, as_of=datetime(2024, 6, 1, tzinfo=UTC))
    assert set(early["country"]) == {"Kenya", "South Africa", "Morocco"}


def test_a_clock_of_before_the_facts_loses_none_of_them(tmp_path: Path) -> None:
    """Each is stored once the clock knows it: none, the first, then all."""
    stored = []
    for year in (2015, 2024, 2026):
        settings = Settings(home=tmp_path, now=NOW.replace(year=year))
        engine = store.open_for_writing(settings)
        curated.load(engine, settings)
        stored.append(len(events.read(engine, as_of=NOW)))
        before = fetches(engine)
        assert curated.load(engine, settings) == 0
        assert fetches(engine) == before
    assert stored[0] == 0 < stored[1] < stored[2] == len(curated.shipped())


def fetches(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text('select count(*) from "fetch"')))


def test_facts_that_an_older_software_stored_get_their_projects(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, now=NOW)
    engine = store.open_for_writing(settings)
    curated.load(engine, settings)
    listed = repository.projects(engine, as_of=NOW)
    with engine.begin() as connection:
        connection.execute(text("delete from project_report"))
    assert curated.load(engine, settings) == 0
    pd.testing.assert_frame_equal(repository.projects(engine, as_of=NOW), listed)
