"""The typefaces of pages, charts and papers: every machine draws the same.

Noto Sans for French and English, Noto Sans Arabic beside it: README.md says how they were cut.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
FAMILIES = ("Noto Sans", "Noto Sans Arabic")
WEIGHTS = {"Regular": 400, "Bold": 700}
ARABIC = "U+0600-06FF,U+200C-200F"
ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
_ARABIC_WORDS = re.compile("([\u0600-\u06ff](?:[\u0600-\u06ff\u200c-\u200f ]*[\u0600-\u06ff])?)")


def names() -> list[str]:
    """The files of the pages, for a site to carry beside its style sheet."""
    return [f"{family}-{weight}.woff2" for family in ("NotoSans", "NotoSansArabic")
            for weight in WEIGHTS]  # fmt: skip


def of_pages(address: Callable[[str], str], chosen: Iterable[str] = ()) -> str:
    """The rules of CSS that load the typefaces of a page.

    Args:
        address: gives the address of a file by its name.
        chosen: the files, all of them where none is named.
    """
    return "".join(_face(name, address(name)) for name in chosen or names())


def of_chart(svg: str) -> str:
    """The rules of CSS that a chart carries for the letters that are in it.

    An image in a page cannot load a file, so each chart has what it needs inside.
    """
    weights = ["Regular", *(["Bold"] if 'font-weight="bold"' in svg else [])]
    files = [f"NotoSans-{weight}-charts.woff2" for weight in weights]
    if ARABIC_LETTER.search(svg):
        files += [f"NotoSansArabic-{weight}.woff2" for weight in weights]
    return "".join(_face(name, embedded(name)) for name in files)


def of_paper(svg: str) -> str:
    """A drawing whose Arabic words name their typeface.

    Typst looks for the typeface of a whole text, of which each of ours has a part.
    """
    named = rf'<tspan font-family="{FAMILIES[1]}">\1</tspan>'
    return re.sub(r"(?<=>)[^<>]+(?=<)", lambda text: _ARABIC_WORDS.sub(named, text[0]), svg)


@cache
def digest() -> str:
    """The hash of all letters, for what is drawn with them."""
    files = sorted(path for path in FOLDER.iterdir() if path.suffix in {".woff2", ".ttf"})
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


@cache
def embedded(name: str) -> str:
    """A file as a data address."""
    return "data:font/woff2;base64," + b64encode((FOLDER / name).read_bytes()).decode()


def _face(name: str, address: str) -> str:
    file, weight = name.removesuffix(".woff2").split("-")[:2]
    arabic = file.endswith("Arabic")
    letters = f";unicode-range:{ARABIC}" if arabic else ""
    return (
        f"@font-face{{font-family:'{FAMILIES[arabic]}';font-weight:{WEIGHTS[weight]};"
        f"src:url({address}) format('woff2'){letters}}}"
    )
