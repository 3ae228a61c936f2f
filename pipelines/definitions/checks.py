"""The checks of a source: their declarations, and the results of a load."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.ingest.ingestion import IngestOutcome

RED, AMBER = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


def source_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks of a source's asset; only `contract` holds back the index."""
    return [
        dg.AssetCheckSpec("contract", asset=key, blocking=True, description="Blocking rules hold"),
        dg.AssetCheckSpec("quarantine", asset=key, description="No row had to be set aside"),
        dg.AssetCheckSpec("reachable", asset=key, description="The publisher answered"),
        dg.AssetCheckSpec("fresh", asset=key, description="The newest period is not late"),
    ]


def source_results(
    key: dg.AssetKey, outcomes: Sequence[IngestOutcome], status: Mapping[Hashable, Any]
) -> list[dg.AssetCheckResult]:
    """The results of `source_specs` after a load.

    Args:
        key: The asset of the source.
        outcomes: What became of each payload.
        status: The row of the source in `warehouse.observations.read.status`.
    """
    refused = [outcome for outcome in outcomes if outcome.outcome == "refused"]
    unreached = [outcome for outcome in outcomes if outcome.outcome in {"failed", "try later"}]
    frozen = [outcome for outcome in outcomes if outcome.outcome == "frozen"]
    age = f"{status['age_days']} days old"
    quarantined = sum(outcome.quarantined for outcome in outcomes)
    return [
        _result(key, "contract", not refused, RED, _details(refused)),
        _result(key, "quarantine", not quarantined, AMBER, f"{quarantined} rows set aside"),
        _result(key, "reachable", not unreached, AMBER, _details(unreached)),
        _result(key, "fresh", not status["late"] and not frozen, AMBER, _details(frozen) or age),
    ]


def _details(outcomes: Sequence[IngestOutcome]) -> str:
    return "; ".join(outcome.detail for outcome in outcomes)


def _result(
    key: dg.AssetKey, name: str, passed: bool, severity: dg.AssetCheckSeverity, detail: str
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=bool(passed),
        severity=severity,
        metadata={"detail": detail or "nothing to report"},
    )
