"""Sort the frames of a batch by the key of the store, on disk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa

# Of DuckDB, which goes to disk beyond it: the frames of a batch may be larger than the memory.
MEMORY = "256MB"
# Rows that are compared with the store at once; they bound the memory that a load takes.
PART_ROWS = 250_000
KEYS = "series_id, period, known_from"

# Grouped, so that a row that comes in several frames is there once.
FIGURES = f"""
create table figure as select {KEYS}, any_value(value) as value, any_value(status) as status,
  min(citation_id) as citation_id,
  min(status) <> max(status) or coalesce(min(value) <> max(value), false)
    or count(value) not in (0, count(*)) as contradicted
from part group by {KEYS}
"""
REFUSED = f"select p.* from part p semi join (from figure where contradicted) f using ({KEYS})"
ORDERED = f"""
select {KEYS}, value, status, citation_id from figure where not contradicted order by {KEYS}
"""


@dataclass(frozen=True)
class SortedBatch:
    """The frames as one batch, as `encode.in_order` gives it.

    `contradicted` holds the rows of a key that has two values in different frames.
    """

    connection: Any
    contradicted: pd.DataFrame

    def reader(self) -> pa.RecordBatchReader:
        """The rows in the order of the key, to be read once."""
        return self.connection.sql(ORDERED).to_arrow_reader(PART_ROWS)


@contextmanager
def sort(parts: Iterable[pa.Table]) -> Iterator[SortedBatch]:
    """The encoded rows of every part in order, within a bounded memory."""
    import duckdb

    with TemporaryDirectory(prefix="silentcrash-") as folder:
        options: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": folder, "threads": "2"}
        with duckdb.connect(str(Path(folder) / "batch.duckdb"), config=options) as connection:
            _fill(connection, parts)
            connection.execute(FIGURES)
            yield SortedBatch(connection, connection.sql(REFUSED).to_arrow_table().to_pandas())


def _fill(connection: Any, parts: Iterable[pa.Table]) -> None:
    connection.execute(
        "create table part (series_id integer, period integer, known_from bigint, "
        "value double, status smallint, citation_id integer)"
    )
    for part in parts:
        connection.from_arrow(part).insert_into("part")
