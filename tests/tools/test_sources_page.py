"""The page of the sources says what is declared."""

from pathlib import Path

from sources import registry
from tools.sources_page import page

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"


def test_the_page_of_the_sources_is_that_of_the_declarations() -> None:
    message = "renew it with: python -m tools.sources_page docs/sources.md"
    assert PAGE.read_text(encoding="utf-8") == page(registry().values()), message


def test_every_trap_and_every_need_is_on_it() -> None:
    text = page(registry().values())
    for source in registry().values():
        assert source.needs in text
        assert all(trap in text for trap in source.traps)
