"""The house style, as far as a test can hold it: names, docstrings, sizes."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "sources",
    "warehouse",
    "observatory",
    "pipelines",
    "dashboards",
    "client",
    "tools",
    "tests",
    "benchmarks",
)
# Participles and pronouns that say nothing of what they hold. In prose they are plain English.
BANNED = {
    *("said", "told", "asked", "found", "held", "kept", "made", "wanted", "given", "one", "about"),
    *("place", "known", "whole", "hot", "cold", "sure", "aside", "many", "much", "thing", "stuff"),
    *("it", "that"),
}
# A column that the published events have had from the start: the name is a format now.
COLUMNS = {("warehouse/tables.py", "place")}
LONGEST_FIRST_LINE = 76
LONGEST_FILE = 300
FULLEST_FOLDER = 14
# One file a publisher: its length is the number of publishers. Migrations are never changed.
LARGE_FOLDERS = {"sources/publishers", "warehouse/migrations/versions"}


@cache
def files() -> tuple[Path, ...]:
    """The Python files that git tracks, without migrations."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    paths = [Path(name) for name in listed if name.split("/")[0] in ROOMS]
    return tuple(path for path in paths if "versions" not in path.parts and (ROOT / path).exists())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a file gives, with its line."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.lineno, node.asname


def docstrings(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", "the module"), text.splitlines()[0]


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_is_a_riddle(room: str) -> None:
    riddles = [
        f"{path}:{line}: {name}"
        for path in files()
        if path.parts[0] == room
        for line, name in names(tree(path))
        if name.strip("_").lower() in BANNED and (str(path), name) not in COLUMNS
    ]
    assert riddles == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_docstring_begins_with_one_short_line(room: str) -> None:
    long = [
        f"{path}: {name}: {line}"
        for path in files()
        if path.parts[0] == room
        for name, line in docstrings(tree(path))
        if len(line) > LONGEST_FIRST_LINE
    ]
    assert long == []


def test_no_file_is_too_long_to_read() -> None:
    packages = [path for path in files() if path.parts[0] not in {"tests", "benchmarks"}]
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in packages
    }
    assert {str(path): n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_folder_holds_more_than_a_reader_can_take_in() -> None:
    count: dict[str, int] = {}
    for path in files():
        if path.name != "__init__.py" and path.parts[0] not in {"tests", "benchmarks"}:
            count[str(path.parent)] = count.get(str(path.parent), 0) + 1
    full = {name: n for name, n in count.items() if n > FULLEST_FOLDER}
    assert set(full) <= LARGE_FOLDERS
