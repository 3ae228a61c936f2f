"""What an event is: the verb that decides, and whether it is done.

What ends or delays a project is told before what builds, opens or extends it; what lies ahead
is an announcement. A verb whose object is something else than a site (a law, a loan, a power
plant) says nothing of the project.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Literal

from sources.announcements.clauses import BREAKS, Chunk

Kind = Literal[
    "announced",
    "expanded",
    "under_construction",
    "operational",
    "cancelled",
    "delayed",
    "not_announcement",
    "abstained",
]
NONE: Kind = "not_announcement"
ABSTAINED: Kind = "abstained"
# The kinds that a label can have; to abstain is for the reader alone.
KINDS: tuple[Kind, ...] = tuple(kind for kind in Kind.__args__ if kind != ABSTAINED)  # type: ignore[attr-defined]
DONE = frozenset({"s", "ed", "base", "ing"})
# Objects that are no site: what is done to them is not done to the project.
ELSEWHERE = frozenset(
    {"law", "opposition", "finance", "energy", "beside", "market", "lease", "opinion", "deal"}
)
ENDS = frozenset({"cancel", "reject", "delay"})
_PASSED_OVER = frozenset({"mw", "cash", "who", "name", "where", "land", "council"})
# Who is "to reject" has decided so, and who leads a developer "to withdraw" has succeeded.
_DECIDING = {"council", "meeting", "opposition"}
_NEVER = 10_000  # later than any chunk of a text


@dataclass(frozen=True)
class Verdict:
    """The kind of an event and where the deciding chunk stands."""

    kind: Kind
    span: tuple[int, int]


# Words behind an opening that is still to come: "mise en service prévue en 2027".
_DUE = re.compile(
    r"[^.;:!?]{0,80}?\b(?:prévue?s?|attendue?s?|programmée?s?|annoncée? pour|planned|scheduled|"
    r"slated|expected|due|d'ici|by 20\d\d)\b"
)


def read(chunks: Sequence[Chunk], text: str = "") -> Verdict:
    """Read the kind of the event; `text` is in small letters, for the dates."""
    chunks = _undone(chunks, text)
    ended, late = _first(chunks, {"cancel", "reject"}), _first(chunks, {"delay"})
    begun, opened, grown = _begun(chunks, text), _opened(chunks, text), _grown(chunks)
    if late < _NEVER and _describes(chunks, late):
        late = _NEVER
    if ended < _NEVER:
        return _verdict(chunks, "cancelled", ended)
    if late < opened:
        return _verdict(chunks, "delayed", late)
    if begun < opened:
        return _verdict(chunks, "under_construction", begun)
    # "completes expansion" is one; a "second building" that opens is an opening
    grows = opened < _NEVER and _object(chunks, opened) == "expansion"
    opens_site = opened < _NEVER and not (grows and _names_growth(chunks, opened, text))
    if opens_site and (opened < grown or chunks[grown].meaning == "expansion"):
        return _verdict(chunks, "operational", opened)
    if grown < _NEVER:
        return _verdict(chunks, "expanded", grown)
    return _verdict(chunks, "announced", next(_verbs(chunks, {"plan", "build", "approve"}), 0))


_OVERRULED = re.compile(r"overrul|overturn|quash|revers|annul|cass|infirm|void|set aside")


def _names_growth(chunks: Sequence[Chunk], number: int, text: str) -> bool:
    """True where what opens is called an expansion, not a building or a phase."""
    noun = next((chunk for chunk in chunks[number:] if chunk.meaning == "expansion"), None)
    return noun is None or bool(
        re.search(r"expan|exten|agrand|augment", text[noun.start : noun.end])
    )


def _undone(chunks: Sequence[Chunk], text: str) -> list[Chunk]:
    """Leave out a refusal undone: "overruling the council's refusal"."""
    ends = [number for number, chunk in enumerate(chunks) if chunk.meaning in {"cancel", "reject"}]
    pairs = [
        (first, second)
        for first, second in pairwise(ends)
        if chunks[first].meaning == "cancel" and chunks[second].meaning == "reject"
        and _OVERRULED.match(text, chunks[first].start)
        and not any(chunk.meaning in BREAKS for chunk in chunks[first:second])
    ]  # fmt: skip
    gone = {number for pair in pairs for number in pair}
    return [chunk for number, chunk in enumerate(chunks) if number not in gone]


def _verdict(chunks: Sequence[Chunk], kind: Kind, number: int) -> Verdict:
    chunk = chunks[number] if number < len(chunks) else None
    return Verdict(kind, (chunk.start, chunk.end) if chunk else (0, 0))


def _verbs(
    chunks: Sequence[Chunk], meanings: set[str], tenses: frozenset[str] = DONE
) -> Iterator[int]:
    return (
        number
        for number, chunk in enumerate(chunks)
        if chunk.meaning in meanings and chunk.tense in tenses
    )


def _first(chunks: Sequence[Chunk], meanings: set[str], tenses: frozenset[str] = DONE) -> int:
    """The first verb of a meaning whose object is not elsewhere.

    What a council is "to" do it has voted to do; a site before a participle is its object.
    """
    for number, chunk in enumerate(chunks):
        if chunk.meaning not in meanings:
            continue
        voted = chunk.tense == "ahead" and _has(chunks[:number], _DECIDING)
        suffered = chunk.tense in {"ed", "base"} and _has(chunks[:number], {"facility", "project"})
        fits = suffered or _object(chunks, number) not in ELSEWHERE
        if fits and (chunk.tense in tenses or (voted and meanings & ENDS)):
            return number
    return _NEVER


def _has(chunks: Sequence[Chunk], meanings: set[str]) -> bool:
    return any(chunk.meaning in meanings for chunk in chunks)


def _object(chunks: Sequence[Chunk], number: int) -> str:
    """What a verb is said of: the head of the nearest noun in its clause."""
    for chunk, behind in zip_longest(chunks[number + 1 :], chunks[number + 2 :]):
        if chunk.meaning in BREAKS:
            break
        if chunk.meaning == "beside" and _describes_site(chunk, behind):
            continue
        if not chunk.tense and chunk.meaning not in _PASSED_OVER:
            return chunk.head or chunk.meaning
    return ""


def _describes_site(chunk: Chunk, behind: Chunk | None) -> bool:
    """True for "mining" in "rejects Bitcoin mining data center"."""
    return behind is not None and behind.meaning == "facility" and behind.start - chunk.end <= 1


def _describes(chunks: Sequence[Chunk], number: int) -> bool:
    """True for the adjective in "deploys servers at delayed data center"."""
    after = chunks[number + 1 : number + 2]
    joined = bool(after) and after[0].start - chunks[number].end <= 1
    earlier = _has(chunks[:number], {"deploy", "open"})
    return chunks[number].tense == "ed" and joined and earlier


def _begun(chunks: Sequence[Chunk], text: str) -> int:
    started = [*_verbs(chunks, {"break_ground"}, DONE | {""})]
    for number, chunk in enumerate(chunks):
        if chunk.meaning == "first_stone" and not _lies_ahead(chunks[:number]):
            started.append(number)
        if chunk.meaning == "begin" and chunk.tense in DONE and _is_of_site(chunks, number):
            started.append(number)
        if _launches_work(chunks, number, text):
            started.append(number)
    return min(started, default=_NEVER)


def _is_of_site(chunks: Sequence[Chunk], number: int) -> bool:
    """True where what begins is work on a site, or the site itself."""
    near = [*chunks[max(0, number - 4) : number], *chunks[number + 1 : number + 4]]
    return _has(near, {"work"}) or _object(chunks, number) in {"facility", "project", "expansion"}


def _launches_work(chunks: Sequence[Chunk], number: int, text: str) -> bool:
    """True for "a lancé hier à Lomé la construction": the work is launched."""
    chunk = chunks[number]
    launched = chunk.tense in DONE and re.search(
        r"\b(?:lanc|launch)", text[chunk.start : chunk.end]
    )
    return bool(launched) and _object(chunks, number) == "work"


def _opened(chunks: Sequence[Chunk], text: str) -> int:
    opened = [_first(chunks, {"open"})]
    if opened[0] < _NEVER and _launches_work(chunks, opened[0], text):
        opened = [_NEVER]
    launched = _first(chunks, {"launch"}, frozenset({"s", "ed"}))
    if launched < _NEVER and not _launches_site(chunks, launched):
        launched = _NEVER
    # a campus launched together with its budget is a plan, not an opening
    if launched < _NEVER and not any(chunk.meaning == "cash" for chunk in chunks[launched:]):
        opened.append(launched)
    for number, chunk in enumerate(chunks):
        ahead = _lies_ahead(chunks) or _has(chunks, {"delay"}) or _DUE.match(text, chunk.end)
        if chunk.meaning == "opening" and not ahead:
            opened.append(number)
    return min(opened)


def _launches_site(chunks: Sequence[Chunk], number: int) -> bool:
    """False for "launches business entity", "launches, plans a campus"."""
    behind = chunks[number + 1 : number + 2]
    alone = bool(behind) and behind[0].tense != ""
    return _object(chunks, number) != "company" and not alone


def _lies_ahead(chunks: Sequence[Chunk]) -> bool:
    return any(chunk.tense in {"ahead", "maybe"} for chunk in chunks)


def _grown(chunks: Sequence[Chunk]) -> int:
    noun = next((at for at, chunk in enumerate(chunks) if chunk.meaning == "expansion"), _NEVER)
    verb = _first(chunks, {"expand"}, DONE | {"ahead", "maybe"})
    if verb < _NEVER and _object(chunks, verb) == "whole_fleet":
        verb = _NEVER  # a company grows, not a site
    return min(noun, verb)
