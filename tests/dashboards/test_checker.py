"""The bulletins pass the Nu Html Checker of the W3C, errors and warnings."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.install import checker, java

# The checker knows it as an attribute of SVG only; browsers take it from a style as well.
UNKNOWN = "CSS: “vector-effect”: Property “vector-effect” doesn't exist."
BAD = "bad.html"
# It does not read hashes nor data addresses in a policy; the browser that tests the pages does.
POLICY = "violates Content Security Policy"


@pytest.fixture(scope="module")
def jar() -> Path:
    """The checker; its absence is a failure where the tests run unattended."""
    path = checker()
    if path is None and not os.environ.get("CI"):
        pytest.skip("no checker of HTML: run python -m tests.install where npm is")
    assert path, "no checker of HTML: run python -m tests.install"
    return path


def messages(jar: Path, *pages: Path) -> list[tuple[str, str]]:
    """What the checker says of the pages: the name of the file, and a text."""
    command = [str(java()), "-jar", str(jar), "--format", "json", *map(str, pages)]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    listed: list[dict[str, Any]] = json.loads(output)["messages"]
    texts = [(Path(row.get("url", "")).name, str(row["message"])) for row in listed]
    return [(name, text) for name, text in texts if text != UNKNOWN and POLICY not in text]


def faults(jar: Path, *pages: Path) -> list[str]:
    """Messages of the checker about the pages."""
    return [text for _, text in messages(jar, *pages)]


@pytest.fixture(scope="module")
def checked(
    jar: Path, bulletins: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, str]]:
    """What the checker, started once, says of the bulletins and a bad page."""
    folder = tmp_path_factory.mktemp("checked")
    bad = folder / BAD
    bad.write_text(
        '<!DOCTYPE html><html lang="en"><title>Bad</title><p id="a"><img src="a.svg" id="a">'
    )
    return messages(jar, *sorted(bulletins.glob("*.html")), bad)


def test_both_bulletins_are_without_fault(checked: list[tuple[str, str]]) -> None:
    assert [text for name, text in checked if name != BAD] == []


def test_the_checker_finds_a_fault(checked: list[tuple[str, str]]) -> None:
    of_bad = [text for name, text in checked if name == BAD]
    assert any("Duplicate ID" in text for text in of_bad)
    assert any("alt" in text for text in of_bad)
