"""The release as a schema.org Dataset, as search engines for data read it."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.publish.publication import File, Publication
from dashboards.publish.sanitize import web


def document(publication: Publication, files: Sequence[File], code: str) -> dict[str, Any]:
    """The data set in a language; may stand in a page as it is."""
    whole, lang = metadata.dataset(), metadata.dataset(code)
    maker = {"@type": "Organization", "name": lang["publisher"]}
    first, last = publication.span
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": publication.id,
        "identifier": publication.id,
        "name": publication.title(code),
        "description": lang["description"],
        "inLanguage": code,
        "keywords": lang["keywords"],
        "version": publication.version,
        "datePublished": publication.published,
        "license": whole["licence_url"],
        "isAccessibleForFree": True,
        "creator": maker,
        "publisher": maker,
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
    scores = [_variable(one["key"], one[code], points) for one in groups]
    held = publication.indicators()
    figures = [_variable(one["key"], one[code], {"unitText": one[f"unit_{code}"]}) for one in held]
    return [*scores, *figures]


def _variable(key: str, title: str, about: dict[str, Any]) -> dict[str, Any]:
    return {"@type": "PropertyValue", "propertyID": key, "name": title, **about}


def _sources(publication: Publication, code: str) -> list[dict[str, Any]]:
    return [
        {
            "@type": "CreativeWork",
            "name": one[f"title_{code}"],
            "url": web(one["homepage"]),
            "license": web(one["licence_url"]) or one["licence"],
            "creditText": one["attribution"] or one["publisher"],
        }
        for one in publication.frames["sources"].to_dict("records")
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
