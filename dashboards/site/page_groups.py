"""Groups of the site's files: an issue with its data, or an indicator's page."""

import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from sqlalchemy import Engine

from dashboards import publish
from dashboards.bulletin import paper
from dashboards.edition_stats import EditionStats
from dashboards.metadata import Table
from dashboards.publish.publication import File, Publication, prepare
from dashboards.publish.series.files import files as series_files
from dashboards.publish.series.store import SeriesStore, read_store
from dashboards.publish.signature import Signer
from dashboards.site import citing, social_image
from dashboards.site.constituents import page as constituents
from dashboards.site.constituents.constituents import Constituents
from dashboards.site.context import Issue, SiteContext
from dashboards.site.explore import series_pages
from dashboards.site.incremental import OutputWriter
from dashboards.site.locale import SiteLocale, site_locale
from dashboards.site.page import ChartUrlFactory, Page, html, up
from dashboards.site.pages import archive, indicators
from dashboards.site.pages.indicators import embed
from warehouse import edition
from warehouse.catalogue import freshness
from warehouse.edition import Edition
from warehouse.fetches import newest_fetch
from warehouse.observations import series
from warehouse.publication import identity
from warehouse.publication.identity import Identity

SERIES = "series"  # the group of the files on the figures themselves
SERIES_PAGES = "series pages"  # and that of their pages, which name the newest issue
MOMENT = (1980, 1, 1, 0, 0, 0)  # of the files of an archive: the earliest that it can hold


