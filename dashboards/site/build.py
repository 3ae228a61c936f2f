"""Build the site: every page in both languages, their drawings and their data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine

from dashboards import publish, rendering
from dashboards.publish import tree
from dashboards.publish.publication import Publication, prepare
from dashboards.site import (
    arabic,
    archive,
    card,
    explorer,
    groups,
    home,
    indicators,
    records,
    texts,
)
from dashboards.site.folder import Folder
from dashboards.site.page import Page, html, up
from dashboards.site.speech import ARABIC, CODES, Speech, speech
from dashboards.site.stock import Issue, Stock, stock
from warehouse import edition

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
    engine: Engine, out: Path, now: datetime, *, base: str = "", forced: bool = False
) -> Built:
    """Write the site into `out`; only what changed is written.

    `base` is the address that the site will have, "" where it is not known. An edition is shown
    from its hour of release on, and before it only when `forced`. Raises LookupError where there
    is nothing to show. The same warehouse and hour give the same bytes.
    """
    found, folder, code = stock(engine, now, forced=forced), Folder(out), _code()
    for issue in found.issues:
        make = partial(_issue, engine, folder, found, issue, base)
        folder.group(issue.name, f"{issue.stamp} {base} {code}", make)
    made = {code: dict(indicators.pages(found, speech(code), folder.pen)) for code in CODES}
    data = prepare(found.edition, base)
    for key in made[CODES[0]]:
        stamp = f"{indicators.stamp(found, key)} {base} {code}"
        pages = {one: made[one][key] for one in CODES}
        folder.group(key, stamp, partial(_indicator, folder, found, base, data, key, pages))
    folder.group("site", "", partial(_site, folder, found, base, data))
    return Built(folder.made, folder.close(), len(found.issues))


def _issue(engine: Engine, folder: Folder, found: Stock, issue: Issue, base: str) -> None:
    """The bulletin of an issue in both languages, and its data."""
    own = found.edition if issue == found.issue else edition.load(engine, issue.release)
    address = f"{base}/data/{issue.name}" if base else ""
    before = [one for one in found.issues if one.month < issue.month]
    previous = edition.load(engine, before[0].release) if before else None
    written = publish.files(prepare(own, address), previous)
    for file in written:
        folder.put(f"data/{issue.name}/{file.name}", file.body)
    sums = "".join(
        f"{file.digest}  {file.name}\n" for file in sorted(written, key=lambda f: f.name)
    )
    folder.put(f"data/{issue.name}/{publish.CHECKSUMS}", sums)
    for said in map(speech, CODES):
        root = up(f"bulletins/{issue.name}/")
        data = f"{root}data/{issue.name}/"
        page = archive.issue_page(own, issue, said, folder.pen(root), data)
        _put(folder, page, found, said, base)
        folder.put(f"cards/{issue.name}.{said.code}.png", card.png(own, said))


def _indicator(
    folder: Folder,
    found: Stock,
    base: str,
    data: Publication,
    key: str,
    pages: Mapping[str, Callable[[], Page]],
) -> None:
    """The page of an indicator in each language, with its data at the page's own address."""
    for code, make in pages.items():
        _put(folder, make(), found, speech(code), base)
        for name, body in indicators.files(data, key):
            folder.put(f"{code}/{name}", body)


def _site(folder: Folder, found: Stock, base: str, data: Publication) -> None:
    """Everything that is about the newest issue, or about all of them."""
    folder.put("index.html", ENTRY)
    folder.put("style.css", rendering.style())
    folder.put("icon.svg", ICON)
    folder.put("explorer.js", (Path(__file__).parent / "static" / "explorer.js").read_bytes())
    names = {one.name for one in found.issues}
    layout = tree.Layout("data/{name}/", "{code}/bulletins/{name}/index.html", base)
    cards = {name: one for name, one in tree.held(folder.out, layout).items() if name in names}
    over = tree.files(data, cards, layout)
    for file in over:
        folder.put(file.name, file.body)
    for said in map(speech, CODES):
        folder.put(f"{said.code}/calendar/releases.ics", archive.ics(found, said))
        for page in _pages(folder, found, said, base, data):
            _put(folder, page, found, said, base)
        for name, body in archive.embeds(found, said, folder.pen):
            folder.put(name, body)
    in_arabic = speech(ARABIC)
    _put(folder, arabic.page(found, in_arabic, folder.pen(up(""))), found, in_arabic, base)


def _pages(
    folder: Folder, found: Stock, said: Speech, base: str, data: Publication
) -> Iterator[Page]:
    held = folder.out / "data" / found.issue.name
    names = [path.name for path in sorted(held.iterdir())]
    yield home.page(found, said, folder.pen(up("")))
    yield archive.listing(found, said)
    yield archive.calendar(found, said)
    yield groups.listing(found, said)
    yield from groups.pages(found, said, folder.pen)
    yield explorer.page(found, said)
    yield records.sources(found, said)
    yield records.revisions(found, said)
    yield records.alerts(found, said)
    yield records.corrections(found, said)
    yield texts.data(found, said, data.tables, names)
    yield texts.method(found, said)
    yield texts.cite(found, said, base)


def _put(folder: Folder, page: Page, found: Stock, said: Speech, base: str) -> None:
    folder.put(f"{said.code}/{page.path}index.html", html(page, found, said, base))


@cache
def _code() -> str:
    """What the pages follow from besides their figures: the hash of this package."""
    home = Path(__file__).parents[1]
    kept = {".py", ".html", ".css", ".js", ".toml"}
    files = sorted(path for path in home.rglob("*") if path.suffix in kept)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
