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


def named(found: Edition, count: int = INDICATORS) -> Edition:
    """The edition with as many more indicators as it lacks, twins of its own under other keys."""
    framework = copy.deepcopy(found.framework)
    groups = {one["key"]: one for one in [*framework["dimension"], *framework["panel"]]}
    values, lineage = [found.values], [found.lineage]
    held = EditionStats(found).indicators["key"]
    for key in held[: max(count - len(held), 0)]:
        group, own = key.split(".")
        [model] = [one for one in groups[group]["indicator"] if one["key"] == own]
        twin = model | {"key": f"made_up_{own}", "fr": f"Fictif : {model['fr']}",
                        "en": f"Made up: {model['en']}"}  # fmt: skip
        groups[group]["indicator"].append(twin)
        values.append(_renamed(found.values, key, f"{group}.made_up_{own}"))
        lineage.append(_renamed(found.lineage, key, f"{group}.made_up_{own}"))
    return replace(
        found,
        framework=framework,
        values=pd.concat(values, ignore_index=True),
        lineage=pd.concat(lineage, ignore_index=True),
    )


def _renamed(frame: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    return frame.loc[frame["key"].eq(key)].assign(key=name)


def stretched(found: Edition, months: int = MONTHS) -> Edition:
    """The edition over as many months: its oldest ones are laid again before its first."""
    lacking = months - found.values["period"].nunique()
    first = found.values["period"].min()
    cut = first + pd.DateOffset(months=lacking)
    values, lineage = (
        pd.concat([_earlier(frame, cut, lacking), frame], ignore_index=True)
        for frame in (found.values, found.lineage)
    )
    return replace(found, values=values, lineage=lineage)


def _earlier(frame: pd.DataFrame, cut: pd.Timestamp, months: int) -> pd.DataFrame:
    oldest = frame.loc[frame["period"].lt(cut)]
    moved = oldest["period"] - pd.DateOffset(months=months)
    return oldest.assign(period=moved.astype(frame["period"].dtype))


def months(whole: Edition) -> list[str]:
    """The months of an edition, oldest first."""
    return [f"{one:%Y-%m}" for one in sorted(whole.values["period"].unique())]


def save(engine: Engine, whole: Edition, month: str) -> int:
    """Save the edition of a month: what `whole` says up to it."""
    end = pd.Timestamp(f"{month}-01")
    when = edition_dates(month, int(whole.framework["rules"]["cutoff_day"]))
    lineage = whole.lineage.loc[whole.lineage["period"].le(end)].drop(columns="value")
    return edition.save(
        engine,
        values=whole.values.loc[whole.values["period"].le(end)],
        lineage=lineage,
        month=month,
        as_of=when.cutoff,
        recorded_by=whole.recorded_by,
        framework=whole.framework,
        framework_version=whole.framework_version,
        framework_hash=whole.framework_hash,
        data_hash=f"made up {month}",
        created_at=when.cutoff + timedelta(hours=1),
    )
