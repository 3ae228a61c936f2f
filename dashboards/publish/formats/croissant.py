"""The release as Croissant 1.1 (MLCommons): its CSV files and their fields."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.metadata import Column, Table
from dashboards.publish.publication import File, Publication

VERSION = "http://mlcommons.org/croissant/1.1"
# The context that the standard recommends, so that readers which know it by heart know it again.
TERMS = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet "
    "references regex repeated replace samplingRate separator source subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in TERMS.split()},
}
TYPES = {
    "string": "sc:Text",
    "month": "sc:Text",
    "date": "sc:Date",
    "instant": "sc:DateTime",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
}


def document(publication: Publication, files: Sequence[File]) -> dict[str, Any]:
    """The data set: a file object and a record set for every CSV file."""
    dataset, lang = metadata.dataset(), metadata.dataset("en")
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": dataset["name"],
        "description": publication.description("en"),
        "license": dataset["licence_url"],
        "url": publication.base or publication.id,
        "creator": {"@type": "sc:Organization", "name": lang["publisher"]},
        "dateCreated": publication.computed,
        "datePublished": publication.available,
        "version": publication.version,
        "isLiveDataset": True,
        "citeAs": f"{lang['publisher']}, {publication.title('en')}, {publication.id}. "
        f"{publication.dated('en')}.",
        "keywords": lang["keywords"],
        "distribution": [_object(publication, file) for file in files if file.table],
        "recordSet": [_records(file, file.table) for file in files if file.table],
    }


def _object(publication: Publication, file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": publication.address(file.name),
        "contentSize": f"{len(file.body)} B",
        "encodingFormat": file.media,
        "sha256": file.digest,
    }


def _records(file: File, table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.en,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [_field(file, table, column) for column in table.columns],
    }


def _field(file: File, table: Table, column: Column) -> dict[str, Any]:
    target = table.refers.get(column.name, "").replace(".", "/")
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.en,
        "dataType": TYPES[column.type],
        "source": {"fileObject": {"@id": file.name}, "extract": {"column": column.name}},
        **({"references": {"field": {"@id": target}}} if target else {}),
    }
