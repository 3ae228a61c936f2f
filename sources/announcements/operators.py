"""Find who is behind a project: known operators, or a clause's subject."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from sources.announcements import places
from sources.announcements.clauses import BREAKS, Chunk
from sources.announcements.vocabulary import word_set

GAZETTEER = Path(__file__).parent / "words" / "operators.csv"
ORDINARY = Path(__file__).parent / "words" / "ordinary.txt"
_WORD = re.compile(rf"{places.ELISION}[^\W_][\w.&'+-]*")
LONGEST = 5  # words of a known name
REACH = 3  # chunks between an owner and the site: "Northbridge's $1bn, 50MW data center"
_SPLIT = re.compile(r"\s*(?:,\s*(?:and|et)?|;|\band\b|\bet\b| \+ | & )\s*")
_TRIM = re.compile(
    r"^(?:(?:the|a|an|le|la|les|l'|un|une|sources?|exclusive|report|startup|start-up|giant|firm|"
    r"company|developer|operator|provider|investor|group|opérateur|société|groupe|promoteur|"
    r"[\w-]+-(?:based|backed|owned|headquartered|listed|linked|led|funded|affiliated))\s+)+|\s*\([^)]*\)?$|'s$|"
    r",? (?:Inc|Corp|LLC|Ltd|PLC|S\.?A|Limited|Corporation)\.?$",
    re.IGNORECASE,
)
# Words that put a name behind a project, and those that make it a tenant or a neighbour.
_MAKER = re.compile(
    r"\b(?:by|from|par|developer|company|operator|firm|behind|groupe|opérateur|société|promoteur|"
    r"l'opérateur|filiale|says|dit|"
    r"(?:data ?cent\w+|datacenter|campus|données|projet|site) (?:de|d'|of))"
    r"\s*:?\s*(?:the |le |la |l'|un |groupe )?(?:[A-Z][\w.]+'s )?$",
    re.IGNORECASE,
)
_TENANT = re.compile(
    r"\b(?:host|hosts|hosting|for|serve|powered by|former|featuring|using|near|next to|financed by|"
    r"financé par|soutenu par|backed by|denied by|approved by|rejected by|approuvé par|to lease to)"
    r"\s+\W*(?:the |la |le |l')?$",
    re.IGNORECASE,
)
_DUBBED = re.compile(r"\b(?:dubbed|known as|called|dénommée?|baptisée?)\s\W*$", re.IGNORECASE)
# Beside another's site: not an owner even in the possessive.
_BESIDE = re.compile(
    r"\b(?:near|next to|former|serve|powered by|using|opposite|beside|like|denied by|près d[eu'])"
    r"\s*\W*(?:the |la |le |l')?$",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(?:in|at|near|outside|à|au|en|dans)\s+(?:\w+\s)?$", re.IGNORECASE)
_ELIDED = re.compile(r"^[LlDd]'(?=[A-ZÀ-Ý])")
_OWNED = re.compile(r"(?<=\w)-(?:owned|operated|run|built|led)\b")
_PARTNER = re.compile(
    r"(?:\b(?:with|avec|à)\s+(?:\w+\s){0,2}|\b(?:and|et)\s+|,\s*)$", re.IGNORECASE
)
_PARTY = re.compile(r"(?<=[,&] )(?:the )?(?:City|Town|County|Government|Ministry|State) of\b")
_LABEL = re.compile(
    r"\b(?:developer|operator|owner|tenant|promoteur|opérateur|exploitant)\s*:\s*"
    r"(?P<who>[^\W_][\w&' -]*)",
    re.IGNORECASE,
)
_FRAME = re.compile(r"\s+(?:to|will)\s*$|^\W*(?:Après|After)\b[^,:]*")  # around a subject
_NOBODY = frozenset({"council", "person", "residents", "law", "meeting", "opposition", "opinion"})
_OPENERS = _NOBODY | {"facility", "project", "work", "opening", "expansion", "energy", "land"}
_NO_NAME = re.compile(
    r"^(?:MW|GW|kW|AI|IA|IT|HPC|CEO|PDG|DG|European|African|Asian|Tier [IVX\d]+)$|"
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december|"
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b|^\W*\d+\W*$|^Q[1-4]\b|"
    r"-(?:linked|backed|powered|based|scale|led|owned|gigawatt|acre|of|funded|built|megawatt|type|style)\b",
    re.IGNORECASE,
)
# Offices and people who decide or speak; a government or a city may build, and stays.
_PUBLIC = re.compile(
    r"\b(?:council|commission|committee|ministry|ministers?|mayor|governor|senator|senate|judge|"
    r"court|coimisi[uú]n|pleanála|tribunal|sheriff|commissioners?|supervisors|board|conseil|commune|préfet|préfecture|ministère|"
    r"ministre|wali|wilaya|président|premier|secretary|department|newswire|business wire|"
    r"prnewswire|globenewswire|accesswire)\b",
    re.IGNORECASE,
)
_WITHIN = word_set("of de du des la le les the and et & à")  # small words a name may hold
# Above this share of capitals a headline is in title case, and a capital says nothing of a name.
TITLE_CASE = 0.65


@dataclass(frozen=True)
class Operator:
    """An operator as written, its canonical name, and its position."""

    name: str
    known_as: str
    span: tuple[int, int]


@cache
def _gazetteer() -> dict[str, str]:
    frame = pd.read_csv(GAZETTEER, keep_default_na=False)
    return dict(zip(frame["alias"], frame["operator"], strict=True))


@cache
def ordinary() -> frozenset[str]:
    """Give the words that open a headline and are nobody's name."""
    return frozenset(ORDINARY.read_text(encoding="utf-8").split())


