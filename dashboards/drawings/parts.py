"""What the drawings without a charting library have in common.

The renderer measures a text for 1 ms and takes 20 ms for the axes of a chart, which a site has
thousands of times.
"""

from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from dashboards import theme

# The width of letters of Noto Sans in parts of their size, by kind, of others OTHER. Of the titles
# of the method each is up to 9 % wider by these than by the font, none is narrower.
LETTERS = {
    "iljI.,:;'’!|· ": 0.28,
    "ftr()[]-/\u00a0\u202f": 0.4,
    "cksvxyz": 0.53,
    "w": 0.8,
    "mMW@%œ": 0.94,
}
CAPITAL, OTHER = 0.68, 0.6
BOLD = 1.09  # how much wider bold letters are


def picture(width: int, height: int, inside: str) -> str:
    """A drawing of this size, in px, on the ground of a page."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{escape(theme.SANS)}">'
        f'<rect width="{width}" height="{height}" fill="{theme.PAPER}"/>{inside}</svg>'
    )


def text(
    x: float, y: float, words: str, size: int, tone: str, side: str, *, bold: bool = False
) -> str:
    """A line of text whose `side` (start, middle or end) is at `x`."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}px"{weight} text-anchor="{side}" '
        f'fill="{tone}">{escape(words)}</text>'
    )


def text_width(words: str, size: int) -> float:
    """About how wide a text is in Noto Sans, in px: rather too wide than cut."""
    return size * sum(map(_letter, words))


@cache
def _letter(letter: str) -> float:
    kinds = (width for letters, width in LETTERS.items() if letter in letters)
    return next(kinds, CAPITAL if letter.isupper() else OTHER)


@cache
def source(file: str) -> str:
    """The hash of a module and of this one.

    It is in the data of a drawing, so that one of another look has another name.
    """
    both = b"".join(Path(path).read_bytes() for path in (file, __file__))
    return sha256(both).hexdigest()[:12]
