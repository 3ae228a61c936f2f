"""A page for each series: picture, newest figures, files, lines of code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import escape

from dashboards import indicator_words
from dashboards.publish.series.examples import examples
from dashboards.publish.series.store import SeriesStore
from dashboards.series_chart import LONGEST
from dashboards.site import names
from dashboards.site.constituents.members import declared
from dashboards.site.context import SiteContext
from dashboards.site.explore import picture
from dashboards.site.explore.page import PATH, period
from dashboards.site.explore.words import words_of
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page

NEWEST = 24  # figures in the table of the page; the files have them all
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """The newest version of a figure, and what was published of it first."""

    period: date
    value: float
    status: str
    known_from: date
    first: float


def figures(store: SeriesStore) -> dict[str, list[Figure]]:
    """The figures of each series that has one, by key, keys in order."""
    versions: dict[str, list[Mapping[Any, Any]]] = {}
    for row in store.versions.to_dict("records"):
        versions.setdefault(str(row["series"]), []).append(row)
    by_series = {key: _figures(versions[key]) for key in sorted(versions)}
    return {key: own for key, own in by_series.items() if own}


def pages(
    store: SeriesStore,
    figures: Mapping[str, Sequence[Figure]],
    context: SiteContext,
    lang: SiteLocale,
    base: str,
) -> Iterator[Page]:
    """The page of each series that may be republished and has a figure."""
    used = _used(context, lang)
    rows = {row["series"]: row for row in store.catalogue if row["republished"]}
    for key, own in figures.items():
        yield _page(rows[key], own, used.get(key, []), lang, base)


def _used(context: SiteContext, lang: SiteLocale) -> dict[str, list[tuple[str, str]]]:
    """Key and name of the indicators that read each series."""
    titles = indicator_words.edition_titles(context.edition, lang)
    used: dict[str, list[tuple[str, str]]] = {}
    for key, fields in context.stats.fields.items():
        for name in declared(fields):
            used.setdefault(name, []).append((key, titles[key]))
    return used


def _figures(versions: Sequence[Mapping[Any, Any]]) -> list[Figure]:
    """The figures in the order of their periods; withdrawn ones are left out."""
    first: dict[str, float] = {}
    newest: dict[str, Mapping[Any, Any]] = {}
    for row in versions:
        if row["value"] == row["value"]:
            first.setdefault(row["period"], row["value"])
        newest[row["period"]] = row
    return [
        Figure(
            date.fromisoformat(day),
            row["value"],
            row["status"],
            date.fromisoformat(row["known_from"][:10]),
            first[day],
        )
        for day, row in sorted(newest.items())
        if row["status"] != "withdrawn" and row["value"] == row["value"]
    ]


def _page(
    row: Row, figures: Sequence[Figure], used: list[tuple[str, str]], lang: SiteLocale, base: str
) -> Page:
    words, key = words_of(lang.code)["series"], row["series"]
    unit = names.in_words(row["unit"], lang)
    spoken = _spoken(row, figures, unit, lang)
    return Page(
        f"{PATH}{key}/",
        "series.html",
        lang.of(row, "title"),
        lang.typeset(words["about"].format(**spoken)),
        {
            "row": row,
            "one": words,
            "unit": unit,
            "facts": [
                (words["newest"], f"{spoken['now']} ({spoken['last']})"),
                (words["unit"], unit),
                (words["span"], words["span_text"].format(**spoken)),
                (words["versions"], words["versions_text"].format(**spoken)),
                (
                    words["source"],
                    lang.grammar.comma.join([row["publisher"], lang.of(row, "source")]),
                ),
                (words["licence"], lang.licence(row["licence"])),
            ],
            "used": used,
            # a figure alone says nothing more as a dot
            "picture": len(figures) > 1
            and picture.drawing(
                [(figure.period, figure.value) for figure in figures],
                lang.exact,
                LONGEST.get(row["frequency"]),
            ),
            "alt": words["alt"].format(**spoken),
            "figures": [_shown(row, figure, words, lang) for figure in figures[: -NEWEST - 1 : -1]],
            "more": words["more" if len(figures) > NEWEST else "every"].format(**spoken),
            "code": {  # Markup: typesetting would change code
                name: escape(lines)
                for name, lines in examples(base.rstrip("/"), [key], key).items()
            },
        },
    )


def _spoken(row: Row, figures: Sequence[Figure], unit: str, lang: SiteLocale) -> dict[str, str]:
    """What the sentences of the page name."""
    least = min(figures, key=lambda figure: figure.value)
    most = max(figures, key=lambda figure: figure.value)
    named = {"first": figures[0], "last": figures[-1], "lowest": least, "highest": most}
    periods = {
        name: period(row["frequency"], figure.period.isoformat(), lang)
        for name, figure in named.items()
    }
    words, count = words_of(lang.code)["series"], lang.number(len(figures), 0)
    counted = lang.fill(words["figures_many" if len(figures) > 1 else "figures_one"], count=count)
    between = words["between"].format(**periods) if len(figures) > 1 else periods["first"]
    values = {"low": least.value, "high": most.value, "now": figures[-1].value}
    return {
        **periods,
        **{name: lang.exact(value) for name, value in values.items()},
        "title": lang.of(row, "title"),
        "unit": unit,
        "publisher": row["publisher"],
        "count": count,
        "figures": counted.format(count=count),
        "between": between,
        "versions": lang.number(row["versions"], 0),
        "revised": lang.number(sum(figure.first != figure.value for figure in figures), 0),
    }


def _shown(row: Row, figure: Figure, words: Mapping[str, Any], lang: SiteLocale) -> list[str]:
    return [
        period(row["frequency"], figure.period.isoformat(), lang),
        lang.exact(figure.value),
        words["status"][figure.status],
        lang.day(figure.known_from),
        lang.exact(figure.first) if figure.first != figure.value else "",
    ]
