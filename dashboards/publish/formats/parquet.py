"""The tables as Parquet: typed, each column with its description and unit."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dashboards.metadata import Column, Table

TYPES = {
    "string": pa.string(),
    "month": pa.date32(),
    "date": pa.date32(),
    "instant": pa.timestamp("ms", "UTC"),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def parquet(frame: pd.DataFrame, table: Table) -> bytes:
    """The table in the types of its description; a month is its first day."""
    arrow = pa.Table.from_pandas(frame, schema=_schema(table), preserve_index=False)
    sink = pa.BufferOutputStream()
    pq.write_table(arrow.replace_schema_metadata(_titles(table)), sink, compression="zstd")
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _schema(table: Table) -> pa.Schema:
    return pa.schema([_field(column) for column in table.columns])


def _field(column: Column) -> pa.Field:
    texts = {"unit": column.unit, "description": column.en, "description_fr": column.fr}
    present = {name: text for name, text in texts.items() if text}
    return pa.field(column.name, TYPES[column.type], metadata=present)


def _titles(table: Table) -> dict[str, str]:
    return {"title": table.en, "title_fr": table.fr}
