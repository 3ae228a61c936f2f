"""The assets of the public site: built, and put where it is read.

A schedule asks for them every day after the hour of publication. Editions before their hour are
left out by the site itself, whoever builds it.
"""

import dagster as dg

from pipelines.alerts import findings
from pipelines.definitions.resources import Observatory
from pipelines.definitions.source_assets import OWNERS
from pipelines.errors import ObservatoryError, UsageError
from pipelines.observatory.peers import reading as peers
from pipelines.release import public_site, targets

GROUP = "site"
EVERY_DAY = dg.FreshnessPolicy.time_window(findings.SILENT_AFTER)
# An object store or a repository that does not answer: 1, 2 and 4 minutes later.
AGAIN = dg.RetryPolicy(
    max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)


@dg.asset(
    group_name=GROUP,
    owners=OWNERS,
    deps=["silent_crash_index", "alerts"],
    kinds={"html"},
    description="Every page of the public site, of the editions whose hour has come.",
    freshness_policy=EVERY_DAY,
)
def site(observatory: Observatory) -> dg.MaterializeResult:
    """Build the pages that changed, into the folder `site` beside the editions."""
    with observatory.open() as (engine, settings):
        # Their page is one of the site's, and asked for no oftener.
        others = peers.fetch_all(settings)
        try:
            built = public_site.build(engine, settings, settings.site, base=settings.base)
        except LookupError as fault:
            raise dg.Failure(str(fault), allow_retries=False) from None
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(str(settings.site)),
                "editions": built.issues,
                "written": built.written,
                "removed": built.removed,
                "peers": len(others),
                "silent_peers": list(peers.summary(others)),
            }
        )


@dg.asset(
    group_name=GROUP,
    owners=OWNERS,
    deps=[site],
    kinds={"html"},
    description="The site where the public reads it: SILENTCRASH_PUBLISH_TO.",
    retry_policy=AGAIN,
    pool="publish",  # two at once would undo each other
)
def publish(observatory: Observatory) -> dg.MaterializeResult:
    """Put the site where the settings say; nothing where they do not say."""
    settings = observatory.settings()
    if not settings.publish_to:
        return dg.MaterializeResult(metadata={"target": "none is set: SILENTCRASH_PUBLISH_TO"})
    message = f"The site of {settings.now:%Y-%m-%d %H:%M} UTC"
    try:
        done = targets.publish(settings.site, settings.publish_to, message)
    except ObservatoryError as fault:
        raise dg.Failure(str(fault), allow_retries=not isinstance(fault, UsageError)) from None
    return dg.MaterializeResult(
        metadata={"written": done.written, "removed": done.removed},
        data_version=dg.DataVersion(done.digest),
    )


SITE = [site, publish]
