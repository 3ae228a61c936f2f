"""The tables for CSV on the Web (W3C Tabular Metadata): csvw.json."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.metadata import Column, Table
from dashboards.publish.publication import File, Publication, both

TYPES = {"month": "gYearMonth", "instant": "dateTime"}


def document(publication: Publication, files: Sequence[File]) -> dict[str, Any]:
    """The group of tables; every CSV file with its columns and key."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@id": publication.id,
        "dc:title": tagged(both(publication.title)),
        "dc:license": {"@id": metadata.dataset()["licence_url"]},
        "tables": [_table(file, file.table) for file in files if file.table],
    }


def tagged(words: dict[str, str]) -> list[dict[str, str]]:
    """A text in each language, as JSON-LD values."""
    return [{"@value": text, "@language": code} for code, text in words.items()]


def _table(file: File, table: Table) -> dict[str, Any]:
    return {
        "url": file.name,
        "dc:description": tagged({"fr": table.fr, "en": table.en}),
        "tableSchema": {
            "columns": [_column(column, table) for column in table.columns],
            "primaryKey": list(table.key),
            **({"foreignKeys": _references(table)} if table.refers else {}),
        },
    }


def _references(table: Table) -> list[dict[str, Any]]:
    targets = {name: target.split(".") for name, target in table.refers.items()}
    return [
        {
            "columnReference": name,
            "reference": {"resource": f"{other}.csv", "columnReference": column},
        }
        for name, (other, column) in targets.items()
    ]


def _column(column: Column, table: Table) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": column.name,
        "datatype": _datatype(column),
        "required": column.name in table.key,
        "dc:description": tagged({"fr": column.fr, "en": column.en}),
        **({"schema:unitText": column.unit} if column.unit else {}),
    }


def _datatype(column: Column) -> str | dict[str, Any]:
    base = TYPES.get(column.type, column.type)
    limits = {"minimum": column.low, "maximum": column.high}
    limits_given = {name: limit for name, limit in limits.items() if limit is not None}
    return {"base": base, **limits_given} if limits_given else base
