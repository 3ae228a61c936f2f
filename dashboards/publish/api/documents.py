"""The static API: JSON documents at addresses that stay, made from the newest edition.

Under api/v1/: index, dimensions, indicators and one document each, sources, the JSON Schema of
every document, and openapi.json, which describes them all; and editions and latest of tree.py.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import edition_stats
from dashboards.metadata import PATTERNS, Table
from dashboards.publish.api import openapi
from dashboards.publish.api.schemas import schemas
from dashboards.publish.publication import File, Publication, both, records, to_json

ROOT = "api/v1/"
Document = dict[str, Any]
GOALPOSTS = "goalposts"
SAYS = ("rationale", "caveat")


def files(publication: Publication) -> Iterator[File]:
    """What the API says of the newest edition; tree.py lists them all."""
    known = schemas({table.name: table for table in publication.tables})
    served = {
        "index": _index(publication),
        "dimensions": _dimensions(publication),
        "indicators": _indicators(publication),
        "sources": _listed(publication, "sources", _told(publication, "sources")),
    }
    for name, document in served.items():
        yield File(f"{ROOT}{name}.json", to_json(document))
    for document in _each(publication):
        yield File(f"{ROOT}indicators/{document['key']}.json", to_json(document))
    for name, schema in known.items():
        yield File(f"{ROOT}schemas/{name}.json", to_json(schema))
    yield File(f"{ROOT}openapi.json", to_json(openapi.document(publication, known)))


def _listed(publication: Publication, name: str, items: list[Document]) -> Document:
    return {"month": publication.edition.month, name: items}


def _index(publication: Publication) -> Document:
    months = _told(publication, "index")
    return {"month": publication.edition.month, "unit": "points", "months": months}


def _dimensions(publication: Publication) -> Document:
    values = publication.edition.values.query("kind == 'dimension'")
    chosen = values[["period", "key", "contribution", "weight", "score"]]
    dated = chosen.assign(period=chosen["period"].dt.strftime("%Y-%m"))
    months = {str(key): records(rows.drop(columns="key")) for key, rows in dated.groupby("key")}
    items = [
        {
            "key": one["key"],
            "title": _said(one),
            "question": _said(one, "question"),
            "months": months[one["key"]],
        }
        for one in edition_stats.groups(publication.edition)
    ]
    return _listed(publication, "dimensions", items)


def _indicators(publication: Publication) -> Document:
    items = [
        {
            "key": one["key"],
            "dimension": one["dimension"],
            "title": _said(one),
            "unit": _said(one, "unit"),
            "address": f"indicators/{one['key']}.json",
        }
        for one in publication.indicators()
    ]
    return _listed(publication, "indicators", items)


def _each(publication: Publication) -> Iterator[Document]:
    """A document an indicator: what it is, the series behind it, and every month of it."""
    same = ["key", "kind", "unit_fr", "unit_en"]
    months = _grouped(publication, "indicators", publication.frames["indicators"]["key"], same)
    used = publication.edition.lineage[["key", "series"]].drop_duplicates()
    series = {one["key"]: one for one in _told(publication, "series")}
    behind = used.groupby("key")["series"].agg(sorted)
    for one in publication.indicators():
        ends = {"low": one["low"], "high": one["high"], "reason": _said(one, GOALPOSTS)}
        yield {
            "month": publication.edition.month,
            "key": one["key"],
            "dimension": one["dimension"],
            "panel": one["panel"],
            "republished": not one["hidden"],
            "title": _said(one),
            "unit": _said(one, "unit"),
            **{name: _said(one, name) for name in SAYS},
            "goalposts": ends,
            "series": [series[key] for key in behind.get(one["key"], [])],
            "months": months.get(str(one["key"]), []),
        }


def _said(thing: Mapping[Any, Any], name: str = "") -> dict[str, str]:
    return both(lambda code: str(thing.get(f"{name}_{code}" if name else code, "")))


def _told(publication: Publication, name: str) -> list[Document]:
    """The rows of a table as objects, dates written as its description says."""
    return records(_written(publication, name))


def _grouped(
    publication: Publication, name: str, by: pd.Series, without: list[str]
) -> dict[str, list[Document]]:
    rows = _written(publication, name).drop(columns=without)
    return {str(key): records(mine) for key, mine in rows.groupby(by)}


def _written(publication: Publication, name: str) -> pd.DataFrame:
    frame = publication.frames[name]
    [table] = [one for one in publication.tables if one.name == name]
    return frame.assign(**_dates(frame, table))


def _dates(frame: pd.DataFrame, table: Table) -> dict[str, pd.Series]:
    dated = {one.name: PATTERNS[one.type] for one in table.columns if one.type in PATTERNS}
    return {name: frame[name].dt.strftime(pattern) for name, pattern in dated.items()}
