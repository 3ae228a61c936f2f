"""The description of the static API: openapi.json, OpenAPI 3.1."""

from collections.abc import Mapping
from typing import Any

from dashboards import metadata
from dashboards.publish.api.schemas import Schema
from dashboards.publish.publication import Publication

LISTS = ("index", "dimensions", "indicators", "sources", "editions", "observatory")


def document(publication: Publication, all_schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The description of the API: OpenAPI 3.1 with the JSON Schemas as they are."""
    dataset, words = metadata.dataset(), metadata.dataset("en")
    paths = {f"/{name}.json": _path(name, all_schemas[name]) for name in LISTS}
    keys = [indicator_path["key"] for indicator_path in publication.indicators()]
    indicator_path = _path("indicator", all_schemas["indicator"])
    indicator_path["parameters"] = [
        {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "enum": keys}}
    ]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": words["title"],
            "description": words["description"],
            "version": publication.version,
            "license": {"name": dataset["licence_title"], "url": dataset["licence_url"]},
        },
        "servers": [{"url": "."}],
        "paths": paths
        | {
            "/latest.json": _path("edition", all_schemas["edition"]),
            "/indicators/{key}.json": indicator_path,
        },
        "components": {"schemas": {name: _bare(schema) for name, schema in all_schemas.items()}},
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
