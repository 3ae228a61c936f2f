"""What the environment says: where things are written and how the outside world is asked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class UsageFault(Exception):
    """The caller asked for something that does not exist; the message says what does."""


class RunFault(Exception):
    """The work could not be done; the message says why in one line."""


@dataclass(frozen=True)
class Settings:
    """The choices of an installation, with defaults that need none."""

    home: Path
    warehouse: str
    archive: str
    contact: str
    gateway: str
    allow_loopback: bool
    now: datetime

    @property
    def releases(self) -> Path:
        """The folder of editions, one folder a month."""
        return self.home / "releases"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    SILENTCRASH_HOME, SILENTCRASH_WAREHOUSE (a database URL), SILENTCRASH_ARCHIVE (a folder or
    an fsspec URL for the raw bytes), SILENTCRASH_CONTACT (in the User-Agent),
    SILENTCRASH_GATEWAY (a mirror that all requests go through), SILENTCRASH_ALLOW_LOOPBACK
    ("1") and SILENTCRASH_NOW (an ISO instant, to rebuild a past run).
    Raises UsageFault when SILENTCRASH_NOW is not an instant.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("SILENTCRASH_HOME") or "data").absolute()
    return Settings(
        home=home,
        warehouse=env.get("SILENTCRASH_WAREHOUSE") or f"sqlite:///{home / 'warehouse.sqlite'}",
        archive=env.get("SILENTCRASH_ARCHIVE") or str(home / "raw"),
        contact=env.get("SILENTCRASH_CONTACT", ""),
        gateway=env.get("SILENTCRASH_GATEWAY", ""),
        allow_loopback=env.get("SILENTCRASH_ALLOW_LOOPBACK", "") == "1",
        now=_instant(env.get("SILENTCRASH_NOW", "")),
    )


def _instant(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(
            f"SILENTCRASH_NOW is {text!r}: give an instant such as 2026-11-10T09:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
