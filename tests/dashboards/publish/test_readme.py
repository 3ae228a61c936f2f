"""The data dictionary of a release: every file and column, in both languages."""

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboards.publish.readme import escaped


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_column_of_every_table_is_in_it(folder: Path, code: str) -> None:
    text = (folder / f"README.{code}.md").read_text(encoding="utf-8")
    sections = re.split(r"^## `(\w+)\.csv`$", text, flags=re.MULTILINE)[1:]
    by_table = dict(zip(sections[::2], sections[1::2], strict=True))
    tables = {path.stem for path in folder.glob("*.csv") if ".fr" not in path.name}
    assert set(by_table) == tables
    for name, section in by_table.items():
        listed = re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)
        assert listed == list(pd.read_csv(folder / f"{name}.csv", nrows=0).columns)


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_file_is_named_in_it(folder: Path, code: str) -> None:
    text = (folder / f"README.{code}.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        stem = re.sub(r"\.(fr|en)\.", ".", path.name)
        twin = f"{path.name.split('.')[0]}.csv"
        named = any(f"`{name}`" in text for name in (path.name, stem, twin))
        assert named or path.name.startswith(("README", "changelog", "dataset")), path.name


def test_french_is_written_as_french(folder: Path) -> None:
    text = (folder / "README.fr.md").read_text(encoding="utf-8")
    assert "Édition d’octobre 2026" in text
    assert not re.search(r"\w'\w", text)


def test_marks_are_letters() -> None:
    assert escaped("<b>|`x`_") == "\\<b\\>\\|\\`x\\`\\_"
