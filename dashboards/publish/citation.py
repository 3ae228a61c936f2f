"""How to cite an edition: CITATION.cff in the Citation File Format 1.2.0."""

import yaml

from dashboards import metadata
from dashboards.publish.publication import Publication


def cff(publication: Publication) -> bytes:
    """The citation as YAML."""
    dataset, lang = metadata.dataset(), metadata.dataset("en")
    document = {
        "cff-version": "1.2.0",
        "message": lang["citation"],
        "type": "dataset",
        "title": publication.title("en"),
        "authors": [{"name": lang["publisher"]}],
        "version": publication.version,
        "date-released": publication.available,
        "license": dataset["licence"],
        "abstract": publication.description("en"),
        "keywords": lang["keywords"],
        "identifiers": [{"type": "other", "value": publication.id}],
        **({"url": publication.base} if publication.base else {}),
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100).encode()
