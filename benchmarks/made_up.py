"""A made-up store for measuring: 60 editions of 40 indicators over 60 months.

Its figures are those of the shipped history, laid again under other months and other names:
they say nothing of those months.
"""

import copy
from dataclasses import replace
from datetime import timedelta

import pandas as pd
from sqlalchemy import Engine

from dashboards.edition_stats import EditionStats
from warehouse import edition
from warehouse.edition import Edition
from warehouse.release_calendar import edition_dates

MONTHS = 60
INDICATORS = 40


def named(start: Edition, count: int = INDICATORS) -> Edition:
    """An edition with `count` indicators: twins of its own under other keys."""
    framework = copy.deepcopy(start.framework)
    groups = {entry["key"]: entry for entry in [*framework["dimension"], *framework["panel"]]}
    values, lineage = [start.values], [start.lineage]
    shipped = EditionStats(start).indicators["key"]
    for key in shipped[: max(count - len(shipped), 0)]:
        group, own = key.split(".")
        [model] = [entry for entry in groups[group]["indicator"] if entry["key"] == own]
        twin = model | {"key": f"made_up_{own}", "fr": f"Fictif : {model['fr']}",
                        "en": f"Made up: {model['en']}"}  # fmt: skip
        groups[group]["indicator"].append(twin)
        values.append(_renamed(start.values, key, f"{group}.made_up_{own}"))
        lineage.append(_renamed(start.lineage, key, f"{group}.made_up_{own}"))
    return replace(
        start,
        framework=framework,
        values=pd.concat(values, ignore_index=True),
        lineage=pd.concat(lineage, ignore_index=True),
    )


def _renamed(frame: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    return frame.loc[frame["key"].eq(key)].assign(key=name)


def stretched(start: Edition, months: int = MONTHS) -> Edition:
    """An edition over `months`: its oldest months are repeated before its first."""
    lacking = months - start.values["period"].nunique()
    first = start.values["period"].min()
    cut = first + pd.DateOffset(months=lacking)
    values, lineage = (
        pd.concat([_earlier(frame, cut, lacking), frame], ignore_index=True)
        for frame in (start.values, start.lineage)
    )
    return replace(start, values=values, lineage=lineage)


def _earlier(frame: pd.DataFrame, cut: pd.Timestamp, months: int) -> pd.DataFrame:
    oldest = frame.loc[frame["period"].lt(cut)]
    moved = oldest["period"] - pd.DateOffset(months=months)
    return oldest.assign(period=moved.astype(frame["period"].dtype))


def months(full: Edition) -> list[str]:
    """The months of an edition, oldest first."""
    return [f"{entry:%Y-%m}" for entry in sorted(full.values["period"].unique())]


def save(engine: Engine, full: Edition, month: str) -> int:
    """Save the edition of a month: what `full` says up to it."""
    end = pd.Timestamp(f"{month}-01")
    when = edition_dates(month, int(full.framework["rules"]["cutoff_day"]))
    lineage = full.lineage.loc[full.lineage["period"].le(end)].drop(columns="value")
    return edition.save(
        engine,
        values=full.values.loc[full.values["period"].le(end)],
        lineage=lineage,
        month=month,
        as_of=when.cutoff,
        recorded_by=full.recorded_by,
        framework=full.framework,
        framework_version=full.framework_version,
        framework_hash=full.framework_hash,
        data_hash=f"made up {month}",
        created_at=when.cutoff + timedelta(hours=1),
    )
