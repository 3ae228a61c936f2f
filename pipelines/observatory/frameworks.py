"""Frameworks beside the first, `method/<key>.toml`, with their own editions.

One says what it weighs or measures otherwise, and is laid over every version of the method as a
panel is: zones, first months and links stay those of the published one.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from pipelines.declared import Declared
from pipelines.errors import UsageError, nearest
from pipelines.index.framework import Dimension, Framework, Indicator, lineage
from pipelines.observatory.declaration import Code, Text
from pipelines.observatory.panel import TAKEN
from warehouse.publication.identity import Identity

FOLDER = "method"
# Of the editions' folder and of the site, where a framework has a folder of its own. With four
# letters at least, none is the code of a language, of a country or of the API.
ROOTS = {"cards", "charts", "fonts", "embargo", "none"}
SHORTEST = 4


def _weight(weight: float) -> float:
    if not 0 <= weight < float("inf"):
        raise ValueError("a weight is 0 (left out) or more")
    return weight


class Overlay(Declared):
    """What a framework has otherwise than the published method.

    `weight` is by dimension, or by `dimension.indicator`; what has 0 is left out. `key` is the
    name of its file.
    """

    key: str
    name: dict[Code, Text] = Field(
        min_length=1, description="what it is called, by language: `fr` and `en` at least"
    )
    weight: dict[str, Annotated[float, AfterValidator(_weight)]] = Field(default={})
    without: tuple[str, ...] = ()
    indicator: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if missing := [code for code in ("fr", "en") if code not in self.name]:
            raise ValueError(f"name has no line for {missing[0]}, which releases are in")
        for brought in self.indicator:
            if not all(isinstance(brought.get(name), str) for name in ("dimension", "key")):
                raise ValueError("an [[indicator]] says its dimension and its key, two texts")
        if len(self.own) < len(self.indicator):
            raise ValueError("an [[indicator]] stands there twice")
        return self

    @property
    def left_out(self) -> set[str]:
        """The dimensions and indicators that it does without."""
        return {*self.without, *(key for key, weight in self.weight.items() if weight == 0)}

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """The indicators that it brings, by their full keys, as they are written."""
        return {
            f"{brought['dimension']}.{brought['key']}": {
                name: value for name, value in brought.items() if name != "dimension"
            }
            for brought in self.indicator
        }


def check_key(key: str, panel: str) -> None:
    """Check that a key can name folders of editions and pages. Raises ValueError."""
    plain = key.isascii() and key.isalpha() and key.islower()
    if not plain or len(key) < SHORTEST:
        raise ValueError(f"{key!r} names a folder: write {SHORTEST} small letters or more, a to z")
    if TAKEN.fullmatch(key) or key in ROOTS or key == panel:
        raise ValueError(f"{key!r} is the folder of other pages: write another word")


def all_names(house: Identity, overlays: Iterable[Overlay]) -> dict[str, Mapping[str, str]]:
    """What each is called, by key and language; the first as the observatory."""
    return {"": house.names} | {own.key: own.name for own in overlays}


def check(own: Overlay, method: Framework) -> None:
    """Check that it can be laid over each version of a method. Raises ValueError."""
    versions = lineage(method)
    dimensions = {group.key for version in versions for group in version.dimension}
    indicators = {
        f"{group.key}.{member.key}"
        for version in versions
        for group in version.dimension
        for member in group.indicator
    }
    for name in (brought["dimension"] for brought in own.indicator):
        if name not in dimensions:
            raise ValueError(f"{name!r} is no dimension; {nearest(str(name), dimensions)}")
    keys = dimensions | indicators | own.own.keys()
    for name in (*own.weight, *own.without):
        if name not in keys:
            kind = "indicator" if "." in name else "dimension"
            raise ValueError(f"{name!r} is no {kind} of the method; {nearest(name, keys)}")
    overlaid(method, own)


def overlaid(method: Framework, own: Overlay) -> Framework:
    """The method, and those before it, with what a framework has otherwise.

    The version says its key (2026.1+regional), so that no two methods go by one name. Raises
    ValueError where that is no method.
    """
    keys = {key for version in lineage(method) for key in version.indicators}
    return _overlaid(method, own, keys)


def _overlaid(method: Framework, own: Overlay, keys: set[str]) -> Framework:
    groups = [group for group in method.dimension if group.key not in own.left_out]
    if not groups:
        raise ValueError("the weights sum to zero: one dimension at least has a weight")
    succeeds = method.succeeds and method.succeeds.model_copy(
        update={"method": _overlaid(method.succeeds.method, own, keys)}
    )
    return method.model_copy(
        update={
            "version": f"{method.version}+{own.key}",
            "dimension": tuple(_dimension(group, own, keys) for group in groups),
            "succeeds": succeeds,
        }
    )


def _dimension(group: Dimension, own: Overlay, keys: set[str]) -> Dimension:
    """A dimension with other weights and indicators, and without some."""
    published = {f"{group.key}.{member.key}": member for member in group.indicator}
    members: dict[str, Any] = {}
    for key, member in published.items():
        members[key] = {**member.model_dump(mode="json"), **own.own.get(key, {})}
    # one that another version has is in the place of that alone
    members |= {
        key: brought
        for key, brought in own.own.items()
        if key.partition(".")[0] == group.key and key not in keys
    }
    chosen = {
        key: member | ({"weight": own.weight[key]} if key in own.weight else {})
        for key, member in members.items()
        if key not in own.left_out
    }
    if len(chosen) < 3:
        raise ValueError(
            f"dimension {group.key} would have {len(chosen)} indicators: it needs three, or "
            f"leave it out"
        )
    return group.model_copy(
        update={
            "weight": own.weight.get(group.key, group.weight),
            "indicator": tuple(_indicator(key, member) for key, member in chosen.items()),
        }
    )


def _indicator(key: str, member: Mapping[str, Any]) -> Indicator:
    try:
        return Indicator.model_validate(member)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise ValueError(": ".join(filter(None, [f"indicator {key}", name, reason]))) from None


def beside(house: Identity, own: Overlay, file: Path) -> Identity:
    """The observatory under this framework: with its names, feeds and address."""
    named = own.name | {code: own.name["en"] for code in house.names if code not in own.name}
    content = sha256(file.read_bytes()).hexdigest()
    return replace(
        house,
        names={code: f"{name} – {named[code]}" for code, name in house.names.items()},
        publishers={code: house.publisher(code) for code in house.names},
        authority=f"{own.key}.{house.authority}",
        address=house.address and f"{house.address}/{own.key}",
        fingerprint=sha256(f"{house.fingerprint} {own.key} {content}".encode()).hexdigest(),
        peers=(),  # whom the first reads
        framework=own.key,
    )


def lock_file(folder: Path, key: str) -> Path:
    """Where the hashes of what a framework published are."""
    return folder / FOLDER / f"{key}.lock"


def index_hash(method: Framework) -> str:
    """The hash of a method without its panels, which never move its index."""
    return _alone(method).hash


def _alone(method: Framework) -> Framework:
    before = method.succeeds
    succeeds = before and before.model_copy(update={"method": _alone(before.method)})
    return method.model_copy(update={"panel": (), "succeeds": succeeds})


def changed(folder: Path, key: str, method: Framework) -> str:
    """What is wrong with a framework that has published months, "" for nothing."""
    locked = _locked(lock_file(folder, key))
    for version in lineage(method):
        if locked.get(version.version, index_hash(version)) != index_hash(version):
            return (
                f"{folder / FOLDER / key}.toml is not what made the months published by "
                f"{version.version}, which {key}.lock beside it has: restore it, and write the "
                f"change as another framework, {FOLDER}/<key>.toml"
            )
    return ""


def lock(folder: Path, key: str, method: Framework) -> None:
    """Keep the hash of a version that has a published month."""
    from dashboards.publish import staging

    file = lock_file(folder, key)
    locked = _locked(file)
    if method.version not in locked:
        locked[method.version] = index_hash(method)
        lines = [f'"{version}" = "{digest}"\n' for version, digest in sorted(locked.items())]
        staging.put(file, f"{LOCK_HEAD}{''.join(lines)}".encode())


LOCK_HEAD = """\
# SHA-256 of each version that has a published month, without its panels. Keep this file in git:
# what made a published month never changes. A change is another framework, in another file.
"""


def _locked(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise UsageError(f"{file} cannot be read: {fault}; restore it") from None


def find(overlays: Iterable[Overlay], key: str, folder: Path) -> Overlay:
    """The framework of this key. Raises UsageError naming those that there are."""
    declared = {own.key: own for own in overlays}
    if key in declared:
        return declared[key]
    remedy = f"give {' or '.join(declared)}" if declared else f"{FOLDER}/<key>.toml makes one"
    raise UsageError(f"{folder} has no framework {key!r} beside its first: {remedy}")
