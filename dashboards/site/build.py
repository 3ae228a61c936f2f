"""Build the site: every page in both languages, their drawings and their data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from altair.utils.schemapi import debug_mode
from sqlalchemy import Engine

from dashboards import rendering
from dashboards.publish import tree
from dashboards.site import arabic, archive, crew, explorer, groups, home, projects, records, texts
from dashboards.site.folder import Folder, Shelf
from dashboards.site.maker import Maker
from dashboards.site.page import Page, up
from dashboards.site.speech import ARABIC, CODES, Speech, speech
from dashboards.site.stock import stock

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
    maker, folder = Maker(engine, stock(engine, now, forced=forced), out, base), Folder(out)
    stale = folder.stale(maker.stamps)
    shelf, waiting = Shelf(out), {one.name for one in maker.stock.issues} & set(stale)
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


def _groups(maker: Maker, names: Sequence[str], *, forced: bool) -> Iterator[crew.Made]:
    """Make the groups, the issues first: the newest one here, while the crew takes up the rest."""
    newest = maker.stock.issue.name
    rest = crew.made(maker, [name for name in names if name != newest], forced=forced)
    if newest in names:
        yield crew.one(maker, newest)
    yield from rest


@debug_mode(False)
def _site(maker: Maker, shelf: Shelf, countries: Mapping[str, str]) -> None:
    """Everything that is about the newest issue, or about all of them."""
    found, data, base = maker.stock, maker.data, maker.base
    shelf.put("index.html", ENTRY)
    if base:  # a page that is lost at any depth has no other way to the style sheet
        name = speech(CODES[0]).words["site"]
        shelf.put("404.html", LOST.format(base=escape(base), name=escape(name)))
    shelf.put("style.css", rendering.style())
    shelf.put("icon.svg", ICON)
    shelf.put("explorer.js", (Path(__file__).parent / "static" / "explorer.js").read_bytes())
    names = {one.name for one in found.issues}
    layout = tree.Layout("data/{name}/", "{code}/bulletins/{name}/index.html", base)
    cards = {name: one for name, one in tree.held(shelf.out, layout).items() if name in names}
    for file in tree.files(data, cards, layout):
        shelf.put(file.name, file.body)
    for said in map(speech, CODES):
        shelf.put(f"{said.code}/calendar/releases.ics", archive.ics(found, said))
        for page in _pages(maker, shelf, said, countries):
            maker.put(shelf, page, said)
        for name, body in archive.embeds(found, said, shelf.pen):
            shelf.put(name, body)
    in_arabic = speech(ARABIC)
    maker.put(shelf, arabic.page(found, in_arabic, shelf.pen(up(""))), in_arabic)


def _pages(
    maker: Maker, shelf: Shelf, said: Speech, countries: Mapping[str, str]
) -> Iterator[Page]:
    found = maker.stock
    held = shelf.out / "data" / found.issue.name
    names = [path.name for path in sorted(held.iterdir())]
    yield home.page(found, said, shelf.pen(up("")))
    yield archive.listing(found, said)
    yield archive.calendar(found, said)
    yield groups.listing(found, said)
    yield from groups.pages(found, said, shelf.pen, countries)
    yield explorer.page(found, said)
    yield records.sources(found, said)
    yield records.revisions(found, said)
    yield records.alerts(found, said)
    yield records.corrections(found, said)
    yield texts.data(found, said, maker.data.tables, names)
    yield texts.method(found, said)
    yield texts.cite(found, said, maker.base)
