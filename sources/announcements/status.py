"""What became of the projects: how many in each state at month end.

A project is in the state that was told last, with the figures that were told last. Unlike the
counts of `series` these are stocks: they say what is known of all projects, not what a month
brought.
"""

from collections.abc import Iterable

import pandas as pd

from sources.announcements.countries import KEYS, always, in_views, views
from sources.announcements.event_type import KINDS, NONE
from sources.announcements.series import dated_in_usd
from sources.tidy import tidy

STATES = tuple(kind for kind in KINDS if kind != NONE)
MEASURES = {
    "projects": ("projects", "projets", "projects"),
    "mw": ("MW", "puissance", "power"),
    "usd": ("USD", "dollars", "dollars"),
}
FRENCH = {
    "announced": "annoncés",
    "expanded": "agrandis",
    "under_construction": "en construction",
    "operational": "en service",
    "cancelled": "annulés",
    "delayed": "retardés",
}
AT = [*KEYS, "state"]


def catalogue(named: Iterable[str]) -> list[dict[str, str]]:
    """List the series of these countries: key, source, unit and titles."""
    common = {"source": "announcements", "frequency": "M"}
    return [
        common
        | {"key": f"announcements.{view}.state.{state}.{measure}", "unit": unit}
        | {"title_fr": f"Projets {FRENCH[state]}, {fr}, {in_fr}"}
        | {"title_en": f"Projects {state.replace('_', ' ')}, {en}, {in_en}"}
        for view, (in_fr, in_en) in views(named).items()
        for state in STATES
        for measure, (unit, fr, en) in MEASURES.items()
    ]


def monthly(
    resolved: pd.DataFrame, rates: pd.DataFrame | None = None, pilot: str = ""
) -> pd.DataFrame:
    """Make the series announcements.<view>.state.<state>.<measure>.

    Measures: projects, mw, usd. Every telling moves its project from the state and figures told
    before to those that it tells; the running sum of the moves is the stock. The country `pilot`
    has its stocks of none too.
    """
    if resolved.empty:
        return tidy(pd.DataFrame({"series": [], "period": [], "value": []}))
    moves = _moves(in_views(_with_project_facts(dated_in_usd(resolved, rates))))
    months = pd.date_range(moves["period"].min(), moves["period"].max(), freq="MS")
    views_shown = list(dict.fromkeys([*always(pilot), *moves["view"]]))
    grid = pd.MultiIndex.from_product([views_shown, months, STATES], names=AT)
    moved = moves.groupby(AT)[list(MEASURES)].sum().reindex(grid, fill_value=0.0)
    stock = moved.groupby(["view", "state"]).cumsum().round(6)
    long = stock.reset_index().melt(AT, var_name="measure")
    key = "announcements." + long["view"] + ".state." + long["state"] + "." + long["measure"]
    return tidy(long.assign(series=key)[["series", "period", "value"]])


def _with_project_facts(events: pd.DataFrame) -> pd.DataFrame:
    """Fill each report with its project's country and latest figures."""
    country = events["country"].replace("", None).groupby(events["project"]).transform("first")
    figures = (
        events[["power_mw", "usd"]].astype("float64").groupby(events["project"]).ffill().fillna(0)
    )
    return events.assign(
        country=country.fillna(""), mw=figures["power_mw"], usd=figures["usd"], projects=1.0
    )


def _moves(seen: pd.DataFrame) -> pd.DataFrame:
    """List what enters a state, and what leaves it with the opposite sign."""
    measures, inside = list(MEASURES), [seen["view"], seen["project"]]
    entered = seen.rename(columns={"event_type": "state"})[[*AT, *measures]]
    before = entered[["state", *measures]].groupby(inside).shift()
    left = entered[KEYS].join(before).dropna(subset=["state"])
    left[measures] = -left[measures]
    return pd.concat([entered, left], ignore_index=True)
