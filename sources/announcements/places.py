"""The country and place that a text gives, from a gazetteer of geography."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

GAZETTEER = Path(__file__).parent / "words" / "places.csv"
DEMONYMS = Path(__file__).parent / "words" / "demonyms.csv"
ELISION = r"(?:(?<=\b[dlDL]')|\b(?![dlDL]'[A-ZÀ-Ý]))"  # "d'Abidjan" names Abidjan
_NAME = re.compile(rf"{ELISION}[^\W\d_][\w.'-]*(?!\$)")
_LONGEST = 5
BARE_LETTERS = 8  # a shorter name without its accents may be another word
# "London-based", "Dallas-Fort Worth", but not "Stoke-on-Trent".
_ADJECTIVE = re.compile(r"-(?!on-|sur-|upon-|les-|en-|le-|la-|am-|de-|aux-|sous-)[A-Za-z][\w-]*$")
COUNTY = re.compile(r" (?:County|Township|Twp|Parish)\b")
_BRITISH = frozenset({"United Kingdom", "Ireland", "Jamaica", "Kenya", "Liberia"})  # counties too
_TOWNSHIPS = frozenset({" Township", " Twp"})  # of America alone: "East Manchester Township"
_TOWNSHIP = re.compile(r"\b[A-Z][a-z]+ (?:County|Township|Twp|Parish)\b")
_REGION = re.compile(r"\b(?:county|comté de)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PlaceMention:
    """A place as written, its country, and where it was read."""

    name: str
    country: str
    span: tuple[int, int]


@cache
def _rows() -> pd.DataFrame:
    """Give the gazetteer, 29,000 names, and long names without their accents."""
    frame = pd.read_csv(GAZETTEER, keep_default_na=False)
    accented = frame[~frame["name"].map(str.isascii) & frame["name"].str.len().ge(BARE_LETTERS)]
    letters = accented["name"].str.normalize("NFKD").str.encode("ascii", "ignore")
    return pd.concat([frame, accented.assign(name=letters.str.decode("ascii"))]).drop_duplicates(
        "name"
    )


@cache
def _gazetteer() -> dict[str, str]:
    frame = _rows()
    return dict(zip(frame["name"], frame["country"], strict=True))


@cache
def _of_origin(words: str) -> frozenset[str]:
    """Give the names of an origin; some are places only behind certain words."""
    frame = _rows()
    return frozenset(frame.loc[frame["origin"].str.contains(words), "name"])


@cache
def _country_names() -> frozenset[str]:
    """Give the names that stand for a country as a whole, in English and French."""
    frame = _rows()
    as_whole = frame["name"].eq(frame["country"]) | frame["origin"].str.contains("CLDR")
    return frozenset(frame.loc[as_whole, "name"]) | {"RDC", "RD Congo", "UK", "UAE", "USA", "US"}


@cache
def countries() -> frozenset[str]:
    """The countries of the gazetteer."""
    return frozenset(_gazetteer().values())


# Where a thing was signed or told, or where others stand ("Après Lomé, Cotonou"), is no site.
_ELSEWHERE = re.compile(
    r"\b(?:(?:signed|announced|speaking|unveiled) (?:\w+ ){0,2}(?:in|at)|(?:summit|conference|"
    r"forum|ceremony|fair|meeting|listed|headquartered|based) in|"
    r"sign(?:ée?s?|ature) (?:\w+ ){0,2}à|"
    r"(?:sommet|forum|salon|conférence|cérémonie|réunie?s?|basée?|cotée?) (?:\w+ ){0,2}(?:à|de)|"
    r"stock exchange of|bourse de|^\W*(?:après|after)(?: (?:le |la )?[\w-]+ (?:et|and))?)"
    r"\s+(?:the |la |le |l')?$",
    re.IGNORECASE,
)

# What stands before the name of a small town, and behind it: "in Sedalia", "Dugny (93)".
_TOWN_BEFORE = re.compile(
    r"(?:\b(?:in|at|near|outside|around|à|près de|dans|(?:city|town|village|township|council) of|"
    r"(?:commune|ville|wilaya|province|zone|quartier|site|région|village|préfecture) de)|"
    r"(?:\b(?:commune|ville|wilaya|province|zone|quartier|site|près) d'))\s?$",
    re.IGNORECASE,
)
_TOWN_BEHIND = re.compile(r",\s+(?P<wider>[A-ZÀ-Ý][\w.-]*(?: [A-ZÀ-Ý][\w.-]*)?)|\s\([A-ZÀ-Ý\d]")
_PAPER = re.compile(r" (?:Herald|Times|Post|Tribune|Gazette|Chronicle|Journal|Observer)\b")


def _says_town(text: str, start: int, end: int) -> bool:
    """True where the words around a small town's name say that it is one."""
    if re.match(r" [A-ZÀ-Ý]", text[end : end + 2]):
        return False
    behind = _TOWN_BEHIND.match(text, end)
    wider = (behind["wider"] or "") if behind else ""
    is_wider_place = wider in _gazetteer() or wider.split(" ")[0] in _gazetteer()
    return bool(_TOWN_BEFORE.search(text[max(0, start - 24) : start])) or (
        behind is not None and (is_wider_place or not wider)
    )


