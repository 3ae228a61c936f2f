"""The release as a Data Package, version 2 (datapackage.org)."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.metadata import Column, Table
from dashboards.publish.publication import File, Publication
from dashboards.publish.sanitize import web

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {"month": "yearmonth", "instant": "datetime"}
FRENCH: dict[str, dict[str, Any]] = {
    "number": {"decimalChar": ","},
    "boolean": {"trueValues": ["VRAI"], "falseValues": ["FAUX"]},
}


def document(publication: Publication, files: Sequence[File]) -> dict[str, Any]:
    """The package: every CSV file with its schema, size and hash."""
    dataset, lang = metadata.dataset(), metadata.dataset("en")
    return {
        "$schema": PROFILE,
        "name": dataset["name"],
        "id": publication.id,
        "title": publication.title("en"),
        "description": publication.description("en"),
        "keywords": lang["keywords"],
        "version": publication.version,
        "created": publication.computed,
        "licenses": [
            {
                "name": dataset["licence"],
                "path": dataset["licence_url"],
                "title": dataset["licence_title"],
            }
        ],
        "contributors": [{"title": lang["publisher"], "roles": ["publisher"]}],
        "sources": _sources(publication),
        "resources": [_resource(file, file.table) for file in files if file.table],
    }


def _sources(publication: Publication) -> list[dict[str, str]]:
    sources = publication.frames["sources"].to_dict("records")
    titled = [
        (f"{source['publisher']}: {source['title_en']} ({source['licence']})", source)
        for source in sources
    ]
    return [
        {"title": title, **({"path": path} if (path := web(source["homepage"])) else {})}
        for title, source in titled
    ]


def _resource(file: File, table: Table) -> dict[str, Any]:
    french = file.name.endswith(".fr.csv")
    return {
        "name": file.name.removesuffix(".csv").replace(".", "-"),
        "path": file.name,
        "title": table.fr if french else table.en,
        "type": "table",
        "format": "csv",
        "mediatype": file.media,
        "encoding": "utf-8",
        **({"dialect": {"delimiter": ";"}} if french else {}),
        "bytes": len(file.body),
        "hash": f"sha256:{file.digest}",
        "schema": {
            "fields": [_field(column, french) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": _references(table, "-fr" if french else ""),
        },
    }


def _references(table: Table, twin: str) -> list[dict[str, Any]]:
    targets = {name: target.split(".") for name, target in table.refers.items()}
    return [
        {"fields": [name], "reference": {"resource": f"{other}{twin}", "fields": [column]}}
        for name, (other, column) in targets.items()
    ]


def _field(column: Column, french: bool) -> dict[str, Any]:
    limits = {"minimum": column.low, "maximum": column.high, "enum": list(column.one_of) or None}
    constraints = {name: limit for name, limit in limits.items() if limit is not None}
    return {
        "name": column.name,
        "type": TYPES.get(column.type, column.type),
        "description": column.fr if french else column.en,
        **({"unit": column.unit} if column.unit else {}),
        **({"constraints": constraints} if constraints else {}),
        **(FRENCH.get(column.type, {}) if french else {}),
    }
