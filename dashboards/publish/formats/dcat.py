"""The release as a DCAT 3 catalogue, by the profile of Europe's data portals."""

from collections.abc import Sequence
from typing import Any

from dashboards import metadata
from dashboards.i18n import LANGUAGES
from dashboards.metadata import authority
from dashboards.publish.formats.csvw import tagged
from dashboards.publish.publication import File, Publication, both

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITIES = "http://publications.europa.eu/resource/authority"
LANGUAGE_URIS = {"fr": f"{AUTHORITIES}/language/FRA", "en": f"{AUTHORITIES}/language/ENG"}
FORMATS = {
    "csv": "CSV",
    "json": "JSON",
    "jsonld": "JSON_LD",
    "parquet": "PARQUET",
    "md": "MARKDOWN",
    "xml": "XML",
}
IANA = "https://www.iana.org/assignments/media-types"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def document(publication: Publication, files: Sequence[File]) -> dict[str, Any]:
    """The catalogue with its data set and a distribution for each data file."""
    return {
        "@context": CONTEXT,
        "@id": f"{authority()}catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _tagged_words("publisher"),
        "dct:description": _tagged_words("editions"),
        "dct:publisher": _publisher(),
        "dct:language": [{"@id": LANGUAGE_URIS[code]} for code in LANGUAGES],
        "dcat:dataset": _dataset(publication, files),
    }


def _tagged_words(word: str) -> list[dict[str, str]]:
    return tagged(both(lambda code: metadata.dataset(code)[word]))


def _publisher() -> dict[str, Any]:
    name = {"foaf:name": _tagged_words("publisher")}
    return {"@id": f"{authority()}observatory", "@type": "foaf:Agent", **name}


def _dataset(publication: Publication, files: Sequence[File]) -> dict[str, Any]:
    dataset = metadata.dataset()
    words = [(code, word) for code in LANGUAGES for word in metadata.dataset(code)["keywords"]]
    return {
        "@id": publication.id,
        "@type": "dcat:Dataset",
        "dct:identifier": publication.id,
        "dct:title": tagged(both(publication.title)),
        "dct:description": tagged(both(publication.description)),
        "dct:publisher": {"@id": f"{authority()}observatory"},
        "dct:created": {"@value": publication.computed, "@type": "xsd:dateTime"},
        "dct:issued": {"@value": publication.available, "@type": "xsd:date"},
        "dcat:version": publication.version,
        "dcat:keyword": [{"@value": word, "@language": code} for code, word in words],
        "dcat:theme": {"@id": dataset["theme"]},
        "dct:accrualPeriodicity": {"@id": dataset["repeats_url"]},
        "dct:language": [{"@id": LANGUAGE_URIS[code]} for code in LANGUAGES],
        "dct:temporal": _span(publication),
        "dcat:temporalResolution": {"@value": dataset["repeats"], "@type": "xsd:duration"},
        "dcat:distribution": [_distribution(publication, file) for file in files],
    }


def _span(publication: Publication) -> dict[str, Any]:
    first, last = publication.span
    dates = {"dcat:startDate": first, "dcat:endDate": last}
    typed = {name: {"@value": day, "@type": "xsd:gYearMonth"} for name, day in dates.items()}
    return {"@type": "dct:PeriodOfTime", **typed}


def _distribution(publication: Publication, file: File) -> dict[str, Any]:
    address = {"@id": publication.address(file.name)}
    suffix = file.name.rsplit(".", 1)[-1]
    table = file.table
    size = {"@value": str(len(file.body)), "@type": "xsd:nonNegativeInteger"}
    digest = {"@value": file.digest, "@type": "xsd:hexBinary"}
    return {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        **({"dct:description": tagged({"fr": table.fr, "en": table.en})} if table else {}),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dct:license": {"@id": metadata.dataset()["licence_url"]},
        "dct:format": {"@id": f"{AUTHORITIES}/file-type/{FORMATS[suffix]}"},
        "dcat:mediaType": {"@id": f"{IANA}/{file.media}"},
        "dcat:byteSize": size,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": SHA256},
            "spdx:checksumValue": digest,
        },
    }
