"""What makes a group of the site's files: an issue with its data, or an indicator."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from hashlib import sha256
from pathlib import Path

from altair.utils.schemapi import debug_mode
from sqlalchemy import Engine

from dashboards import publish
from dashboards.publish.publication import File, Publication, prepare
from dashboards.site import social_image
from dashboards.site.context import Issue, SiteContext
from dashboards.site.incremental import OutputWriter
from dashboards.site.locale import CODES, SiteLocale, site_locale
from dashboards.site.page import ChartUrlFactory, Page, html, up
from dashboards.site.pages import archive, indicators
from warehouse import edition
from warehouse.edition import Edition


@dataclass(frozen=True)
class PageGroups:
    """Makes groups of files in `out` from what a site is built from."""

    engine: Engine
    stock: SiteContext
    out: Path
    base: str

    @cached_property
    def stamps(self) -> dict[str, str]:
        """What each group follows from, by its name: the issues, then the indicators."""
        rest, found = f"{self.base} {code()}", self.stock
        told = {one.name: one.stamp for one in found.issues}
        told |= {key: indicators.stamp(found, key) for key in self._pages[CODES[0]]}
        return {name: f"{stamp} {rest}" for name, stamp in told.items()}

    @cached_property
    def data(self) -> Publication:
        """The newest edition as tables."""
        return prepare(self.stock.edition, self.base)

    @cached_property
    def _pages(self) -> dict[str, dict[str, Callable[[ChartUrlFactory], Page]]]:
        return {one: dict(indicators.pages(self.stock, site_locale(one))) for one in CODES}

    @cached_property
    def _load(self) -> Callable[[int], Edition]:
        # an issue is read beside the one before it, whose turn is next
        return lru_cache(maxsize=2)(partial(edition.load, self.engine))

    @debug_mode(False)  # charts are checked by their tests, not at every drawing
    def make(self, name: str) -> OutputWriter:
        """Write the files of a group; the shelf that they are on."""
        shelf = OutputWriter(self.out)
        issues = {one.name: one for one in self.stock.issues}
        if name in issues:
            self._issue(issues[name], shelf)
        else:
            self._indicator(name, shelf)
        return shelf

    def put(self, shelf: OutputWriter, page: Page, lang: SiteLocale) -> None:
        """Write a page of a language."""
        text = html(page, self.stock, lang, self.base)
        shelf.put(f"{lang.code}/{page.path}index.html", text)

    def _issue(self, issue: Issue, shelf: OutputWriter) -> None:
        """The bulletin of an issue in both languages, its data and its cards."""
        own, before = self._edition(issue), self._before(issue)
        address = f"{self.base}/data/{issue.name}" if self.base else ""
        written = publish.files(prepare(own, address), before)
        for file in written:
            shelf.put(f"data/{issue.name}/{file.name}", file.body)
        shelf.put(f"data/{issue.name}/{publish.CHECKSUMS}", _sums(written))
        for lang in map(site_locale, CODES):
            root = up(f"bulletins/{issue.name}/")
            data = f"{root}data/{issue.name}/"
            self.put(shelf, archive.issue_page(own, issue, lang, shelf.pen(root), data), lang)
            shelf.put(f"cards/{issue.name}.{lang.code}.png", social_image.png(own, lang))

    def _edition(self, issue: Issue) -> Edition:
        return self.stock.edition if issue == self.stock.issue else self._load(issue.release)

    def _before(self, issue: Issue) -> Edition | None:
        """The last edition of the months before that of the issue."""
        earlier = (one for one in self.stock.issues if one.month < issue.month)
        found = next(earlier, None)
        return self._edition(found) if found else None

    def _indicator(self, key: str, shelf: OutputWriter) -> None:
        """The page of an indicator in each language, with its data at the page's own address."""
        for one in CODES:
            self.put(shelf, self._pages[one][key](shelf.pen), site_locale(one))
            for name, body in indicators.files(self.data, key):
                shelf.put(f"{one}/{name}", body)


def _sums(files: Iterable[File]) -> str:
    ordered = sorted(files, key=lambda one: one.name)
    return "".join(f"{one.digest}  {one.name}\n" for one in ordered)


@cache
def code() -> str:
    """What the pages follow from besides their figures: the hash of this package."""
    home = Path(__file__).parents[1]
    kept = {".py", ".html", ".css", ".js", ".toml"}
    files = sorted(path for path in home.rglob("*") if path.suffix in kept)
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