@cache
def _firm_words() -> re.Pattern[str]:
    return re.compile(
        r" (?:Compute|Cloud|Data|Digital|Capital|Partners|Infrastructure|Energy|Power|Telecom|"
        r"Technologies|Tech|Networks?|Group|Holdings?|Development|Developers|Properties|Realty|"
        r"Ventures|Investments?|Systems|Labs|Investors|Mining|Bank|Electric|Land|LLC|Inc|Corp|Ltd)"
        r"\b(?! cent)"
        r"(?! Cent)"
    )


def is_firm(text: str, end: int) -> bool:
    """True where a word before this position is a company's: "Summit Group"."""
    return _firm_words().match(text, end) is not None


def is_part_of_name(text: str, mention: "PlaceMention") -> bool:
    """True for the town in the name of a company: "Hamilton Compute plans"."""
    before, after = text[: mention.span[0]], text[mention.span[1] :]
    if _PAPER.match(after):
        return True
    if mention.name in _country_names() or re.search(r"\b(?:in|at|near|à|en|de)\s$", before):
        return False
    return bool(_firm_words().match(after))


@lru_cache(maxsize=8)
def everywhere(text: str) -> tuple[PlaceMention, ...]:
    """Every place named in the text, longest names first at each position."""
    words = list(_NAME.finditer(text))
    mentions: list[PlaceMention] = []
    end = -1
    for number, word in enumerate(words):
        capital = word[0][:1].isupper() or word[0] == "région"  # "en région parisienne"
        if word.start() < end or not capital:
            continue
        mention = _longest(text, words[number : number + _LONGEST])
        if mention:
            county = COUNTY.match(text, mention.span[1])
            if county and (mention.country not in _BRITISH or county[0] in _TOWNSHIPS):
                mention = replace(mention, country="United States")
            mentions.append(_by_adjective(text, mention))
            end = mention.span[1]
    return tuple(mentions)


def _by_adjective(text: str, mention: PlaceMention) -> PlaceMention:
    """Give "Belgian Limburg" the country of its adjective."""
    before = text[: mention.span[0]].rsplit(" ", 2)
    country = _demonyms()[0].get(before[-2]) if len(before) > 1 and not before[-1] else None
    listed = mention.name in _country_names()
    return mention if country is None or listed else replace(mention, country=country)


def _longest(text: str, words: list[re.Match[str]]) -> PlaceMention | None:
    names = _gazetteer()
    for count in range(len(words), 0, -1):
        start, end = words[0].start(), words[count - 1].end()
        name = text[start:end]
        bare = _ADJECTIVE.sub("", name) if "-" in name else name
        for form in (name, name.rstrip("."), name.removesuffix("'s"), bare):
            stop = start + len(form)
            if form in names and _is_place(text, form, start, stop):
                return PlaceMention(form, names[form], (start, stop))
    return None


