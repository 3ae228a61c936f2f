"""What differs between two records: method, sentences, sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.errors import nearest
from pipelines.observatory.panel import PilotPanel, places
from pipelines.observatory.words import OPEN
from pipelines.upgrade.record import Member, Publisher, Record, Version, flat

Topic = Literal["software", "method", "words", "sources", "panel", "store", "wrong"]
LONGEST = 160  # letters of a sentence that is shown
ALIKE = 0.5  # share of the series of a source that another one has under its new name


@dataclass(frozen=True)
class Change:
    """What the installed software changes; `wrong` is mended by hand."""

    topic: Topic
    text: str


def shown(value: object) -> str:
    """A value that a file gave, on one line of letters that a terminal can show."""
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"
                   for letter in " ".join(str(value).split()))  # fmt: skip
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def method(before: Record, now: Record, suffix: str, newest_month: str) -> Iterator[Change]:
    """New, changed and dropped versions of the method.

    Args:
        before: what the folder was last upgraded to.
        now: the installed software.
        suffix: what the folder's panel adds to the name of a version, `+sn`.
        newest_month: YYYY-MM of the newest stored edition, "" for none.
    """
    old = {own.version: own for own in before.method}
    for rank, own in enumerate(now.method):
        name = f"{own.version}{suffix}"
        former = old.pop(own.version, None)
        if former is None:
            text = f"{name} makes the index from {own.since} on" if own.since else f"{name} is new"
            yield Change("method", f"{text}; months before it keep their method")
            if rank + 1 < len(now.method):
                yield from _differences(now.method[rank + 1], own, name)
            continue
        if former.since != own.since:
            yield Change("method", f"{name} makes the index from {own.since} on, not from "
                         f"{former.since or 'the beginning'}")  # fmt: skip
        if former.hash != own.hash:
            in_use = newest_month >= (own.since or newest_month) and newest_month != ""
            yield Change(
                "wrong" if in_use else "method",
                f"{name} is not what it was under the same name"
                + (": months are published by it, ask whoever ships this software" if in_use else
                   f"; it is in no published month{f' before {own.since}' * bool(own.since)}"),
            )  # fmt: skip
            yield from _differences(former, own, name)
    for version in old:
        yield Change("method", f"{shown(version)}{suffix} is gone from this software: its months "
                     "stay as they are stored")  # fmt: skip


def _differences(old: Version, new: Version, name: str) -> Iterator[Change]:
    """What a version has otherwise than another one, a line each."""
    for key in sorted({*old.indicators, *new.indicators}):
        before, own = old.indicators.get(key), new.indicators.get(key)
        if before is None and own is not None:
            yield Change("method", f"{name}: indicator {key} is new, weight {own.weight:g}")
        elif own is None:
            yield Change("method", f"{name}: indicator {shown(key)} is dropped")
        elif before is not None and (parts := list(_member(before, own))):
            yield Change("method", f"{name}: indicator {key}: {', '.join(parts)}")
    for key in sorted({*old.numbers, *new.numbers}):
        if (was := old.numbers.get(key)) != (own_value := new.numbers.get(key)):
            yield Change("method", f"{name}: {shown(key)} {_number(was)} → {_number(own_value)}")


def _member(old: Member, new: Member) -> Iterator[str]:
    for part in ("weight", "low", "high"):
        if getattr(old, part) != getattr(new, part):
            yield f"{part} {getattr(old, part):g} → {getattr(new, part):g}"
    if old.series != new.series:
        yield f"reads {shown(', '.join(new.series))}"
    same = (old.weight, old.low, old.high, old.series) == (
        new.weight, new.low, new.high, new.series,
    )  # fmt: skip
    if same and old.digest != new.digest:
        yield "words or rules"


def _number(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else shown(value)


def words(
    before: Record | None, now: Record, own: Mapping[str, Any], ours: Mapping[str, Any], code: str
) -> Iterator[Change]:
    """Sentences of the folder's file of a language that have lost their original.

    Args:
        before: what the folder was last upgraded to, None where that is not known.
        now: the installed software.
        own: the folder's sentences.
        ours: those of the installed software.
        code: the language.
    """
    file, originals = f"words/{code}.toml", flat(ours)
    old, new = before.words.get(code, {}) if before else {}, now.words.get(code, {})
    for key, text in flat(own).items():
        if key.partition(".")[0] in OPEN:
            continue
        if key not in originals:
            yield Change("wrong", f"{file}: {shown(key)} is no sentence any more: take the line "
                         f"out; {nearest(key, originals)}")  # fmt: skip
            continue
        if stray := _places(text) - _places(originals[key]):
            yield Change("wrong", f"{file}: {key} has {{{shown(min(stray))}}}, which the sentence "
                         f"has not any more: {shown(originals[key])}")  # fmt: skip
        elif key in old and old[key] != new.get(key):
            yield Change("words", f"{file}: {key} stands in place of a sentence that has changed; "
                         f"ours is now: {shown(originals[key])}")  # fmt: skip


def _places(text: Any) -> set[str]:
    try:
        return set().union(*(places(str(each)) for each in _listed(text)))
    except ValueError:
        return set()  # a stray brace, which `doctor` names


def _listed(text: Any) -> Sequence[Any]:
    return text if isinstance(text, list) else [text]


def sources(before: Record, now: Record) -> Iterator[Change]:
    """New, renamed and dropped sources, and dropped series of those that stay."""
    gone = {key: own for key, own in before.sources.items() if key not in now.sources}
    new = {key: own for key, own in now.sources.items() if key not in before.sources}
    for key, own in gone.items():
        successor = next((other for other in new if _same(own, new[other])), "")
        if successor:
            new.pop(successor)
        fate = f"now {successor}" if successor else "gone: it is asked no more, its figures stay"
        yield Change("sources", f"{shown(key)} is {fate}")
    for key, own in new.items():
        yield Change("sources", f"{key} is new, with {len(own.series)} series")
    for key in before.sources.keys() & now.sources.keys():
        if lost := sorted({*before.sources[key].series} - {*now.sources[key].series}):
            yield Change("sources", f"{key} has no longer {shown(', '.join(lost))}")


def _same(old: Publisher, new: Publisher) -> bool:
    """True if a source that is gone is this new one under another key."""
    shared = len({*old.series} & {*new.series})
    return old.homepage == new.homepage or shared > ALIKE * max(len(old.series), len(new.series), 1)


def panel(before: Record, now: Record, own: PilotPanel, file: str) -> Iterator[Change]:
    """Indicators of the folder's panel that read a series that is gone."""
    declared = {key for source in now.sources.values() for key in source.series}
    gone = {key for source in before.sources.values() for key in source.series} - declared
    for indicator in own.indicator:
        for key in (*indicator.series, *(indicator.errors or ())):
            if key in gone:
                yield Change(
                    "wrong",
                    f"{file}: indicator {indicator.key} reads {shown(key)}, which no source has "
                    f"any more; {nearest(key, declared)}",
                )
