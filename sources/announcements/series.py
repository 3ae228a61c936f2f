"""Events -> monthly series: what was announced, as first known, and what was ended or delayed.

More is read every year, so every month has the number of sources alive beside its counts, and
a count for each of them; months are never spliced.
"""

import numpy as np
import pandas as pd

from sources.tidy import tidy

AFRICA = (
    "Morocco", "Algeria", "Tunisia", "Libya", "Egypt", "Mauritania", "Senegal", "Nigeria",
    "Ghana", "Kenya", "Ethiopia", "Rwanda", "Uganda", "Tanzania", "Angola", "Namibia",
    "Botswana", "Zambia", "Zimbabwe", "Mozambique", "Madagascar", "Mauritius", "Cameroon",
    "Gabon", "Benin", "Togo", "Mali", "Niger", "Chad", "Sudan", "Somalia", "Djibouti", "Malawi",
    "Burundi", "Guinea", "Gambia", "Liberia", "Lesotho", "Eswatini", "Seychelles",
    "South Africa", "Ivory Coast", "DR Congo", "Burkina Faso", "Cape Verde", "Sierra Leone",
    "South Sudan",
)  # fmt: skip
SOURCES = "announcements.sources"
STARTS = ("announced", "expanded")
ENDS = ("cancelled", "delayed")
NO_RATES = pd.DataFrame({"series": pd.Series(dtype="str"), "period": [], "value": []})


VIEWS = {
    "world": ("monde", "world"),
    "africa": ("Afrique", "Africa"),
    "morocco": ("Maroc", "Morocco"),
}
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


def catalogue() -> list[dict[str, str]]:
    """Every series that `monthly` can give: key, source, unit, frequency and titles."""
    alive = (SOURCES, "sources", "Sources vivantes", "Sources alive")
    rows = [alive] + [
        (f"announcements.{view}.{name}", unit, f"{fr}, {in_fr}", f"{en}, {in_en}")
        for view, (in_fr, in_en) in VIEWS.items()
        for name, (unit, fr, en) in MEASURES.items()
    ]
    names = ("key", "unit", "title_fr", "title_en")
    about = {"source": "announcements", "frequency": "M"}
    return [dict(zip(names, row, strict=True)) | about for row in rows]


def in_usd(told: pd.DataFrame, rates: pd.DataFrame) -> "pd.Series[float]":
    """The amounts of events in USD at the rate of their month, missing where no rate is held.

    `rates` are monthly observations `ecb.rate.<currency>`, units for a euro. A month that has
    no mean yet takes the last one, two months old at most.
    """
    month = told["known_from"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    asked = pd.DataFrame({"period": month.astype("datetime64[s]"), "at": range(len(told))})
    asked = asked.assign(currency=told["currency"].to_numpy()).sort_values("period")
    held = pd.DataFrame(
        {
            "period": pd.to_datetime(rates["period"]).astype("datetime64[s]"),
            "currency": rates["series"].str.removeprefix("ecb.rate."),
            "rate": rates["value"].astype("float64"),
        }
    ).sort_values("period")
    euro = held[held["currency"].eq("USD")].assign(currency="EUR", rate=1.0)
    held = pd.concat([held, euro]).sort_values("period")
    reach = pd.Timedelta(days=62)
    own = pd.merge_asof(asked, held, on="period", by="currency", tolerance=reach)
    dollar = held[held["currency"].eq("USD")].drop(columns="currency")
    both = pd.merge_asof(own, dollar, on="period", suffixes=("", "_usd"), tolerance=reach)
    both = both.sort_values("at").set_index(told.index)
    told_so = told["currency"].eq("USD")
    return told["amount"] * (both["rate_usd"] / both["rate"]).mask(told_so, 1.0)


def monthly(resolved: pd.DataFrame, rates: pd.DataFrame | None = None) -> pd.DataFrame:
    """Tidy series by month and view (world, morocco, africa) from resolved events.

    announcements.<view>.projects (count), .mw, .usd, .ended_share (cancelled and delayed over
    announced) and .projects_per_source; announcements.sources counts the sources alive. A
    project enters once, in the month when it, or its figure, was first known. `.usd` adds the
    amounts that could be converted by `rates` (see `in_usd`), `.usd_coverage` is their share.
    """
    if resolved.empty:
        return tidy(pd.DataFrame({"series": [], "period": [], "value": []}))
    held = NO_RATES if rates is None else rates
    resolved = resolved.assign(usd=in_usd(resolved, held))
    month = resolved["known_from"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    host = resolved["address"].str.extract(r"^https?://(?:www\.)?([^/]+)", expand=False)
    told = resolved.assign(period=month, host=host.fillna(""))
    months = pd.date_range(month.min(), month.max(), freq="MS", name="period")
    alive = told.groupby("period")["host"].nunique().reindex(months, fill_value=0).astype("float64")
    views = {
        "world": told,
        "africa": told.loc[told["country"].isin(AFRICA)],
        "morocco": told.loc[told["country"].eq("Morocco")],
    }
    columns: dict[str, pd.Series[float]] = {}
    for name, view in views.items():
        columns |= _view(f"announcements.{name}", view, alive)
    # a month in which nothing was read has no count, which is not a count of none
    counted = pd.DataFrame(columns).where(alive.gt(0), axis=0).assign(**{SOURCES: alive})
    wide = counted.rename_axis("period").reset_index()
    return tidy(wide.melt("period", var_name="series", value_name="value").dropna())


def _view(key: str, told: pd.DataFrame, alive: "pd.Series[float]") -> dict[str, "pd.Series[float]"]:
    starts = told.loc[told["event_type"].isin(STARTS)]
    funded = starts.loc[starts["amount"].notna()]
    converted = funded["usd"].notna().astype("float64")
    in_dollars = converted.groupby(funded["period"]).mean().reindex(alive.index)
    projects = _first(starts, "project").groupby("period").size()
    ends = _first(told.loc[told["event_type"].isin(ENDS)], "project").groupby("period").size()
    count = projects.reindex(alive.index, fill_value=0).astype("float64")
    stopped = ends.reindex(alive.index, fill_value=0)
    return {
        f"{key}.projects": count,
        f"{key}.projects_per_source": count / alive.replace(0, np.nan),
        f"{key}.mw": _sum(starts, "power_mw", alive.index),
        f"{key}.usd": _sum(starts, "usd", alive.index),
        f"{key}.usd_coverage": in_dollars,
        f"{key}.ended_share": stopped / count.replace(0, np.nan),
    }


def _first(told: pd.DataFrame, column: str) -> pd.DataFrame:
    """The first telling of each project in which the column is given."""
    return told.dropna(subset=[column]).drop_duplicates("project")


def _sum(told: pd.DataFrame, column: str, months: pd.Index) -> "pd.Series[float]":
    known = _first(told, column).groupby("period")[column].sum()
    return known.reindex(months, fill_value=0.0).astype("float64")
