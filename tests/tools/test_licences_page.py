"""What is installed with us may be handed on, and the page says how."""

import tomllib
from pathlib import Path

from tools.licences_page import LOCK, licence, names, not_free, table

PAGE = Path(__file__).parents[2] / "SECURITY.md"


def test_every_installed_package_may_be_handed_on() -> None:
    packages = names(tomllib.loads(LOCK.read_text(encoding="utf-8")))
    assert {"dagster", "pandas", "sqlmodel", "great-expectations", "numpy"} <= set(packages)
    assert "pytest" not in packages
    assert list(not_free((name, licence(name)) for name in packages)) == []
    assert list(not_free([("made-up", "SSPL-1.0"), ("other", "not declared")])) == [
        "made-up: SSPL-1.0",
        "other: not declared",
    ]


def test_the_page_names_every_installed_package() -> None:
    listed = PAGE.read_text(encoding="utf-8").splitlines()
    missing = [line for line in table().splitlines() if line not in listed]
    assert missing == [], "renew it with: python -m tools.licences_page SECURITY.md"
