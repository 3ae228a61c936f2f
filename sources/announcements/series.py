"""Monthly series of events: announced when first known, ended, delayed.

More is read every year, so every month has the number of sources alive beside its counts, and
a count for each of them; months are never spliced.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sources.announcements.clean import READ
from sources.announcements.countries import KEYS, always, in_views, views
from sources.announcements.event_type import ABSTAINED
from sources.tidy import tidy

SOURCES = "announcements.sources"
TEXTS = "announcements.texts"
ABSTAINED_SHARE = "announcements.abstained_share"
FOREIGN_SHARE = "announcements.other_language_share"
STARTS = ("announced", "expanded")
ENDS = ("cancelled", "delayed")
NO_RATES = pd.DataFrame({"series": pd.Series(dtype="str"), "period": [], "value": []})


MEASURES = {
    "projects": ("projects", "Projets annoncés", "Projects announced"),
    "projects_per_source": (
        "projects per source",
        "Projets annoncés par source lue",
        "Projects announced per source read",
    ),
    "mw": ("MW", "Puissance annoncée", "Power announced"),
    "usd": ("USD", "Investissement annoncé en dollars", "Investment announced in dollars"),
    "usd_coverage": ("ratio", "Part des montants convertis", "Share of amounts converted"),
    "ended_share": (
        "ratio",
        "Annulés ou retardés, sur annoncés",
        "Cancelled or delayed, over announced",
    ),
}


def catalogue(named: Iterable[str]) -> list[dict[str, str]]:
    """List the series of these countries: key, source, unit and titles."""
    alive = (SOURCES, "sources", "Sources vivantes", "Sources alive")
    decided = [
        (TEXTS, "texts", "Textes lus", "Texts read"),
        (ABSTAINED_SHARE, "ratio", "Part des textes non tranchés", "Share of texts abstained on"),
        (
            FOREIGN_SHARE,
            "ratio",
            "Part des textes dans une langue non lue",
            "Share of texts in a language that is not read",
        ),
    ]
    rows = [alive, *decided] + [
        (f"announcements.{view}.{name}", unit, f"{fr}, {in_fr}", f"{en}, {in_en}")
        for view, (in_fr, in_en) in views(named).items()
        for name, (unit, fr, en) in MEASURES.items()
    ]
    names = ("key", "unit", "title_fr", "title_en")
    common = {"source": "announcements", "frequency": "M"}
    return [dict(zip(names, row, strict=True)) | common for row in rows]


def in_usd(events: pd.DataFrame, rates: pd.DataFrame) -> "pd.Series[float]":
    """Convert the amounts of events to USD at the rate of their month.

    An amount without a rate is missing.

    `rates` are monthly observations `ecb.rate.<currency>`, units for a euro. A month that has
    no mean yet takes the last one, two months old at most.
    """
    if events.empty:
        return pd.Series(index=events.index, dtype="float64")
    month = events["known_from"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    amounts = pd.DataFrame({"period": month.astype("datetime64[s]"), "at": range(len(events))})
    amounts = amounts.assign(currency=events["currency"].to_numpy()).sort_values("period")
    monthly_rates = pd.DataFrame(
        {
            "period": pd.to_datetime(rates["period"]).astype("datetime64[s]"),
            "currency": rates["series"].str.removeprefix("ecb.rate."),
            "rate": rates["value"].astype("float64"),
        }
    ).sort_values("period")
    euro = monthly_rates[monthly_rates["currency"].eq("USD")].assign(currency="EUR", rate=1.0)
    monthly_rates = pd.concat([monthly_rates, euro]).sort_values("period")
    reach = pd.Timedelta(days=62)
    own = pd.merge_asof(amounts, monthly_rates, on="period", by="currency", tolerance=reach)
    dollar = monthly_rates[monthly_rates["currency"].eq("USD")].drop(columns="currency")
    both = pd.merge_asof(own, dollar, on="period", suffixes=("", "_usd"), tolerance=reach)
    both = both.sort_values("at").set_index(events.index)
    told_so = events["currency"].eq("USD")
    return events["amount"] * (both["rate_usd"] / both["rate"]).mask(told_so, 1.0)


def monthly(
    resolved: pd.DataFrame, rates: pd.DataFrame | None = None, pilot: str = ""
) -> pd.DataFrame:
    """Count resolved events by month and view (world, africa, each country).

    announcements.<view>.projects (count), .mw, .usd, .ended_share (cancelled and delayed over
    announced) and .projects_per_source; announcements.sources counts the sources alive. A
    project enters once, in the month when it, or its figure, was first known. `.usd` adds the
    amounts that could be converted by `rates` (see `in_usd`), `.usd_coverage` is their share.
    The country `pilot` has its counts of none too.
    """
    if resolved.empty:
        return tidy(pd.DataFrame({"series": [], "period": [], "value": []}))
    dated = dated_in_usd(resolved, rates)
    host = dated["address"].str.extract(r"^https?://(?:www\.)?([^/]+)", expand=False)
    months = pd.date_range(dated["period"].min(), dated["period"].max(), freq="MS", name="period")
    read = dated.assign(host=host.fillna("")).groupby("period")["host"].nunique()
    alive = read.reindex(months, fill_value=0).astype("float64")
    seen = in_views(dated)
    # a month in which nothing was read has no count, which is not a count of none
    views_shown = list(dict.fromkeys([*always(pilot), *seen["view"]]))
    grid = pd.MultiIndex.from_product([views_shown, months[alive.gt(0)]], names=KEYS)
    table = _measures(seen, grid).assign(
        projects_per_source=lambda frame: frame["projects"] / alive
    )
    long = table.reset_index().melt(KEYS, var_name="measure")
    key = "announcements." + long["view"] + "." + long["measure"]
    frame = long.assign(series=key)[["series", "period", "value"]]
    sources = alive.rename("value").reset_index().assign(series=SOURCES)
    return tidy(pd.concat([frame.dropna(), sources]))


def undecided(events: pd.DataFrame) -> pd.DataFrame:
    """Make the shares of texts that were not decided, and not in a language read.

    announcements.texts (count), announcements.abstained_share and .other_language_share (of all
    texts of the month). `events`: known_from, event_type, lang; events and others. A text that a
    person answered is decided.
    """
    if events.empty:
        return tidy(pd.DataFrame({"series": [], "period": [], "value": []}))
    month = events["known_from"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    left, foreign = events["event_type"].eq(ABSTAINED), ~events["lang"].isin([*READ, ""])
    shares = pd.DataFrame({"period": month, "a": left & ~foreign, "b": left & foreign})
    grouped = shares.groupby("period")
    wide = grouped[["a", "b"]].mean().set_axis([ABSTAINED_SHARE, FOREIGN_SHARE], axis=1)
    wide[TEXTS] = grouped.size().astype("float64")
    return tidy(wide.reset_index().melt("period", var_name="series"))


def dated_in_usd(resolved: pd.DataFrame, rates: pd.DataFrame | None) -> pd.DataFrame:
    """Add `period`, the first day of the month, and `usd`, the amount."""
    month = resolved["known_from"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    return resolved.assign(usd=in_usd(resolved, NO_RATES if rates is None else rates), period=month)


def _measures(seen: pd.DataFrame, grid: pd.MultiIndex) -> pd.DataFrame:
    """The measures of every view and month of the grid, one column each."""
    starts = seen.loc[seen["event_type"].isin(STARTS)]
    funded = starts.loc[starts["amount"].notna()]
    ended = _first(seen.loc[seen["event_type"].isin(ENDS)], "project").groupby(KEYS).size()
    projects = _first(starts, "project").groupby(KEYS).size()
    count = projects.reindex(grid, fill_value=0).astype("float64")
    converted = funded["usd"].notna().astype("float64").groupby([funded[key] for key in KEYS])
    return pd.DataFrame(
        {
            "projects": count,
            "mw": _sum(starts, "power_mw", grid),
            "usd": _sum(starts, "usd", grid),
            "usd_coverage": converted.mean().reindex(grid),
            "ended_share": ended.reindex(grid, fill_value=0) / count.replace(0, np.nan),
        }
    )


def _first(events: pd.DataFrame, column: str) -> pd.DataFrame:
    """Keep the first report of each project and view that gives the column."""
    return events.dropna(subset=[column]).drop_duplicates(["view", "project"])


def _sum(events: pd.DataFrame, column: str, grid: pd.MultiIndex) -> "pd.Series[float]":
    totals = _first(events, column).groupby(KEYS)[column].sum()
    return totals.reindex(grid, fill_value=0.0).astype("float64")
