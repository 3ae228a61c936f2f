"""The pages that explain: data and API, method, how to cite."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import escape

from dashboards import edition_dates
from dashboards.bulletin import summary, table_rows
from dashboards.i18n import Language
from dashboards.metadata import Table
from dashboards.publish.series.examples import examples
from dashboards.site import citing
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale, feed
from dashboards.site.page import Page
from warehouse.publication import identity

CANDIDATES = Path(__file__).parents[1] / "candidates.toml"
CITED = "silent-crash-index"  # the files that cite the index as a whole
FORMATS = (".csv", ".fr.csv", ".parquet")
# Files over all editions: they lead to every other file of the API; and the language's feed.
OVER = ("api/v1/openapi.json", "api/v1/editions.json", "api/v1/latest.json", "editions.{code}.atom")


# The files over all series; each series has a CSV and a JSON besides.
OVER_SERIES = (
    "series.csv", "api/v1/series.json", "series/observations.xlsx", "series/observations.parquet",
    "series/series.parquet", "api/v1/events.json",
)  # fmt: skip


def data(
    context: SiteContext,
    lang: Language,
    tables: Sequence[Table],
    sizes: Mapping[str, int],
    series: Mapping[str, int],
    archive: int,
    base: str,
    public_key: str = "",
) -> Page:
    """The series, and the tables and other files of the newest issue.

    `sizes` and `series` have the bytes of each file of the issue and on the series, by its name.
    `public_key` is that of the key that signs, "" without one.
    """
    keys = [name[7:-4] for name in series if name.startswith("series/") and name.endswith(".csv")]
    table_files = {f"{table.name}{ending}" for table in tables for ending in FORMATS}
    return _page(
        "data/",
        lang,
        {
            "over": [name.format(code=feed(lang.code)) for name in OVER],
            "folder": f"data/{context.issue.name}/",
            "address": f"{base.rstrip('/')}/" if base else "",
            "public_key": public_key,
            "archive": f"data/{context.issue.name}.zip",
            "archive_size": kilobytes(archive, lang),
            "series_count": lang.number(len(keys), 0),
            "series": [
                (name, lang.words["series_files"][name], kilobytes(series[name], lang))
                for name in OVER_SERIES
                if name in series
            ],
            "examples": {  # Markup: typesetting would change code
                name: escape(lines) for name, lines in examples(base.rstrip("/"), keys).items()
            },
            "tables": [
                (
                    lang.of(table.texts),
                    [
                        (name, kilobytes(sizes[name], lang))
                        for name in (f"{table.name}{ending}" for ending in FORMATS)
                    ],
                )
                for table in tables
            ],
            "about": [
                (name, kilobytes(size, lang))
                for name, size in sizes.items()
                if name not in table_files
            ],
        },
    )


def kilobytes(count: int, lang: Language) -> str:
    """A size for people: kilobytes, one decimal below ten."""
    return f"{lang.number(count / 1e3, 1 if count < 1e4 else 0)} {lang.words['kilobytes']}"


def method(context: SiteContext, lang: Language) -> Page:
    """The method in force: rules, zones, dimensions, indicators and weights."""
    framework = context.edition.framework
    following = context.edition.gauges.method
    weights = context.stats.indicators.set_index("key")["nominal"]
    return _page(
        "method/",
        lang,
        {
            "version": context.edition.framework_version,
            "fingerprint": context.edition.framework_hash,
            "steps": summary.steps(framework, lang),
            "following": _following(following, lang)
            if following.get("version") != context.edition.framework_version
            else None,
            "blocks": table_rows.blocks(context.stats, lang),
            "weights": {str(key): lang.percent(share, 1) for key, share in weights.items()},
            "regimes": table_rows.zones(_zones(framework), lang),
            "candidates": _looked_at(lang),
        },
    )


def candidates() -> tuple[Mapping[str, str], ...]:
    """What was looked at for the newest method and the panel, with its fate."""
    return (*_shipped_candidates(), *identity.in_force().candidates)


@cache
def _shipped_candidates() -> tuple[Mapping[str, str], ...]:
    return tuple(tomllib.loads(CANDIDATES.read_text(encoding="utf-8"))["candidate"])


def _looked_at(lang: Language) -> list[list[str]]:
    fates = lang.words["candidate_fates"]
    return [
        [lang.of(own), fates[own["fate"]], lang.typeset(lang.of(own, "why"))]
        for own in candidates()
    ]


def _zones(framework: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The zones of the index, and the phases that a second gauge adds."""
    phase = framework.get("phase")
    return [*framework["regimes"], *([phase["retreat"], phase["recovery"]] if phase else [])]


def _following(framework: Mapping[str, Any], lang: Language) -> dict[str, Any] | None:
    """The method computed beside the one in force: from when, and its steps."""
    if not framework.get("succeeds"):
        return None
    since = lang.month(framework["succeeds"]["since"] + "-01")
    title = lang.say("method_next", since=since, version=framework["version"])
    return {"title": title, "steps": summary.steps(framework, lang)}


def cite(context: SiteContext, lang: SiteLocale, base: str) -> Page:
    """How to cite the index, an edition and a figure."""
    issue, edition = context.issue, context.edition
    month = lang.month(issue.month + "-01")
    reference = citing.edition(issue, lang, base)
    dated = edition_dates.sentence(issue.timeline, lang)
    text = lang.say("citation", edition=month, dated=dated, version=issue.version)
    return _page(
        "cite/",
        lang,
        {
            "text": text,
            "address": reference.address,
            "whole": citing.blocks(citing.index(issue, lang, base), CITED),
            "references": citing.blocks(reference, issue.name, f"../bulletins/{issue.name}/"),
            "edition": edition,
        },
    )


def glossary(lang: SiteLocale) -> Page:
    """The words of the observatory, in a sentence each."""
    return _page("glossary/", lang, {})


def _page(path: str, lang: Language, content: dict[str, object]) -> Page:
    name = path.rstrip("/")
    return Page(path, f"{name}.html", lang.words["names"][path], lang.words["about"][path], content)
