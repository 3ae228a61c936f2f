"""The description of the published tables, from which every format is written.

The words are in description.toml; a column without English words is one of the warehouse, and
has the description of its model there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from dashboards.i18n import LANGUAGES, language
from warehouse import tables as models
from warehouse.edition import Edition
from warehouse.publication import identity

WORDS = Path(__file__).parent / "description.toml"
Type = Literal["string", "month", "date", "instant", "integer", "number", "boolean"]
# How dates are written in text; an instant is UTC.
PATTERNS = {"month": "%Y-%m", "date": "%Y-%m-%d", "instant": "%Y-%m-%dT%H:%M:%SZ"}


@dataclass(frozen=True)
class Column:
    """A column of a published table; `fr` and `en` describe it in a line.

    A month and a date are first days; an instant is UTC. `low` and `high` bound its values,
    `one_of` lists them, where that is known.
    """

    name: str
    type: Type
    fr: str
    en: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    one_of: tuple[str, ...] = ()

    @property
    def texts(self) -> Mapping[str, str]:
        """Its description by language."""
        return {"fr": self.fr, "en": self.en}


@dataclass(frozen=True)
class Table:
    """A published table: its columns in order, and its key columns.

    `refers` gives for a column the table.column in which each of its values is.
    """

    name: str
    key: tuple[str, ...]
    fr: str
    en: str
    columns: tuple[Column, ...]
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> Mapping[str, str]:
        """Its description by language."""
        return {"fr": self.fr, "en": self.en}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def dataset(code: str = "") -> Mapping[str, Any]:
    """Texts about the data set in a language, or its name, licence and theme."""
    house = identity.in_force()
    texts: dict[str, Any] = _words()["dataset"]
    if code:
        pilot = house.sentences(code).get("names", {}).get(f"{house.panel}/")
        keywords = [*texts[code]["keywords"], *([pilot] if pilot else [])]
        own: dict[str, Any] = texts[code]
        titles = {name: house.titled(own[name], code) for name in ("title", "editions")}
        return own | titles | {"publisher": house.publisher(code), "keywords": keywords}
    licence = house.licence
    named = {"licence": licence.key, "licence_title": licence.title, "licence_url": licence.url}
    return texts | named


def authority() -> str:
    """The beginning of names of what has no address; it is never changed."""
    return f"tag:{identity.in_force().authority},2026:"


def words(section: str, part: str) -> Mapping[str, Any]:
    """The texts of a section and part of description.toml."""
    texts: dict[str, Any] = _words()[section][part]
    return texts


def names(table: str) -> list[str]:
    """Columns, in order, of a table that has the same ones in every edition."""
    [words] = [entry for entry in _words()["table"] if entry["name"] == table]
    return [column["name"] for column in words["column"]]


def describe(frames: Mapping[str, pd.DataFrame], edition: Edition) -> tuple[Table, ...]:
    """The description of each table, its columns those of its frame.

    Raises KeyError naming the column that description.toml does not have.
    """
    return tuple(
        _table(words, [str(name) for name in frames[words["name"]]], edition)
        for words in _words()["table"]
        if words["name"] in frames
    )


def _table(words: Mapping[str, Any], names: list[str], edition: Edition) -> Table:
    described = {column.name: column for column in _columns(words, names, edition)}
    missing = [name for name in names if name not in described]
    if missing:
        raise KeyError(f"describe {missing} of table {words['name']} in {WORDS.name}")
    columns = tuple(described[name] for name in names)
    key, refers = tuple(words["key"]), words.get("refers", {})
    return Table(words["name"], key, words["fr"], words["en"], columns, refers)


def _columns(words: Mapping[str, Any], names: list[str], edition: Edition) -> Iterator[Column]:
    fields = getattr(models, words["of"]).model_fields if "of" in words else {}
    for column in words["column"]:
        attributes = {"en": "", **column, "one_of": tuple(column.get("one_of", ()))}
        pattern = attributes.pop("each", "")
        if not pattern:
            english = attributes["en"] or fields[attributes["name"]].description
            yield Column(**attributes | {"en": english})
        for name, titles in _expand(pattern, names, edition).items():
            texts = {code: attributes[code].format(title=titles[code]) for code in LANGUAGES}
            yield Column(**attributes | texts | {"name": name})


def _expand(pattern: str, names: list[str], edition: Edition) -> dict[str, dict[str, str]]:
    """The columns that a pattern stands for, with what fills their description."""
    if pattern == "dimension":
        return {str(group["key"]): group for group in edition.framework["dimension"]}
    if pattern == "month":
        months = [name for name in names if name[:2].isdigit()]
        return {name: {code: language(code).month(name) for code in LANGUAGES} for name in months}
    return {}
