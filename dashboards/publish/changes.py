"""Changes since the previous edition: new and revised figures, series, method."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboards.edition_stats import EditionStats
from warehouse.edition import Edition

FIGURE = ["series", "period"]


@dataclass(frozen=True)
class Changes:
    """The changes since the edition of the month `before`.

    `figures`: series, period, kind (new or revised), was and value; was and value are empty
    where the licence forbids to republish them. `gone`: series that were read then and no longer
    are. `touched`: keys of the indicators whose definition changed, None where that edition is
    not stored.
    """

    before: str
    figures: pd.DataFrame
    gone: list[str]
    touched: list[str] | None
    version_before: str


def between(edition: Edition, previous: Edition | None) -> Changes:
    """The changes of an edition against `previous`.

    Without it, against what this edition says that the months before it had read, each as known
    at its own cut-off.
    """
    stats, reference = EditionStats(edition), previous or edition
    before = EditionStats(previous).month if previous else stats.month_before
    now = _read(edition, stats.month, stats.month)
    figures = compare(now, _read(reference, None, before))
    open_ = ~figures["series"].isin(stats.not_republished)
    return Changes(
        f"{before:%Y-%m}",
        figures.assign(**{name: figures[name].where(open_) for name in ("was", "value")}),
        sorted(set(_read(reference, before, before)["series"]) - set(now["series"])),
        None if previous is None else _touched(edition, previous),
        previous.framework_version if previous else "",
    )


def compare(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The figures of `now` that `before` lacks or has with another value.

    Both have the columns series, period and value.
    """
    both = now.merge(before.rename(columns={"value": "was"}), on=FIGURE, how="left")
    kind = pd.Series("revised", both.index).mask(both["was"].isna(), "new")
    return both.assign(kind=kind).loc[both["value"].ne(both["was"])].reset_index(drop=True)


def _read(edition: Edition, first: pd.Timestamp | None, last: pd.Timestamp) -> pd.DataFrame:
    """Each figure read in the months from `first` to `last`, in its last version."""
    # of these columns: a row has fifteen, most of them texts
    lineage = edition.lineage[["period", "series", "series_period", "value"]]
    rows = lineage.loc[lineage["period"].between(first or pd.Timestamp.min, last)]
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
        f"{group['key']}.{indicator['key']}": indicator | {"share": group.get("weight")}
        for group in groups
        for indicator in group["indicator"]
    }
