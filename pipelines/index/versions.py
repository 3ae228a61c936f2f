"""What a version's file leaves to the one before, and to the pilot country."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.declared import raw

# The folder of the observatory that publishes the method, with the panel of its pilot country.
PUBLISHER = Path(__file__).parents[2] / "observatory"


def published_pilot() -> dict[str, Any]:
    """The file of the panel that the published method has."""
    country = raw(PUBLISHER / "observatory.toml")["country"]
    return raw(PUBLISHER / "panels" / f"{country.lower()}.toml")


def panels(
    groups: list[dict[str, Any]], pilot: Mapping[str, Any], version: str
) -> Iterator[dict[str, Any]]:
    """The panels of a version, that of the pilot country in its place."""
    country = {code: pilot[code].get("the_country", pilot[code]["name"]) for code in ("fr", "en")}
    for panel in groups:
        if not panel.get("pilot"):
            members = [_of_country(member, country) for member in panel.get("indicator", ())]
            yield panel | {"indicator": members}
        elif "key" in pilot:
            yield {
                "key": pilot["key"],
                **{code: pilot[code]["name"] for code in ("fr", "en")},
                **{f"question_{code}": pilot[code]["question"] for code in ("fr", "en")},
                "indicator": list(_of_version(pilot["indicator"], version)),
            }


def _of_country(member: dict[str, Any], country: Mapping[str, str]) -> dict[str, Any]:
    """An indicator whose words name the pilot country."""
    return {
        name: value.replace("{country}", country[name[-2:]]) if "{country}" in str(value) else value
        for name, value in member.items()
    }


def _of_version(members: Iterable[Mapping[str, Any]], version: str) -> Iterator[dict[str, Any]]:
    """The indicators of a version: those that name none are in each."""
    for member in members:
        if version in (member.get("versions") or (version,)):
            yield {name: value for name, value in member.items() if name != "versions"}


def inherited(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The new version with what it leaves unsaid taken from the old one."""
    rules = old["rules"] | new.get("rules", {})
    groups = {name: _groups(new.get(name, old[name]), old[name]) for name in ("dimension", "panel")}
    return {**old, "succeeds": None, **new, "rules": rules, **groups}


def _groups(new: list[Any], old: list[Any]) -> list[Any]:
    """The groups of the new version, in its order, filled by key from the old."""
    before = {group["key"]: group for group in old}
    return [
        filled | {"indicator": _filled(filled["indicator"], before.get(filled["key"], {}))}
        for filled in (before.get(group["key"], {}) | group for group in new)
    ]


def _filled(members: list[Any], group: Mapping[str, Any]) -> list[Any]:
    before = {member["key"]: member for member in group.get("indicator", ())}
    return [before.get(member["key"], {}) | member for member in members]
