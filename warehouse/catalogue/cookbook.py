"""Questions to the warehouse with their SQL: the one list of them.

`silentcrash explore` offers them, tools/cookbook_page.py writes them into docs/cookbook.md, and
the tests run each on both engines.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

FILE = "cookbook.toml"
GROUPS = "group"


@dataclass(frozen=True)
class Recipe:
    """One question: its name, group, words in both languages and its SELECT.

    `plot` has the mark, x, y and colour of a drawing, and is empty where none is worth it.
    """

    name: str
    group: str
    fr: str
    en: str
    sql: str
    plot: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A heading of the list, in both languages, with its questions."""

    fr: str
    en: str
    recipes: tuple[Recipe, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Every question under its heading, in the order of the file."""
    text = files("warehouse.catalogue").joinpath(FILE).read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    headings = tables.pop(GROUPS)
    every = [
        Recipe(name, **{**fields, "sql": fields["sql"].strip()}) for name, fields in tables.items()
    ]
    return tuple(
        Group(**words, recipes=tuple(recipe for recipe in every if recipe.group == key))
        for key, words in headings.items()
    )


def recipes() -> tuple[Recipe, ...]:
    """Every question, in the order of the page."""
    return tuple(recipe for group in groups() for recipe in group.recipes)
