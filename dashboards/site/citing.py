"""What the pages let a reader cite: the index, an edition, an indicator."""

from collections.abc import Iterator
from typing import Any

from markupsafe import escape

from dashboards import edition_dates
from dashboards.publish.formats import references
from dashboards.publish.formats.references import Reference
from dashboards.site.context import Issue
from dashboards.site.locale import SiteLocale

NAMES = {".bib": "BibTeX", ".ris": "RIS", ".csl.json": "CSL-JSON"}


def index(issue: Issue, lang: SiteLocale, base: str) -> Reference:
    """The index as a monthly series, as of its newest edition."""
    title = lang.words["headline_name"]
    return _reference("silentcrash", title, issue, lang, _address(base, lang, ""))


def edition(issue: Issue, lang: SiteLocale, base: str) -> Reference:
    """The edition of a month."""
    title = lang.say("title", month=lang.month(issue.month + "-01"))
    path = f"bulletins/{issue.name}/"
    return _reference(f"silentcrash-{issue.name}", title, issue, lang, _address(base, lang, path))


def indicator(key: str, name: str, issue: Issue, lang: SiteLocale, base: str) -> Reference:
    """An indicator as of the newest edition."""
    title = f"{name}{lang.words['comma']}{lang.words['headline_name']}"
    link = _address(base, lang, f"indicators/{key}/")
    return _reference(f"silentcrash-{key}-{issue.name}", title, issue, lang, link)


def _reference(key: str, title: str, issue: Issue, lang: SiteLocale, address: str) -> Reference:
    return Reference(
        key=key,
        author=lang.words["site"],
        title=title,
        public=issue.timeline.available_at.date(),
        version=issue.name,
        note=edition_dates.sentence(issue.timeline, lang),
        code=lang.code,
        address=address,
    )


def _address(base: str, lang: SiteLocale, path: str) -> str:
    return f"{base.rstrip('/')}/{lang.code}/{path}" if base else ""


def blocks(reference: Reference, name: str, folder: str = "") -> list[dict[str, Any]]:
    """The formats of a reference for a page: label, file in `folder`, text."""
    return [
        {
            "label": NAMES[ending],
            "file": f"{name}{ending}",
            "address": f"{folder}{name}{ending}",
            # as markup, since a page would print its lines as one and set it in its typography
            "text": escape(text.replace("\r\n", "\n")),
        }
        for ending, text in references.files(reference)
    ]


def files(reference: Reference, path: str) -> Iterator[tuple[str, str]]:
    """The files of a reference, by path: `path` with the ending of each format."""
    for ending, text in references.files(reference):
        yield f"{path}{ending}", text
