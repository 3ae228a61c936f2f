"""A text as a row of chunks: names, what happens to them, how surely.

A noun that stands before another is not its head: a "data center moratorium" is a law, a "data
center firm" a company. Nor is one behind a preposition: the "market for data centers" is a market.
A verb knows whether it is done, ahead, possible or denied.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from sources.announcements.vocabulary import TOKEN, Index, Sense, nouns, verbs, word_set

SITE = frozenset({"facility", "project", "expansion", "work", "opening", "first_stone"})
BREAKS = frozenset(";:.!?|")
NEAR = 4  # words between a noun and the preposition's object: "moratorium on all new data centers"
_LINKS = word_set(
    "of for on about over in against at with behind near de d' des du sur pour en aux au "
    "à dans contre par"
)
_ARTICLES = word_set(
    "a an the its their his her this these new more another big huge giant major 's of "
    "for on with hyperscale planned proposed un une le la les l' d' de du des son sa ses "
    "leur leurs ce cet cette ces nouveau nouvelle"
)
_AHEAD = {
    "en": word_set("to will shall should once"),
    "fr": word_set(
        "va vont devrait devraient doit doivent sera seront prévue prévu prévoit prévoient "
        "compte comptent veut veulent souhaite"
    ),
}
# What follows a verb whose deed lies ahead: "open by 2027", "lancera dans les prochains mois".
_SOON = word_set(
    "soon prochain prochaine prochains prochaines prochainement bientôt prévu prévue prévus "
    "prévues attendu attendue attendus attendues"
)
_MAYBE = word_set("could may might would if whether pourrait pourraient si serait")
_NOT = word_set("not never won t without ne n' pas")
_SUBJECTS = frozenset({"who", "name", "where", "council", "company", "residents"})
# "a data center to boost sovereignty", "un data center pour renforcer la souveraineté": a purpose.
_AIM = re.compile(
    r"\b(?:pour|afin de|afin d') ?(?!(?:construire|bâtir|installer|développer|agrandir)\b)"
    r"(?:l'|la |le |les )?(?!\d)[^\W\d_]+(?:er|ir|tre|dre)\b|\b(?:to|in order to) (?:boost|support|"
    r"strengthen|meet|enhance|accelerate|drive|improve|help|bolster|advance|promote|host|house|"
    r"serve|reduce|store|cut|ensure|secure|localize|attract)\b"
)
# What a thing happens in spite of, or because of, is not what happens: until the comma where it
# opens the sentence, else until its end.
_IN_SPITE_OF = re.compile(
    r"\b(?:despite|in spite of|citing|because of|as a result of|due to (?:the|a|an|its|lack|local|"
    r"community|concerns?|opposition|rising|high|poor)|but stipulat\w+|provided that|malgré|"
    r"en dépit d|en raison d|à cause d|compte tenu d|faute d|as (?:the|its) (?:company|firm|"
    r"operator|region|country|industry|group)|before (?:construction|work)|"
    r"avant (?:le début|que))\b"
)
_EARLIER = re.compile(r"\b(?:après avoir|after having) ")
_ADJECTIVES = word_set(
    "powered hungry intensive neutral ready cooled fired fed driven focused backed based grade "
    "related rich free efficient"
)
_BEFORE_NOUN = word_set("a an the its their this")
Token = tuple[str, int, int]  # word, start, end
Mark = tuple[int, int, str]  # start, end, meaning


class Chunk(NamedTuple):
    """A meaning, its tense, its position, and the noun that it describes."""

    meaning: str
    tense: str
    start: int
    end: int
    head: str = ""


def chunks(text: str, language: str, marks: Sequence[Mark] = ()) -> list[Chunk]:
    """Cut a cleaned text into chunks.

    Args:
        text: The text in small letters.
        language: "en" or "fr".
        marks: What is known by position (figures, names, places), in order, without overlap.
    """
    tokens = [(match[0], *match.span()) for match in TOKEN.finditer(text)]
    return _headed(_without_aims(_tagged(tokens, language, marks), text), tokens)


def _without_aims(tagged: list[Chunk], text: str) -> list[Chunk]:
    """Leave out what a site is for, and what a thing is done in spite of."""
    site = next((chunk.end for chunk in tagged if chunk.meaning == "facility"), len(text))
    aim = _AIM.search(text, site)
    left_out = [_until(text, aim.start(), ".;:!?")] if aim else []
    left_out += [_until(text, earlier.start(), ".;:!?|,") for earlier in _EARLIER.finditer(text)]
    for excuse in _IN_SPITE_OF.finditer(text):
        before = text[: excuse.start()].strip()
        opens = not before.strip('" ') or before[-1] in BREAKS
        left_out.append(_until(text, excuse.start(), ".;:!?|," if opens else ".;:!?|"))
    return [
        chunk for chunk in tagged if not any(start <= chunk.start < end for start, end in left_out)
    ]


def _until(text: str, start: int, stops: str) -> tuple[int, int]:
    """The span from a position to the next of some signs."""
    end = next((at for at in range(start + 1, len(text)) if text[at] in stops), len(text))
    return start, end


def _tagged(tokens: list[Token], language: str, marks: Sequence[Mark]) -> list[Chunk]:
    names, actions = nouns(language), verbs(language)
    tagged: list[Chunk] = []
    position, mark = 0, 0
    while position < len(tokens):
        word, start, end = tokens[position]
        while mark < len(marks) and marks[mark][1] <= start:
            mark += 1
        if mark < len(marks) and marks[mark][0] <= start:
            tagged.append(Chunk(marks[mark][2], "", marks[mark][0], marks[mark][1]))
            while position < len(tokens) and tokens[position][1] < marks[mark][1]:
                position += 1
            continue
        length, (meaning, tense), is_verb = _sense(tokens, position, names, actions, tagged)
        if meaning:
            tense = _tense(tokens, position, tense, language) if is_verb else ""
            tagged.append(Chunk(meaning, tense, start, tokens[position + length - 1][2]))
        elif word in BREAKS:
            tagged.append(Chunk(word, "", start, end))
        position += length
    return tagged


def _sense(
    tokens: list[Token], position: int, names: Index, actions: Index, tagged: list[Chunk]
) -> tuple[int, Sense, bool]:
    """Give the longest phrase here: its length, sense, and if it is a verb."""
    noun = _longest(tokens, position, names)
    if noun[0] and _is_adjective(tokens, position + noun[0]):
        return noun[0] + 2, ("", ""), False
    # "liquid-cooled", "solar-powered": an adjective
    compound = position > 1 and tokens[position - 1] == ("-", *_before(tokens[position]))
    verb = (0, ("", "")) if compound else _longest(tokens, position, actions)
    if noun[0] > verb[0] or (noun[0] and noun[0] == verb[0] and _is_noun(tokens, position, tagged)):
        return *noun, False
    if verb[1][1] == "ing" and position and tokens[position - 1][0] in _BEFORE_NOUN:
        return verb[0], ("", ""), False  # "the growing cluster"
    return (*verb, True) if verb[0] else (1, ("", ""), False)


def _is_adjective(tokens: list[Token], position: int) -> bool:
    """True before the rest of "hydro-powered": no noun of its own."""
    if position + 1 >= len(tokens) or tokens[position][0] != "-":
        return False
    joined = tokens[position - 1][2] == tokens[position][1] == tokens[position + 1][1] - 1
    return joined and tokens[position + 1][0] in _ADJECTIVES


def _before(token: Token) -> tuple[int, int]:
    return token[1] - 1, token[1]


def _longest(tokens: list[Token], position: int, index: Index) -> tuple[int, Sense]:
    for words, sense in index.get(tokens[position][0], ()):
        size = len(words)
        if size == 1 or tuple(token[0] for token in tokens[position : position + size]) == words:
            return size, sense
    return 0, ("", "")


def _is_noun(tokens: list[Token], position: int, tagged: list[Chunk]) -> bool:
    """True if a word that may be both ("plans") follows an article or a verb."""
    if not position:
        return True
    before, last = tokens[position - 1], tagged[-1] if tagged else None
    if before[0] in _ARTICLES:
        return True
    adjoins = last is not None and last.end == before[2]
    return adjoins and last is not None and last.meaning not in _SUBJECTS


def _tense(tokens: list[Token], position: int, tense: str, language: str) -> str:
    before = [token[0] for token in tokens[max(0, position - NEAR) : position]]
    if _NOT.intersection(before[-2:]):
        return "not"
    if _MAYBE.intersection(before):
        return "maybe"
    after = [token[0] for token in tokens[position + 1 : position + 1 + 2 * NEAR]]
    if _SOON.intersection(after) or _by_date(after) or (tense in {"s", "base"} and _in_year(after)):
        return "ahead"
    if tense == "future" or (tense == "base" and _AHEAD[language].intersection(before)):
        return "ahead"
    return "ahead" if tense != "s" and _AHEAD[language].intersection(before[-2:]) else tense


def _by_date(after: list[str]) -> bool:
    """True before "by 2027", "d'ici 2027", "next year"."""
    return any(
        (word in {"by", "before", "ici"} and following[:2] == "20")
        or (word == "next" and following in {"week", "month", "year", "spring", "summer", "fall"})
        for word, following in pairwise([*after, ""])
    )


def _in_year(after: list[str]) -> bool:
    """True before "in 2027", "en 2027": what a present tense dates lies ahead."""
    return any(
        word in {"in", "en"} and len(following) == 4 and following[:2] == "20"
        for word, following in pairwise(after)
    )


def _headed(tagged: list[Chunk], tokens: list[Token]) -> list[Chunk]:
    """Give every facility the noun that it only describes."""
    headed: list[Chunk] = []
    for number, chunk in enumerate(tagged):
        if chunk.meaning == "facility":
            head = _compound(tagged[number + 1 : number + 4], chunk.end)
            if not head or head in SITE:
                head = _governor(headed, chunk.start, tokens) or head
            chunk = chunk._replace(head=head)
        elif chunk.meaning == "deny" and _refuses(headed, chunk, tagged[number + 1 : number + 2]):
            chunk = chunk._replace(meaning="reject")
        headed.append(chunk)
    return headed


def _refuses(before: list[Chunk], chunk: Chunk, after: list[Chunk]) -> bool:
    """True where an authority denies something, or a site is denied."""
    named = {earlier.meaning for earlier in before}
    if chunk.tense == "ed" and "facility" in named and after and after[0].meaning == "council":
        return True
    suffered = chunk.tense == "ed" and "facility" in named and not named & {"who", "name"}
    return bool(named & {"council", "meeting"}) or suffered


def _compound(after: list[Chunk], end: int) -> str:
    """The last noun right behind a facility: "data center power deal" is a deal."""
    head = ""
    for chunk in after:
        if chunk.tense or chunk.meaning in BREAKS or chunk.start - end > 1:
            break
        if chunk.meaning not in {"who", "where", "mw", "cash"}:
            head = chunk.meaning
        end = chunk.end
    return head


def _governor(before: list[Chunk], start: int, tokens: list[Token]) -> str:
    """The noun that a facility is said of: "moratorium on data centers"."""
    if not before or before[-1].tense or before[-1].meaning in BREAKS | _SUBJECTS | {"cash"}:
        return ""
    words = [word for word, left, _ in tokens if before[-1].end <= left < start]
    return before[-1].meaning if 0 < len(words) <= NEAR and words[0] in _LINKS else ""
