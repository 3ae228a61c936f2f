"""The audit that an edition stores and publishes, and the command on it."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.index import framework
from pipelines.release import audit
from tests.pipelines.conftest import Command
from warehouse.gauges.repository import Gauges

NAMES = ["topic", "gauge", "key", "against", "measure"]


@pytest.fixture
def computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that asks for the same audit twice has it computed once."""
    compute, computed = audit.table, dict[datetime, pd.DataFrame]()

    def table(engine: Engine, as_of: datetime) -> pd.DataFrame:
        if as_of not in computed:
            computed[as_of] = compute(engine, as_of)
        return computed[as_of].copy()

    monkeypatch.setattr(audit, "table", table)


def test_an_edition_stores_its_audit_and_publishes_it_whole(
    reading_home: Path, answer: Command
) -> None:
    [published] = reading_home.glob("releases/2026-10/audit.csv")
    rows = pd.read_csv(published, keep_default_na=False)
    sql = f"select {', '.join(NAMES)}, verdict from v_gauge_audit order by rank"
    stored = pd.read_csv(
        io.StringIO(answer("query", sql, "--format", "csv").out), keep_default_na=False
    )
    assert rows[NAMES].to_numpy().tolist() == stored[NAMES].to_numpy().tolist()
    assert rows["verdict"].eq("beyond").any()
    # The carried figure against the forecast, printed whatever comes out.
    [line] = rows.query("topic == 'nowcast' and key == 'index' and measure == 'gain'").to_dict(
        "records"
    )
    assert float(line["value"]) < 0


@pytest.mark.usefixtures("computed_once")
def test_the_command_gives_every_figure_as_csv_and_what_is_beyond_as_a_table(
    answer: Command,
) -> None:
    table = answer("index", "audit").out
    assert "Beyond their limits" in table
    rows = list(csv.DictReader(io.StringIO(answer("index", "audit", "--format", "csv").out)))
    assert len(rows) > 400
    assert {row["verdict"] for row in rows} == {"", "within", "beyond"}


def test_too_few_months_give_no_audit_and_a_reason(answer: Command) -> None:
    ended = answer("index", "audit", "--as-of", "2024-03-31")
    assert ended.code == 1
    assert "needs 12 months with a reading of the pressure, and there are" in ended.err
    empty = Gauges(framework.load(framework.NEXT).as_dict())
    assert audit.with_audit(empty, pd.DataFrame(), datetime(2026, 1, 1, tzinfo=UTC)) is empty
