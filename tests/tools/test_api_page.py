"""The page of public functions is what the code says today."""

from pathlib import Path

from tools import api_page

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == api_page.page(), (
        "renew it with: python -m tools.api_page docs/api.md"
    )


def test_every_public_function_has_a_docstring() -> None:
    text = api_page.page()
    assert "```text\n\n```" not in text
    assert "#### `panel`" in text
    assert " at 0x" not in text  # an address of memory would differ at every run
