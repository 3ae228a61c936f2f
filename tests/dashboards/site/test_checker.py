"""Every page of the site passes the Nu Html Checker of the W3C."""

from pathlib import Path

from tests.dashboards.site.conftest import read_pages
from tests.dashboards.test_checker import faults, jar

__all__ = ["jar"]


def test_every_page_is_without_fault(jar: Path, built: Path) -> None:
    pages = read_pages(built.rglob("*.html"))
    assert len(pages) > 100
    assert faults(jar, *pages) == []
