"""The tables of a release as frames, from which every format is written.

Months and dates are datetime64, instants are UTC. Raw values of a source that may not be
republished are left out, and the score stands in their place.
"""

import pandas as pd

from dashboards import edition_stats, metadata
from warehouse.edition import Edition

HIDDEN = "not republished: the licence of the source does not allow it"
BOUNDS = ("low", "high")


def tables(edition: Edition) -> dict[str, pd.DataFrame]:
    """Every table of an edition, by name."""
    return {
        "index": index(edition),
        "contributions": contributions(edition),
        "indicators": indicators(edition),
        "vintages": vintages(edition),
        "lineage": lineage(edition),
        "origins": origins(edition),
        "series": series(edition),
        "sources": sources(edition),
    }


def index(edition: Edition) -> pd.DataFrame:
    """The index, its regime and coverage, and the dimensions, by month."""
    rows = edition.values
    wide = rows.loc[rows["kind"].isin(["index", "dimension"])]
    scores = wide.pivot(index="period", columns="key", values="score")
    bounds = [name for name in BOUNDS if name in rows]
    index_rows = rows.loc[rows["key"].eq("index")].set_index("period")
    order = [group["key"] for group in edition.framework["dimension"]]
    details = ["regime", "coverage", "reason"]
    ordered = scores.reindex(columns=["index", *order])
    joined = ordered.join(index_rows[[*bounds, *details]]).rename_axis(columns=None)
    return _ordered(joined[["index", *bounds, *order, *details]].reset_index())


def contributions(edition: Edition) -> pd.DataFrame:
    """Points of the index by month; dimensions and indicators each add up to it."""
    rows = edition.values.loc[edition.values["kind"].isin(["dimension", "indicator"])]
    return _ordered(rows[metadata.names("contributions")])


def indicators(edition: Edition) -> pd.DataFrame:
    """Value, unit, score, weight, age and state of each indicator by month."""
    rows = edition.values.loc[edition.values["kind"].isin(["indicator", "panel"])]
    method = edition_stats.indicators(edition).set_index("key")
    hidden = rows["key"].map(method["hidden"])
    return _ordered(
        rows.assign(
            unit_fr=rows["key"].map(method["unit_fr"]),
            unit_en=rows["key"].map(method["unit_en"]),
            value=rows["value"].mask(hidden),
            reason=rows["reason"].mask(hidden, HIDDEN),
            observed=pd.to_datetime(rows["observed"], format="%Y-%m"),
            age_months=rows["age_months"].astype("Int64"),
        )[metadata.names("indicators")]
    )


def vintages(edition: Edition) -> pd.DataFrame:
    """Every figure used, in a column per month its value as known at the cut-off.

    A cell is empty where no indicator of that month read the figure. For figures that may not
    be republished there is the score of the indicator that read them instead, at its own key.
    """
    rows = pd.concat([_open(edition), _scored(edition)], ignore_index=True)
    months = rows.assign(cutoff=rows["cutoff"].dt.strftime("%Y-%m"))
    key = ["series", "period", "measure"]
    wide = months.pivot(index=key, columns="cutoff", values="value")
    return wide.rename_axis(columns=None).reset_index()


def _open(edition: Edition) -> pd.DataFrame:
    rows = edition.lineage.loc[~edition.lineage["series"].isin(edition_stats.closed(edition))]
    rows = rows.drop_duplicates(["series", "series_period", "period"])
    named = rows[["series", "series_period", "period", "value"]].set_axis(
        ["series", "period", "cutoff", "value"], axis=1
    )
    return named.assign(measure="value")


def _scored(edition: Edition) -> pd.DataFrame:
    shut = edition.lineage["series"].isin(edition_stats.closed(edition))
    rows = edition.values.loc[edition.values["key"].isin(edition.lineage.loc[shut, "key"].unique())]
    rows = rows.dropna(subset=["score", "observed"])
    named = rows[["key", "observed", "period", "score"]].set_axis(
        ["series", "period", "cutoff", "value"], axis=1
    )
    return named.assign(period=pd.to_datetime(named["period"]), measure="score")


def lineage(edition: Edition) -> pd.DataFrame:
    """The observations behind each indicator and month, with their origin."""
    return _ordered(_traced(edition)[metadata.names("lineage")])


def origins(edition: Edition) -> pd.DataFrame:
    """Where the figures come from: address, hash and citation."""
    rows = _traced(edition)[metadata.names("origins")]
    return rows.drop_duplicates().sort_values("origin").reset_index(drop=True)


def _traced(edition: Edition) -> pd.DataFrame:
    """The lineage with the number of each origin.

    A note on a figure that may not be republished is left out too: it may spell the figure.
    """
    rows = edition.lineage
    shut = rows["series"].isin(edition_stats.closed(edition))
    shown = rows.assign(
        value=rows["value"].mask(shut), cite_note=rows["cite_note"].mask(shut, HIDDEN)
    )
    identity = [name for name in metadata.names("origins") if name != "origin"]
    return shown.assign(origin=shown.groupby(identity, dropna=False).ngroup() + 1)


def series(edition: Edition) -> pd.DataFrame:
    """The series that the edition uses: source, unit, frequency, titles."""
    used = edition.series.loc[edition.series["key"].isin(edition.lineage["series"])]
    open_ = ~used["key"].isin(edition_stats.closed(edition))
    return used.assign(republished=open_)[metadata.names("series")].reset_index(drop=True)


def sources(edition: Edition) -> pd.DataFrame:
    """The sources, their licence and the age of their newest figure."""
    rows = edition.sources
    return rows.assign(
        age_days=rows["age_days"].astype("Int64"),
        redistribute=rows["redistribute"].astype(bool),
    )[metadata.names("sources")]


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    order = [column for column in ("period", "kind", "key", "series") if column in rows]
    return rows.sort_values(order, kind="stable").reset_index(drop=True)
