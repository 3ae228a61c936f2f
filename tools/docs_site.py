"""The documentation as pages: `python -m tools.docs_site SITE`.

Every Markdown file of the checkout becomes a page under SITE/manual, in the style of the site, with
the files that it links to. Links lead where they lead in the checkout.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
FOLDER = "manual"
# The first page is the one that a newcomer reads first.
SOURCES = ("README.md", "LISEZMOI.md", "*.md", "docs/*.md", "docs/adr/*.md")
FRENCH = {"LISEZMOI.md"}
PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{up}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{up}style.css">
<title>{title}</title>
<style>
img {{ max-width: 100%; height: auto; }}
pre, table {{ display: block; overflow-x: auto; }}
th, td {{ text-align: left; white-space: normal; }}
</style>
</head>
<body>
<header class="mast"><p class="name"><a href="{up}index.html">Silent Crash Observatory</a></p>
<nav aria-label="Documentation"><details><summary>Documentation</summary>
<ul class="list">
{menu}
</ul></details></nav></header>
<main>
{body}
</main>
</body>
</html>
"""


def sources(root: Path) -> list[Path]:
    """The Markdown files of a checkout, each once, in the order of the menu."""
    every = (path for pattern in SOURCES for path in sorted(root.glob(pattern)))
    return [path.relative_to(root) for path in dict.fromkeys(every)]


def build(root: Path, site: Path) -> list[Path]:
    """Write the pages and what they link to under `site`; their paths.

    Raises FileNotFoundError for a link to a file that is not there.
    """
    out, written = site / FOLDER, []
    markdown = MarkdownIt("commonmark").enable("table")
    documents = {path: markdown.parse((root / path).read_text("utf-8")) for path in sources(root)}
    titles = {path: _title(path, tokens) for path, tokens in documents.items()}
    for path, tokens in documents.items():
        _name_headings(tokens)
        for linked in _relink(root, path, tokens):
            (out / linked).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / linked, out / linked)
        up = "../" * len(path.parts)
        page = out / path.with_suffix(".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            PAGE.format(
                lang="fr" if path.name in FRENCH else "en",
                up=up,
                title=escape(titles[path]),
                menu=_menu(titles, f"{up}{FOLDER}/"),
                body=markdown.renderer.render(tokens, markdown.options, {}),
            ),
            "utf-8",
        )
        written.append(page)
    return written


def _menu(titles: dict[Path, str], base: str) -> str:
    return "\n".join(
        f'<li><a href="{base}{path.with_suffix(".html").as_posix()}">{escape(title)}</a></li>'
        for path, title in titles.items()
    )


def _title(path: Path, tokens: list[Token]) -> str:
    """The text of the first heading, or the name of the file."""
    return next((text for _, text in _headings(tokens)), path.stem)


def _headings(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Each heading that opens, with its text."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            parts = (child.content for child in inline.children or [])
            yield opening, "".join(parts)


def _name_headings(tokens: list[Token]) -> None:
    """Give each heading the anchor by which GitHub links to it."""
    counts: dict[str, int] = {}
    for opening, text in _headings(tokens):
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        counts[name] = counts.get(name, -1) + 1
        opening.attrSet("id", f"{name}-{counts[name]}" if counts[name] else name)


def _relink(root: Path, page: Path, tokens: Iterable[Token]) -> Iterator[Path]:
    """Lead links between documents to their pages; yields other linked files."""
    for token in tokens:
        name = {"link_open": "href", "image": "src"}.get(token.type, "")
        target = str(token.attrs.get(name, ""))
        parts = urlsplit(target)
        if parts.path and not parts.scheme and not parts.netloc:
            file = (root / page.parent / unquote(parts.path)).resolve().relative_to(root.resolve())
            if file.suffix == ".md":
                base = parts.path.removesuffix(".md") + ".html"
                token.attrSet(name, parts._replace(path=base).geturl())
            elif (root / file).is_dir():
                token.attrSet(name, "")
            else:
                yield file
        yield from _relink(root, page, token.children or [])


if __name__ == "__main__":
    print(build(ROOT, Path(sys.argv[1]))[0])
