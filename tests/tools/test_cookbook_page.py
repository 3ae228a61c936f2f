"""The page of the cookbook is made from its one list."""

from pathlib import Path

from tools.cookbook_page import page

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"


def test_the_page_is_that_of_the_list() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(), "renew it with: python -m tools.cookbook_page docs/cookbook.md"