def known_as(name: str) -> str:
    """Give the canonical name of an operator, or the name itself."""
    return _gazetteer().get(name, name)


def everyone(text: str) -> tuple[Operator, ...]:
    """Find every gazetteer operator that the text names, longest first."""
    words = list(_WORD.finditer(text))
    hits: list[Operator] = []
    end = -1
    for number, word in enumerate(words):
        if word.start() < end:
            continue
        hit = _longest(text, words[number : number + LONGEST])
        if hit and not places.COUNTY.match(text, hit.span[1]):  # "Rogers County" is a place
            hits.append(hit)
            end = hit.span[1]
    return tuple(hits)


def _longest(text: str, words: list[re.Match[str]]) -> Operator | None:
    names = _gazetteer()
    start = words[0].start()
    for last in reversed(words):
        name = text[start : last.end()].rstrip(".")
        for form in (name, name.removesuffix("'s"), name.removesuffix("'")):
            cut = form.endswith(" Data") and text.startswith(" Cent", start + len(form))
            if form in names and not cut:
                return Operator(form, names[form], (start, start + len(form)))
    return None


def find(text: str, chunks: Sequence[Chunk]) -> tuple[Operator, ...]:
    """Find the operators behind the project in a cleaned text, in order.

    A table row says it with a label. Else it is the subject of the first verb with its partners,
    whose site it is, or who stands behind "by"; else a known name that is no tenant.
    """
    labelled = [_operator(match["who"], match.start("who")) for match in _LABEL.finditer(text)]
    if labelled:
        return _unique(labelled)
    named = [number for number, chunk in enumerate(chunks) if chunk.meaning in {"who", "name"}]
    for first in _first_verbs(chunks):
        if behind_it := _subject(text, chunks, named, first):
            return _unique([*behind_it, *_partners(text, chunks, named, first)])
    heads = len(chunks) > 1 and chunks[1].meaning == ":"  # "Inwi : un data center"
    owners = [at for at in named if _owns(text, chunks, at) or (heads and at == 0)]
    makers = [at for at in named if _MAKER.search(text[: chunks[at].start])]
    free = [at for at in named if chunks[at].meaning == "who" and not _is_tenant(text, chunks[at])]
    loose = [at for at in named if _may_build(text, chunks, at)]
    for choice in (owners[:1], makers, free[:1], loose[:1]):
        if names := [name for at in choice for name in _names(text, chunks[at])]:
            return _unique(names)
    return ()


def _first_verbs(chunks: Sequence[Chunk]) -> list[int]:
    """The first three verbs, after a subject; the text's end where there is none."""
    verbs = [number for number, chunk in enumerate(chunks) if chunk.tense]
    return verbs[:3] or [len(chunks)]


def _subject(
    text: str, chunks: Sequence[Chunk], named: Sequence[int], first: int
) -> list[Operator]:
    """The names before a verb, in a clause that no authority and no site opens."""
    opens = 0
    for number in range(first):
        stop = chunks[number].meaning in BREAKS and chunks[number].meaning != "."
        if stop or (chunks[number].tense and number < first - 1):
            opens = number + 1
    before = [at for at in named if opens <= at < first]
    blocked = [at for at in range(opens, first) if chunks[at].meaning in _OPENERS]
    if before and blocked and blocked[0] < before[0]:
        return []
    people = [at for at in before if _is_person(text, chunks, at, first)]
    chosen = [at for at in before if at not in people and not _is_tenant(text, chunks[at])]
    names = [name for at in chosen for name in _names(text, chunks[at])]
    return names or ([] if named or opens else _title_case(text, chunks, first))


def _is_person(text: str, chunks: Sequence[Chunk], number: int, first: int) -> bool:
    """True for "Faure Gnassingbé, président", not "Jera, City of Yokohama"."""
    return any(
        chunk.meaning in _NOBODY and not _PARTY.match(text, chunk.start)
        for chunk in chunks[number + 1 : min(number + 3, first)]
    )


