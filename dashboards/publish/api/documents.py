"""The static API: JSON documents at lasting addresses, on the newest edition.

Under api/v1/: index, dimensions, indicators and a document for each of them, sources, what other
observatories read, the JSON Schema of every document, and openapi.json, which describes them all.
editions.json and latest.json are made by collection.py.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards.metadata import PATTERNS, Table
from dashboards.publish.api import observatory, openapi
from dashboards.publish.api.schemas import schemas
from dashboards.publish.publication import File, Publication, both, records, to_json

ROOT = "api/v1/"
Document = dict[str, Any]
GOALPOSTS = "goalposts"
SAYS = ("rationale", "caveat")


def files(publication: Publication) -> Iterator[File]:
    """The documents on the newest edition; collection.py lists all editions."""
    tables = {table.name: table for table in publication.tables}
    all_schemas = schemas(tables, observatory=observatory.schema())
    served = {
        "index": _index(publication),
        "dimensions": _dimensions(publication),
        "indicators": _indicators(publication),
        "sources": _listed(publication, "sources", _rows_of(publication, "sources")),
        "observatory": observatory.document(publication),
    }
    for name, document in served.items():
        yield File(f"{ROOT}{name}.json", to_json(document))
    for document in _each(publication):
        yield File(f"{ROOT}indicators/{document['key']}.json", to_json(document))
    for name, schema in all_schemas.items():
        yield File(f"{ROOT}schemas/{name}.json", to_json(schema))
    yield File(f"{ROOT}openapi.json", to_json(openapi.document(publication, all_schemas)))


def _listed(publication: Publication, name: str, items: list[Document]) -> Document:
    return {"month": publication.edition.month, name: items}


def _index(publication: Publication) -> Document:
    months = _rows_of(publication, "index")
    return {"month": publication.edition.month, "unit": "points", "months": months}


def _dimensions(publication: Publication) -> Document:
    values = publication.edition.values.query("kind == 'dimension'")
    chosen = values[["period", "key", "contribution", "weight", "score"]]
    dated = chosen.assign(period=chosen["period"].dt.strftime("%Y-%m"))
    months = {str(key): records(rows.drop(columns="key")) for key, rows in dated.groupby("key")}
    items = [
        {
            "key": group["key"],
            "title": _words(group),
            "question": _words(group, "question"),
            "months": months[group["key"]],
        }
        for group in publication.stats.dimensions
    ]
    return _listed(publication, "dimensions", items)


def _indicators(publication: Publication) -> Document:
    items = [
        {
            "key": indicator["key"],
            "dimension": indicator["dimension"],
            "title": _words(indicator),
            "unit": _words(indicator, "unit"),
            "address": f"indicators/{indicator['key']}.json",
        }
        for indicator in publication.indicators()
    ]
    return _listed(publication, "indicators", items)


def _each(publication: Publication) -> Iterator[Document]:
    """A document for each indicator: definition, series behind it, every month."""
    constant = ["key", "kind", "unit_fr", "unit_en"]
    months = _grouped(publication, "indicators", publication.frames["indicators"]["key"], constant)
    used = publication.edition.lineage[["key", "series"]].drop_duplicates()
    series = {indicator["key"]: indicator for indicator in _rows_of(publication, "series")}
    behind = used.groupby("key")["series"].agg(sorted)
    for indicator in publication.indicators():
        goalposts = {
            "low": indicator["low"],
            "high": indicator["high"],
            "reason": _words(indicator, GOALPOSTS),
        }
        yield {
            "month": publication.edition.month,
            "key": indicator["key"],
            "dimension": indicator["dimension"],
            "panel": indicator["panel"],
            "republished": not indicator["hidden"],
            "title": _words(indicator),
            "unit": _words(indicator, "unit"),
            **{name: _words(indicator, name) for name in SAYS},
            "goalposts": goalposts,
            "series": [series[key] for key in behind.get(indicator["key"], [])],
            "months": months.get(str(indicator["key"]), []),
        }


def _words(item: Mapping[Any, Any], name: str = "") -> dict[str, str]:
    return both(lambda code: str(item.get(f"{name}_{code}" if name else code, "")))


def _rows_of(publication: Publication, name: str) -> list[Document]:
    """The rows of a table as objects, with dates in the format it declares."""
    return records(_written(publication, name))


def _grouped(
    publication: Publication, name: str, by: pd.Series, without: list[str]
) -> dict[str, list[Document]]:
    rows = _written(publication, name).drop(columns=without)
    return {str(key): records(mine) for key, mine in rows.groupby(by)}


def _written(publication: Publication, name: str) -> pd.DataFrame:
    frame = publication.frames[name]
    [table] = [candidate for candidate in publication.tables if candidate.name == name]
    return frame.assign(**_dates(frame, table))


def _dates(frame: pd.DataFrame, table: Table) -> dict[str, pd.Series]:
    dated = {
        column.name: PATTERNS[column.type] for column in table.columns if column.type in PATTERNS
    }
    return {name: frame[name].dt.strftime(pattern) for name, pattern in dated.items()}
