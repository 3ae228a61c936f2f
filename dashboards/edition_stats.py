"""Figures of an edition as frames: levels, changes, contributions, coverage.

Every function is pure. Months are the first-of-month Timestamps of `edition.values`; scores,
contributions and changes are points of pressure (0 to 100); shares are 0..1.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from warehouse.edition import Edition

# Points, where it is not yet known how far the index is revised.
HOLD = 0.5
STATES = ("observed", "carried", "estimated")


@dataclass(frozen=True)
class Level:
    """The index in the month of the edition and its changes; NaN where unknown."""

    period: pd.Timestamp
    score: float
    month_change: float
    year_change: float
    regime: str
    regime_before: str
    coverage: float
    hold: float


def month(edition: Edition) -> pd.Timestamp:
    """The month of the edition."""
    return pd.Timestamp(f"{edition.month}-01")


def table(edition: Edition, column: str, kind: str) -> pd.DataFrame:
    """One column of the values as a table, month x key, without missing months."""
    rows = edition.values.loc[edition.values["kind"].eq(kind)]
    wide = rows.pivot(index="period", columns="key", values=column)
    span = pd.date_range(edition.values["period"].min(), month(edition), freq="MS", unit="s")
    return wide.reindex(span).rename_axis("period")


def level(edition: Edition) -> Level:
    """Level and changes of the index in the month of the edition."""
    now = month(edition)
    score = table(edition, "score", "index")["index"]
    regime = table(edition, "regime", "index")["index"].fillna("")
    coverage = table(edition, "coverage", "index")["index"]
    before, year = now - pd.DateOffset(months=1), now - pd.DateOffset(years=1)
    return Level(
        period=now,
        score=score[now],
        month_change=score[now] - score.get(before, float("nan")),
        year_change=score[now] - score.get(year, float("nan")),
        regime=str(regime[now]),
        regime_before=str(regime.get(before, "")),
        coverage=coverage[now],
        hold=hold(edition),
    )


def hold(edition: Edition) -> float:
    """Points under which the index is said to hold: its mean absolute revision."""
    return HOLD if edition.mean_revision is None else edition.mean_revision


def groups(edition: Edition) -> list[dict[str, Any]]:
    """The dimensions of the framework, in its order."""
    return list(edition.framework["dimension"])


def indicators(edition: Edition) -> pd.DataFrame:
    """The indicators of the method, one row each, those of the panels last.

    Columns: key, dimension, panel (bool), nominal weight in the index, and the fields of the
    framework. `hidden` tells those whose value is a figure as it was read, of a publisher that
    does not let others republish it.
    """
    total_weight = sum(group["weight"] for group in groups(edition))
    not_republished = closed(edition)
    rows = []
    for group in [*groups(edition), *edition.framework.get("panel", [])]:
        share = group.get("weight", 0.0) / total_weight
        total = sum(indicator["weight"] for indicator in group["indicator"])
        for indicator in group["indicator"]:
            raw = indicator["transform"] == "level"
            added = {
                "key": f"{group['key']}.{indicator['key']}",
                "dimension": group["key"],
                "panel": "weight" not in group,
                "nominal": share * indicator["weight"] / total,
                "hidden": raw and not not_republished.isdisjoint(indicator["of"]),
            }
            rows.append(indicator | added)
    return pd.DataFrame(rows)


def closed(edition: Edition) -> set[str]:
    """The series whose raw values their publisher does not let others republish."""
    sources = edition.sources.loc[~edition.sources["redistribute"].astype(bool), "key"]
    return set(edition.series.loc[edition.series["source"].isin(sources), "key"])


def members(edition: Edition) -> pd.DataFrame:
    """The series behind each indicator of the month: key, series."""
    now = edition.lineage.loc[edition.lineage["period"].eq(month(edition)), ["key", "series"]]
    return now.drop_duplicates()


def readings(edition: Edition) -> pd.DataFrame:
    """Every indicator in the month of the edition, with its values.

    Columns: those of `indicators` and of the values, and `change`, that of its score over a month.
    """
    now = month(edition)
    stored = edition.values.loc[edition.values["period"].eq(now)].drop(columns=["weight", "kind"])
    effective = edition.values.loc[edition.values["period"].eq(now), ["key", "weight"]]
    # an indicator's low and high are its goalposts; only the index and dimensions have intervals
    own = stored.drop(columns=["low", "high"], errors="ignore")
    merged = indicators(edition).drop(columns="weight").merge(own, on="key", how="left")
    merged = merged.merge(effective, on="key", how="left")
    scores = edition.values.pivot(index="period", columns="key", values="score")
    before = scores.reindex([now - pd.DateOffset(months=1)]).iloc[0]
    return merged.assign(
        change=merged["score"] - merged["key"].map(before),
    )


def movement(edition: Edition) -> pd.DataFrame:
    """Change of the index over a month by indicator, in points.

    Columns: key, dimension, figures, weights, total.
    `figures` is the change of the scores at mean weights, `weights` that of the effective
    weights at mean scores; an indicator that enters or leaves is wholly in `weights`. Totals
    add up to the change of the index. Empty where the index was not published a month ago.
    """
    now = month(edition)
    pair = [now - pd.DateOffset(months=1), now]
    names = indicators(edition).query("not panel")[["key", "dimension"]].set_index("key")
    total = table(edition, "score", "index")["index"].reindex(pair)
    if total.isna().any():
        return pd.DataFrame(columns=["key", "dimension", "figures", "weights", "total"])
    score = table(edition, "score", "indicator").reindex(index=pair, columns=names.index)
    part = table(edition, "contribution", "indicator").reindex_like(score).fillna(0.0)
    weight = table(edition, "weight", "indicator").reindex_like(score).fillna(0.0)
    figures = (score.diff().iloc[1] * weight.mean()).fillna(0.0)
    moved = part.diff().iloc[1]
    return names.assign(figures=figures, weights=moved - figures, total=moved).reset_index()


def causes(edition: Edition) -> pd.DataFrame:
    """Change of the index over a month by dimension and cause, in points.

    Columns: revised_data, new_data, method, total. The parts add up to the change.
    In the order of the method; "link" is last where two versions of the method meet.
    Empty where the index was not published a month ago.
    """
    moved = edition.change.set_index("key")
    parts = moved.groupby(moved.index.str.split(".").str[0]).sum()
    order = [group["key"] for group in groups(edition)]
    complete = parts.reindex([*order, *parts.index.difference(order)]).fillna(0.0)
    return complete.assign(total=complete.sum(axis=1)) if len(parts) else parts


def states(edition: Edition) -> pd.Series:
    """Share (0 to 1) of the weight of the index by state of the figures."""
    inside = readings(edition).query("not panel and state in @STATES")
    return inside.groupby("state")["weight"].sum().reindex(STATES, fill_value=0.0)


def present(edition: Edition) -> float:
    """Share (0 to 1) of the weight of the method that is published this month."""
    inside = readings(edition).query("not panel")
    return float(inside.loc[inside["weight"].gt(0), "nominal"].sum())


def revised(edition: Edition) -> pd.DataFrame:
    """Figures used in both months that were revised in between.

    Columns: series, series_period, before, after.
    """
    now = month(edition)
    rows = edition.lineage.drop_duplicates(["period", "series", "series_period"])
    key = ["series", "series_period"]
    values = rows.pivot(index=key, columns="period", values="value")
    pair = values.reindex(columns=[now - pd.DateOffset(months=1), now]).set_axis(
        ["before", "after"], axis=1
    )
    both = pair.dropna()
    return both.loc[both["before"].ne(both["after"])].reset_index()


def of_dimension(edition: Edition, key: str) -> "pd.Series[Any]":
    """Values of a dimension in the month, with the `change` of its score."""
    now = month(edition)
    rows = edition.values.loc[edition.values["key"].eq(key)].set_index("period")
    before = rows["score"].get(now - pd.DateOffset(months=1), float("nan"))
    change = rows["score"].get(now, float("nan")) - before
    line: pd.Series[Any] = rows.assign(change=change).loc[[now]].iloc[0]
    return line
