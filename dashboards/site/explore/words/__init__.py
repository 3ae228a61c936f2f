"""The words of the explorer by language: of the page and of its script."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.languages import files
from dashboards.site.locale import CODES
from warehouse.publication import identity
from warehouse.publication.identity import Identity

WORDS: Mapping[str, Mapping[str, Any]] = {
    code: tomllib.loads((Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8"))
    for code in CODES
}


def words_of(code: str) -> Mapping[str, Any]:
    """The words of the explorer in a language of the observatory in force."""
    return _words_of(code, identity.in_force())


@cache
def _words_of(code: str, house: Identity) -> Mapping[str, Any]:
    return files.words(["explorer"], WORDS.__getitem__, code, house)


def codes() -> tuple[str, ...]:
    """The languages of the explorer: two always, and others of the site."""
    pages = identity.in_force().pages
    return (*CODES, *(code for code in pages if code not in CODES))
