"""The file of a language: all of its words in one TOML.

`[language]` has its own name and that of the observatory, `[grammar]` what it writes otherwise
than CLDR. `[bulletin]`, `[site]` and `[explorer]` have the keys of the English words, and `[names]`
names what the method and the catalogue name, by the English text. What it does not have is said in
English.

Files lie beside this module, and in `words/` of an observatory: there its file is laid over ours.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.languages.foreign import Foreign
from warehouse.publication import identity
from warehouse.publication.identity import COMPLETE, Identity

FOLDER = Path(__file__).parent
SECTIONS = ("language", "grammar", "bulletin", "site", "explorer", "names")
ENGLISH = "en"
# Tables whose keys are names of others: those of the catalogue and of the observatory.
OPEN = ("licences", "units", "cities")
# What is no sentence: it is not shown, and not taken from English.
SILENT = ("grammar", "language")

Words = Mapping[str, Any]


@cache
def shipped() -> dict[str, Words]:
    """The languages that come with the software in a file, by their codes."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def file_of(code: str, house: Identity) -> Words:
    """The file of a language, that of the observatory laid over ours.

    Raises:
        FileNotFoundError: neither has one.
    """
    if code not in shipped() and code not in house.files:
        raise FileNotFoundError(f"no file has the language {code!r}")
    return identity.merged(shipped().get(code, {}), house.files.get(code, {}))


def is_in_a_file(code: str) -> bool:
    """True if a language is one of a file, and falls back to English."""
    return code not in COMPLETE


def words(
    sections: Iterable[str], ours: Callable[[str], Words], code: str, house: Identity
) -> dict[str, Any]:
    """The words of a language, those of a file in English where it has none.

    `ours` gives the shipped words of a language by its code. The English ones have the keys of
    these `sections` of a file.
    """
    if not is_in_a_file(code):
        return dict(ours(code))
    english, own = ours(ENGLISH), file_of(code, house)
    every: dict[str, Any] = {}
    for section in sections:
        every |= own.get(section, {})
    laid = laid_over({name: part for name, part in english.items() if name not in SILENT}, every)
    return laid | {
        "language": own.get("language", {}).get("name", code),
        "grammar": own.get("grammar", {}),
        "translations": own.get("names", {}),
    }


def laid_over(english: Words, own: Words) -> dict[str, Any]:
    """Words over the English ones, of which those that stay are Foreign."""
    more = {name: part for name, part in own.items() if name not in english}
    return {name: _over(part, own.get(name)) for name, part in english.items()} | more


def _over(english: Any, own: Any) -> Any:
    if isinstance(english, Mapping):
        return laid_over(english, own or {})
    if isinstance(english, list):
        own = own or [None] * len(english)
        return [_over(part, same) for part, same in zip(english, own, strict=True)]
    return own if own is not None else Foreign(english)
