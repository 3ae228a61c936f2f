"""Build the public site of an installation, for the command and for Dagster."""

from contextlib import suppress
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

    A framework beside the first has its pages in a folder of its own there, named by its key. The
    site of the first comes with those of the others, where they have an edition to show.

    Raises:
        LookupError: there is no edition to show.
    """
    from pipelines.observatory import folder

    result = _build(engine, settings, out, base=base, forced=forced)
    for key in folder.beside():
        with folder.by_framework(key), suppress(LookupError):
            _build(engine, settings, out, base=base, forced=forced)
    return result


def _build(
    engine: Engine, settings: Settings, out: Path, *, base: str, forced: bool
) -> "BuildResult":
    from dashboards.site.build import build as build_site
    from pipelines.observatory.peers import reading as peers
    from pipelines.release import gauges
    from pipelines.release.signing import signer
    from sources.announcements import countries
    from warehouse.publication import identity

    french = {country: countries.french(country) for country in countries.AFRICA}
    key = identity.framework()
    address = f"{base.rstrip('/')}/{key}" if base else identity.in_force().address
    return build_site(
        engine,
        out / key,
        settings.now,
        base=address.rstrip("/"),
        forced=forced,
        approval=settings.approval,
        countries=french,
        unread=lambda month: gauges.unread(engine, month, settings.now),
        signer=signer(settings),
        peers=peers.readings(settings),
    )
