"""The page of other observatories: their index and panels beside ours.

What they publish was checked when it was read (`publish/api/peer.py`); here it is text, which the
templates escape. Links lead to the address that is declared, to none that a peer names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from dashboards.i18n import Language
from dashboards.publish.api import observatory
from dashboards.publish.api import peer as reader
from dashboards.publish.api.peer import Indicator, PeerReading, Published
from dashboards.publish.publication import Publication, to_json
from dashboards.site.locale import SiteLocale
from dashboards.site.page import PEERS, Page
from warehouse.publication.identity import LICENCES

SHOWN = 6  # months side by side: a half-year tells a stretch from a month, and fits a screen
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """An observatory of the page: its name and its figures."""

    name: str
    published: Published


def page(publication: Publication, peers: Sequence[PeerReading], lang: SiteLocale) -> Page:
    """The observatories, and side by side their index and their panels."""
    ours = reader.read(to_json(observatory.document(publication)))
    columns = [Column(_name(lang, ours), ours)]
    columns += [Column(name(lang, peer), peer.published) for peer in peers if peer.published]
    months = common(columns)
    newest = next(
        (month for month in months if _is_everywhere(columns, month)), "".join(months[:1])
    )
    return Page(
        PEERS,
        "peers.html",
        lang.words["names"][PEERS],
        lang.words["about"][PEERS],
        {
            "rows": [_ours(lang, ours), *(_row(lang, peer) for peer in peers)],
            "heads": [column.name for column in columns],
            "months": [_month(lang, columns, month) for month in months],
            "panels": list(_panels(lang, columns, newest)) if months else [],
            "newest": lang.month(f"{newest}-01") if months else "",
            "differs": any(cell["other"] for month in months for cell in _cells(columns, month)),
        },
    )


def common(columns: Sequence[Column]) -> list[str]:
    """The newest months that we and another observatory have, the newest first."""
    ours, *others = (column.published.by_month for column in columns)
    shared = [month for month in ours if any(month in other for other in others)]
    return sorted(shared, reverse=True)[:SHOWN]


def _is_everywhere(columns: Sequence[Column], month: str) -> bool:
    return all(month in column.published.by_month for column in columns)


def name(lang: Language, peer: PeerReading) -> str:
    """What a peer is called here, by itself, or by its host."""
    if peer.name or peer.published is None:
        return lang.typeset(peer.name) or _host(peer.address)
    return _name(lang, peer.published).strip() or _host(peer.address)


def _name(lang: Language, published: Published) -> str:
    return lang.of(published.name.texts())


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _ours(lang: SiteLocale, ours: Published) -> Row:
    own = {"name": _name(lang, ours), "host": lang.words["peers"]["ours"], "address": ""}
    return own | _edition(lang, ours) | {"read": "–", "failing": ""}


def _row(lang: SiteLocale, peer: PeerReading) -> Row:
    """A peer in the list of observatories, with what is wrong with it."""
    words, failing = lang.words["peers"], ""
    if peer.failing_since:
        failing = words["refused" if peer.refused else "silent"].format(
            when=_day(lang, peer.failing_since)
        )
    read = _day(lang, peer.read_at) if peer.read_at and peer.published else words["never"]
    nothing = dict.fromkeys(("month", "dated", "states", "method", "licence", "licence_url"), "")
    return {
        "name": name(lang, peer),
        "host": _host(peer.address),
        "address": f"{peer.address}/",
        **(_edition(lang, peer.published) if peer.published else nothing),
        "read": lang.typeset(read),
        "failing": lang.typeset(failing),
    }


def _edition(lang: SiteLocale, published: Published) -> Row:
    """The newest edition of an observatory: month, date, state, method, licence."""
    month, words = published.by_month[published.month], lang.words["peers"]
    late = published.reconstructed or published.public_at is None
    when = _day(lang, published.computed_at if late else published.public_at)
    dated = words["computed_on" if late else "published_on"].format(when=when)
    licence = LICENCES.get(published.licence.key)
    return {
        "month": lang.month(f"{published.month}-01"),
        "dated": lang.typeset(dated),
        "states": _states(lang, month),
        "method": month.method,
        "licence": licence.short if licence else lang.typeset(published.licence.title),
        "licence_url": licence.url if licence else "",
    }


def _day(lang: Language, when: datetime | None) -> str:
    return lang.day(when.date()) if when else "–"


def _states(lang: Language, month: reader.Month) -> str:
    """What else is to be said of a month: provisional, no reading, reconstructed."""
    states = [lang.words["peers"]["readings"][month.reading]] if month.reading != "full" else []
    states += [lang.words["rebuilt"]] if month.reconstructed else []
    return str(lang.words["comma"].join(states))


def _month(lang: Language, columns: Sequence[Column], month: str) -> Row:
    """A month of the index, a cell for each observatory."""
    return {"month": lang.month(f"{month}-01"), "cells": [
        _cell(lang, **cell) for cell in _cells(columns, month)
    ]}  # fmt: skip


def _cells(columns: Sequence[Column], month: str) -> list[Row]:
    """The month of each observatory, and whether its method is not ours."""
    ours = columns[0].published
    own = ours.hashes[ours.by_month[month].method]
    shown = ((column.published, column.published.by_month.get(month)) for column in columns)
    return [
        {"month": each, "other": each is not None and published.hashes[each.method] != own}
        for published, each in shown
    ]


def _cell(lang: Language, month: reader.Month | None, other: bool) -> Row:
    if month is None:
        return {"figure": "–", "between": "", "states": "", "other": ""}
    read = month.index is not None and month.reading != "none"
    between = ""
    if read and month.low is not None and month.high is not None:
        ends = {"low": lang.number(month.low), "high": lang.number(month.high)}
        between = lang.typeset(lang.words["peers"]["between"].format(**ends))
    method = lang.words["peers"]["other_method"].format(version=month.method) if other else ""
    return {
        "figure": lang.number(month.index) if read and month.index is not None else "–",
        "between": between,
        "states": _states(lang, month),
        "other": lang.typeset(method),
    }


def _panels(lang: SiteLocale, columns: Sequence[Column], month: str) -> Iterator[Row]:
    """A table for the pilot countries, and one for each other panel.

    Indicators of pilot countries are the same where key and unit are, whatever the panel:
    `senegal.diffusion_gap` and `kenya.diffusion_gap`.
    """
    tables: dict[str, dict[tuple[str, str], list[Indicator | None]]] = {}
    titles: dict[str, str] = {}
    for rank, column in enumerate(columns):
        for panel in column.published.panels:
            table = "" if panel.pilot else panel.key
            titles.setdefault(table, lang.of(panel.title.texts()))
            rows = tables.setdefault(table, {})
            for indicator in panel.indicators:
                same = (indicator.key.rpartition(".")[2], indicator.unit.en)
                rows.setdefault(same, [None] * len(columns))[rank] = indicator
    titles[""] = lang.words["peers"]["pilots"]
    for table, rows in sorted(tables.items()):
        yield {
            "key": table or "pilots",
            "title": titles[table],
            "rows": [_indicator(lang, own, month) for own in rows.values()],
        }


def _indicator(lang: SiteLocale, row: Sequence[Indicator | None], month: str) -> Row:
    first = next(filter(None, row))
    title = lang.of(first.title.texts())
    return {
        "title": title,
        "unit": lang.of(first.unit.texts()),
        "cells": [_figure(lang, indicator, month, title) for indicator in row],
    }


def _figure(lang: SiteLocale, indicator: Indicator | None, month: str, title: str) -> Row:
    """The figure of an indicator in the month; its title where it is another."""
    own = indicator.by_month.get(month) if indicator else None
    if indicator is None or own is None:
        return {"figure": "–", "title": "", "state": ""}
    called = lang.of(indicator.title.texts())
    hidden = own.value is None and not indicator.republished and own.score is not None
    figure = "–" if own.value is None else lang.number(own.value, indicator.decimals)
    state = lang.words.get(f"state_{own.state}", "") if own.state != "observed" else ""
    return {
        "figure": figure,
        "title": "" if called == title else called,
        "state": lang.words["peers"]["hidden"] if hidden else state,
    }
