"""The series as files: CSV, JSON, Parquet of each; Parquet, Excel of all.

series.csv                       the catalogue: title, unit, source, licence, span, address
api/v1/series.json               the same for programs; its words are what a search looks in
api/v1/events.json               announcements: facts and links
series/<key>.csv and .json       every version of a series, with its unit and source
series/<key>.parquet             the same typed; title, unit and licence are in its schema
series/observations.parquet      every version of every series; series.parquet the catalogue
series/observations.xlsx         the latest figures, with dates, filters, units and sources
sdmx/v2/…                        the latest figures at the addresses of SDMX: sdmx_tree
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dashboards.publish.formats.tables_csv import cells, lines, quoted
from dashboards.publish.publication import File, records, to_json
from dashboards.publish.series import sdmx_tree, workbook
from dashboards.publish.series.store import SeriesStore
from warehouse.row_conversion import plain_cells

FOLDER = "series/"
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # a key that is a file name everywhere
COLUMNS = ["period", "value", "status", "known_from"]
WIRE = pa.schema(
    [
        ("series", pa.string()),
        ("period", pa.date32()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("status", pa.string()),
        ("known_from", pa.timestamp("s", "UTC")),
        ("source", pa.string()),
    ]
)


def files(store: SeriesStore) -> Iterator[File]:
    """Every file on the series: equal figures give equal bytes."""
    catalogue = pd.DataFrame(store.catalogue)
    yield File("series.csv", _csv(catalogue))
    yield File("api/v1/series.json", to_json({"series": store.catalogue}))
    yield File("api/v1/events.json", to_json({"events": records(store.events)}))
    typed = _typed(store.versions)
    yield from _each(store, typed)
    yield File(f"{FOLDER}observations.parquet", _parquet(_encoded(typed)))
    yield File(f"{FOLDER}series.parquet", _parquet(pa.Table.from_pandas(catalogue)))
    yield File(f"{FOLDER}observations.xlsx", workbook.body(store))
    yield from sdmx_tree.files(store)


def _each(store: SeriesStore, typed: pa.Table) -> Iterator[File]:
    """The files of each series that may be republished.

    Their lines are written of all at once: a frame of each, 300 times, took six times as long.
    """
    described, versions = {row["series"]: row for row in store.catalogue}, store.versions
    kinds = {str(name): "" if name == "value" else "string" for name in versions}
    head, *csv = lines({name: cells(versions[name], kind) for name, kind in kinds.items()})
    figures = _figures(versions)
    for key, rows in sorted(versions.groupby("series").indices.items()):
        if not SAFE.fullmatch(str(key)):
            raise ValueError(f"the key {key!r} cannot be the name of a file")
        name, texts = f"{FOLDER}{key}", described[key]
        yield File(f"{name}.csv", "".join([head, *(csv[row] for row in rows)]).encode())
        yield File(f"{name}.json", _document(texts, [figures[row] for row in rows]))
        yield File(f"{name}.parquet", _described(_encoded(typed.take(rows)), texts))


def document(described: dict[str, Any], versions: pd.DataFrame) -> bytes:
    """The description of a series and its versions, a list of COLUMNS each."""
    return _document(described, _figures(versions))


def _document(described: dict[str, Any], figures: Sequence[str]) -> bytes:
    head = to_json({**described, "columns": COLUMNS}).decode().rstrip().removesuffix("}").rstrip()
    listed = ",\n".join(figures)
    return f'{head},\n "figures": [\n{listed}\n]\n}}\n'.encode()


def _figures(versions: pd.DataFrame) -> list[str]:
    """Each version as JSON."""
    columns = (plain_cells(versions[name]) for name in COLUMNS)
    return [json.dumps(row) for row in zip(*columns, strict=True)]


def _csv(frame: pd.DataFrame) -> bytes:
    texts = frame.select_dtypes(["object", "str"]).columns
    truths = {
        name: frame[name].map({True: "true", False: "false"})
        for name in map(str, frame.select_dtypes("bool"))
    }
    frame = frame.assign(**truths)
    safe = frame.assign(**{str(name): quoted(frame[name].astype("str")) for name in texts})
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _typed(versions: pd.DataFrame) -> pa.Table:
    dated = versions.assign(
        period=pd.to_datetime(versions["period"]).dt.date,
        known_from=pd.to_datetime(versions["known_from"], utc=True),
    )
    return pa.Table.from_pandas(dated, schema=WIRE, preserve_index=False)


def _encoded(typed: pa.Table) -> pa.Table:
    """The table with each of its texts once."""
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column
        for column in typed.columns
    ]
    return pa.Table.from_arrays(columns, typed.column_names)


def _described(table: pa.Table, row: dict[str, Any]) -> bytes:
    """The table with the description of its series in the schema, as text by name."""
    value = table.schema.get_field_index("value")
    unit = table.schema.field(value).with_metadata({"unit": row["unit"]})
    schema = table.schema.set(value, unit)
    texts = {name: str(text) for name, text in row.items() if name != "address"}
    return _parquet(table.cast(schema), texts)


def _parquet(table: pa.Table, described: dict[str, str] | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(described), sink, compression="zstd")
    body: bytes = sink.getvalue().to_pybytes()
    return body
