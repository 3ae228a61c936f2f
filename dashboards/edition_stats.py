"""Figures of an edition as frames: levels, changes, contributions, coverage.

Computed once for an edition and handed down to everything that publishes it. Months are the
first-of-month Timestamps of `edition.values`; scores, contributions and changes are points of
pressure (0 to 100); shares are 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from dashboards import once
from dashboards.indicator_words import presented
from warehouse.edition import Edition

# Points under which the index holds while its mean revision is not known yet: about what one
# of some twenty indicators of equal weight adds when its pressure moves by ten points.
HOLD = 0.5
STATES = ("observed", "carried", "estimated")
PHASES = ("retreat", "recovery")  # they stand beside the zones of the index


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


@dataclass(frozen=True, eq=False)
class EditionStats:
    """The figures that are published about an edition, each computed once."""

    edition: Edition
    _lines: "dict[str, pd.Series[Any]]" = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def month(self) -> pd.Timestamp:
        """The month of the edition."""
        return pd.Timestamp(f"{self.edition.month}-01")

    @cached_property
    def month_before(self) -> pd.Timestamp:
        """The month before that of the edition."""
        return self.month - pd.DateOffset(months=1)

    @property
    def cutoff_day(self) -> int:
        """The day of the month after on which the figures are cut off."""
        return int(self.edition.framework["rules"]["cutoff_day"])

    @cached_property
    def dimensions(self) -> list[dict[str, Any]]:
        """The dimensions of the method, in its order."""
        return list(presented(self.edition.framework)["dimension"])

    @cached_property
    def panels(self) -> list[dict[str, Any]]:
        """The panels published beside the index."""
        return list(presented(self.edition.framework).get("panel", []))

    @cached_property
    def zones(self) -> list[dict[str, Any]]:
        """The regimes of the index, the calmest first."""
        return list(self.edition.framework["regimes"])

    @cached_property
    def versions(self) -> list[dict[str, Any]]:
        """The method of the edition and those it succeeds, the newest first."""
        chain = [self.edition.framework]
        while before := chain[-1].get("succeeds"):
            chain.append(before["method"])
        return chain

    @cached_property
    def labels(self) -> list[dict[str, Any]]:
        """What a month may be called: zones from the calmest up, phases, older zones."""
        phases = self.edition.framework.get("phase") or {}
        newest = [*self.zones, *(phases[name] for name in PHASES if name in phases)]
        older = [zone for method in self.versions[1:] for zone in method["regimes"]]
        keys = {label["key"] for label in newest}
        return [*newest, *(zone for zone in older if zone["key"] not in keys)]

    @cached_property
    def made_by(self) -> "pd.Series[str]":
        """The version of the method that made each month."""
        periods = pd.Index(sorted(self.edition.values["period"].unique()), name="period")
        by_version = pd.Series(self.versions[-1]["version"], periods)
        for method in self.versions[-2::-1]:
            by_version[periods >= pd.Timestamp(method["succeeds"]["since"])] = method["version"]
        return by_version

    @property
    def changes_method(self) -> bool:
        """True if another version made the month before."""
        return self.made_by.get(self.month_before, "") not in {"", self.made_by[self.month]}

    def table(self, column: str, kind: str) -> pd.DataFrame:
        """One column of the values as a table, month x key, without missing months."""
        values = self.edition.values
        rows = values.loc[values["kind"].eq(kind), ["period", "key", column]]
        wide = rows.pivot(index="period", columns="key", values=column)
        span = pd.date_range(values["period"].min(), self.month, freq="MS", unit="s")
        return wide.reindex(span).rename_axis("period")

    @cached_property
    def index_scores(self) -> "pd.Series[float]":
        """The index by month, NaN where it is withheld."""
        return self.table("score", "index")["index"]

    @cached_property
    def index_regimes(self) -> "pd.Series[str]":
        """The regime of the index by month, "" where it is withheld."""
        return self.table("regime", "index")["index"].fillna("")

    @cached_property
    def dimension_scores(self) -> pd.DataFrame:
        """Pressure by month and dimension."""
        return self.table("score", "dimension")

    @cached_property
    def dimension_points(self) -> pd.DataFrame:
        """Points of the index by month and dimension."""
        return self.table("contribution", "dimension")

    @cached_property
    def indicator_scores(self) -> pd.DataFrame:
        """Pressure by month and indicator, without the panels."""
        return self.table("score", "indicator")

    @cached_property
    def level(self) -> Level:
        """Level and changes of the index in the month of the edition."""
        score, regime = self.index_scores, self.index_regimes
        unknown, year_before = float("nan"), self.month - pd.DateOffset(years=1)
        return Level(
            period=self.month,
            score=score[self.month],
            month_change=score[self.month] - score.get(self.month_before, unknown),
            year_change=score[self.month] - score.get(year_before, unknown),
            regime=str(regime[self.month]),
            regime_before=str(regime.get(self.month_before, "")),
            coverage=self.table("coverage", "index")["index"][self.month],
            hold=self.hold,
        )

    @cached_property
    def hold(self) -> float:
        """Points under which the index is said to hold: its mean absolute revision."""
        revision = self.edition.mean_revision
        return HOLD if revision is None else revision

    @cached_property
    def not_republished(self) -> frozenset[str]:
        """The series whose raw values their publisher does not let others republish."""
        sources, series = self.edition.sources, self.edition.series
        closed = sources.loc[~sources["redistribute"].astype(bool), "key"]
        return frozenset(series.loc[series["source"].isin(closed), "key"])

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The indicators of the method, one row each, those of the panels last.

        Columns: key, dimension, panel (bool), nominal weight in the index, and the fields of the
        framework. `hidden` tells those whose value is a figure as it was read, of a publisher
        that does not let others republish it.
        """
        return pd.DataFrame(self._described(presented(self.edition.framework)))

    @cached_property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The same rows by key."""
        return {
            row["key"]: {str(name): value for name, value in row.items()}
            for row in self.indicators.to_dict("records")
        }

    @cached_property
    def every_indicator(self) -> pd.DataFrame:
        """The same with those that only a version before had."""
        rows = [row for method in self.versions for row in self._described(presented(method))]
        return pd.DataFrame(rows).drop_duplicates("key", ignore_index=True)

    def _described(self, method: dict[str, Any]) -> list[dict[str, Any]]:
        total_weight = sum(group["weight"] for group in method["dimension"])
        return [
            indicator | self._added(group, indicator, total_weight)
            for group in [*method["dimension"], *method.get("panel", [])]
            for indicator in group["indicator"]
        ]

    def _added(
        self, group: dict[str, Any], indicator: dict[str, Any], total_weight: float
    ) -> dict[str, Any]:
        share = group.get("weight", 0.0) / total_weight
        return {
            "key": f"{group['key']}.{indicator['key']}",
            "dimension": group["key"],
            "panel": "weight" not in group,
            "nominal": share
            * indicator["weight"]
            / sum(member["weight"] for member in group["indicator"]),
            "hidden": self.hides(indicator),
        }

    def hides(self, indicator: Mapping[str, Any]) -> bool:
        """True if its value is a figure as it was read, which may not be republished."""
        raw = indicator["transform"] == "level"
        return raw and not self.not_republished.isdisjoint(indicator["of"])

    @cached_property
    def members(self) -> pd.DataFrame:
        """The series behind each indicator of the month: key, series."""
        lineage = self.edition.lineage
        now = lineage.loc[lineage["period"].eq(self.month), ["key", "series"]]
        return now.drop_duplicates()

    @cached_property
    def catalogue(self) -> dict[str, dict[Any, Any]]:
        """Each series of the catalogue by its key: titles, unit and frequency."""
        return {str(row["key"]): row for row in self.edition.series.to_dict("records")}

    @cached_property
    def readings(self) -> pd.DataFrame:
        """Every indicator in the month of the edition, with its values.

        Columns: those of `indicators` and of the values, and `change`, that of its score over a
        month.
        """
        values = self.edition.values
        now = values.loc[values["period"].eq(self.month)]
        # An indicator's low and high are its goalposts; only the index and dimensions have an
        # interval under these names. Its weight is the effective one, not that of the method.
        stored = now.drop(columns=["kind", "low", "high"], errors="ignore")
        merged = self.indicators.drop(columns="weight").merge(stored, on="key", how="left")
        scores = values.pivot(index="period", columns="key", values="score")
        before = scores.reindex([self.month_before]).iloc[0]
        return merged.assign(change=merged["score"] - merged["key"].map(before))

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Change of the index over a month by dimension and cause, in points.

        Columns: revised_data, new_data, method, total, which add up. In the order of the method,
        "link" last. Empty where the index was not published a month ago.
        """
        moved = self.edition.change.set_index("key")
        parts = moved.groupby(moved.index.str.split(".").str[0]).sum()
        order = [group["key"] for group in self.dimensions]
        complete = parts.reindex([*order, *parts.index.difference(order)]).fillna(0.0)
        return complete.assign(total=complete.sum(axis=1)) if len(parts) else parts

    @cached_property
    def states(self) -> "pd.Series[float]":
        """Share (0 to 1) of the weight of the index by state of the figures."""
        inside = self.readings.query("not panel and state in @STATES")
        return inside.groupby("state")["weight"].sum().reindex(STATES, fill_value=0.0)

    @cached_property
    def published_share(self) -> float:
        """Share (0 to 1) of the weight of the method that is published this month."""
        inside = self.readings.query("not panel")
        return float(inside.loc[inside["weight"].gt(0), "nominal"].sum())

    @cached_property
    def revised(self) -> pd.DataFrame:
        """Figures used in both months that were revised in between.

        Columns: series, series_period, before, after.
        """
        figures = self.edition.lineage[["period", "series", "series_period", "value"]]
        rows = figures.drop_duplicates(["period", "series", "series_period"])
        values = rows.pivot(index=["series", "series_period"], columns="period", values="value")
        pair = values.reindex(columns=[self.month_before, self.month])
        both = pair.set_axis(["before", "after"], axis=1).dropna()
        return both.loc[both["before"].ne(both["after"])].reset_index()

    @once  # a bulletin asks sixty times for one of seven
    def line(self, key: str) -> "pd.Series[Any]":
        """Values of the index or a dimension in the month, with its `change`.

        A dimension has none over the month in which the method changes: it is not linked.
        """
        values = self.edition.values
        rows = values.loc[values["key"].eq(key)].set_index("period")
        change = rows["score"].reindex([self.month_before, self.month]).diff().iloc[-1]
        if key != "index" and self.changes_method:
            change = float("nan")
        now: pd.Series[Any] = rows.assign(change=change).loc[[self.month]].iloc[0]
        return now
