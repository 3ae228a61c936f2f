"""Index, dimensions and indicators in the form of the published series."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pandas as pd

from dashboards import indicator_words
from dashboards.bulletin import reading
from dashboards.languages import files
from dashboards.publish.publication import instant
from dashboards.publish.series.files import COLUMNS
from dashboards.site.context import SiteContext
from dashboards.site.explore.words import codes, words_of
from dashboards.site.locale import site_locale
from dashboards.site.pages import indicators
from warehouse.publication import identity
from warehouse.release_calendar import cutoff

PREFIX = "observatory."
PUBLISHED, RECONSTRUCTED = "published", "reconstructed"
Described: TypeAlias = dict[str, Any]
# Of a month (YYYY-MM): its status and when it could be known.
MonthDates: TypeAlias = Callable[[str], tuple[str, str]]


def documents(context: SiteContext) -> Iterator[tuple[Described, pd.DataFrame, str]]:
    """Each with its description, its figures and the path of its page.

    Figures have period, value, status and known_from; pressures are points (0 to 100). An indicator
    is there in its own unit too, unless its value is a figure that may not be republished.
    """
    stats, dates = context.stats, _dates(context)
    index = _described("index", "index", stats.edition.framework["title"])
    yield index, _figures(reading.readable_scores(stats), dates), ""
    for group in stats.dimensions:
        scores = stats.dimension_scores[group["key"]]
        named = _described(group["key"], "dimension", group)
        yield named, _figures(scores, dates), f"dimensions/{group['key']}/"
    for row in stats.fields.values():
        yield from _indicator(context, row, dates)


def _indicator(
    context: SiteContext, row: Mapping[str, Any], dates: MonthDates
) -> Iterator[tuple[Described, pd.DataFrame, str]]:
    """An indicator as pressure and, where it may be, in its unit."""
    key = str(row["key"])
    values = context.stats.edition.values
    own = values[values["key"].eq(key)].set_index("period").sort_index()
    carried = own["state"].where(own["state"].ne("observed"), "")
    pressure = _described(f"{key}.pressure", "pressure", row)
    yield pressure, _figures(own["score"], dates, carried), indicators.path(key)
    if not row["hidden"]:
        drawn, _ = indicator_words.shown(own["value"], row)
        units = {code: indicator_words.unit(row, site_locale(code)) for code in codes()}
        named = _described(key, "own", row) | _units(units)
        yield named, _figures(drawn, dates, carried), indicators.path(key)


def _described(key: str, kind: str, row: Mapping[str, Any]) -> Described:
    """The description of a series in the columns of the published catalogue."""
    titles = {
        f"title_{code}": site_locale(code).typeset(
            words_of(code)["titles"][kind].format(name=_name(row, code))
        )
        for code in codes()
    }
    return {
        "series": PREFIX + key,
        **titles,
        **_units({code: words_of(code)["points"] for code in codes()}),
        "frequency": "M",
        "source": "silentcrash",
        "publisher": identity.in_force().publisher("en"),
        **{
            f"publisher_{code}": identity.in_force().publisher(code)
            for code in codes()
            if code != files.ENGLISH
        },
        "licence": identity.in_force().licence.short,
    }


def _units(units: Mapping[str, str]) -> Described:
    return {
        "unit": units["en"],
        **{f"unit_{code}": units[code] for code in codes() if code != files.ENGLISH},
    }


def _name(row: Mapping[str, Any], code: str) -> str:
    return site_locale(code).of(row) if row else ""


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


def _figures(
    values: "pd.Series[float]", dates: MonthDates, states: "pd.Series[str] | None" = None
) -> pd.DataFrame:
    """A row a month, from the first that has a value.

    Its status is when it was published and, of an indicator, how it came about if not observed.
    """
    rows = []
    for period, value in values[values.notna().cummax()].items():
        dated, known_from = dates(f"{period:%Y-%m}")
        state = "" if states is None else states.get(period, "")
        status = f"{dated}, {state}" if state else dated
        rows.append((f"{period:%Y-%m-%d}", value, status, known_from))
    return pd.DataFrame(rows, columns=COLUMNS)
