"""What a text says of a project: one event of its life, or none.

The phrases are in words/lexicon.toml. The first group that matters decides: what is not about a
project at all, then what ends or delays it, then what only stands beside it (money, law, power,
kit), then what builds, opens, expands or announces it.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal[
    "announced",
    "expanded",
    "under_construction",
    "operational",
    "cancelled",
    "delayed",
    "not_announcement",
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
LEXICON = Path(__file__).parent / "words" / "lexicon.toml"
DC = r"(?:data[ -]?cent(?:er|re)s?|centres? de données)"
_SITE = re.compile(rf"{DC}|campus")
NEAR = r"[^.;]{0,80}?"
_CAPITAL = re.compile(r"(?<!\\)[A-Z]")  # leaves the escaped ones
NONE: Kind = "not_announcement"


@dataclass(frozen=True)
class Verdict:
    """The kind of event, the family of phrases that decided and where it was read."""

    kind: Kind
    family: str
    span: tuple[int, int]


@cache
def _families() -> dict[str, re.Pattern[str]]:
    written = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    return {name: _pattern(phrases) for name, phrases in written.items()}


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Join the phrases into one expression, factored by common beginning."""
    small = [_CAPITAL.sub(lambda hit: hit[0].lower(), phrase) for phrase in phrases]
    joined = _begin(r"^", small) + _begin(r"\b", small)
    joined += [phrase for phrase in small if not phrase.startswith(("^", r"\b"))]
    return re.compile("|".join(joined).replace("{dc}", DC).replace("{near}", NEAR))


def _begin(anchor: str, phrases: list[str]) -> list[str]:
    rest = [f"(?:{member.removeprefix(anchor)})" for member in phrases if member.startswith(anchor)]
    return [f"{anchor}(?:{'|'.join(rest)})"] if rest else []


class _Text:
    """A text that is asked for families of phrases; each is searched once."""

    def __init__(self, text: str) -> None:
        small = text.lower()  # twice as fast as ignoring case
        self.text = small if len(small) == len(text) else text
        self._found: dict[str, re.Match[str] | None] = {}

    def has(self, *families: str) -> bool:
        return any(self.match(family) for family in families)

    def match(self, family: str) -> re.Match[str] | None:
        if family not in self._found:
            self._found[family] = _families()[family].search(self.text)
        return self._found[family]

    def verdict(self, kind: Kind, *families: str) -> Verdict:
        hit = ((family, self.match(family)) for family in families)
        family, match = next(((f, m) for f, m in hit if m), ("", None))
        return Verdict(kind, family, match.span() if match else (0, 0))


def read(text: str, *, sited: bool = False, builder: bool = False) -> Verdict:
    """Read the project event of a cleaned text, or "not_announcement".

    `sited`: the text gives a place or a power. A text of which the lexicon knows no verb then
    still tells of a project. `builder`: it names somebody who does nothing but data centres,
    which is then its subject.
    """
    matcher = _Text(text)
    if verdict := _outside(matcher, builder=builder):
        return verdict
    for decide in (_ended, _beside, _life):
        if verdict := decide(matcher):
            return verdict
    return matcher.verdict("announced" if sited and matcher.has("subject") else NONE, "subject")


def _outside(text: _Text, *, builder: bool) -> Verdict | None:
    if (builder or text.has("subject")) and not text.has("aside", "denial", "law_ended"):
        return None
    return text.verdict(NONE, "aside", "denial", "law_ended")


def _ended(text: _Text) -> Verdict | None:
    law = text.has("policy") and not text.has("law_and_project")
    elsewhere = text.has("other_thing") and not text.has("own_project")
    if text.has("cancelled") and not law and not elsewhere:
        return text.verdict("cancelled", "cancelled")
    late = text.has("delayed") and not text.has("policy", "business")
    if late and not (text.has("open") and text.has("late_but_open")):
        return text.verdict("delayed", "delayed")
    return None


def _beside(text: _Text) -> Verdict | None:
    if _begun(text) and not text.has("power", "power_noun"):
        return None
    if text.has("policy", "opposition", "market") and not text.has("goes_ahead"):
        return text.verdict(NONE, "policy", "opposition", "market")
    if _bought(text) or text.has("finance", "business"):
        return text.verdict(NONE, "finance", "business", "deals", "leases", "bare_land")
    if _for_power(text) or _for_kit(text):
        return text.verdict(NONE, "power", "power_noun", "equipment")
    return None


def _bought(text: _Text) -> bool:
    if text.has("bare_land", "land"):
        return not text.has("project")
    return text.has("deals") or (text.has("leases") and not text.has("tenant_revealed"))


def _for_power(text: _Text) -> bool:
    """True if the text is about a power plant or power contract."""
    if text.has("power") and not text.has("former_plant"):
        return True
    plant, site = text.match("power_noun"), _SITE.search(text.text)
    if plant is None or text.has("former_plant"):
        return False
    return site is None or plant.start() < site.start()


def _for_kit(text: _Text) -> bool:
    return text.has("equipment") and not text.has("building", "open")


def _begun(text: _Text) -> bool:
    """Whether the construction has begun rather than is to begin."""
    begun, ahead = text.match("building"), text.match("building_ahead")
    if begun is None or ahead is None:
        return begun is not None
    return begun.end() <= ahead.start() or ahead.end() <= begun.start()


def _first(text: _Text, member: str, other: str) -> bool:
    """True if `member` is mentioned before `other`: the first is the news."""
    a, b = text.match(member), text.match(other)
    return bool(a and b and a.end() <= b.start())


def _life(text: _Text) -> Verdict | None:
    opened = text.has("open") and not text.has("future")
    if _begun(text) and not (opened and _first(text, "open", "building")):
        return text.verdict("under_construction", "building")
    grown = text.has("expand") and not text.has("expand_not")
    if opened and not (grown and _first(text, "expanding", "open")):
        done: Kind = "expanded" if text.has("now_expanded") else "operational"
        return text.verdict(done, "open")
    if grown:
        return text.verdict("expanded", "expand")
    return text.verdict("announced", "announce") if text.has("announce") else None
