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
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dashboards.publish.formats.tables_csv import quoted
from dashboards.publish.publication import File, records, to_json
from dashboards.publish.series import sdmx_tree, workbook
from dashboards.publish.series.store import SeriesStore
from warehouse.row_conversion import plain_cells

FOLDER = "series/"
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # a key that is a file name everywhere
COLUMNS = ["period", "value", "status", "known_from"]
WIRE = pa.schema(
    [
        ("series", pa.dictionary(pa.int32(), pa.string())),
        ("period", pa.date32()),
        ("value", pa.float64()),
        ("unit", pa.dictionary(pa.int32(), pa.string())),
        ("status", pa.dictionary(pa.int32(), pa.string())),
        ("known_from", pa.timestamp("s", "UTC")),
        ("source", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def files(store: SeriesStore) -> Iterator[File]:
    """Every file on the series: equal figures give equal bytes."""
    catalogue = pd.DataFrame(store.catalogue)
    yield File("series.csv", _csv(catalogue))
    yield File("api/v1/series.json", to_json({"series": store.catalogue}))
    yield File("api/v1/events.json", to_json({"events": records(store.events)}))
    yield from _each(store)
    yield File(f"{FOLDER}observations.parquet", _parquet(_typed(store.versions)))
    yield File(f"{FOLDER}series.parquet", _parquet(pa.Table.from_pandas(catalogue)))
    yield File(f"{FOLDER}observations.xlsx", workbook.body(store))
    yield from sdmx_tree.files(store)


def _each(store: SeriesStore) -> Iterator[File]:
    """The files of each series that may be republished."""
    described = {row["series"]: row for row in store.catalogue}
    for key, versions in store.versions.groupby("series"):
        if not SAFE.fullmatch(str(key)):
            raise ValueError(f"the key {key!r} cannot be the name of a file")
        yield File(f"{FOLDER}{key}.csv", _csv(versions))
        yield File(f"{FOLDER}{key}.json", document(described[key], versions))
        yield File(f"{FOLDER}{key}.parquet", _described(_typed(versions), described[key]))


def document(described: dict[str, Any], versions: pd.DataFrame) -> bytes:
    """The description of a series and its versions, a list of COLUMNS each."""
    cells = (plain_cells(versions[name]) for name in COLUMNS)
    lines = ",\n".join(json.dumps(row) for row in zip(*cells, strict=True))
    head = to_json({**described, "columns": COLUMNS}).decode().rstrip().removesuffix("}").rstrip()
    return f'{head},\n "figures": [\n{lines}\n]\n}}\n'.encode()


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
