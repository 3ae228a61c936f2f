"""What an edition says, as frames without words: levels, changes, parts, age and coverage.

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
    """The index in the month of the edition, and how it moved; NaN where it is not known."""

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
    """Month x key of one column for a kind of row, with a row for every month of the span."""
    rows = edition.values.loc[edition.values["kind"].eq(kind)]
    wide = rows.pivot(index="period", columns="key", values=column)
    span = pd.date_range(edition.values["period"].min(), month(edition), freq="MS", unit="s")
    return wide.reindex(span).rename_axis("period")


def level(edition: Edition) -> Level:
    """The headline of the edition."""
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
    """Points under which a change of the index is none: its mean absolute revision, if known."""
    return HOLD if edition.mean_revision is None else edition.mean_revision


def groups(edition: Edition) -> list[dict[str, Any]]:
    """The dimensions of the framework, in its order."""
    return list(edition.framework["dimension"])


def indicators(edition: Edition) -> pd.DataFrame:
    """The method's indicators, those of the panels last, a row each.

    Columns: key, dimension, panel (bool), nominal weight in the index, and the fields of the
    framework. `hidden` tells those whose value is a figure as it was read, of a publisher that
    does not let others republish it.
    """
    whole, shut = sum(one["weight"] for one in groups(edition)), closed(edition)
    rows = []
    for group in [*groups(edition), *edition.framework.get("panel", [])]:
        share = group.get("weight", 0.0) / whole
        total = sum(one["weight"] for one in group["indicator"])
        for one in group["indicator"]:
            about = {"key": f"{group['key']}.{one['key']}", "dimension": group["key"]}
            about |= {"panel": "weight" not in group, "nominal": share * one["weight"] / total}
            hidden = one["transform"] == "level" and not shut.isdisjoint(one["of"])
            rows.append(one | about | {"hidden": hidden})
    return pd.DataFrame(rows)


def closed(edition: Edition) -> set[str]:
    """The series whose raw values their publisher does not let others republish."""
    shut = edition.sources.loc[~edition.sources["redistribute"].astype(bool), "key"]
    return set(edition.series.loc[edition.series["source"].isin(shut), "key"])


def members(edition: Edition) -> pd.DataFrame:
    """The series behind each indicator of the month: key, series."""
    now = edition.lineage.loc[edition.lineage["period"].eq(month(edition)), ["key", "series"]]
    return now.drop_duplicates()


def readings(edition: Edition) -> pd.DataFrame:
    """Every indicator in the month of the edition: the columns of `indicators` and of values.

    `change` is the change of its score over a month.
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
    """The change of the index over a month by indicator: key, dimension, figures, weights, total.

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
    """The change of the index over a month by dimension: revised_data, new_data, method, total.

    In points that add up to it, in the order of the method; "link" is last where versions of the
    method meet. Empty where the index was not published a month ago.
    """
    moved = edition.change.set_index("key")
    parts = moved.groupby(moved.index.str.split(".").str[0]).sum()
    order = [one["key"] for one in groups(edition)]
    known = parts.reindex([*order, *parts.index.difference(order)]).fillna(0.0)
    return known.assign(total=known.sum(axis=1)) if len(parts) else parts


def states(edition: Edition) -> pd.Series:
    """Share of the weight that the index rests on in each state, as `v_index_state` has it."""
    inside = readings(edition).query("not panel and state in @STATES")
    return inside.groupby("state")["weight"].sum().reindex(STATES, fill_value=0.0)


def present(edition: Edition) -> float:
    """Share of the weight of the method that the indicators published in its month carry."""
    inside = readings(edition).query("not panel")
    return float(inside.loc[inside["weight"].gt(0), "nominal"].sum())


def revised(edition: Edition) -> pd.DataFrame:
    """Figures that this month's edition reads otherwise than the month before it did.

    Columns: series, series_period, before, after; a row a figure that both months used.
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
    """A dimension in the month of the edition: its values, and `change` of its score."""
    now = month(edition)
    rows = edition.values.loc[edition.values["key"].eq(key)].set_index("period")
    before = rows["score"].get(now - pd.DateOffset(months=1), float("nan"))
    change = rows["score"].get(now, float("nan")) - before
    line: pd.Series[Any] = rows.assign(change=change).loc[[now]].iloc[0]
    return line
