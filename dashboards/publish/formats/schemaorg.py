"""The release as a schema.org Dataset, as search engines for data read it."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.publish.publication import File, Publication
from dashboards.publish.sanitize import web


def document(publication: Publication, files: Sequence[File], code: str) -> dict[str, Any]:
    """The data set in a language; it can be embedded in a page as it is."""
    dataset, lang = metadata.dataset(), metadata.dataset(code)
    publisher = {"@type": "Organization", "name": lang["publisher"]}
    first, last = publication.span
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": publication.id,
        "identifier": publication.id,
        "name": publication.title(code),
        "description": publication.description(code),
        "inLanguage": code,
        "keywords": lang["keywords"],
        "version": publication.version,
        "dateCreated": publication.computed,
        "datePublished": publication.available,
        "license": dataset["licence_url"],
        "isAccessibleForFree": True,
        "creator": publisher,
        "publisher": publisher,
        "temporalCoverage": f"{first}/{last}",
        "variableMeasured": _variables(publication, code),
        "isBasedOn": _sources(publication, code),
        "distribution": [_download(publication, file) for file in files],
    }


def _variables(publication: Publication, code: str) -> list[dict[str, Any]]:
    """The index, its dimensions and the indicators, each as it is published."""
    framework = publication.edition.framework
    points = {"unitText": "points", "minValue": 0, "maxValue": 100}
    groups = [{"key": "index", **framework["title"]}, *framework["dimension"]]
    scores = [_variable(item["key"], item[code], points) for item in groups]
    indicators = publication.indicators()
    figures = [
        _variable(item["key"], item[code], {"unitText": item[f"unit_{code}"]})
        for item in indicators
    ]
    return [*scores, *figures]


def _variable(key: str, title: str, unit: dict[str, Any]) -> dict[str, Any]:
    return {"@type": "PropertyValue", "propertyID": key, "name": title, **unit}


def _sources(publication: Publication, code: str) -> list[dict[str, Any]]:
    return [
        {
            "@type": "CreativeWork",
            "name": source[f"title_{code}"],
            "url": web(source["homepage"]),
            "license": web(source["licence_url"]) or source["licence"],
            "creditText": source["attribution"] or source["publisher"],
        }
        for source in publication.frames["sources"].to_dict("records")
    ]


def _download(publication: Publication, file: File) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "contentUrl": publication.address(file.name),
        "encodingFormat": file.media,
        "contentSize": f"{len(file.body)} B",
        "sha256": file.digest,
    }
