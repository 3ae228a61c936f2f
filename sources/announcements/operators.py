"""Find who is behind a project: a gazetteer and headline grammar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd

from sources.announcements import places

GAZETTEER = Path(__file__).parent / "words" / "operators.csv"
BUILDERS = Path(__file__).parent / "words" / "builders.txt"
ORDINARY = Path(__file__).parent / "words" / "ordinary.txt"
_WORD = re.compile(rf"{places.ELISION}[^\W_][\w.&'+-]*")
_LONGEST = 5
_VERB = re.compile(
    r"\s(?:to|will|has|have|is|are|was|were|set|looks?|plans?|propos\w+|announc\w+|unveil\w*|reveal\w*|"
    r"confirm\w*|eyes?|seeks?|targets?|pitch\w*|mulls?|consider\w*|explor\w+|plots?|submit\w*|files?|"
    r"appl(?:ies|y|ied)|breaks?|broke|starts?|begins?|began|commence[sd]?|opens?|opened|launch\w*|"
    r"inaugurat\w+|complet\w+|invests?|invested|spends?|pledges?|commits?|partners?|teams?|signs?|"
    r"joins?|acquires?|buys?|purchase[sd]?|pays?|secures?|wins?|gets?|receives?|expands?|adds?|"
    r"doubles?|extends?|withdr\w+|drops?|scraps?|cancels?|kills?|retracts?|abandons?|pauses?|paused|"
    r"delays?|halts?|shelve[sd]?|pulls?|deploys?|builds?|building|develops?|tops?|energi[sz]e[sd]?|"
    r"brings?|lays?|kicks?|hints?|wants?|hopes?|reportedly|chosen|selected|selects?|picks?|chooses?|"
    r"establish\w*|creates?|forms?|moves?|enters?|reviv\w+|resubmit\w*|outlines?|details?|could|may|"
    r"would|also|recently|earmark\w*|purchases|made|prévoi\w+|annonc\w+|va|vont|lance\w*|inaugure\w*|"
    r"ouvre\w*|construi\w+|investi\w*|démarre\w*|a|ont|envisage\w*|signe\w*|dévoile\w*|veut|pose|"
    r"implant\w+|lands?|locks?|breaks|clears?|reaffirms?|gets?|projette|choisit)\s",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<!approved )(?<!rejected )(?<!denied )(?<!refused )(?<!granted )(?<!opposed )(?<!backed )"
    r"\b(?:by|from|with|for|developer|company|firm|operator|behind|par|avec|groupe|société)\s+(?=[A-Z])"
    r"|(?:data ?cent(?:er|re)s?|centres? de données) de\s+(?=[A-Z]\w+ [A-Z])"
)
_SPLIT = re.compile(r"\s*(?:,\s*(?:and|et)?|;|\band\b|\bet\b|\+| & )\s*")
_LEAD = re.compile(
    r"^(?:(?:the|a|an|le|la|les|l'|un|une|in|on|at|data cent(?:er|re)s?|developers?|"
    r"operators?|firm|company|startup|"
    r"giant|provider|investor|group|tech|cloud|neocloud|crypto\w*|bitcoin|miner|hyperscaler|colo\w*|"
    r"telco|telecoms?|investment|private equity|real estate|infrastructure|opérateur|société|"
    r"groupe|"
    r"[\w-]+-(?:based|backed|owned|headquartered)|[A-Z]\w+(?:ian|ese|ish|can|ch|an|i)\s(?=[a-z])|"
    r"[A-Z][\w ]{2,20}'s(?=\s[A-Z])|AI|IT|energy|power|oil and gas)\s+)+",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:plans?|proposals?|proposed|approval|council|county|city|town\w*|developers?|data|new|work|"
    r"construction|first|second|they|it|he|she|we|this|that|these|ils?|elle|ce|cette|le projet|"
    r"l'[a-zé]\w+|projects?|sites?|campus|facility|government|residents|report|up|more|another|former|controversial|"
    r"planning|permission|planners|officials|commission\w*|board|judge|court|state|us|uk|eu|the|two|"
    r"three|four|pair|ai|hyperscale\w*|gigawatt\w*|unnamed|local|une?|\W*\d.*)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\b(?:data ?cent|campus|project|facility|proposal|site|plan)", re.IGNORECASE)
_CAPITALS = r"[A-Z\d][\w.&+-]*(?:'(?!s\b)\w+)?(?:\s(?:(?:of|de|du|&)\s)?[A-Z\d][\w.&+-]*){0,3}"
_RUN = re.compile(
    rf"{_CAPITALS}(?:(?:,| and| et| &|,? and)\s{_CAPITALS}){{0,3}}(?='s\s|\s\(|\s[a-z:à]|:)"
)
_OWNER = re.compile(
    rf"(?<![\w'])(?P<who>{_CAPITALS}(?='s?\s)|(?<=for |.on |.of |ver )[A-Z]\w+ [A-Z]\w+"
    r"|(?<=\ba )[A-Z]\w+|(?<=\ban )[A-Z]\w+)(?:'s?)?\s"
    r"(?:[\w$€£.,%-]+\s){0,6}?"
    r"(?:data ?cent|campus|project|facilit|cloud region|site\b|supercomputer)"
)
_TENANT = re.compile(
    r"\b(?:host|hosts|hosting|for|serve|powered by|former|featuring|using|near|next to)\s+\W*$",
    re.I,
)


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
def _ordinary() -> frozenset[str]:
    return frozenset(ORDINARY.read_text(encoding="utf-8").split())


@cache
def _builders() -> frozenset[str]:
    return frozenset(BUILDERS.read_text(encoding="utf-8").splitlines())


def builder(text: str) -> bool:
    """Whether the text names an operator whose one business is data centres."""
    return any(mention.known_as in _builders() for mention in everyone(text))


def known_as(name: str) -> str:
    """Give the canonical name of an operator, or the name itself."""
    return _gazetteer().get(name, name)


def find(text: str) -> tuple[Operator, ...]:
    """Find the operators behind the project in a cleaned text, in order.

    The subject of the first sentence comes first; else who is named after "by" or in front of
    the data centre; else any known operator that is not named as tenant.
    """
    gazetteer_hits = everyone(text)
    subject = _subject(text, gazetteer_hits)
    partners = [
        mention
        for mention in gazetteer_hits
        if re.search(r"\bwith\s+(?:\w+\s){0,2}$", text[: mention.span[0]])
    ]
    if subject:
        return _unique([*subject, *partners])
    behind = _leading(text) or _owner(text) or _behind(text)
    return _unique(
        behind
        or [mention for mention in gazetteer_hits if not _tenant(text, mention)][:1]
        or [*gazetteer_hits[:1]]
    )


@lru_cache(maxsize=16)  # the same text is asked for its builder and for its operators
def everyone(text: str) -> tuple[Operator, ...]:
    """Every operator of the gazetteer that the text names, longest names first."""
    words = list(_WORD.finditer(text))
    mentions: list[Operator] = []
    end = -1
    for number, word in enumerate(words):
        if word.start() < end:
            continue
        if mention := _longest(text, words[number : number + _LONGEST]):
            mentions.append(mention)
            end = mention.span[1]
    return tuple(mentions)


def _longest(text: str, words: list[re.Match[str]]) -> Operator | None:
    names = _gazetteer()
    for last in reversed(words):
        start = words[0].start()
        name = text[start : last.end()].rstrip(".")
        for form in (name, name.removesuffix("'s"), name.removesuffix("'")):
            if form in names:
                return Operator(form, names[form], (start, start + len(form)))
    return None


def _subject(text: str, gazetteer_hits: Sequence[Operator]) -> list[Operator]:
    verb = _VERB.search(text, 0, 120)
    if verb is None or _NOUN.search(text, 0, verb.start()):
        head = text[: verb.start()] if verb else text[:80]
        return [
            mention
            for mention in gazetteer_hits
            if mention.span[1] <= len(head) and not _tenant(text, mention)
        ]
    listed = [mention for mention in gazetteer_hits if mention.span[1] <= verb.start()]
    return listed or _unknown(text, 0, verb.start())


def _leading(text: str) -> list[Operator]:
    """Read the capitalised words that open a sentence-case headline."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    run = _RUN.match(text, start)
    return _unknown(text, start, run.end()) if run else []


