"""Made-up rules, figures and editions: none of them is a fact."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.alerts.rules import Rule, RuleSet
from warehouse.edition import Edition
from warehouse.publication.timeline import EditionTimeline
from warehouse.release_calendar import edition_dates

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"made-up secret of thirty-two byte").decode()
METHOD: dict[str, Any] = {
    "title": {"fr": "Indice", "en": "Index"},
    "rules": {"cutoff_day": 10},
    "regimes": [{"key": key, "fr": key, "en": key} for key in ("calm", "watch", "crash")],
    "dimension": [
        {
            "key": "cost", "fr": "Coûts", "en": "Costs", "weight": 1.0,
            "indicator": [{"key": "a", "fr": "A", "en": "A", "low": 0, "high": 100, "weight": 1,
                           "transform": "growth"}],
        }
    ],
}  # fmt: skip


def rule(**changes: Any) -> Rule:
    """The index at 50 or more, over below 45."""
    fields = {
        "id": "high",
        "kind": "index",
        "series": "index",
        "when": {"op": ">=", "value": 50},
        "recover": {"op": "<", "value": 45},
        "severity": "alert",
        "owner": "team:made-up",
        "runbook": "docs/alerts.md",
        "message": {"fr": "{title} {value} en {period}", "en": "{title} {value} in {period}"},
    }
    return Rule.model_validate(fields | changes)


def channel(name: str = "hook", kind: str = "webhook", **changes: Any) -> dict[str, Any]:
    """A channel whose variables are called after it."""
    fields = {"id": name, "type": kind, "url": f"${{{name.upper()}_URL}}", "group": False}
    secret = {"secret": "${SECRET}", "allow_private": True} if kind == "webhook" else {}
    return fields | secret | changes


def rules(*listed: Rule, channels: Sequence[Mapping[str, Any]] = ()) -> RuleSet:
    """A file of rules."""
    declared = [each.model_dump(by_alias=True) for each in listed or (rule(),)]
    return RuleSet.model_validate({"version": 1, "rules": declared, "channels": list(channels)})


def edition(
    number: int, scores: Sequence[float | None], late: Sequence[str] = (), start: str = "2025-01"
) -> Edition:
    """An edition with these scores of index, dimension and indicator."""
    periods = pd.date_range(start, periods=len(scores), freq="MS")
    kinds = {"index": "index", "cost": "dimension", "cost.a": "indicator"}
    column = pd.Series(scores, dtype="float64")
    values = pd.concat(
        pd.DataFrame({"period": periods, "key": key, "kind": kind, "value": column, "score": column,
                      "contribution": column, "regime": column.map(regime), "coverage": 1.0,
                      "weight": 1.0, "state": "observed"})
        for key, kind in kinds.items()
    )  # fmt: skip
    sources = pd.DataFrame({"key": ["made_up"], "title_fr": ["Source"], "title_en": ["Source"]})
    as_of = datetime(2026, 1, 1, tzinfo=UTC) + pd.Timedelta(days=number)
    month = f"{periods[-1]:%Y-%m}"
    return Edition(
        id=number,
        month=month,
        as_of=as_of,
        timeline=EditionTimeline(
            number,
            month,
            as_of,
            as_of,
            edition_dates(month, 10),
            in_time=True,
        ),
        recorded_by=number,
        framework_version="made-up",
        framework_hash="made-up",
        data_hash=str(number),
        framework=METHOD,
        values=values,
        sources=sources.assign(late=sources["key"].isin(late), age_days=99.0, redistribute=True),
        series=pd.DataFrame({"key": ["made_up.a"], "source": ["made_up"]}),
        lineage=pd.DataFrame({"key": "cost.a", "period": periods, "series": "made_up.a"}),
        quarantined=pd.DataFrame(),
    )


def regime(score: float) -> str:
    """A made-up regime, without hysteresis."""
    if pd.isna(score):
        return ""
    return "crash" if score >= 75 else "watch" if score >= 50 else "calm"


def written(folder: Path, text: str) -> Path:
    """A file of rules with this text."""
    path = folder / "alerts.yaml"
    path.write_text(text, encoding="utf-8")
    return path
