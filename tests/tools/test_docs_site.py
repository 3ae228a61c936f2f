"""The documentation as pages: whole, and with every link alive."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tools import docs_site


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, BeautifulSoup]:
    site = tmp_path_factory.mktemp("docs") / "site"
    site.mkdir()
    for name in ("index.html", "style.css", "icon.svg"):  # those of the site beside it
        (site / name).touch()
    written = docs_site.build(docs_site.ROOT, site)
    return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in written}


def test_every_document_is_a_page(pages: dict[Path, BeautifulSoup]) -> None:
    names = {path.name for path in pages}
    assert {"README.html", "LISEZMOI.html", "ARCHITECTURE.html", "operations.html"} <= names
    assert {f"{path.stem}.html" for path in Path("docs").rglob("*.md")} <= names
    assert all(soup.main and soup.main.find(["h1", "h2"]) for soup in pages.values())


def test_every_link_leads_to_a_file_and_a_heading(pages: dict[Path, BeautifulSoup]) -> None:
    broken = []
    for page, soup in pages.items():
        for tag, name in (("a", "href"), ("img", "src"), ("link", "href")):
            for element in soup.find_all(tag):
                parts = urlsplit(str(element.get(name, "")))
                if parts.scheme or not (parts.path or parts.fragment):
                    continue
                file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
                aim = pages.get(file)
                lost = parts.fragment and aim and not aim.find(id=unquote(parts.fragment))
                if not file.is_file() or lost:
                    broken.append(f"{page.name}: {element.get(name)}")
    assert broken == []


def test_a_table_is_a_table_and_code_is_shown_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "README.md").write_text("# A\n\n| a | b |\n|---|---|\n| 1 | `<b>` |\n", "utf-8")
    [page] = docs_site.build(root, tmp_path / "site")
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    assert [cell.get_text() for cell in soup.find_all("td")] == ["1", "<b>"]


def test_a_link_to_nothing_is_an_error(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "README.md").write_text("# A\n\n[gone](gone.toml)\n", "utf-8")
    with pytest.raises(FileNotFoundError, match=r"gone\.toml"):
        docs_site.build(root, tmp_path / "site")
