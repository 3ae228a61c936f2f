"""Every declared trap names its test in tests/traps.toml, or that it has none."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

from sources import registry

TESTS = Path(__file__).parents[1]
TABLE: dict[str, dict[str, str]] = tomllib.loads((TESTS / "traps.toml").read_text("utf-8"))


@cache
def names_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def position(source: str, reported: str) -> tuple[Path, str]:
    """The file and the name of a test, as the table names it."""
    file, _, name = reported.rpartition("::")
    folder, _, module = (file or f"test_{source}").rpartition("/")
    return TESTS / (folder or "sources/publishers") / f"{module}.py", name


def test_every_trap_is_in_the_table_once_and_nothing_else_is() -> None:
    declared = {key: source.traps for key, source in registry().items() if source.traps}
    assert set(TABLE) == set(declared), "tests/traps.toml has a section a source"
    for key, traps in declared.items():
        for trap in traps:
            actual = [words for words in TABLE[key] if trap.startswith(words)]
            assert len(actual) == 1, f"tests/traps.toml, [{key}]: which test is for {trap!r}?"
        assert len(TABLE[key]) == len(traps), f"tests/traps.toml, [{key}]: a trap that is no more"


@pytest.mark.parametrize("key", TABLE)
def test_the_tests_that_the_table_names_exist(key: str) -> None:
    for reported in filter(None, TABLE[key].values()):
        file, name = position(key, reported)
        assert name in names_in(file), f"tests/traps.toml, [{key}]: no {name} in {file.name}"


def test_most_traps_have_a_test() -> None:
    tested = sum(bool(reported) for traps in TABLE.values() for reported in traps.values())
    assert tested >= 100
