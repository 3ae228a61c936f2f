"""When other observatories were last read: `peers.json` in the home folder.

Their answers are in the archive, under their hash; nothing here is deleted when a peer is down.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

logger = logging.getLogger(__name__)
FILE = "peers.json"
LARGEST = 1_000_000  # bytes: an entry has some 600


class Entry(BaseModel):
    """How a peer was last asked, and its last good answer.

    `sha256` is that of the answer in the archive, "" where it was never read; `etag` and
    `last_modified` are those that came with it. `failing_since` is the first time that it was
    asked in vain after `read_at`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked_at: AwareDatetime
    outcome: str
    detail: str = ""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    etag: str | None = None
    last_modified: str | None = None
    read_at: datetime | None = None
    failing_since: datetime | None = None


ENTRIES = TypeAdapter(dict[str, Entry])


def read(home: Path) -> dict[str, Entry]:
    """The entries by the address of the peer; none where there is no file."""
    path = home / FILE
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"over {LARGEST} bytes")
        return ENTRIES.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError) as fault:
        # Worth no stop: the peers are asked again, and what they answer is the same.
        reason = str(fault).splitlines()[0]
        logger.warning("%s cannot be read (%s): peers are read anew", path, reason)
        return {}


def write(home: Path, entries: Mapping[str, Entry]) -> None:
    """Write the entries, at once."""
    from dashboards.publish import staging

    staging.put(home / FILE, ENTRIES.dump_json(dict(entries), indent=1))
