"""Epoch AI's frontier data centres: power seen by satellite and in permits.

Two files: the sites as they are now, and the dated steps of each. The set of sites grows with
the observers' effort, so the number of sites stands beside every sum. Steps after the day of
the fetch are projections and are left out.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Frequency, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, require, sizes, tidy

ROOT = "https://epoch.ai/data/data_centers/"
SITES, STEPS = Request(f"{ROOT}data_centers.csv"), Request(f"{ROOT}data_center_timelines.csv")
POWER, CHIPS = "Current power (MW)", "Current H100 equivalents"
NAMES = ("Handle", "Name")  # the column of site names until December 2025, and since
STEP = {"Date", "Data center", "Power (MW)"}
FORMATS = ("%m/%d/%Y", "%Y-%m-%d")
# The share of sites that may wait for a power: one or two are newly listed at a time, and a sum
# without more of them is no sum of the sites.
MOST_UNSEEN = 0.1
FEWEST = 10  # sites; the copies seen have more, so that a shorter list was cut


def parse(payload: Payload) -> pd.DataFrame:
    """The sums of the sites today, or at the end of each month so far.

    A site without a power has no figure. Raises SchemaDrift for a lost column, a short list, a
    site twice, or sites of which more than a few have no power.
    """
    table = pd.read_csv(BytesIO(payload.content))
    return _steps(table, payload) if payload.request.url == STEPS.url else _sites(table, payload)


def _sites(table: pd.DataFrame, payload: Payload) -> pd.DataFrame:
    require(table, {POWER, CHIPS})
    name = next((column for column in NAMES if column in table), None)
    if name is None:
        raise SchemaDrift(f"one of {NAMES}", list(map(str, table.columns[:8])))
    _enough(table[name])
    if table[name].duplicated().any():
        raise SchemaDrift(
            "one row for each site", table.loc[table[name].duplicated(), name].iloc[0]
        )
    power, chips = sizes(table[POWER]), sizes(table[CHIPS])
    seen = power.notna()
    if (~seen).mean() > MOST_UNSEEN:
        raise SchemaDrift("the power of every site", f"none of {table[name][~seen].iloc[0]}")
    # Those of whom the sum is: a site that is not in it is not counted either.
    sums = {"sites": float(seen.sum()), "power": power.sum(), "h100e": chips[seen].sum()}
    rows = {"series": [f"epoch_dc.now.{key}" for key in sums], "value": list(sums.values())}
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    rows |= {"period": day, "status": "estimated", "entries": len(table)}
    return tidy(pd.DataFrame(rows))


def _steps(table: pd.DataFrame, payload: Payload) -> pd.DataFrame:
    require(table, STEP)
    _enough(table["Data center"].drop_duplicates())
    today = pd.Timestamp(payload.fetched_at).tz_localize(None)
    dates, power = _dates(table["Date"].astype(str)), sizes(table["Power (MW)"])
    steps = table.assign(date=dates, power=power).sort_values("date")
    so_far = steps[steps["date"].le(today)].dropna(subset=["power"])
    months = pd.date_range(so_far["date"].min(), today, freq="MS").normalize()[:-1]
    ends = months + pd.offsets.MonthEnd(1)
    wide = so_far.pivot_table(index="date", columns="Data center", values="power", aggfunc="last")
    power_at_ends = wide.ffill().reindex(ends, method="ffill")
    sums = {"power": power_at_ends.sum(axis=1), "sites": power_at_ends.gt(0).sum(axis=1)}
    parts = [
        pd.DataFrame({"period": months, "value": values.to_numpy(dtype=float)}).assign(
            series=f"epoch_dc.built.{key}"
        )
        for key, values in sums.items()
    ]
    return tidy(pd.concat(parts).assign(status="estimated", entries=len(table)))


def _dates(cells: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Dates as 9/20/2016, or as 2016-09-20."""
    for form in FORMATS:
        dates = pd.to_datetime(cells, format=form, errors="coerce")
        if dates.notna().all():
            return dates
    raise SchemaDrift(f"dates as {FORMATS}", cells[dates.isna()].iloc[0])


def _enough(names: pd.Series[str]) -> None:
    if len(names) < FEWEST:
        raise SchemaDrift(f"at least {FEWEST} sites", len(names))


def _series(key: str, unit: str, frequency: Frequency, fr: str, en: str) -> Series:
    titles = (f"Grands centres d’IA, {fr}", f"Frontier AI data centres, {en}")
    return Series(f"epoch_dc.{key}", unit, frequency, *titles)


SOURCE = Source(
    key="epoch_data_centers",
    publisher="Epoch AI",
    fr="Grands centres de données d’IA, vus du ciel et dans les permis",
    en="Frontier AI data centres, seen from above and in permits",
    homepage="https://epoch.ai/data/data-centers",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution="Epoch AI, Frontier Data Centers",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=15,
    stale_days=75,
    role="reference",
    reference="power built, to compare with the power announced",
    expected_format="csv",
    requests=(SITES, STEPS),
    completeness=Completeness(rows=0.9, series=1.0, entries=0.9),
    parse=parse,
    # The same bytes on a later day are the sites of that day, and one month more of steps.
    snapshot_dated=True,
    series=(
        _series("now.power", "MW", "E", "puissance en place", "power in place"),
        _series("now.h100e", "H100e", "E", "puces en place", "chips in place"),
        _series("now.sites", "sites", "E", "sites suivis", "sites followed"),
        _series("built.power", "MW", "M", "puissance construite", "power built"),
        _series("built.sites", "sites", "M", "sites en service", "sites in service"),
    ),
    rules=(
        between(0, 200_000, series="epoch_dc.now.power", reason="power of the sites in MW"),
        between(0, 200_000, series="epoch_dc.built.power", reason="power of the sites in MW"),
        between(0, 2_000, series="epoch_dc.now.sites", reason="a number of sites"),
    ),
    traps=(
        "Columns and their order change from one copy to the next: Handle became Name.",
        "Cells hold tags of confidence (#likely) and once images; neither is stored.",
        "Steps beyond today are projections: they are left out.",
        "Past steps are revised without a history: every copy is a vintage.",
        "More sites are followed than before: a sum grows with the observers' effort.",
    ),
)
