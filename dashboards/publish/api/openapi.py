"""The description of the static API: openapi.json, OpenAPI 3.1."""

from collections.abc import Mapping
from typing import Any

from dashboards import metadata
from dashboards.publish.api.schemas import Schema
from dashboards.publish.publication import Publication

LISTS = ("index", "dimensions", "indicators", "sources", "editions")


def document(publication: Publication, known: Mapping[str, Schema]) -> dict[str, Any]:
    """The description of the API: OpenAPI 3.1, whose schemas are JSON Schemas as they are."""
    whole, words = metadata.dataset(), metadata.dataset("en")
    paths = {f"/{name}.json": _path(name, known[name]) for name in LISTS}
    keys = [one["key"] for one in publication.indicators()]
    one = _path("indicator", known["indicator"])
    one["parameters"] = [
        {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "enum": keys}}
    ]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": words["title"],
            "description": words["description"],
            "version": publication.version,
            "license": {"name": whole["licence_title"], "url": whole["licence_url"]},
        },
        "servers": [{"url": "."}],
        "paths": paths
        | {"/latest.json": _path("edition", known["edition"]), "/indicators/{key}.json": one},
        "components": {"schemas": {name: _bare(schema) for name, schema in known.items()}},
    }


def _path(name: str, schema: Schema) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    answer = {
        "description": schema["title"],
        "content": {"application/json": {"schema": reference}},
    }
    return {"get": {"operationId": name, "responses": {"200": answer}}}


def _bare(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in ("$schema", "$id")}
