"""The bulletins pass the Nu Html Checker of the W3C, errors and warnings."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.conftest import write_bulletins
from tests.install import checker, java
from warehouse.edition import Edition

# The checker knows it as an attribute of SVG only; browsers take it from a style as well.
UNKNOWN = "CSS: “vector-effect”: Property “vector-effect” doesn't exist."
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


def faults(jar: Path, *pages: Path) -> list[str]:
    """Messages of the checker about the pages."""
    command = [str(java()), "-jar", str(jar), "--format", "json", *map(str, pages)]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    messages: list[dict[str, Any]] = json.loads(output)["messages"]
    texts = [str(message["message"]) for message in messages]
    return [text for text in texts if text != UNKNOWN and POLICY not in text]


def test_both_bulletins_are_without_fault(
    jar: Path, shipped_edition: Edition, tmp_path: Path
) -> None:
    assert faults(jar, *write_bulletins(shipped_edition, tmp_path)) == []


def test_the_checker_finds_a_fault(jar: Path, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><html lang="en"><title>Bad</title><p id="a"><img src="a.svg" id="a">'
    )
    assert any("Duplicate ID" in text for text in faults(jar, page))
    assert any("alt" in text for text in faults(jar, page))
