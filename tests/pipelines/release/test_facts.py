"""An edition reads the series of its method, whatever else is stored."""

from pathlib import Path

from pipelines.index.framework import newest
from pipelines.ingest import store
from pipelines.release import facts
from pipelines.settings import Settings
from tests.conftest import NOW
from warehouse.observations import read

READ = ["ember.wholesale.DEU", "sec.capex.AMZN"]
UNREAD = ["ember.wholesale.PRT", "eia.price.IL.IND"]


def test_series_that_no_indicator_reads_are_not_read(first_edition: Path) -> None:
    """Eight of Ember's countries are in the index; no price of Illinois is."""
    engine = store.open_for_reading(Settings(home=first_edition, now=NOW))
    figures = facts.figures(engine, newest(), as_of=NOW)
    rows = figures[figures["status"].ne("read")].groupby("series").size()
    stored = read.history(engine, as_of=NOW).groupby("series").size()
    assert rows[READ].to_dict() == stored[READ].to_dict()
    assert stored[UNREAD].min() > 0
    assert not set(UNREAD) & set(rows.index)
