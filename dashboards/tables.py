"""The tables of a release as frames, from which every format is written.

Months and dates are datetime64, instants are UTC. Raw values of a source that may not be
republished are left out, and the score stands in their place.
"""

import pandas as pd

from dashboards import metadata
from dashboards.edition_stats import EditionStats
from warehouse.edition import Edition

HIDDEN = "not republished: the licence of the source does not allow it"
BOUNDS = ("low", "high")


def tables(stats: EditionStats) -> dict[str, pd.DataFrame]:
    """Every table of an edition, by name."""
    edition, traced = stats.edition, _traced(stats)
    both = {} if edition.gauges.rows.empty else {"gauges": gauges(edition)}
    return {
        "index": index(stats),
        **both,
        **({"audit": audit(edition)} if len(edition.gauges.audit) else {}),
        "contributions": contributions(edition),
        "indicators": indicators(stats),
        "vintages": vintages(stats),
        "lineage": _ordered(traced[metadata.names("lineage")]),
        "origins": origins(traced),
        "series": series(stats),
        "sources": sources(edition),
    }


def index(stats: EditionStats) -> pd.DataFrame:
    """The index, its regime and coverage, and the dimensions, by month.

    With the version that made each month, in an edition that has months of two.
    """
    edition = stats.edition
    rows = edition.values
    wide = rows.loc[rows["kind"].isin(["index", "dimension"])]
    scores = wide.pivot(index="period", columns="key", values="score")
    bounds = [name for name in BOUNDS if name in rows]
    index_rows = rows.loc[rows["key"].eq("index")].set_index("period")
    order = [group["key"] for group in edition.framework["dimension"]]
    details = ["regime", "coverage", "reason"]
    ordered = scores.reindex(columns=["index", *order])
    joined = ordered.join(index_rows[[*bounds, *details]]).rename_axis(columns=None)
    made_by = stats.made_by.reindex(joined.index)
    if made_by.nunique() > 1:
        joined, details = joined.assign(method=made_by), ["regime", "method", *details[1:]]
    return _ordered(joined[["index", *bounds, *order, *details]].reset_index())


def gauges(edition: Edition) -> pd.DataFrame:
    """Pressure, retreat and phase by month and reading."""
    rows = edition.gauges.rows
    pressure, retreat = (
        rows[rows["key"].eq(key)].set_index(["period", "reading"]) for key in ("index", "retreat")
    )
    wide = pd.DataFrame(
        {
            "pressure": pressure["score"],
            "pressure_low": pressure["low"],
            "pressure_high": pressure["high"],
            "retreat": retreat["score"],
            "retreat_low": retreat["low"],
            "retreat_high": retreat["high"],
            "phase": pressure["regime"],
            "state": pressure["state"],
            "pressure_observed": pressure["coverage"],
            "retreat_observed": retreat["coverage"],
            "true_dates": pressure["true_dates"],
            "reconstructed": pressure["reconstructed"],
            "reason": pressure["reason"],
        }
    )
    return _ordered(wide.reset_index()[metadata.names("gauges")])


def audit(edition: Edition) -> pd.DataFrame:
    """The audit of both gauges, its rows numbered in the order of the topics."""
    rows = edition.gauges.audit
    return rows.assign(rank=range(1, len(rows) + 1))[metadata.names("audit")]


def contributions(edition: Edition) -> pd.DataFrame:
    """Points of the index by month; dimensions and indicators each add up to it.

    With the rows that link who is present and versions of the method, where there are any.
    """
    values = edition.values
    kinds = ["dimension", "indicator", "composition", "link"]
    retreat = values["key"].eq("retreat.composition")
    rows = values.loc[values["kind"].isin(kinds) & ~retreat]
    return _ordered(rows[metadata.names("contributions")])


def indicators(stats: EditionStats) -> pd.DataFrame:
    """Value, unit, score, weight, age and state of each indicator by month."""
    values, method = stats.edition.values, stats.every_indicator.set_index("key")
    rows = values.loc[values["kind"].isin(["indicator", "panel"])]
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


def vintages(stats: EditionStats) -> pd.DataFrame:
    """Every figure used, in a column per month its value as known at the cut-off.

    A cell is empty where no indicator of that month read the figure. For figures that may not
    be republished there is the score of the indicator that read them instead, at its own key.
    """
    rows = pd.concat([_open(stats), _scored(stats)], ignore_index=True)
    months = rows.assign(cutoff=rows["cutoff"].dt.strftime("%Y-%m"))
    key = ["series", "period", "measure"]
    wide = months.pivot(index=key, columns="cutoff", values="value")
    return wide.rename_axis(columns=None).reset_index()


def _open(stats: EditionStats) -> pd.DataFrame:
    lineage = stats.edition.lineage[["series", "series_period", "period", "value"]]
    rows = lineage.loc[~lineage["series"].isin(stats.not_republished)]
    rows = rows.drop_duplicates(["series", "series_period", "period"])
    named = rows.set_axis(["series", "period", "cutoff", "value"], axis=1)
    return named.assign(measure="value")


def _scored(stats: EditionStats) -> pd.DataFrame:
    lineage = stats.edition.lineage
    values = stats.edition.values[["key", "observed", "period", "score"]]
    hidden = lineage.loc[lineage["series"].isin(stats.not_republished), "key"]
    rows = values.loc[values["key"].isin(hidden.unique())]
    rows = rows.dropna(subset=["score", "observed"])
    named = rows.set_axis(["series", "period", "cutoff", "value"], axis=1)
    return named.assign(period=pd.to_datetime(named["period"]), measure="score")


def origins(traced: pd.DataFrame) -> pd.DataFrame:
    """Where the figures come from: address, hash and citation."""
    rows = traced[metadata.names("origins")]
    return rows.drop_duplicates().sort_values("origin").reset_index(drop=True)


def _traced(stats: EditionStats) -> pd.DataFrame:
    """The observations behind each indicator and month, with their origin.

    A note on a figure that may not be republished is left out too: it may spell the figure.
    """
    rows = stats.edition.lineage
    hidden = rows["series"].isin(stats.not_republished)
    shown = rows.assign(
        value=rows["value"].mask(hidden), cite_note=rows["cite_note"].mask(hidden, HIDDEN)
    )
    identity = [name for name in metadata.names("origins") if name != "origin"]
    return shown.assign(origin=shown.groupby(identity, dropna=False).ngroup() + 1)


def series(stats: EditionStats) -> pd.DataFrame:
    """The series that the edition uses: source, unit, frequency, titles."""
    described = stats.edition.series
    used = described.loc[described["key"].isin(stats.edition.lineage["series"].unique())]
    republished = ~used["key"].isin(stats.not_republished)
    return used.assign(republished=republished)[metadata.names("series")].reset_index(drop=True)


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
