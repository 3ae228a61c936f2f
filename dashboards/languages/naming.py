"""How the file of a language calls an English text of the catalogue."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from dashboards.languages.grammar import Grammar

PART = ", "  # between the parts of a title of the catalogue
# A name of a firm, a chip or a region of a cloud: words with capitals, digits or hyphens.
_PROPER = r"(?:[A-Z0-9(][^\s,]*|[a-z]+(?:-[a-z]+)*-?\d)"
PROPER = re.compile(rf"{_PROPER}(?: {_PROPER})*")
AT = re.compile(rf"({PROPER.pattern}) at ({PROPER.pattern}(?: [a-z]+)?)")


def of_country(names: Mapping[str, str], english: str, own: str) -> dict[str, str]:
    """The names, with what the pilot country is called in its place."""
    return {
        text.replace("{country}", english): name.replace("{country}", own)
        for text, name in names.items()
    }


def translation(english: str, names: Mapping[str, str], grammar: Grammar) -> str | None:
    """The text by the names of the file, None if it has none.

    A country is named by CLDR, and what comes after it and a colon on its own. So is each part of
    a title between commas.
    """
    own: str | None = names.get(english)
    if own is None and english in countries():
        own = str(grammar.cldr.territories[countries()[english]])
    before, colon, after = english.partition(": ")
    if own is None and colon and before in countries():
        rest = translation(after, names, grammar)
        own = None if rest is None else f"{translation(before, names, grammar)}: {rest}"
    return own if own is not None else _by_parts(english, names, grammar)


def _by_parts(title: str, names: Mapping[str, str], grammar: Grammar) -> str | None:
    """A title whose parts are all named, at least one of them by the file."""
    parts = title.split(PART)
    named = [translation(part, names, grammar) for part in parts] if len(parts) > 1 else []
    if not any(named):
        return None
    every = [own or _proper(part, names) for part, own in zip(parts, named, strict=True)]
    return None if None in every else grammar.comma.join(filter(None, every))


def _proper(part: str, names: Mapping[str, str]) -> str | None:
    """A name that is the same in every language, or such a chip at such a cloud."""
    if placed := AT.fullmatch(part):
        return f"{placed[1]} {names.get('at', 'at')} {placed[2]}"
    return part if PROPER.fullmatch(part) else None


@cache
def countries() -> dict[str, str]:
    """The ISO 3166 code of each country by its English name."""
    return {name: code for code, name in Locale("en").territories.items() if len(code) == 2}
