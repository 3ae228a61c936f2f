"""What another observatory reads of this one: who publishes, index and panels.

One document, so that what is read together is of one edition. It has the newest months only: the
other documents have the rest.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pandas as pd

from dashboards.bulletin import reading
from dashboards.publish.api.schemas import (
    FIGURE,
    FORMS,
    POINTS,
    PUBLIC_AT,
    TEXT,
    Schema,
    array_of,
    closed,
    lang,
)
from dashboards.publish.publication import Publication, both, instant, missing_is_null
from warehouse.publication import identity

NEWEST = 24  # months: an observatory that is a year late still has twelve in common with us
# What is no part of the index: panels are beside it, and a version has the one before inside it.
BESIDE = ("panel", "succeeds", "version")
READINGS = ("full", "provisional", "none")


def document(publication: Publication) -> dict[str, Any]:
    """The observatory with the newest months of its index and its panels."""
    house, timeline = identity.in_force(), publication.edition.timeline
    return {
        "month": publication.edition.month,
        "name": both(house.name),
        "publisher": both(house.publisher),
        "languages": list(house.pages),
        "licence": {
            "key": house.licence.key,
            "title": house.licence.title,
            "url": house.licence.url,
        },
        "cutoff": instant(publication.edition.as_of),
        "computed_at": publication.computed,
        "public_at": instant(timeline.public_at) if timeline.public_at else None,
        "reconstructed": timeline.reconstructed,
        "methods": [
            {"version": method["version"], "index_hash": index_hash(method)}
            for method in publication.stats.versions
        ],
        "months": _months(publication),
        "panels": [_panel(publication, group) for group in publication.stats.panels],
    }


def index_hash(method: Mapping[str, Any]) -> str:
    """SHA-256 of a version of the method without its panels and its name.

    Two observatories with another panel have another method, and the same index.
    """
    index = {name: part for name, part in method.items() if name not in BESIDE}
    return sha256(json.dumps(index, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _months(publication: Publication) -> list[dict[str, Any]]:
    stats = publication.stats
    kinds, gauges = reading.kinds(stats), reading.months(stats)
    rows = publication.frames["index"].reindex(columns=["period", "index", "low", "high"])
    return [
        {
            "period": f"{(period := row.pop('period')):%Y-%m}",
            **missing_is_null({str(name): figure for name, figure in row.items()}),
            "reading": str(kinds.get(period, "none")),
            "reconstructed": _is_reconstructed(publication, gauges, period),
            "method": str(stats.made_by[period]),
        }
        for row in rows.tail(NEWEST).to_dict("records")
    ]


def _is_reconstructed(
    publication: Publication, gauges: pd.DataFrame, period: pd.Timestamp
) -> bool | None:
    """Whether a month was not made in its time; None where that is not stored."""
    if period == publication.stats.month:
        return publication.edition.timeline.reconstructed
    return bool(gauges.at[period, "reconstructed"]) if period in gauges.index else None


def _panel(publication: Publication, group: Mapping[str, Any]) -> dict[str, Any]:
    key = str(group["key"])
    return {
        "key": key,
        "pilot": key == identity.in_force().panel,
        "title": both(lambda code: str(group[code])),
        "indicators": [
            _indicator(publication, indicator)
            for indicator in publication.indicators()
            if indicator["dimension"] == key
        ],
    }


def _indicator(publication: Publication, indicator: Mapping[Any, Any]) -> dict[str, Any]:
    frame = publication.frames["indicators"]
    rows = frame[frame["key"].eq(indicator["key"])].tail(NEWEST)
    return {
        "key": str(indicator["key"]),
        "title": both(lambda code: str(indicator[code])),
        "unit": both(lambda code: str(indicator[f"unit_{code}"])),
        "decimals": int(indicator["decimals"]),
        "republished": not indicator["hidden"],
        "months": [
            {
                "period": f"{row['period']:%Y-%m}",
                **missing_is_null({name: row[name] for name in ("value", "score")}),
                "state": str(row["state"]),
            }
            for row in rows.to_dict("records")
        ],
    }


def schema() -> Schema:
    """Its JSON Schema."""
    month, flag, when = FORMS["month"], FORMS["boolean"], FORMS["instant"]
    own = closed(
        period=month,
        index=POINTS,
        low=POINTS,
        high=POINTS,
        reading={"enum": list(READINGS)},
        reconstructed={"type": ["boolean", "null"]},
        method=TEXT | {"description": "The version in `methods` that made the month"},
    )
    indicator = closed(
        key=TEXT,
        title=lang(),
        unit=lang(),
        decimals={"type": "integer", "minimum": 0},
        republished=flag | {"description": "Whether its values may be republished"},
        months=array_of(closed(period=month, value=FIGURE, score=POINTS, state=TEXT)),
    )
    pilot = flag | {"description": "Whether it is that of the pilot country"}
    same = "Equal hashes mean that figures of the index can be compared"
    return closed(
        month=month,
        name=lang(),
        publisher=lang(),
        languages=array_of(TEXT),
        licence=closed(key=TEXT, title=TEXT, url=TEXT),
        cutoff=when,
        computed_at=when,
        public_at=when | {"type": ["string", "null"], "description": PUBLIC_AT},
        reconstructed=flag,
        methods=array_of(closed(version=TEXT, index_hash=TEXT | {"description": same})),
        months=array_of(own),
        panels=array_of(
            closed(key=TEXT, pilot=pilot, title=lang(), indicators=array_of(indicator))
        ),
    )
