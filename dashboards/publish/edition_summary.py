"""The summary of an edition, edition.json: what lists and feeds are made from."""

from typing import Any

from dashboards.bulletin import headline, reading
from dashboards.i18n import language
from dashboards.publish.publication import Publication, both, instant, missing_is_null


def document(publication: Publication) -> dict[str, Any]:
    """The summary of an edition; its JSON Schema is `edition`."""
    edition = publication.edition
    public_at = edition.timeline.public_at
    return {
        "id": publication.id,
        "month": edition.month,
        "cutoff": instant(edition.as_of),
        "computed_at": publication.computed,
        "public_at": instant(public_at) if public_at else None,
        "reconstructed": edition.timeline.reconstructed,
        "dated": both(publication.dated),
        "version": publication.version,
        "framework_version": edition.framework_version,
        "framework_hash": edition.framework_hash,
        "data_hash": edition.data_hash,
        "reading": _reading(publication),
        "headline": both(lambda code: _headline(publication, code)),
        "index": _index(publication),
        "dimensions": [_dimension(publication, group) for group in publication.stats.dimensions],
    }


def _reading(publication: Publication) -> dict[str, Any]:
    state = reading.reading(publication.stats)
    return {"kind": state.kind, "observed": state.observed}


def _headline(publication: Publication, code: str) -> str:
    return headline.heading(publication.stats, language(code)).title


def _index(publication: Publication) -> dict[str, Any]:
    level = publication.stats.level
    last = publication.frames["index"].iloc[-1]
    return missing_is_null(
        {
            "score": level.score,
            "low": last.get("low"),
            "high": last.get("high"),
            "change_month": level.month_change,
            "change_year": level.year_change,
            "regime": level.regime or None,
            "coverage": level.coverage,
        }
    )


def _dimension(publication: Publication, group: dict[str, Any]) -> dict[str, Any]:
    row = publication.stats.line(group["key"])
    figures = {name: row[name] for name in ("score", "contribution", "weight", "coverage")}
    title = both(lambda code: str(group[code]))
    return {"key": group["key"], "title": title, **missing_is_null(figures)}
