"""Whether a text tells an event, by learnt weights of its chunks.

The weights are made by `tools/train_announcements.py`; scoring needs no library. A feature is a
meaning, or meanings that follow each other; single words count a little beside them.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from sources.announcements.clauses import BREAKS, SITE, Chunk
from sources.announcements.vocabulary import word_set

WEIGHTS = Path(__file__).parent / "words" / "weights.csv"
# Out of fold, one text in sixteen lies between these, real or with a figure, and the weights would
# be right on three in five. A text below that tells an event costs its country, operator and
# figures too, one above that tells none its figures alone: the lower bound is further from 0.5.
UNSURE = (0.27, 0.57)
# Below this, a figure in a text that also speaks of what is financed, let, sold, supplied or
# opposed is not given. Out of fold this takes one false figure in seven and half a percent of the
# right ones; at 0.8 it would take one in four, and one or two percent of the right ones.
SURE_OF_FIGURES = 0.7
EVENTS = word_set(
    "plan build invest approve begin break_ground open launch expand cancel reject delay "
    "choose partner"
)
OTHERS = word_set(
    "buy sell fund rent supply oppose discuss regulate report_results appoint deploy deny "
    "hypothetical regret"
)
MONEY_OF_OTHERS = word_set(
    "finance lease energy law land market opposition fund rent supply sell buy regulate oppose"
)
# Nouns that leave a text about a site what it is, and those that stand for one loosely.
PLAIN = SITE | {"who", "mw", "cash", "council", "land", "money", "company"}
LOOSE = frozenset({"project", "expansion", "opening"})
# What a site may describe and still be the matter: "data center investment", "data center land".
_OWN = SITE | {"who", "mw", "cash", "where", "name", "money", "land"}
_ROLES = {"who": "W", "mw": "M", "cash": "C", "council": "G", "residents": "R", "company": "Y"}
_PARENTHESES = frozenset({"mw", "cash", "who"})
# Short words are articles and prepositions, which say more of a paper than of an event.
_WORD = re.compile(r"[^\W\d_]{4,}")


def probability(text: str, chunks: Sequence[Chunk], language: str) -> float:
    """Give the probability that a lower-case text tells an event."""
    weights = _weights()
    names = set(features(text, chunks, language))
    evidence = weights[""] + sum(weights.get(name, 0.0) for name in names)
    return 1 / (1 + math.exp(-evidence))


def features(text: str, chunks: Sequence[Chunk], language: str) -> Iterator[str]:
    """Give the features: meanings alone, in order, as roles, and long words."""
    shown = _squeezed(chunks)
    full = [_name(chunk) for chunk in shown]
    bare = [f"{chunk.meaning}>{chunk.head}" for chunk in shown]
    roles = [_role(chunk) for chunk in shown]
    yield from (f"u:{name}" for name in full)
    yield from (f"U:{name}" for name in bare)
    yield from _rows("b", [name for name in full if name not in {".", "|"}], 2)
    yield from _rows("B", [name for name in bare if name[0] not in ".|"], 2)
    for size in (2, 3, 4):
        yield from _rows(f"s{size}", roles, size)
    yield from _governed(shown, roles)
    yield f"shape:{_shape(shown, roles)}"
    if any(chunk.meaning == "where" for chunk in chunks):
        yield "has:where"
    yield from (f"{language}:{word}" for word in _WORD.findall(text))


def _shape(shown: Sequence[Chunk], roles: Sequence[str]) -> str:
    """Judge a text by rule: "plain" tells of a site only, "bare" of none."""
    nouns = [chunk for chunk in shown if not chunk.tense and chunk.meaning not in BREAKS]
    done = [chunk for chunk in shown if chunk.meaning in EVENTS]
    if done and all(chunk.tense == "not" for chunk in done):
        return "denied"
    if "S" in roles and done and "O" not in roles and "?" not in roles:
        plain = all(chunk.meaning in PLAIN for chunk in nouns)
        return "plain" if plain else "mixed"
    if "S" not in roles and not any(chunk.meaning in LOOSE for chunk in nouns):
        return "bare"
    return "other"


def _squeezed(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Leave places out and take names that follow each other as one."""
    shown: list[Chunk] = []
    for chunk in chunks:
        named = chunk.meaning in {"who", "name"}
        if chunk.meaning == "where" or (named and shown and shown[-1].meaning == "who"):
            continue
        shown.append(chunk._replace(meaning="who") if named else chunk)
    return shown


def _rows(label: str, names: list[str], size: int) -> Iterator[str]:
    framed = ["^", *names, "$"]
    for start in range(len(framed) - size + 1):
        yield f"{label}:{' '.join(framed[start : start + size])}"


def _governed(shown: list[Chunk], roles: list[str]) -> Iterator[str]:
    """Give what the first verb follows and what each verb is said of."""
    verbs = [number for number, chunk in enumerate(shown) if chunk.tense]
    if not verbs:
        return
    first = shown[verbs[0]]
    yield f"v1:{first.meaning}.{first.tense}"
    yield f"V1:{first.meaning}"
    yield f"pre:{''.join(sorted(set(roles[: verbs[0]])))}|{roles[verbs[0]]}"
    objects = [
        (chunk, role)
        for chunk, role in zip(shown[verbs[0] + 1 :], roles[verbs[0] + 1 :], strict=True)
        if not chunk.tense and chunk.meaning not in BREAKS
    ]
    if objects:
        yield f"vo:{first.meaning} {objects[0][0].meaning}>{objects[0][0].head}"
    for number in verbs:
        rest = range(number + 1, len(shown))
        after = next((at for at in rest if shown[at].meaning not in _PARENTHESES), None)
        if after is not None:
            yield f"arg:{shown[number].meaning} {roles[after]}"


def _name(chunk: Chunk) -> str:
    tense = f".{chunk.tense}" if chunk.tense else ""
    return f"{chunk.meaning}{tense}{'>' + chunk.head if chunk.head else ''}"


def _role(chunk: Chunk) -> str:
    if chunk.meaning == "facility":
        return "N" if chunk.head and chunk.head not in _OWN else "S"
    if chunk.meaning in SITE:
        return "P"
    if chunk.meaning in EVENTS:
        return "E" + {"not": "n", "maybe": "m"}.get(chunk.tense, "")
    if chunk.meaning in OTHERS:
        return "O"
    return _ROLES.get(chunk.meaning) or (chunk.meaning if chunk.meaning in BREAKS else "X")


@cache
def _weights() -> dict[str, float]:
    with WEIGHTS.open(encoding="utf-8", newline="") as lines:
        return {row["feature"]: float(row["weight"]) for row in csv.DictReader(lines)}