def _is_place(text: str, name: str, start: int, end: int) -> bool:
    """True unless a name that is one in some places only stands elsewhere."""
    if len(name) == 2 and name in _of_origin("postal code"):
        return text[max(0, start - 2) : start] == ", "  # "Abilene, TX"
    return name not in _of_origin("small towns") or _says_town(text, start, end)


def find(text: str) -> tuple[str, str]:
    """Find the country of the project and its place; "" where not given.

    A name in the possessive, before "-based" or as the first word of a company is the
    nationality of somebody; it counts only where nothing else does. The last country named
    in the first sentence wins over an earlier one when both are places.
    """
    mentions = [hit for hit in everywhere(text) if not is_part_of_name(text, hit)]
    elsewhere = [hit for hit in mentions if _ELSEWHERE.search(text[: hit.span[0]])]
    mentions = [hit for hit in mentions if hit not in elsewhere] or elsewhere
    sites = [mention for mention in mentions if not _nationality(text, mention)]
    if not sites:
        nationality = mentions[0].country if mentions else ""
        return _demonym(text) or _township(text) or nationality, ""
    country = _country(text, sites)
    name = ", ".join(dict.fromkeys(mention.name for mention in sites if mention.country == country))
    return country, name


@cache
def _demonyms() -> tuple[dict[str, str], re.Pattern[str]]:
    """Give the country of each demonym, and where one says where a site stands.

    Before a site or a government ("its Danish campus", "the Omani government"), behind one in
    French ("le gouvernement algérien", "sur le sol marocain"); not before a company.
    """
    frame = pd.read_csv(DEMONYMS)
    country = dict(zip(frame["demonym"], frame["country"], strict=True))
    names = "|".join(sorted(country, key=len, reverse=True))
    site = (
        r"(?:data ?cent(?:er|re)s?|datacent\w+|campus|cloud region|server \w+|project|government|"
        r"authorit\w+|regulators?|ministr\w+|ministers?|parliament|capital|city|town|province|soil|"
        r"facility|site|server farms?|planning (?:body|board|authority|appeals)|territory)"
    )
    somebody = r"(?:firm|compan|operator|developer|provider|start-?up|giant|group|player|speciali)"
    french = (
        r"(?:gouvernement|autorités|ministère|ministre|capitale|ville|région|sol|territoire|marché|"
        r"centres? de données|data ?centers?|datacent\w+|campus|projet|site|Royaume|État|Sahara)"
    )
    return country, re.compile(
        rf"\b(?P<before>{names}) (?i:(?:[\w-]+ ){{0,2}}{site})\b(?! {somebody})"
        rf"|\b{french} (?:\w+ )?(?P<behind>{names})\b"
    )


def is_demonym(name: str) -> bool:
    """True if a name is only somebody's nationality."""
    return name in _demonyms()[0] or name.lower() in _demonyms()[0]


@lru_cache(maxsize=8)
def by_demonym(text: str) -> PlaceMention | None:
    """Find the country of "its Danish campus"; None for "a Danish operator"."""
    country, pattern = _demonyms()
    match = pattern.search(text)
    if match is None:
        return None
    name = match["before"] or match["behind"]
    return PlaceMention(name, country[name], match.span("before" if match["before"] else "behind"))


def _demonym(text: str) -> str:
    mention = by_demonym(text)
    return mention.country if mention else ""


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
        # "Singapore, Hong Kong" are two countries, "Lebanon, Indiana" is a town
        listed = first.name in _country_names() and second.country != "United States"
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
            r"\b(?:in|into|at|near|outside|across|for|to|of|within|around|from|off|en|au|aux|à|"
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
    if re.match(
        r"\.? (?:compan|firm|operator|developer|giant|real estate|trust|REIT|investor)", after
    ):
        return True
    if mention.span[0] == 0 and re.match(r" [A-Z]", after):
        return not (everywhere(after[:40]) and everywhere(after[:40])[0].span[0] == 1)
    if not after.startswith("'s ") or re.search(r"\b(?:in|near|outside|across|of)\s$", before):
        return False
    owned = everywhere(after[3:43])
    return after[3:4].isupper() and not (owned and owned[0].span[0] == 0)