def _owner(text: str) -> list[Operator]:
    """Whose data centre it is: "ground broken on Northbridge's 50MW data center"."""
    owners = (_unknown(text, *match.span("who")) for match in _OWNER.finditer(text))
    return next((mentions for mentions in owners if mentions), [])


def _behind(text: str) -> list[Operator]:
    for match in _AFTER.finditer(text):
        words = re.match(r"(?:[A-Z][\w.&'-]*\s?){1,4}", text[match.end() :])
        mentions = _unknown(text, match.end(), match.end() + words.end()) if words else []
        if mentions:
            return mentions
    return []


def _unknown(text: str, start: int, end: int) -> list[Operator]:
    """Read capitalised names that no gazetteer has, between two positions."""
    lead = _LEAD.match(text[start:end] + " ")
    start += min(lead.end(), end - start) if lead else 0
    mentions, at = [], start
    for part in _SPLIT.split(text[start:end]):
        at = text.find(part, at)
        name = re.sub(r"\s*\(.*|'s.*$|,.*$", "", part).strip(" .:'\"")
        if _is_name(name):
            mentions.append(Operator(name, name, (at, at + len(name))))
    return mentions


def _is_name(name: str) -> bool:
    capital = any(word[:1].isupper() or word[:1].isdigit() for word in name.split())
    if not capital or len(name) < 2 or len(name.split()) > 6 or _GENERIC.match(name):
        return False
    if name.casefold() in _ordinary():
        return False
    where = places.everywhere(name)
    return not (where and where[0].span == (0, len(name)))


def _tenant(text: str, mention: Operator) -> bool:
    return bool(_TENANT.search(text[: mention.span[0]]))


def _unique(mentions: list[Operator]) -> tuple[Operator, ...]:
    return tuple({mention.known_as: mention for mention in reversed(mentions)}.values())[::-1]
