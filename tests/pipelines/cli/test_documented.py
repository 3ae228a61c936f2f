"""The lines that the analyst's pages show: each is run as it stands."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import NOW

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def checkout(first_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which `data` is a home with an edition, as in a checkout."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "data").symlink_to(first_edition)
    monkeypatch.setenv("SILENTCRASH_HOME", str(folder / "data"))
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    monkeypatch.chdir(folder)
    return folder


def test_the_python_of_the_page_of_the_warehouse_runs(checkout: Path) -> None:
    [block] = blocks("warehouse.md", "python")
    shown: dict[str, object] = {}
    for statement in ast.parse(block).body:
        if isinstance(statement, ast.Expr):  # what a reader would look at
            line = ast.unparse(statement)
            assert len(eval(line, shown)), line
        else:
            exec(ast.unparse(statement), shown)
