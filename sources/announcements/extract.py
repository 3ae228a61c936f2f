"""Read one project event from the text of a news item.

Pure: no network, no clock.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from sources.announcements import classifier, event_type, money, operators, places, power
from sources.announcements.clauses import SITE, Chunk, Mark, chunks
from sources.announcements.clean import READ, function_words, language, without_dateline
from sources.announcements.event_type import ABSTAINED, NONE, Kind
from sources.announcements.money import Money
from sources.announcements.power import Power
from sources.announcements.vocabulary import nouns, verbs, word_set

COLUMNS = (
    "lang", "is_announcement", "event_type", "operator", "country", "place",
    "power_mw", "power_min_mw", "power_max_mw", "power_qualifier",
    "amount", "currency", "investment_usd", "confidence", "note", "spans",
)  # fmt: skip
Span = tuple[int, int]
NO_TEXT, FOREIGN, UNSURE = "there is no text to read", "not my language", "unsure"
_WORD = re.compile(r"[^\W\d_](?:[\w&+-]|\.(?=\w)|'(?=[^\W\d_]{2}))*")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)'")
# A row of a table or a form says who builds, and where or what, each under its label.
_ROW = re.compile(
    r"\b(?:developer|operator|owner|promoteur|opérateur|exploitant)\s*:.{1,200}?\b\w+\s*:|"
    r"\b(?:site|location|project|status|lieu|projet|statut)\s*:.{1,200}?"
    r"\b(?:developer|operator|owner|promoteur|opérateur|exploitant)\s*:",
    re.IGNORECASE,
)
_BY_FORM = 0.9
_DEEDS = frozenset({"build", "plan", "begin", "break_ground", "open", "launch", "expand"})
_BARE = frozenset({"who", "name", "mw", "where", "cash"})
# News of years ago, and what is said not to be so: nothing happens in such a text.
_NO_NEWS = re.compile(
    r"(?:(?:a|\w+) (?:years?|decades?) ago,|il y a \w+ ans,|no, [\w' -]{2,40}(?:is|are) not |"
    r"why (?!not)|pourquoi |comment |non, [\w' -]{2,40} ne )"
)
# "Project Blue" is a site under a name of its own, and nobody's.
_PROJECT = re.compile(r"\b(?:Project|Projet) (?!of\b|de\b)[A-ZÀ-Ý][\w-]+(?: \d{1,2}\b)?")
# A school that builds is a name as a whole: "University of Zaragoza to build".
_SCHOOL = re.compile(r"\b(?:University|Université|Institute) (?:of|de|du) [A-ZÀ-Ý][\w-]+")
_SENTENCE_START = frozenset('.:?!|"-')
# Capitalised with a name beside them, these still are what they mean: "Fayette County Council".
_PLAIN = word_set(
    "data council county city ai township town commission board center centers centre "
    "centres cloud campus government ministry court conseil ministre ministère plan planning "
    "zoning commissioners supervisors trustees datacenter datacenters datacentre datacentres"
)


@dataclass(frozen=True)
class Event:
    """An event in the life of a project, or none, or an abstention.

    Where `kind` is "not_announcement" or "abstained", the other fields are empty. `power` is in
    MW, `money` in units of its currency. `confidence` is the probability that the text is what
    `kind` says: an event or none. `note` says why a text was not read or not decided. `spans`
    gives the positions in the cleaned text where each field was read.
    """

    kind: Kind
    language: str
    operators: tuple[str, ...] = ()
    country: str = ""
    place_name: str = ""
    power: Power | None = None
    money: Money | None = None
    confidence: float = 0.0
    note: str = ""
    spans: dict[str, Span] = field(default_factory=dict)

    def row(self) -> dict[str, object]:
        """Give the event as one row of COLUMNS; None where the text gives nothing."""
        power, money = self.power, self.money
        dollars = money.amount if money and money.currency == "USD" else None
        decided = None if self.kind == ABSTAINED else int(self.kind != NONE)
        values = (
            self.language, decided, self.kind, "; ".join(self.operators),
            self.country, self.place_name,
            power and power.mw, power and power.low, power and power.high,
            power.qualifier if power else "",
            money and money.amount, money.currency if money else "", dollars, self.confidence,
            self.note, "; ".join(f"{k} {a}-{b}" for k, (a, b) in self.spans.items()),
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))


@dataclass(frozen=True)
class Reading:
    """A cleaned text and everything that is known of it by position."""

    text: str
    language: str
    powers: list[Power]
    amounts: list[Money]
    listed: tuple[operators.Operator, ...]
    sites: tuple[places.PlaceMention, ...]
    chunks: list[Chunk]
    issued: str = ""  # the town of a local paper's dateline


def extract(text: object) -> Event:
    """Read the project event in a text; never raise.

    Non-text input, a text in a language without vocabulary and a text that leaves the weights
    undecided come back as abstentions with a note. Only the first FIRST_SENTENCES characters
    are read.
    """
    plain, issued = without_dateline(text)
    if not any(char.isalpha() for char in plain):
        return Event(NONE, "", note=NO_TEXT)
    spoken = language(plain)
    if spoken not in READ:
        return Event(ABSTAINED, spoken, note=FOREIGN)
    reading = read(plain, spoken, issued)
    chance = _chance(reading)
    low, high = classifier.UNSURE
    if low < chance < high:
        return Event(ABSTAINED, spoken, confidence=round(chance, 3), note=UNSURE)
    if chance <= low:
        return Event(NONE, spoken, confidence=round(1 - chance, 3))
    event = replace(_event(reading), confidence=round(chance, 3))
    return (
        event if chance >= classifier.SURE_OF_FIGURES else _without_others_figures(event, reading)
    )


def _without_others_figures(event: Event, reading: Reading) -> Event:
    """Leave out figures that may be those of a loan, a lease or a supply."""
    named = {name for chunk in reading.chunks for name in (chunk.meaning, chunk.head)}
    if not named & classifier.MONEY_OF_OTHERS:
        return event
    spans = {name: span for name, span in event.spans.items() if name not in {"power", "amount"}}
    return replace(event, power=None, money=None, spans=spans)


def _chance(reading: Reading) -> float:
    """Give the probability of an event: by the form of the text, or weights."""
    small = _small(reading.text)
    if _NO_NEWS.match(small.lstrip()):
        return 0.0
    chance = classifier.probability(small, reading.chunks, reading.language)
    has_site = any(chunk.meaning in SITE for chunk in reading.chunks)
    by_form = (has_site and bool(_ROW.search(reading.text))) or _builds_power(reading.chunks)
    return max(chance, _BY_FORM) if by_form else chance


def _builds_power(chunks: Sequence[Chunk]) -> bool:
    """True for "Equinix to build 20MW in Lagos": known operator, deed, power."""
    deeds = [chunk for chunk in chunks if chunk.tense]
    nouns_used = {chunk.meaning for chunk in chunks if not chunk.tense}
    done = len(deeds) == 1 and deeds[0].meaning in _DEEDS
    decided = done and deeds[0].tense not in {"not", "maybe"}
    return decided and {"who", "mw", "where"} <= nouns_used <= _BARE


def nearly(text: object) -> Event:
    """Read a text that `extract` abstains on as if it told an event; never raise.

    `confidence` is the probability that it does. A text in a language that is not read gives
    no event.
    """
    plain, issued = without_dateline(text)
    spoken = language(plain) if any(char.isalpha() for char in plain) else ""
    if spoken not in READ:
        return Event(NONE, spoken, note=FOREIGN if spoken else NO_TEXT)
    reading = read(plain, spoken, issued)
    chance = _chance(reading)
    return replace(_event(reading), confidence=round(chance, 3))


def read(plain: str, spoken: str, issued: str = "") -> Reading:
    """Read figures, names and places of a clean text; cut it into chunks."""
    powers, amounts = power.everything(plain), money.everything(plain)
    listed, sites = operators.everyone(plain), places.everywhere(plain)
    marks = _marks(plain, spoken, powers, amounts, listed, sites)
    cut = chunks(_small(plain), spoken, marks)
    return Reading(plain, spoken, powers, amounts, listed, sites, cut, issued)


def _event(reading: Reading) -> Event:
    verdict = event_type.read(reading.chunks, _small(reading.text))
    figure, cost = (
        power.choose(reading.text, reading.powers),
        money.choose(reading.text, reading.amounts),
    )
    who = operators.find(reading.text, reading.chunks)
    country, site = places.find(reading.text)
    if not country and reading.issued:
        country = places.find(reading.issued)[0]
    spans = _spans(
        kind=verdict.span,
        operator=who[0].span if who else None,
        power=figure.span if figure else None,
        amount=cost.span if cost else None,
    )
    names = tuple(operator.name for operator in who)
    return Event(verdict.kind, reading.language, names, country, site, figure, cost, spans=spans)


def _spans(**read_at: Span | None) -> dict[str, Span]:
    return {name: span for name, span in read_at.items() if span and span[1] > span[0]}


def _small(text: str) -> str:
    small = text.lower()
    return small if len(small) == len(text) else text


def _marks(
    text: str,
    spoken: str,
    powers: Sequence[Power],
    amounts: Sequence[Money],
    listed: Sequence[operators.Operator],
    sites: Sequence[places.PlaceMention],
) -> list[Mark]:
    """Order figures, known names, places and unknown names; first kinds win."""
    taken: list[Mark] = [(*match.span(), "name") for match in _SCHOOL.finditer(text)]
    towns = [site for site in sites if not places.is_part_of_name(text, site)]
    adjective = places.by_demonym(text)
    towns += [adjective] if adjective else []
    if not operators.is_title_case(text):
        taken += [(*match.span(), "project") for match in _PROJECT.finditer(text)]
    for meaning, hits in (("mw", powers), ("cash", amounts), ("who", listed), ("where", towns)):
        spans = (hit.span for hit in hits)
        taken += [(*span, meaning) for span in spans if _is_free(span, taken)]
    taken += [(*span, "name") for span in _names(text, spoken) if _is_free(span, taken)]
    joined: list[Mark] = []
    for start, end, meaning in sorted(taken):
        last = joined[-1] if joined else (0, 0, "")
        if start < last[1]:
            continue
        if {meaning, last[2]} <= {"who", "name"} and text[last[1] : start] in {"", " "}:
            joined[-1] = (last[0], end, "who" if "who" in {meaning, last[2]} else "name")
        else:
            joined.append((start, end, meaning))
    return joined


def _is_free(span: Span, taken: Sequence[Mark]) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end, _ in taken)


def _names(text: str, spoken: str) -> list[Span]:
    """Find capitalised words outside the vocabulary, in sentence case."""
    if operators.is_title_case(text):
        return []
    words = list(_WORD.finditer(text))
    capital = [word[0][0].isupper() for word in words]
    means, stands_for = _meaning(spoken), nouns(spoken)
    names = []
    for number, word in enumerate(words):
        if not capital[number]:
            continue
        small = _ELIDED.sub("", word[0].lower()).split("'")[0]
        opens = number == 0 or text[: word.start()].rstrip()[-1:] in _SENTENCE_START
        beside = _touches(text, words, capital, number)
        # a verb has no capital inside a sentence: "Envision says it has commissioned"
        plain = opens or small in _PLAIN or (not beside and small in stands_for)
        if means(small) and plain and not places.is_firm(text, word.end()):
            continue
        if small in _ordinary() and (opens or not beside):
            continue
        names.append(word.span())
    return names


def _touches(
    text: str, words: Sequence[re.Match[str]], capital: Sequence[bool], number: int
) -> bool:
    """True if another capitalised word stands right beside this one."""
    pairs = ((number - 1, number), (number, number + 1))
    return any(
        left >= 0 and right < len(words) and capital[left] and capital[right]
        and text[words[left].end() : words[right].start()] == " "
        for left, right in pairs
    )  # fmt: skip


@cache
def _meaning(spoken: str) -> Callable[[str], bool]:
    listed = frozenset(nouns(spoken)) | frozenset(verbs(spoken))
    return listed.__contains__


@cache
def _ordinary() -> frozenset[str]:
    return operators.ordinary() | function_words()
