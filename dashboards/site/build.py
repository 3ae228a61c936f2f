"""Build the site: every page in both languages, their drawings and their data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from altair.utils.schemapi import debug_mode
from sqlalchemy import Engine

from dashboards import rendering
from dashboards.publish import collection
from dashboards.site import parallel
from dashboards.site.context import site_context
from dashboards.site.incremental import Folder, OutputWriter
from dashboards.site.locale import ARABIC, CODES, SiteLocale, site_locale
from dashboards.site.page import Page, up
from dashboards.site.page_groups import PageGroups
from dashboards.site.pages import (
    arabic,
    archive,
    explorer,
    groups,
    home,
    projects,
    static_pages,
    status_pages,
)

ENTRY = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=fr/index.html">
<link rel="icon" href="icon.svg" type="image/svg+xml">
<title>Observatoire du krach silencieux · Silent Crash Observatory</title>
</head>
<body>
<main><h1>Observatoire du krach silencieux</h1>
<p><a href="fr/index.html">Français</a> · <a href="en/index.html" lang="en">English</a></p></main>
</body>
</html>
"""
LOST = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/style.css">
<title>Page introuvable · Page not found</title>
</head>
<body>
<header class="mast"><p class="name"><a href="{base}/fr/index.html">{name}</a></p></header>
<main><h1>Cette page n’existe pas</h1>
<p class="lede">Les éditions et les données gardent leur adresse pour toujours : celle-ci est
peut-être mal écrite.</p>
<p><a href="{base}/fr/index.html">L’indice du mois</a> ·
<a href="{base}/fr/bulletins/index.html">Toutes les éditions</a></p>
<div lang="en"><h2>This page does not exist</h2>
<p>Editions and data keep their address for ever: this one may be misspelt.</p>
<p><a href="{base}/en/index.html">The index of the month</a> ·
<a href="{base}/en/bulletins/index.html">Every edition</a></p></div></main>
</body>
</html>
"""
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="5" fill="#1d1d24"/>
<polyline points="4,22 11,20 17,12 21,15 28,7" fill="none" stroke="#fff" stroke-width="3"/>
</svg>
"""


@dataclass(frozen=True)
class Built:
    """What a build did: files written, files removed, issues held back until their hour."""

    written: int
    removed: int
    issues: int


def build(
    engine: Engine,
    out: Path,
    now: datetime,
    *,
    base: str = "",
    forced: bool = False,
    countries: Mapping[str, str] = projects.HERE,
) -> Built:
    """Write the site into `out`; only what changed is written.

    `base` is the address that the site will have, "" where it is not known. An edition is shown
    from its hour of release on, and before it only when `forced`. Raises LookupError where there
    is nothing to show. `countries` are those whose announced data centres are listed, their
    English names to their French ones. The same warehouse and hour give the same bytes.
    """
    maker, folder = (
        PageGroups(engine, site_context(engine, now, forced=forced), out, base),
        Folder(out),
    )
    stale = folder.stale(maker.stamps)
    shelf, waiting = OutputWriter(out), {one.name for one in maker.stock.issues} & set(stale)
    groups = _groups(maker, stale, forced=forced)
    while waiting:
        name, files, written = next(groups)
        folder.note(name, maker.stamps[name], files, written)
        waiting.discard(name)
    _site(maker, shelf, countries)  # the issues are all that it needs; the crew goes on meanwhile
    for name, files, written in groups:
        folder.note(name, maker.stamps[name], files, written)
    folder.note("site", "", shelf.files, shelf.written)
    removed = folder.close()
    return Built(folder.written, removed, len(maker.stock.issues))


def _groups(maker: PageGroups, names: Sequence[str], *, forced: bool) -> Iterator[parallel.Made]:
    """Make the groups, the issues first: the newest one here, while the crew takes up the rest."""
    newest = maker.stock.issue.name
    rest = parallel.made(maker, [name for name in names if name != newest], forced=forced)
    if newest in names:
        yield parallel.one(maker, newest)
    yield from rest


@debug_mode(False)
def _site(maker: PageGroups, shelf: OutputWriter, countries: Mapping[str, str]) -> None:
    """Everything that is about the newest issue, or about all of them."""
    found, data, base = maker.stock, maker.data, maker.base
    shelf.put("index.html", ENTRY)
    if base:  # a page that is lost at any depth has no other way to the style sheet
        name = site_locale(CODES[0]).words["site"]
        shelf.put("404.html", LOST.format(base=escape(base), name=escape(name)))
    shelf.put("style.css", rendering.style())
    shelf.put("icon.svg", ICON)
    shelf.put("explorer.js", (Path(__file__).parent / "static" / "explorer.js").read_bytes())
    names = {one.name for one in found.issues}
    layout = collection.Layout("data/{name}/", "{code}/bulletins/{name}/index.html", base)
    cards = {name: one for name, one in collection.held(shelf.out, layout).items() if name in names}
    for file in collection.files(data, cards, layout):
        shelf.put(file.name, file.body)
    for lang in map(site_locale, CODES):
        shelf.put(f"{lang.code}/calendar/releases.ics", archive.ics(found, lang))
        for page in _pages(maker, shelf, lang, countries):
            maker.put(shelf, page, lang)
        for name, body in archive.embeds(found, lang, shelf.pen):
            shelf.put(name, body)
    in_arabic = site_locale(ARABIC)
    maker.put(shelf, arabic.page(found, in_arabic, shelf.pen(up(""))), in_arabic)


def _pages(
    maker: PageGroups, shelf: OutputWriter, lang: SiteLocale, countries: Mapping[str, str]
) -> Iterator[Page]:
    found = maker.stock
    held = shelf.out / "data" / found.issue.name
    names = [path.name for path in sorted(held.iterdir())]
    yield home.page(found, lang, shelf.pen(up("")))
    yield archive.listing(found, lang)
    yield archive.calendar(found, lang)
    yield groups.listing(found, lang)
    yield from groups.pages(found, lang, shelf.pen, countries)
    yield explorer.page(found, lang)
    yield status_pages.sources(found, lang)
    yield status_pages.revisions(found, lang)
    yield status_pages.alerts(found, lang)
    yield status_pages.corrections(found, lang)
    yield static_pages.data(found, lang, maker.data.tables, names)
    yield static_pages.method(found, lang)
    yield static_pages.cite(found, lang, maker.base)
