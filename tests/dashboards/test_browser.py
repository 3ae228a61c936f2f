"""The bulletin in a real browser, as wide as a telephone and as a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_page_loads_alone_and_fits(
    chromium: Browser, bulletins: Path, code: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto((bulletins / f"bulletin.{code}.html").as_uri())
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert messages == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.evaluate(
        "[...document.images].filter(i => i.offsetParent).map(i => i.naturalWidth)"
    )
    assert len(shown) == 6
    assert min(shown) > 0
    page.close()


def test_the_link_to_the_other_language_is_reached_by_the_keyboard(
    chromium: Browser, bulletins: Path
) -> None:
    page = chromium.new_page()
    page.goto((bulletins / "bulletin.fr.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bulletin.en.html")
    assert page.locator("html").get_attribute("lang") == "en"
    page.close()
