"""The index, its dimensions and its indicators in the form of the published series."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pandas as pd

from dashboards import indicator_words
from dashboards.bulletin import reading
from dashboards.publish.publication import instant
from dashboards.publish.series.files import COLUMNS
from dashboards.site.context import SiteContext
from dashboards.site.locale import CODES, site_locale
from warehouse.release_calendar import cutoff

PREFIX = "observatory."
LICENCE = "CC BY 4.0"
PUBLISHED, RECONSTRUCTED = "published", "reconstructed"
Described: TypeAlias = dict[str, Any]
# Of a month (YYYY-MM): its status and when it could be known.
MonthDates: TypeAlias = Callable[[str], tuple[str, str]]


def documents(
    context: SiteContext, words: Mapping[str, Any]
) -> Iterator[tuple[Described, pd.DataFrame]]:
    """Each with its description and its figures: period, value, status, known_from.

    Pressures are points (0 to 100). An indicator is there in its own unit too, unless its value is
    a figure that may not be republished. `words` are those of the page, by language.
    """
    stats = context.stats
    dates = _dates(context)
    unread = reading.kinds(stats).eq("none")  # an estimate is no reading
    yield _described("index", words, "index", {}), _figures(stats.index_scores.mask(unread), dates)
    for group in stats.dimensions:
        scores = stats.dimension_scores[group["key"]]
        yield _described(group["key"], words, "dimension", group), _figures(scores, dates)
    values = stats.edition.values
    for row in stats.fields.values():
        own = values[values["key"].eq(row["key"])].set_index("period").sort_index()
        pressure = _described(f"{row['key']}.pressure", words, "pressure", row)
        yield pressure, _figures(own["score"], dates)
        if not row["hidden"]:
            drawn, _ = indicator_words.shown(own["value"], row)
            units = {c: indicator_words.unit(row, site_locale(c)) for c in CODES}
            named = _described(str(row["key"]), words, "own", row) | _units(units)
            yield named, _figures(drawn, dates)


def _described(key: str, words: Mapping[str, Any], kind: str, row: Mapping[str, Any]) -> Described:
    """The description of a series in the columns of the published catalogue."""
    titles = {
        f"title_{code}": site_locale(code).typeset(
            words[code]["titles"][kind].format(name=row.get(code, ""))
        )
        for code in CODES
    }
    return {
        "series": PREFIX + key,
        **titles,
        **_units({code: words[code]["points"] for code in CODES}),
        "frequency": "M",
        "source": "silentcrash",
        "publisher": words["en"]["observatory"],
        "publisher_fr": words["fr"]["observatory"],
        "licence": LICENCE,
    }


def _units(units: Mapping[str, str]) -> Described:
    return {"unit": units["en"], "unit_fr": units["fr"]}


def _dates(context: SiteContext) -> MonthDates:
    """When the reading of a month became public, of those that did in their time.

    The others have their cut-off, and are called reconstructed.
    """
    timelines = [issue.timeline for issue in context.issues if not issue.timeline.reconstructed]
    newest_first = sorted(timelines, key=lambda line: line.available_at, reverse=True)
    public = {line.month: line.available_at for line in newest_first}  # the first issue wins
    day = context.stats.cutoff_day

    def dated(month: str) -> tuple[str, str]:
        if month in public:
            return PUBLISHED, instant(public[month])
        return RECONSTRUCTED, instant(cutoff(month, day))

    return dated


def _figures(values: "pd.Series[float]", dates: MonthDates) -> pd.DataFrame:
    """A row a month, from the first that has a value."""
    first = values.first_valid_index()
    rows = [
        (f"{period:%Y-%m-%d}", value, *dates(f"{period:%Y-%m}"))
        for period, value in values.items()
        if first is not None and period >= first
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