def _title_case(text: str, chunks: Sequence[Chunk], first: int) -> list[Operator]:
    """The words before the first verb of a headline in title case."""
    others = _OPENERS - {"energy", "land"} | {"cash", "mw"}  # "Barrio Energy Announces"
    taken = any(chunk.meaning in others for chunk in chunks[:first])
    if taken or not is_title_case(text) or first >= len(chunks):
        return []
    return list(_split(_FRAME.sub("", text[: chunks[first].start]), 0))


def is_title_case(text: str) -> bool:
    """True if most long words of a text are capitalised."""
    long = [word[:1].isupper() for word in text.split() if len(word) > 3]
    return sum(long) > TITLE_CASE * max(len(long), 1)


def _partners(
    text: str, chunks: Sequence[Chunk], named: Sequence[int], first: int
) -> Iterator[Operator]:
    """Who is named behind "with", and who follows in the same list."""
    joined = False
    allied = first < len(chunks) and chunks[first].meaning == "partner"
    link = re.compile(rf"\b(?:with|avec{'|à' if allied else ''})\s+(?:\w+\s){{0,2}}$")
    for at in named:
        before = text[: chunks[at].start]
        if at > first and _PARTNER.search(before):
            joined = joined or bool(link.search(before))
            if joined:
                yield from _names(text, chunks[at])


def _owns(text: str, chunks: Sequence[Chunk], number: int) -> bool:
    """True for "ground broken on Northbridge's 50MW data center"."""
    chunk = chunks[number]
    after = [near for near in chunks[number + 1 : number + 1 + REACH] if not near.tense]
    has_site = any(near.meaning in {"facility", "project"} for near in after)
    behind = text[chunk.end :]
    possessive = behind.startswith(("'s ", "' "))
    applies = bool(re.match(r"'s? (?:\w+ )?(?:appeal|application|bid|request)\b", behind))
    adjoins = bool(re.match(r"\s(?:data|campus|project|site|facility|planned|proposed)\b", behind))
    before = text[max(0, chunk.start - 40) : chunk.start]
    return applies or (has_site and (possessive or adjoins) and not _BESIDE.search(before))


def _may_build(text: str, chunks: Sequence[Chunk], number: int) -> bool:
    """True for a name of nobody else's: no person, authority, tenant or neighbour."""
    chunk = chunks[number]
    beside = chunks[max(0, number - 1) : number + 2]
    others = any(
        near.meaning in _NOBODY and text[near.end : chunk.start] not in {" and ", " et "}
        for near in beside
    )
    before = text[max(0, chunk.start - 40) : chunk.start]
    where = _WHERE.search(before) is not None and chunk.meaning == "name"
    return not (others or where or _is_tenant(text, chunk) or _BESIDE.search(before))


def _is_tenant(text: str, chunk: Chunk) -> bool:
    before = text[max(0, chunk.start - 40) : chunk.start]
    return bool(_TENANT.search(before) or (chunk.meaning == "name" and _DUBBED.search(before)))


def _names(text: str, chunk: Chunk) -> Iterator[Operator]:
    yield from _split(text[chunk.start : chunk.end], chunk.start)


def _split(written: str, start: int) -> Iterator[Operator]:
    at = 0
    for part in _SPLIT.split(written):
        at = written.find(part, at)
        if part and _is_name(name := _trimmed(part)):
            yield _operator(name, start + at + part.find(name))


def _operator(name: str, start: int) -> Operator:
    name = _trimmed(name)
    return Operator(name, known_as(name), (start, start + len(name)))


def _trimmed(name: str) -> str:
    name = _ELIDED.sub("", _OWNED.sub("", name))
    for _ in range(2):  # a title before, then a form of company behind
        name = _TRIM.sub("", name.strip(" .,:;'\"-"))
    # "Nigerian Galaxy Backbone"; "American Tower" is a name that is known
    words = name.split(" ")
    for count in (2, 1):
        first, rest = " ".join(words[:count]), " ".join(words[count:])
        if rest and name not in _gazetteer() and places.is_demonym(first):
            return rest
    return name


def _is_name(name: str) -> bool:
    if name in _gazetteer():
        return True
    words = name.split()
    small = {word for word in words if word.islower()} - _WITHIN
    capital = not small and any(word[:1].isupper() or word[:1].isdigit() for word in words)
    if not capital or len(name) < 2 or len(words) > 6 or _NO_NAME.search(name):
        return False
    if name.casefold() in ordinary() or places.is_demonym(name) or _PUBLIC.search(name):
        return False
    where = places.everywhere(name)
    return not (where and where[0].span == (0, len(name)))


def _unique(hits: Sequence[Operator]) -> tuple[Operator, ...]:
    return tuple({hit.known_as: hit for hit in reversed(hits)}.values())[::-1]