@dataclass(frozen=True)
class PageGroups:
    """Makes groups of files in `out` from the site's context."""

    engine: Engine
    context: SiteContext
    out: Path
    base: str
    signer: Signer | None = None

    @cached_property
    def stamps(self) -> dict[str, str]:
        """What each group depends on, by its name: the issues, then the indicators."""
        house = self._house.fingerprint
        rest, context = f"{self.base} {code_hash()} {house}", self.context
        stamps = {issue.name: issue.stamp for issue in context.issues}
        stamps |= {key: indicators.stamp(context, key) for key in self._pages[self._house.pages[0]]}
        if context.beside:  # every page has them in its menu
            rest += f" {context.beside} {self._house.frameworks}"
        stamps[SERIES] = self._series_stamp
        stamps[SERIES_PAGES] = f"{self._series_stamp} {context.issue.stamp} {context.issue.dated}"
        return {name: f"{stamp} {rest}" for name, stamp in stamps.items()}

    @property
    def _house(self) -> Identity:
        """The observatory whose site it is."""
        return identity.in_force()

    @cached_property
    def data(self) -> Publication:
        """The newest edition as tables."""
        return prepare(self.context.edition, self.base)

    @cached_property
    def _series_stamp(self) -> str:
        """What the files of the series depend on: figures, events, catalogue."""
        rows = json.dumps(series.catalogue(self.engine), sort_keys=True, default=str)
        newest = newest_fetch(self.engine)
        return f"{newest} {len(self.context.reports)} {sha256(rows.encode()).hexdigest()}"

    @cached_property
    def _store(self) -> SeriesStore:
        return read_store(self.engine, self.context.now)

    @cached_property
    def _pages(self) -> dict[str, dict[str, Callable[[ChartUrlFactory, Table], Page]]]:
        return {
            code: dict(indicators.pages(self.context, site_locale(code), self.base))
            for code in self._house.pages
        }

    @cached_property
    def _load(self) -> Callable[[int], Edition]:
        # two: an issue is read with the one before it, and that one is made next
        return lru_cache(maxsize=2)(partial(edition.load, self.engine))

    def make(self, name: str) -> OutputWriter:
        """Write the files of a group; returns the writer that lists them."""
        writer = OutputWriter(self.out)
        by_name = {issue.name: issue for issue in self.context.issues}
        if name in by_name:
            self._issue(by_name[name], writer)
        elif name == SERIES:
            for file in series_files(self._store):
                writer.put(file.name, file.body)
        elif name == SERIES_PAGES:
            figures = series_pages.figures(self._store)
            for lang in map(site_locale, self._house.pages):
                for page in series_pages.pages(self._store, figures, self.context, lang, self.base):
                    self.put(writer, page, lang)
        else:
            self._indicator(name, writer)
        return writer

    def put(self, writer: OutputWriter, page: Page, lang: SiteLocale) -> None:
        """Write a page in a language."""
        text = html(page, self.context, lang, self.base)
        writer.put(f"{lang.code}/{page.path}index.html", text)

    def _issue(self, issue: Issue, writer: OutputWriter) -> None:
        """The bulletin of an issue, its constituents, its data and its social images."""
        own, before = self._edition(issue), self._before(issue)
        address = f"{self.base}/data/{issue.name}" if self.base else ""
        publication = prepare(own, address)
        written = publish.files(publication, before)
        for file in written:
            writer.put(f"data/{issue.name}/{file.name}", file.body)
        sums = _sums(written)
        writer.put(f"data/{issue.name}/{publish.CHECKSUMS}", sums)
        writer.put(f"data/{issue.name}.zip", _archive(issue.name, written, sums))
        seen = self._seen(issue, publication.stats)
        stats = seen.stats
        for lang in map(site_locale, self._house.pages):
            root = up(f"bulletins/{issue.name}/")
            data = f"{root}data/{issue.name}/"
            reference = citing.edition(issue, lang, self.base)
            page = archive.issue_page(stats, issue, lang, writer.chart_urls(root), data)
            cited = {"references": citing.blocks(reference, issue.name)}
            self.put(writer, replace(page, content={**page.content, **cited}), lang)
            folder = f"{lang.code}/{page.path}"
            for name, text in citing.files(reference, f"{folder}{issue.name}"):
                writer.put(name, text)
            annex = f"{self.base}/{folder}index.html#annex" if self.base else "index.html"
            body = paper.pdf(stats, lang, page.content, annex)
            writer.put(f"{folder}{page.content['paper']}", body)
            writer.put(f"cards/{issue.name}.{lang.code}.png", social_image.png(stats, lang))
        for lang in map(site_locale, self._house.languages):
            self.put(writer, constituents.page(seen, issue, lang), lang)

    def _seen(self, issue: Issue, stats: EditionStats) -> Constituents:
        """What the edition of an issue saw, with its figures."""
        if issue == self.context.issue:
            return self.context.constituents
        own = stats.edition
        return Constituents(
            stats, freshness.newest_periods(self.engine, own.as_of, own.recorded_by)
        )

    def _edition(self, issue: Issue) -> Edition:
        if issue == self.context.issue:
            return self.context.edition
        return replace(self._load(issue.release), timeline=issue.timeline)

    def _before(self, issue: Issue) -> Edition | None:
        """The last edition of the months before that of the issue."""
        earlier = (other for other in self.context.issues if other.month < issue.month)
        issue_before = next(earlier, None)
        return self._edition(issue_before) if issue_before else None

    def _indicator(self, key: str, writer: OutputWriter) -> None:
        """The page of an indicator in each language, with its data beside it."""
        [table] = [item for item in self.data.tables if item.name == "indicators"]
        beside = list(indicators.files(self.data, key))  # no word in them is of a language
        for lang in map(site_locale, self._house.pages):
            code, shown = lang.code, self._pages[lang.code][key](writer.chart_urls, table)
            self.put(writer, shown, lang)
            writer.put(f"{code}/embed/{key}.html", html(embed(shown), self.context, lang))
            for name, text in citing.files(shown.content["reference"], f"{code}/{shown.path}{key}"):
                writer.put(name, text)
            for name, body in beside:
                writer.put(f"{code}/{name}", body)


def _sums(files: Iterable[File]) -> str:
    ordered = sorted(files, key=lambda file: file.name)
    return "".join(f"{file.digest}  {file.name}\n" for file in ordered)


def _archive(name: str, files: Iterable[File], sums: str) -> bytes:
    """All files of an edition in one ZIP: equal files give equal bytes."""
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        bodies = {file.name: file.body for file in files} | {publish.CHECKSUMS: sums.encode()}
        for file_name, body in sorted(bodies.items()):
            member = zipfile.ZipInfo(f"{name}/{file_name}", MOMENT)
            archive.writestr(member, body, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


@cache
def code_hash() -> str:
    """The hash of this package, on which every page depends besides its figures."""
    home = Path(__file__).parents[1]
    suffixes = {".py", ".html", ".css", ".js", ".toml", ".typ", ".woff2", ".ttf"}
    files = sorted(path for path in home.rglob("*") if path.suffix in suffixes)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
