"""The bulletins pass the Nu Html Checker of the W3C, errors and warnings."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboards.bulletin import document
from tests.install import checker, java
from warehouse.edition import Edition

# The checker knows it as an attribute of SVG only; browsers take it from a style as well.
UNKNOWN = "CSS: “vector-effect”: Property “vector-effect” doesn't exist."
# It does not read hashes nor data addresses in a policy; the browser that tests the pages does.
POLICY = "violates Content Security Policy"


@pytest.fixture(scope="module")
def jar() -> Path:
    """The checker; its absence is a failure where the tests run unattended."""
    found = checker()
    if found is None and not os.environ.get("CI"):
        pytest.skip("no checker of HTML: run python -m tests.install where npm is")
    assert found, "no checker of HTML: run python -m tests.install"
    return found


def faults(jar: Path, *pages: Path) -> list[str]:
    """What the checker says of the pages."""
    command = [str(java()), "-jar", str(jar), "--format", "json", *map(str, pages)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    messages: list[dict[str, Any]] = json.loads(told)["messages"]
    said = [str(message["message"]) for message in messages]
    return [one for one in said if one != UNKNOWN and POLICY not in one]


def test_both_bulletins_are_without_fault(
    jar: Path, shipped_edition: Edition, tmp_path: Path
) -> None:
    assert faults(jar, *document.write(shipped_edition, tmp_path)) == []


def test_the_checker_finds_a_fault(jar: Path, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><html lang="en"><title>Bad</title><p id="a"><img src="a.svg" id="a">'
    )
    assert any("Duplicate ID" in one for one in faults(jar, page))
    assert any("alt" in one for one in faults(jar, page))
