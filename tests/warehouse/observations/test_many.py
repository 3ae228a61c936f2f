"""Versions leave the store in bulk as they went in, in any order and number."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from sqlalchemy import Engine, event

from tests.warehouse.made_up import fetch, frame
from warehouse import load
from warehouse.lake import panel, sync
from warehouse.observations import bulk, read
from warehouse.observations.bulk import external_sort
from warehouse.tables import STATUS

PART = 25_000  # that are compared at once here: a tenth, so that a part is a tenth of the work
ROWS = 30_000  # more than that


def one_figure() -> pd.DataFrame:
    """A figure with a version every hour, where every second one is a repeat."""
    return pd.DataFrame(
        {
            "series": "made_up.a",
            "period": pd.Timestamp("1990-01-01"),
            "value": (np.arange(ROWS) + 1) // 2,
            "status": "final",
            "known_from": pd.date_range("1990-02-01", periods=ROWS, freq="h", tz="UTC"),
        }
    )


@pytest.mark.parametrize("frames", [1, 7])
def test_versions_are_compared_across_the_parts_of_a_batch(
    engine: Engine, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (bulk, external_sort):
        monkeypatch.setattr(module, "PART_ROWS", PART)
    figure = one_figure()
    size = -(-ROWS // frames)
    pieces = [figure.iloc[start : start + size] for start in range(0, ROWS, size)]
    batch = figure if frames == 1 else iter(reversed(pieces))
    assert load.append(engine, fetch(engine), batch).added == ROWS // 2 + 1
    again = load.append(engine, fetch(engine), figure)
    assert (again.added, again.unchanged) == (0, ROWS)
    revised = figure.assign(value=figure["value"].where(figure.index != ROWS - 1, -1.0))
    assert load.append(engine, fetch(engine), revised).added == 1
    assert read.latest(engine)["value"].tolist() == [-1.0]


def unhelped(connection: Any, _: object) -> None:
    """Have PostgreSQL read its rows as they lie, as it does where they are many."""
    connection.execute("set enable_indexscan = off")
    connection.execute("set enable_bitmapscan = off")
    connection.commit()


def test_stored_versions_are_compared_by_knowledge_not_by_arrival(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        engine.dispose()
        event.listen(engine, "connect", unhelped)
    values = [1.0, 2.0, 1.0, 3.0, 3.5]
    dates = [f"2026-0{month}-10" for month in range(2, 7)]
    versions = [
        frame(("made_up.a", "2026-01-01", value, date))
        for value, date in zip(values, dates, strict=True)
    ]
    for position in (3, 1, 4, 0, 2):
        assert load.append(engine, fetch(engine), versions[position]).added == 1
    assert load.append(engine, fetch(engine), pd.concat(versions)).added == 0
    later = [
        version.assign(known_from=version["known_from"] + pd.Timedelta(days=9))
        for version in versions
    ]
    assert load.append(engine, fetch(engine), pd.concat(later)).added == 0
    assert read.history(engine)["value"].tolist() == values


def test_whatever_may_be_stored_comes_back(engine: Engine, tmp_path: Path) -> None:
    values = [5e-324, 1.7976931348623157e308, -0.1, 1 / 3, -(2.0**53), 0.0, float("nan")]
    periods = ["1900-01-01", "1969-12-31", "1970-01-01", "2026-02-28", "2100-12-31"]
    rows = [
        ("made_up.event", period, value, known_from, status)
        for period in periods
        for value, status, known_from in zip(
            values, STATUS, pd.date_range("1901-01-01", "2026-06-01", 7), strict=True
        )
    ]
    batch = frame(*rows).assign(known_from=lambda table: table["known_from"].dt.floor("s"))
    assert load.append(engine, fetch(engine), batch).added == len(batch)
    stored = read.history(engine)
    expected = batch.sort_values(["period", "known_from"], ignore_index=True)
    columns = ["series", "period", "value", "status", "known_from"]
    pd.testing.assert_frame_equal(
        stored[columns], expected[columns], check_dtype=False, check_exact=True
    )
    sync.sync(engine, str(tmp_path))
    with panel.connect(str(tmp_path)) as connection:
        table = connection.sql("from observations order by period, known_from").to_arrow_table()
    assert table.num_rows == len(batch)
    assert table["value"].to_pylist() == [None if np.isnan(v) else v for v in expected["value"]]
    assert table["status"].to_pylist() == expected["status"].tolist()
    assert table["period"].to_pylist() == expected["period"].dt.date.tolist()


def test_a_file_of_the_lake_lies_by_series_and_period(engine: Engine, tmp_path: Path) -> None:
    for key in ("made_up.b", "made_up.a"):
        for month in ("2026-02", "2026-01"):
            load.append(engine, fetch(engine), frame((key, f"{month}-01", 1.0, "2026-05-01")))
    (file,) = sync.sync(engine, str(tmp_path)).files
    table = parquet.read_table(tmp_path / file["path"], columns=["series", "period"])
    rows = [(str(row["series"]), row["period"]) for row in table.to_pylist()]
    assert rows == sorted(rows)
    assert len(rows) == 4
