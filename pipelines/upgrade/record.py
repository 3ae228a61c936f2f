"""What software a folder was last upgraded to: `software.json` in its home.

`silentcrash init` and `silentcrash upgrade --yes` write it. It holds what of the software an
observatory rests on: method, sentences, sources, revision of the store.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import RunError
from pipelines.index.framework import Framework, lineage, newest
from warehouse.database.revision import HEAD

FILE = "software.json"
FORMAT = 1  # raised when an older software could not read it
LARGEST = 4_000_000  # bytes: that of version 0.1 has 260,000
# A key of an indicator, a sentence, a source or a series, and a name of a version.
Key = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Strict):
    """An indicator: what it weighs, its goalposts, the series that it reads."""

    weight: float
    low: float
    high: float
    series: tuple[Key, ...]
    digest: Digest


class Version(_Strict):
    """A version of the published method, and the month from which it is in force.

    `numbers` are its rules, weights of dimensions and thresholds of zones by name.
    """

    version: Key
    hash: Digest
    since: str = Field(pattern=r"^(\d{4}-\d{2})?$")
    numbers: dict[Key, str | float | None]
    indicators: dict[Key, Member]


class Publisher(_Strict):
    """A source: its page, by which it is known under another key, and its series."""

    homepage: str = Field(max_length=2_000)
    series: tuple[Key, ...]


class Record(_Strict):
    """The software as far as an observatory rests on it."""

    format: Literal[1] = 1
    software: Key
    at: datetime
    revision: str = Field(pattern=r"^\d{4}$")
    method: tuple[Version, ...] = Field(min_length=1)  # the newest version first
    words: dict[Key, dict[Key, Digest]]
    sources: dict[Key, Publisher]


def installed(at: datetime) -> Record:
    """The record of the software of this process, while no folder is in force."""
    from sources.publishers import shipped

    return Record(
        software=version("silent-crash-observatory"),
        at=at,
        revision=HEAD,
        method=tuple(_version(method) for method in lineage(newest())),
        words={
            code: {key: _digest(text) for key, text in flat(words).items()}
            for code, words in shipped_words().items()
        },
        sources={
            key: Publisher(homepage=own.homepage, series=tuple(each.key for each in own.series))
            for key, own in shipped().items()
        },
    )


def shipped_words() -> dict[str, Mapping[str, Any]]:
    """Our sentences by language."""
    from dashboards.site import locale

    files = (Path(locale.__file__).parent / "i18n").glob("*.toml")
    return {file.stem: locale.shipped_words(file.stem) for file in sorted(files)}


def flat(words: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """The sentences of nested tables by their whole key, `names.calendar/`."""
    return dict(_flat(words, within))


def _flat(words: Mapping[str, Any], within: str) -> Iterator[tuple[str, Any]]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


def _digest(value: Any) -> str:
    """The first 64 bits of a SHA-256: a change of a sentence is not an attack."""
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _version(method: Framework) -> Version:
    rules = {f"rule {name}": value for name, value in method.rules.model_dump().items()}
    weights = {f"weight of {group.key}": group.weight for group in method.dimension}
    zones = {
        f"{name} of {zone.key}": getattr(zone, name)
        for zone in (*method.regimes, *_phases(method))
        for name in ("enter", "leave")
    }
    return Version(
        version=method.version,
        hash=method.hash,
        since=method.succeeds.since if method.succeeds else "",
        numbers=rules | weights | zones,
        indicators={
            key: Member(
                weight=own.weight,
                low=own.low,
                high=own.high,
                series=own.series,
                digest=_digest(own.model_dump(mode="json")),
            )
            for key, own in method.indicators.items()
        },
    )


def _phases(method: Framework) -> tuple[Any, ...]:
    return (method.phase.retreat, method.phase.recovery) if method.phase else ()


def write(record: Record, home: Path) -> Path:
    """Write the record of a folder, at once."""
    path = home / FILE
    draft = path.with_name(f".{FILE}.part")
    draft.write_text(record.model_dump_json(), encoding="utf-8")
    draft.replace(path)
    return path


def remark(home: Path) -> str:
    """A line where a record is of another software, or cannot be read."""
    try:
        own = read(home)
    except RunError as fault:
        return f"{fault}: `silentcrash upgrade --yes` writes it anew"
    if own is None or own.software == version("silent-crash-observatory"):
        return ""
    return "the software is another one since: `silentcrash upgrade` shows what that changes"


def read(home: Path) -> Record | None:
    """The record of a folder, None where it has none.

    Raises RunError where the file is not what `write` writes, or of a newer software.
    """
    path = home / FILE
    try:
        if not path.exists():
            return None
        if not path.resolve().is_relative_to(home.resolve()) or path.stat().st_size > LARGEST:
            raise RunError(f"{path} is no record: it leads out of the folder, or is too large")
        content = json.loads(path.read_bytes())
        form = content.get("format") if isinstance(content, dict) else None
        if isinstance(form, int) and form > FORMAT:
            raise RunError(f"{path} is of a newer software: install that one")
        return Record.model_validate(content)
    except (OSError, ValueError, RecursionError) as fault:
        where = ""
        if isinstance(fault, ValidationError):
            where = " at " + ".".join(str(part)[:40] for part in fault.errors()[0]["loc"])
        raise RunError(f"{path} is not what this software writes{where}") from None
