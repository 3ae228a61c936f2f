"""The catalogue beside the figures: unit, frequency, titles, source, licence."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine

from warehouse.lake.extract import WORD
from warehouse.row_conversion import rows

SERIES = """
select s.series, s.source, s.unit, s.frequency, s.title_fr, s.title_en, o.publisher, o.licence
from v_series s join v_source o on o.source = s.source order by s.series
"""
NAMES = (
    "series", "source", "unit", "frequency", "title_fr", "title_en", "publisher", "licence",
)  # fmt: skip
# A key has the type that it has beside the figures: polars joins no text with a category.
SCHEMA = pa.schema([(name, WORD if name == "series" else pa.string()) for name in NAMES])
VIEWS = {"publisher": "v_source", "licence": "v_source"}  # where the dictionary describes them


def described(schema: pa.Schema, view: str, other: Mapping[str, str] = {}) -> pa.Schema:
    """The schema, each column with what the dictionary says of it in a view.

    `other` has the view of the columns that are of another one.
    """
    from warehouse.dictionary import column_text  # which costs a command that only reads much

    texts = {name: column_text(other.get(name, view), name) for name in schema.names}
    return pa.schema(
        [column.with_metadata({"description": texts[column.name]}) for column in schema]
    )


def write(engine: Engine, files: Any, folder: str) -> Mapping[str, Any]:
    """Write the catalogue of today, and give its path, rows and SHA-256.

    The name has the hash of the content: a catalogue that has not changed is not written again.
    """
    with engine.connect() as connection:
        columns = rows(connection, SERIES).to_dict("list")
    table = pa.table(columns, schema=described(SCHEMA, "v_series", VIEWS))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    body = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(body).hexdigest()
    name = f"series/{digest[:16]}.parquet"
    if not files.exists(f"{folder}/{name}"):
        files.makedirs(f"{folder}/series", exist_ok=True)
        files.pipe_file(f"{folder}/{name}", body)
    return {"path": name, "rows": len(table), "sha256": digest}
