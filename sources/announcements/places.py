"""The country and place that a text gives, from a gazetteer of geography."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

GAZETTEER = Path(__file__).parent / "words" / "places.csv"
DEMONYMS = Path(__file__).parent / "words" / "demonyms.csv"
ELISION = r"(?:(?<=\b[dlDL]')|\b(?![dlDL]'[A-ZÀ-Ý]))"  # "d'Abidjan" names Abidjan
_NAME = re.compile(rf"{ELISION}[^\W\d_][\w.'-]*(?!\$)")
_LONGEST = 5
_TOWNSHIP = re.compile(r"\b[A-Z][a-z]+ (?:County|Township|Twp|Parish)\b")
_REGION = re.compile(r"\b(?:county|comté de)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PlaceMention:
    """A place as written, its country, and where it was read."""

    name: str
    country: str
    span: tuple[int, int]


@cache
def _gazetteer() -> dict[str, str]:
    frame = pd.read_csv(GAZETTEER, keep_default_na=False)
    return dict(zip(frame["name"], frame["country"], strict=True))


def countries() -> frozenset[str]:
    """The countries of the gazetteer."""
    return frozenset(_gazetteer().values())


def everywhere(text: str) -> list[PlaceMention]:
    """Every place named in the text, longest names first at each position."""
    words = list(_NAME.finditer(text))
    mentions: list[PlaceMention] = []
    end = -1
    for number, word in enumerate(words):
        if word.start() < end or not word[0][:1].isupper():
            continue
        mention = _longest(text, words[number : number + _LONGEST])
        if mention:
            mentions.append(mention)
            end = mention.span[1]
    return mentions


def _longest(text: str, words: list[re.Match[str]]) -> PlaceMention | None:
    names = _gazetteer()
    for count in range(len(words), 0, -1):
        start, end = words[0].start(), words[count - 1].end()
        name = text[start:end]
        for form in (name, name.rstrip("."), name.removesuffix("'s"), name.split("-")[0]):
            if form in names:
                return PlaceMention(form, names[form], (start, start + len(form)))
    return None


def find(text: str) -> tuple[str, str]:
    """Find the country of the project and its place; "" where not given.

    A name in the possessive, before "-based" or as the first word of a company is the
    nationality of somebody; it counts only where nothing else does. The last country named
    in the first sentence wins over an earlier one when both are places.
    """
    mentions = everywhere(text)
    sites = [mention for mention in mentions if not _nationality(text, mention)] or mentions[:1]
    if not sites:
        return _demonym(text) or _township(text), ""
    country = _country(text, sites)
    name = ", ".join(dict.fromkeys(mention.name for mention in sites if mention.country == country))
    return country, name


@cache
def _demonyms() -> tuple[dict[str, str], re.Pattern[str]]:
    frame = pd.read_csv(DEMONYMS)
    country = dict(zip(frame["demonym"], frame["country"], strict=True))
    site = r"(?i:(?:[\w-]+ ){0,2}(?:data ?cent(?:er|re)s?|campus|cloud region))"
    somebody = r"(?:firm|compan|operator|developer|provider|start-?up|giant|group|player|speciali)"
    return country, re.compile(rf"\b({'|'.join(country)}) {site}\b(?! {somebody})")


def _demonym(text: str) -> str:
    """The country of "its Danish campus"; "" for "a Danish data center operator"."""
    country, pattern = _demonyms()
    mentions = pattern.search(text)
    return country[mentions[1]] if mentions else ""


def _township(text: str) -> str:
    """The United States for "in Larkfield Township", whose name no gazetteer has."""
    return "United States" if _TOWNSHIP.search(text) else ""


def _country(text: str, sites: list[PlaceMention]) -> str:
    if _REGION.search(text) and any(mention.country == "United States" for mention in sites):
        return "United States"
    located = [mention for mention in sites if _located(text, mention)]
    chosen = located or sites
    # "Paris, Texas": what follows a comma says where the place before it is.
    for first, second in pairwise(sites):
        listed = first.name == first.country  # "Singapore, Hong Kong" are two countries
        if (
            first in chosen
            and not listed
            and re.fullmatch(r",\s*(?:\w+\s)?", text[first.span[1] : second.span[0]])
        ):
            return first.country if second.name == first.country else second.country
    return chosen[0].country


def _located(text: str, mention: PlaceMention) -> bool:
    before = text[max(0, mention.span[0] - 40) : mention.span[0]]
    return bool(
        re.search(
            r"\b(?:in|at|near|outside|across|for|to|of|within|around|from|off|en|au|aux|à|"
            r"près de|on)\s"
            r"(?:(?:the|la|le|les|l'|central|southern|northern|eastern|western|south|north|east|west|"
            r"southeastern|southwestern|northeastern|northwestern|rural|downtown|greater)\s?)*$",
            before,
            re.IGNORECASE,
        )
    )


def _nationality(text: str, mention: PlaceMention) -> bool:
    """True if the name is somebody's nationality: "Canada's Beacon".

    So is the first word of a name that opens the text: "Phoenix Partners plans …"."""
    before, after = text[max(0, mention.span[0] - 12) : mention.span[0]], text[mention.span[1] :]
    if re.match(r"-(?:based|backed|headquartered|linked|listed|owned)\b", after):
        return True
    if mention.span[0] == 0 and re.match(r" [A-Z]", after):
        return not (everywhere(after[:40]) and everywhere(after[:40])[0].span[0] == 1)
    if not after.startswith("'s ") or re.search(r"\b(?:in|near|outside|across|of)\s$", before):
        return False
    owned = everywhere(after[3:43])
    return after[3:4].isupper() and not (owned and owned[0].span[0] == 0)
