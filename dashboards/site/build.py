"""Build the site: every page in both languages, with charts and data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from dashboards import fonts, rendering
from dashboards.publish import collection
from dashboards.publish.api.peer import PeerReading
from dashboards.publish.signature import PUBLIC_FILE, Signer
from dashboards.publish.staging import Staging
from dashboards.site import citing, entry, parallel
from dashboards.site.context import site_context
from dashboards.site.explore import page as explore_page
from dashboards.site.explore.files import Explorer
from dashboards.site.explore.files import explorer as data_explorer
from dashboards.site.incremental import BuildRecord, OutputWriter
from dashboards.site.locale import SiteLocale, site_locale
from dashboards.site.page import Page, up
from dashboards.site.page_groups import SERIES, PageGroups
from dashboards.site.pages import (
    alerts,
    archive,
    audit,
    explorer,
    governance,
    groups,
    home,
    partial,
    projects,
    static_pages,
    status_pages,
    telecom,
)
from dashboards.site.pages import (
    peers as peer_page,
)
from warehouse.gauges.repository import Unread
from warehouse.publication import identity


@dataclass(frozen=True)
class BuildResult:
    """What a build did: files written and removed, issues shown, months left out.

    `waiting` are the months of which an edition waits for an editor.
    """

    written: int
    removed: int
    issues: int
    waiting: Sequence[str] = ()


def build(
    engine: Engine,
    out: Path,
    now: datetime,
    *,
    base: str = "",
    forced: bool = False,
    approval: bool = False,
    countries: Mapping[str, str] = projects.NOWHERE,
    unread: Callable[[str], Sequence[Unread]] = lambda _: (),
    signer: Signer | None = None,
    peers: Sequence[PeerReading] = (),
) -> BuildResult:
    """Write what changed of the site into `out`, whole or not at all.

    The same warehouse and hour give the same bytes. Files of others in `out` stay as they are.

    Args:
        base: address that the site will have, "" where it is not known.
        forced: show an edition before its hour of release and its approval.
        approval: leave out what no editor has approved.
        countries: countries whose announced data centres are listed, English name to French.
        unread: what the months after that of the newest edition lack for a reading.
        signer: where given, the key that signs the checksums of all files.
        peers: what is known of other observatories, where some are declared.

    Raises:
        LookupError: there is no edition to show.
        OSError: the disk is full, among others; the site that was there is unchanged.
    """
    context = site_context(engine, now, forced=forced, approval=approval)
    context = replace(context, unread=unread(context.issue.month), peers=peers)
    site = out.resolve()
    with Staging(site.parent) as staging:
        page_groups = PageGroups(engine, context, staging.folder(site.name), base, signer)
        return _write(page_groups, countries, forced=forced, approval=approval)


def _write(
    page_groups: PageGroups, countries: Mapping[str, str], *, forced: bool, approval: bool
) -> BuildResult:
    """Write every group of files that changed, and the pages that list all issues."""
    record, writer = BuildRecord(page_groups.out), OutputWriter(page_groups.out)
    stamps = page_groups.stamps
    stale = record.stale(stamps)
    newest = page_groups.context.issue.name
    # what the pages show of files: the issues' data and the series
    issues_left = {SERIES, *(issue.name for issue in page_groups.context.issues)} & set(stale)
    others = [name for name in stale if name != newest]
    with parallel.make_all(page_groups, others, forced=forced, approval=approval) as rest:
        # the newest issue here, whose edition is at hand, while the workers begin
        first = [parallel.make_one(page_groups, newest)] if newest in stale else []
        groups = chain(first, rest)
        while issues_left:
            name, files, written = next(groups)
            record.note(name, stamps[name], files, written)
            issues_left.discard(name)
        # the pages need the data of the issues only; the workers make the indicators meanwhile
        _site_pages(page_groups, writer, countries)
        for name, files, written in groups:
            record.note(name, stamps[name], files, written)
    record.note("site", "", writer.files, writer.written)
    removed = record.close(page_groups.signer)
    context = page_groups.context
    left_out = () if forced else context.waiting
    return BuildResult(record.written, removed, len(context.issues), left_out)


def _site_pages(
    page_groups: PageGroups, writer: OutputWriter, countries: Mapping[str, str]
) -> None:
    """Write the pages on the newest issue and those that list all issues."""
    context, data, base = page_groups.context, page_groups.data, page_groups.base
    _still(writer, base)
    if page_groups.signer:
        writer.put(PUBLIC_FILE, page_groups.signer.public_file)
    issue_names = {card.name for card in context.issues}
    layout = collection.Layout("data/{name}/", "{code}/bulletins/{name}/index.html", base)
    cards = {
        name: card
        for name, card in collection.read_cards(writer.out, layout).items()
        if name in issue_names
    }
    for file in collection.files(data, cards, layout):
        writer.put(file.name, file.body)
    explore = data_explorer(context, page_groups.engine, writer.out)
    for file in explore.files:
        writer.put(file.name, file.body)
    for lang in map(site_locale, identity.in_force().pages):
        writer.put(f"{lang.code}/calendar/releases.ics", archive.ics(context, lang))
        cited = citing.index(context.issue, lang, base)
        for name, text in citing.files(cited, f"{lang.code}/cite/{static_pages.CITED}"):
            writer.put(name, text)
        for page in _pages(page_groups, writer, lang, countries, explore):
            page_groups.put(writer, page, lang)
        for name, body in archive.embeds(context, lang, writer.chart_urls):
            writer.put(name, body)
    for lang in map(site_locale, identity.in_force().partial):
        for page in partial.pages(context, lang, writer.chart_urls, countries):
            page_groups.put(writer, page, lang)


def _still(writer: OutputWriter, base: str) -> None:
    """Write what hangs on no figure: entry, style, fonts, scripts, errata."""
    house = identity.in_force()
    writer.put("index.html", entry.root_page(house))
    if base:  # a server shows 404.html at any depth, so its style sheet needs the full address
        writer.put("404.html", entry.not_found(house, escape(base)))
    writer.put("style.css", rendering.style(lambda name: f"fonts/{name}"))
    for name in fonts.names():
        writer.put(f"fonts/{name}", (fonts.FOLDER / name).read_bytes())
    writer.put("icon.svg", entry.ICON)
    if house.theme.logo:
        writer.put(house.theme.logo.name, house.theme.logo.body)
    writer.put("explorer.js", (Path(__file__).parent / "static" / "explorer.js").read_bytes())
    for path in (governance.ERRATA, governance.SCHEMA):
        writer.put(path.name, path.read_bytes())


def series_files(out: Path) -> dict[str, int]:
    """The files on the series by name, with their bytes."""
    paths = [
        out / "series.csv",
        *(out / "api/v1" / name for name in ("series.json", "events.json")),
    ]
    every = [*paths, *sorted((out / "series").iterdir())]
    return {str(path.relative_to(out)): path.stat().st_size for path in every}


def _pages(
    page_groups: PageGroups,
    writer: OutputWriter,
    lang: SiteLocale,
    countries: Mapping[str, str],
    explore: Explorer,
) -> Iterator[Page]:
    context = page_groups.context
    folder = writer.out / "data" / context.issue.name
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    archived = folder.with_name(f"{folder.name}.zip").stat().st_size
    base = page_groups.base
    yield home.page(context, lang, writer.chart_urls(up("")))
    yield archive.listing(context, lang)
    yield archive.calendar(context, lang)
    yield groups.listing(context, lang)
    yield from groups.pages(context, lang, writer.chart_urls, countries)
    yield explore_page.page(context, explore.entries, lang)
    yield explorer.page(context, lang)
    yield status_pages.sources(context, lang)
    yield status_pages.revisions(context, lang, writer.chart_urls(up("revisions/")))
    yield alerts.page(context, lang)
    yield status_pages.corrections(context, lang)
    tables = page_groups.data.tables
    on_series = series_files(writer.out)
    public = page_groups.signer.public if page_groups.signer else ""
    yield static_pages.data(context, lang, tables, sizes, on_series, archived, base, public)
    yield static_pages.method(context, lang)
    yield audit.page(context, lang)
    yield telecom.page(lang)
    yield governance.page(lang)
    yield static_pages.cite(context, lang, page_groups.base)
    yield static_pages.glossary(lang)
    if identity.in_force().peers:
        yield peer_page.page(page_groups.data, context.peers, lang)
