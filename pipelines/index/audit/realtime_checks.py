"""How the first readings held: false alarms, and the coverage of the bands."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipelines.index.audit.material import PRESSURE, Material, path
from pipelines.index.gauges import retreat_band
from pipelines.index.gauges.bands import errors
from pipelines.index.gauges.rows import RETREAT
from pipelines.index.toolkit import early_warning


def rows(material: Material, bands: pd.DataFrame) -> pd.DataFrame:
    """False alarms by phase, and the share of months inside the first bands.

    `bands` has low and high of the first readings by period and key ("index", a dimension or
    "retreat"), of the months that are to be held against what is known now.
    Columns: topic, gauge, key, against, measure, value, month, months.
    """
    return pd.DataFrame([*_alarms(material), *_coverage(material, bands)])


def _alarms(material: Material) -> Iterator[dict[str, Any]]:
    """Months in a phase as first published, against those known now."""
    first, latest = material.published, path(material.latest)
    both = first.index[
        first["phase"].ne("") & latest["phase"].reindex(first.index).fillna("").ne("")
    ]
    early, late = first.loc[both, "phase"], latest.loc[both, "phase"]
    order = [zone.key for zone in material.framework.regimes]
    zones = {"watch": order[1:], "retreat": ["retreat"]}
    for key, names in zones.items():
        alarm, event = early.isin(names), late.isin(names)
        measures = early_warning.signals(alarm, event)
        false = int((alarm & ~event).sum())
        yield from (
            {
                "topic": "false_alarm", "gauge": PRESSURE if key == "watch" else "retreat",
                "key": key, "measure": measure, "value": value, "months": len(both), "month": month,
            }
            for measure, value, month in (
                ("alarm_months", float(alarm.sum()), _first(alarm)),
                ("event_months", float(event.sum()), _first(event)),
                ("false_months", float(false), ""),
                ("missed_months", float((event & ~alarm).sum()), ""),
                ("false_share", false / alarm.sum() if alarm.any() else float("nan"), ""),
                ("hits", float(measures["hits"]), ""),
            )
        )  # fmt: skip


def _first(months: pd.Series) -> str:
    return f"{months.index[months][0]:%Y-%m}" if months.any() else ""


def _coverage(material: Material, bands: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Of each key, how often the value known now is in the first band.

    Over the months with a reading. `inside` sets the band against the month
    read again from where the month before stood, which is what it is made for; `inside_level`
    against a path made anew, where the error of each month adds to the next.
    """
    pressure, retreat = (material.gauges[name].gauge for name in (PRESSURE, RETREAT))
    scores = pressure.dimensions.assign(index=pressure.value, retreat=retreat.value)
    first = scores.where(pressure.value.notna(), axis=0)
    readings = (material.read, material.known_now, material.framework)
    misses = errors(*readings).assign(retreat=retreat_band.errors(*readings))
    level = material.latest.pivot(index="period", columns="key", values="score")
    later = {"inside": first + misses.reindex(first.index), "inside_level": level}
    for key, ends in bands.set_index("period").groupby("key", sort=False):
        shown = ends[["low", "high"]].reindex(first.index[first[key].notna()]).dropna()
        sides = {name: values[key].reindex(shown.index) for name, values in later.items()}
        months = shown[sides["inside"].notna()]
        shares = {
            name: values[months.index].between(months["low"], months["high"]).mean()
            for name, values in sides.items()
        }
        for measure, value in (*shares.items(), ("width", (months["high"] - months["low"]).mean())):
            yield {
                "topic": "coverage", "gauge": RETREAT if key == RETREAT else PRESSURE,
                "key": str(key), "measure": measure, "value": float(value), "months": len(months),
            }  # fmt: skip
