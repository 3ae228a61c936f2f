"""The files of the explorer: scripts, catalogue, rates, own series.

explorer/catalogue.json   what can be chosen, in both languages, and the conversions of units
explorer/rates.json       rates of currencies by month, with the source of each
explorer/<key>.json       the index, a dimension or an indicator, in the form of a series
explorer/*.js, *.css      the page's own; vega-<version>.js is loaded when something is drawn
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from dashboards.publish.publication import File, to_json
from dashboards.publish.series.files import document
from dashboards.site import names
from dashboards.site.context import SiteContext
from dashboards.site.explore import own_series, vega
from dashboards.site.explore.conversions import conversions, used
from dashboards.site.explore.words import codes
from dashboards.site.locale import CODES, site_locale
from silentcrash.units import euro_rates, merged, shipped_rates
from warehouse.observations import series

FOLDER = "explorer/"
STATIC = Path(__file__).parent / "static"
# What the page reads of each entry, in this order: rows are shorter than objects.
FIELDS = (
    "series", "title_fr", "title_en", "unit", "unit_fr", "frequency", "publisher", "publisher_fr",
    "licence", "first", "last", "observations", "document", "link",
)  # fmt: skip


@dataclass(frozen=True)
class Explorer:
    """What the explorer offers: its entries, and the files that the page reads.

    `entries` have the columns of FIELDS, the observatory's own before those of the publishers.
    """

    entries: Sequence[Mapping[str, Any]]
    files: Sequence[File]


def explorer(context: SiteContext, engine: Engine, out: Path) -> Explorer:
    """The explorer of a site in `out`, which has its files on the series."""
    own = list(_own(context))
    published = json.loads((out / "api/v1/series.json").read_text(encoding="utf-8"))["series"]
    entries = [entry for entry, _ in own] + [
        _entry(row, f"series/{row['series']}.json", f"{{lang}}/series/{row['series']}/index.html")
        for row in published
        if row["republished"]
    ]
    rates = merged(shipped_rates(), euro_rates(series.exchange_rates(engine)))
    table = conversions((entry["unit"] for entry in entries), rates)
    more = [f"{name}_{code}" for code in _others() for name in ("title", "unit", "publisher")]
    fields = [*FIELDS, *more]
    catalogue = {
        "fields": fields,
        "entries": [[entry[name] for name in fields] for entry in entries],
        "conversions": table,
    }
    return Explorer(
        entries,
        [
            *(file for _, file in own),
            File(f"{FOLDER}catalogue.json", _compact(catalogue)),
            File(f"{FOLDER}rates.json", _compact(used(table, rates))),
            *_scripts(out),
        ],
    )


def _own(context: SiteContext) -> Iterator[tuple[Mapping[str, Any], File]]:
    """The entry and the document of each series of the observatory's own."""
    for described, figures, page in own_series.documents(context):
        known_periods = figures.loc[figures["value"].notna(), "period"]
        if known_periods.empty:
            continue
        path = f"{FOLDER}{described['series']}.json"
        spans = {"first": known_periods.min(), "last": known_periods.max()}
        link = f"{{lang}}/{page}index.html"
        row = described | spans | {"observations": len(known_periods)}
        yield _entry(row, path, link), File(path, document(row, figures))


def _entry(row: Mapping[str, Any], path: str, link: str) -> dict[str, Any]:
    """An entry of the catalogue; publishers write in one language.

    `path` leads to its figures for programs, `link` to what a person reads of it.
    """
    own: dict[str, Any] = {}
    for code in ("fr", *_others()):
        unit = names.in_words(row["unit"], site_locale(code))
        own[f"unit_{code}"] = row.get(f"unit_{code}", unit)
        own[f"publisher_{code}"] = row.get(f"publisher_{code}", row["publisher"])
    titles = {f"title_{code}": site_locale(code).of(row, "title") for code in codes()}
    return {**row, **own, **titles, "document": path, "link": link}


def _others() -> list[str]:
    """The languages of the site beside those that every catalogue has."""
    return [code for code in codes() if code not in CODES]


def _compact(content: Mapping[str, Any]) -> bytes:
    """A document as `to_json` writes it, without the spaces for people."""
    plain = json.loads(to_json(content))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def _scripts(out: Path) -> Iterator[File]:
    for path in sorted(STATIC.iterdir()):
        yield File(FOLDER + path.name, path.read_bytes())
    yield File(FOLDER + vega.name(), vega.bundle(out / FOLDER / vega.name()))
