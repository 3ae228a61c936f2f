"""What the daemon of a campaign watches: our sensors, at every look."""

from collections.abc import Iterator

import dagster as dg

from pipelines.definitions import sensors

CHECKS = [f"check_{number}" for number in range(12)]
WATCHING = [sensors.check_results, sensors.failed_runs, sensors.good_runs, sensors.outbox]


@dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="made_up") for name in CHECKS])
def made_up() -> Iterator[object]:
    """A made-up asset whose checks all fail."""
    yield dg.MaterializeResult()
    for name in CHECKS:
        yield dg.AssetCheckResult(check_name=name, passed=False)


@dg.definitions
def defs() -> dg.Definitions:
    """What the daemon loads."""
    for sensor in WATCHING:
        sensor._min_interval = 1
    return dg.Definitions(assets=[made_up], sensors=WATCHING)
