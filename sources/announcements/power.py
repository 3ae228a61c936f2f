"""Electrical power in a text: megawatts with range and qualifier."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_MW = 100_000.0
_NUMBER = r"\d{1,3}(?:[ ,]\d{3})+(?:\.\d{1,3})?|\d{1,6}(?:[.,]\d{1,3})?"
_UNIT = r"MW|GW|kW|mega-?watts?|giga-?watts?|kilo-?watts?|mégawatts?"
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10,
    "half a": 0.5, "a": 1,
}  # fmt: skip
_FIGURE = re.compile(
    rf"(?P<low>{_NUMBER})\s?(?:(?:-|to|à|et)\s?(?P<high>{_NUMBER})\s?)?\+?-?\s?(?P<unit>{_UNIT})(?![A-Za-z])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"\b(?P<word>{'|'.join(_WORDS)})[ -](?P<unit>giga-?watts?|mega-?watts?|"
    rf"mégawatts?)\b(?!-scale)",
    re.IGNORECASE,
)
_SCALE = re.compile(r"(?<!multi-)(?<!multi )\b(?:gigawatt(?:-scale|-class)?)\b", re.IGNORECASE)
_MULTI = re.compile(
    r"\bmulti-?\s?gigawatt|\bthree gigawatt-scale|\bseveral gigawatt", re.IGNORECASE
)
_QUALIFIERS = (
    ("up to", re.compile(r"(?:up to|as much as|jusqu'à|maximum of|could (?:reach|"
        r"eventually))\W*(?:\w+\W+){0,2}$", re.I)),
    ("increment", re.compile(r"(?:by|additional|another|adds?|adding|extra|"
        r"supplémentaires?)\W*(?:an? )?$", re.I)),
    ("total", re.compile(r"(?:total(?:ing)? (?:of )?|expand\w* (?:\w+ ){0,8}to|eventually|"
        r"ultimately)\W*$", re.I)),
    ("phase", re.compile(r"(?:first|initial|phase \w+|starting with)\W*(?:\w+\W+){0,3}$", re.I)),
    ("potential", re.compile(r"(?:potential(?:ly)?|could|capable of|"
        r"targets?)\W*(?:\w+\W+){0,3}$", re.I)),
)  # fmt: skip
# Words before the size that a site grows to in the end.
_FULL_SIZE = re.compile(
    r"(?:eventually|ultimately|à terme|jusqu'à|(?:MW|GW|mégawatts?|megawatts?) (?:to|à)|"
    r"to reach|atteindre|atteindra|full (?:build-?out|capacity) of|expand\w* to|expandable to|"
    r"porter\w* à)\W*(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_NOT_LOAD = re.compile(
    r"^\W*(?:\w+[ -]){0,3}(?:solar|wind|gas|nuclear|power (?:plant|station)|plant\b|turbine|"
    r"reactor|SMR|"
    r"PPA|photovolta|renewable|battery|storage|hydro|substation|geothermal|fuel cell)",
    re.IGNORECASE,
)
_YET_LOAD = re.compile(
    r"^\W*(?:\w+[ -]){0,6}(?:data ?cent|campus|datacent|AI factory)", re.IGNORECASE
)


@dataclass(frozen=True)
class Power:
    """A power in MW with its range, its qualifier and its position in the text."""

    mw: float
    low: float | None
    high: float | None
    qualifier: str
    span: tuple[int, int]


def everything(text: str) -> list[Power]:
    """Find every power of a text that may be a load, in order."""
    return sorted([*_digits(text), *_spelled(text)], key=lambda figure: figure.span)


def choose(text: str, figures: Sequence[Power]) -> Power | None:
    """Choose the power of the project: the first, unless more is to follow.

    "50MW, eventually 300MW" and "from 50MW to 130MW" are 300 and 130. Figures over 100 GW are
    rejected as absurd; those of a power plant beside the site are ignored.
    """
    if not figures and not _MULTI.search(text) and (scale := _SCALE.search(text)):
        return Power(1000.0, None, None, "scale", scale.span())
    for figure in figures[1:]:
        if figure.mw > figures[0].mw and _FULL_SIZE.search(text[: figure.span[0]]):
            return figure
    return figures[0] if figures else None


def _digits(text: str) -> list[Power]:
    powers = []
    for match in _FIGURE.finditer(text):
        low = _megawatts(match["low"], match["unit"])
        high = _megawatts(match["high"], match["unit"]) if match["high"] else None
        top = high or low
        if not 0 < top <= MAX_MW or _is_plant(text, match.end()):
            continue
        qualifier = _qualifier(text, match.start())
        powers.append(Power(top, low if high else None, high, qualifier, match.span()))
    return powers


def _spelled(text: str) -> list[Power]:
    return [
        Power(
            _WORDS[match["word"].lower()] * _scale(match["unit"]),
            None,
            None,
            _qualifier(text, match.start()),
            match.span(),
        )
        for match in _SPELLED.finditer(text)
        if not _is_plant(text, match.end())
    ]


def _is_plant(text: str, end: int) -> bool:
    after = text[end : end + 60]
    return bool(_NOT_LOAD.match(after)) and not _YET_LOAD.match(after)


def _megawatts(number: str, unit: str) -> float:
    return amount(number) * _scale(unit)


def _scale(unit: str) -> float:
    first = unit[0].lower()
    return {"g": 1000.0, "m": 1.0, "k": 0.001}[first]


def amount(number: str) -> float:
    """Parse a number in English or French notation.

    Groups by comma or space, decimals by point or comma.
    """
    compact = number.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", compact):
        return float(compact.replace(",", ""))
    return float(compact.replace(",", "."))


def _qualifier(text: str, start: int) -> str:
    before = text[max(0, start - 60) : start]
    return next((name for name, pattern in _QUALIFIERS if pattern.search(before)), "")
