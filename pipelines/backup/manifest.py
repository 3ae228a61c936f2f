"""What a backup consists of: a list of files by hash, with its own hash."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipelines.backup.objects import sync
from pipelines.errors import RunError, UsageError

FORMAT = 1  # raised when an older software could not read the list
FOLDER = "backups"


@dataclass(frozen=True, order=True)
class Entry:
    """A file: its tree and path, its SHA-256 and its length in bytes."""

    tree: str
    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """A backup: when it was made, of which store, and every file."""

    at: datetime
    software: str
    engine: str
    revision: str
    warehouse: Entry
    files: tuple[Entry, ...]
    schema: str = ""  # of PostgreSQL

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every file, the warehouse first."""
        return (self.warehouse, *self.files)

    @property
    def name(self) -> str:
        """The name of its list: the time at which it was made, in UTC."""
        return f"{self.at:%Y-%m-%dT%H%M%SZ}.json"


def write(manifest: Manifest, root: Path) -> Path:
    """Write the list of a backup into its folder, at once."""
    text = _body(manifest)
    document = {"sha256": _hash(text), "backup": json.loads(text)}
    path = root / FOLDER / manifest.name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(json.dumps(document, indent=1).encode())
        sync(file)
    draft.rename(path)
    return path


def read(path: Path) -> Manifest:
    """The list at this path.

    Raises RunError where it is damaged or of a newer software.
    """
    try:
        document = json.loads(path.read_bytes())
        body = document["backup"]
        intact = document["sha256"] == _hash(_canonical(body))
    except (ValueError, KeyError, TypeError):
        intact = False
    if not intact:
        raise RunError(f"the backup is damaged: its list {path} has changed; restore another one")
    if body["format"] > FORMAT:
        raise RunError(f"{path} was written by a newer software ({body['software']}): update")
    return Manifest(
        at=datetime.fromisoformat(body["at"]),
        software=body["software"],
        engine=body["engine"],
        revision=body["revision"],
        warehouse=Entry(**body["warehouse"]),
        files=tuple(Entry(**entry) for entry in body["files"]),
        # Lists of 0.1 do not have it; there was one store in a database then.
        schema=body.get("schema", "public" if body["engine"] == "postgresql" else ""),
    )


def paths(root: Path) -> list[Path]:
    """The lists of every backup in this folder, oldest first."""
    return sorted((root / FOLDER).glob("*.json"))


def locate(backup: Path) -> tuple[Path, Path]:
    """The folder and the list that a user names by either.

    A folder stands for its newest list. Raises UsageError where there is none.
    """
    if backup.is_file():
        return backup.parent.parent, backup
    stored = paths(backup)
    if not stored:
        raise UsageError(f"{backup} holds no backup: `silentcrash backup {backup}` makes one")
    return backup, stored[-1]


def _body(manifest: Manifest) -> str:
    return _canonical(asdict(manifest) | {"at": manifest.at.isoformat(), "format": FORMAT})


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
