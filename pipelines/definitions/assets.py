"""The assets after the sources: announcements, index, release and alerts.

Nothing here computes: every asset calls the functions that the command line calls.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.alerts import findings, service
from pipelines.announcements import collect, curated, filings
from pipelines.definitions import checks, columns, edition_checks
from pipelines.definitions.resources import Observatory
from pipelines.definitions.source_assets import OWNERS
from pipelines.errors import UsageError
from pipelines.ingest import ingestion
from pipelines.observatory import method
from pipelines.release import approval, compute, gauges, runway, signing
from sources import find_source
from warehouse import edition

# The first month of the shipped index.
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2023-08", fmt="%Y-%m", timezone="UTC")
A = dg.AutomationCondition
# Eager, but only for new data, and whether or not every source was fetched yet: the shipped
# history stands for one that was not. A contract that never ran holds nothing back, a red one does.
NEW_AND_GREEN = (
    A.eager()
    .without(~A.any_deps_missing())
    .replace("any_deps_updated", A.any_deps_match(A.data_version_changed()))
    & ~A.any_deps_match(A.any_checks_match(A.check_failed(), blocking_only=True))
    | (A.missing() & A.initial_evaluation())  # a new installation need not wait for new data
).with_label("new data, no red contract")


# Two hours after the daily sources.
EVERY_DAY = A.cron_tick_passed("0 7 * * *").since(A.newly_requested() | A.newly_updated())
# A source that no indicator reads must not hold the index back.
INDEX_SOURCES = list(
    dict.fromkeys(key for own in method.of_every_framework() for key in runway.sources_read(own))
)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            "indicators",
            deps=[dg.AssetKey(["observations", key]) for key in INDEX_SOURCES],
            group_name="index",
            owners=OWNERS,
            kinds={"python", "pandas"},
            description="Every indicator, each month from what was known at its cut-off.",
            metadata={
                **columns.table("v_index", columns.INDEX),
                "dagster/column_lineage": columns.of_indicators(INDEX_SOURCES),
            },
            automation_condition=NEW_AND_GREEN,
        ),
        dg.AssetSpec(
            "silent_crash_index",
            deps=["indicators"],
            group_name="index",
            owners=OWNERS,
            kinds={"python", "pandas"},
            description="The index and its five dimensions, with contributions that add up.",
            metadata={
                **columns.table("v_index", columns.INDEX),
                "dagster/column_lineage": columns.of_index(),
            },
            automation_condition=NEW_AND_GREEN,
        ),
    ],
    check_specs=edition_checks.SPECS,
)
def index(observatory: Observatory) -> Iterator[Any]:
    """Compute the latest month that the coverage rule allows and store it."""
    with observatory.open() as (engine, settings):
        read = [find_source(key) for key in INDEX_SOURCES]
        for _ in ingestion.ingest_all(engine, settings, read, live=False):
            pass  # the shipped history of sources that were never fetched
        number = compute.compute(engine, None, now=settings.now, approval=settings.approval)
        computed = edition.load(engine, number)
        version = dg.DataVersion(computed.data_hash)
        last = computed.values.loc[computed.values["key"].eq("index")].iloc[-1]
        unread = gauges.unread(engine, computed.month, settings.now)
        origin = {
            "month": computed.month,
            "as_of": str(computed.as_of),
            "framework": computed.framework_version,
        }
        yield from edition_checks.of_edition(computed)
        yield dg.MaterializeResult(
            "indicators",
            metadata={**origin, "dagster/row_count": len(computed.values)},
            data_version=version,
        )
        yield dg.MaterializeResult(
            "silent_crash_index",
            metadata={
                **origin,
                "value": float(last["score"]),
                "regime": str(last["regime"]),
                "without a reading": ", ".join(month.month for month in unread),
            },
            data_version=version,
        )


@dg.asset(
    deps=[dg.AssetKey(["observations", key]) for key in (*collect.PAPERS, *filings.LISTS)],
    group_name="observations",
    owners=OWNERS,
    kinds={"python"},
    description="The events of data-centre projects in new titles, and their series.",
    automation_condition=NEW_AND_GREEN,
    check_specs=[checks.reachable(dg.AssetKey("announcements"))],
)
def announcements(
    context: dg.AssetExecutionContext, observatory: Observatory
) -> dg.MaterializeResult:
    """Fetch the filed documents that are listed and read what is archived and new."""
    with observatory.open() as (engine, settings):
        outcomes = filings.ask(engine, settings)
        curated.load(engine, settings)
        counts = collect.read_archive(engine, settings)
        return dg.MaterializeResult(
            metadata=counts._asdict(), check_results=[checks.reached(context.asset_key, outcomes)]
        )


@dg.asset(
    name="release",
    deps=["silent_crash_index"],
    partitions_def=MONTHS,
    group_name="publication",
    owners=OWNERS,
    kinds={"python", "html"},
    description="The edition of a month: bulletin in French and English, tables, provenance.",
    check_specs=[edition_checks.FILES],
)
def monthly_release(
    context: dg.AssetExecutionContext, observatory: Observatory
) -> dg.MaterializeResult:
    """Rebuild the edition of the partition's month as known at its cut-off.

    So is that of each framework beside the first; one that is refused is what fails at the end.
    """
    with observatory.open() as (engine, settings):
        month = compute.parse_month(context.partition_key)
        gate = settings.approval
        number = compute.compute(engine, month, now=settings.now, approval=gate)
        signer = signing.signer(settings)
        done = compute.publish(engine, number, settings.releases, approval=gate, signer=signer)
        try:
            beside = approval.publish_beside(engine, settings, settings.releases, month)
        except UsageError as fault:
            raise dg.Failure(str(fault), allow_retries=False) from None
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(str(done.folder)),
                "files": len(done.files),
                "data_hash": done.edition.data_hash,
                "publication": approval.remark(done.edition.timeline),
                **{
                    f"beside {own.edition.framework_version}": dg.MetadataValue.path(
                        str(own.folder)
                    )
                    for own in beside
                },
            },
            data_version=dg.DataVersion(done.edition.data_hash),
            check_results=[edition_checks.of_files(done.folder)],
        )


@dg.asset(
    deps=["silent_crash_index"],
    group_name="publication",
    owners=OWNERS,
    kinds={"python"},
    description="What the alert rules find in the newest edition; messages are queued, not sent.",
    # Every day as well: a figure may come due without any new data, and a day without an
    # evaluation is what the dead man's switch looks for.
    automation_condition=A.eager() | (EVERY_DAY & ~A.in_progress()),
    freshness_policy=dg.FreshnessPolicy.time_window(findings.SILENT_AFTER),
)
def alerts(observatory: Observatory) -> dg.MaterializeResult:
    """Evaluate the newest edition; one that was evaluated already adds nothing.

    One that waits for an editor is not looked at, but for the one before it.
    """
    with observatory.open() as (engine, settings):
        number = approval.announced(engine, settings)
        events = service.evaluate(engine, settings, number, service.rules_in_force())
        newest = None if number is None else edition.load(engine, number)
        labels = [f"{event['kind']} {event['rule']} {event['series']}" for event in events]
        return dg.MaterializeResult(
            metadata={"events": labels, "edition": newest.month if newest else "none is approved"},
            data_version=dg.DataVersion(f"{newest.id}:{newest.data_hash}" if newest else "none"),
        )


ASSETS = [index, announcements, monthly_release, alerts]
