"""Build the public site of an installation, for the command and for Dagster."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from pipelines.settings import Settings

if TYPE_CHECKING:
    from dashboards.site.build import BuildResult


def build(
    engine: Engine, settings: Settings, out: Path, *, base: str = "", forced: bool = False
) -> "BuildResult":
    """Write what changed of the site into `out`; see `dashboards.site.build`.

    Raises:
        LookupError: there is no edition to show.
    """
    from dashboards.site.build import build as build_site
    from pipelines.observatory.peers import reading as peers
    from pipelines.release import gauges
    from pipelines.release.signing import signer
    from sources.announcements import countries
    from warehouse.publication import identity

    french = {country: countries.french(country) for country in countries.AFRICA}
    return build_site(
        engine,
        out,
        settings.now,
        base=(base or identity.in_force().address).rstrip("/"),
        forced=forced,
        approval=settings.approval,
        countries=french,
        unread=lambda month: gauges.unread(engine, month, settings.now),
        signer=signer(settings),
        peers=peers.readings(settings),
    )
