"""What changed since the previous edition: figures new or revised, series gone, the method."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboards import edition_stats
from warehouse.edition import Edition

FIGURE = ["series", "period"]


@dataclass(frozen=True)
class Changes:
    """The changes since the edition of the month `before`.

    `figures`: series, period, kind (new or revised), was and value; both are empty where they may
    not be republished. `gone`: the series that were read then and are no more. `touched`: the
    keys of the indicators that the method defines otherwise; None where that edition is not held.
    """

    before: str
    figures: pd.DataFrame
    gone: list[str]
    touched: list[str] | None
    version_before: str


def between(edition: Edition, previous: Edition | None) -> Changes:
    """The changes of an edition against `previous`.

    Without it, against what this edition itself says that the months before it had read: each
    of them as known at its own cut-off.
    """
    held = previous or edition
    before = (
        edition_stats.month(previous)
        if previous
        else edition_stats.month(edition) - pd.DateOffset(months=1)
    )
    now = _read(edition, edition_stats.month(edition), edition_stats.month(edition))
    figures = compare(now, _read(held, None, before))
    open_ = ~figures["series"].isin(edition_stats.closed(edition))
    return Changes(
        f"{before:%Y-%m}",
        figures.assign(**{name: figures[name].where(open_) for name in ("was", "value")}),
        sorted(set(_read(held, before, before)["series"]) - set(now["series"])),
        None if previous is None else _touched(edition, previous),
        previous.framework_version if previous else "",
    )


def compare(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The figures of `now` (series, period, value) that `before` has not or has otherwise."""
    both = now.merge(before.rename(columns={"value": "was"}), on=FIGURE, how="left")
    kind = pd.Series("revised", both.index).mask(both["was"].isna(), "new")
    return both.assign(kind=kind).loc[both["value"].ne(both["was"])].reset_index(drop=True)


def _read(edition: Edition, first: pd.Timestamp | None, last: pd.Timestamp) -> pd.DataFrame:
    """Every figure read in the months from `first` to `last`, as it was read last."""
    rows = edition.lineage.loc[edition.lineage["period"].between(first or pd.Timestamp.min, last)]
    latest = rows.sort_values("period", kind="stable").drop_duplicates(
        ["series", "series_period"], keep="last"
    )
    figures = latest[["series", "series_period", "value"]].set_axis([*FIGURE, "value"], axis=1)
    return figures.dropna(subset="value").sort_values(FIGURE, kind="stable")


def _touched(edition: Edition, previous: Edition) -> list[str]:
    now, before = _definitions(edition), _definitions(previous)
    return sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))


def _definitions(edition: Edition) -> dict[str, Any]:
    framework = edition.framework
    groups = [*framework["dimension"], *framework.get("panel", [])]
    return {
        f"{group['key']}.{one['key']}": one | {"share": group.get("weight")}
        for group in groups
        for one in group["indicator"]
    }
