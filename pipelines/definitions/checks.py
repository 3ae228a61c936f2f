"""The checks of a source: their declarations, and the results of a load."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.ingest.outcome import UNREACHED, IngestOutcome

RED, AMBER = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


def source_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks of a source's asset; only `contract` holds back the index."""
    return [
        dg.AssetCheckSpec("contract", asset=key, blocking=True, description="Blocking rules hold"),
        dg.AssetCheckSpec("quarantine", asset=key, description="No row had to be set aside"),
        reachable(key),
        dg.AssetCheckSpec("fresh", asset=key, description="The newest period is not late"),
    ]


def reachable(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The check that publishers answered every question of an asset."""
    return dg.AssetCheckSpec("reachable", asset=key, description="Every question was answered")


def reached(key: dg.AssetKey, outcomes: Sequence[IngestOutcome]) -> dg.AssetCheckResult:
    """The result of `reachable`."""
    unreached = [outcome for outcome in outcomes if outcome.outcome in UNREACHED]
    return result(key, "reachable", not unreached, RED, _details(unreached))


def is_silent(outcomes: Sequence[IngestOutcome]) -> bool:
    """True if a publisher was asked and answered no question."""
    answers = [outcome for outcome in outcomes if outcome.outcome not in {"history", "skipped"}]
    return bool(answers) and all(outcome.outcome in UNREACHED for outcome in answers)


def source_results(
    key: dg.AssetKey, outcomes: Sequence[IngestOutcome], status: Mapping[Hashable, Any]
) -> Iterator[dg.AssetCheckResult]:
    """The results of `source_specs` after a load.

    Where nobody answered, nothing is said of what would have come: a contract that was red stays
    red.

    Args:
        key: The asset of the source.
        outcomes: What became of each payload.
        status: The row of the source in `warehouse.observations.read.status`.
    """
    refused = [outcome for outcome in outcomes if outcome.outcome == "refused"]
    frozen = [outcome for outcome in outcomes if outcome.outcome == "frozen"]
    age = (
        "nothing is stored" if pd.isna(status["age_days"]) else f"{status['age_days']:.0f} days old"
    )
    quarantined = sum(outcome.quarantined for outcome in outcomes)
    if not is_silent(outcomes):
        yield result(key, "contract", not refused, RED, _details(refused))
        yield result(key, "quarantine", not quarantined, AMBER, f"{quarantined} rows set aside")
    yield reached(key, outcomes)
    yield result(key, "fresh", not status["late"] and not frozen, AMBER, _details(frozen) or age)


def _details(outcomes: Sequence[IngestOutcome]) -> str:
    return "; ".join(outcome.detail for outcome in outcomes)


def result(
    key: dg.AssetKey, name: str, passed: bool, severity: dg.AssetCheckSeverity, detail: str
) -> dg.AssetCheckResult:
    """The result of one check, with what a person should know of it."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=bool(passed),
        severity=severity,
        metadata={"detail": detail or "nothing to report"},
    )
