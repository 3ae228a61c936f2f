"""Clean hostile text: no markup, no control characters, bounded length."""

import html
import re
import unicodedata

MAX_CHARS = 4000
_TAG = re.compile(r"<[^<>]{0,500}>")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})


def clean(text: object) -> str:
    """One line of readable text, at most MAX_CHARS long; "" for what is not text."""
    if not isinstance(text, str):
        return ""
    plain = html.unescape(_TAG.sub(" ", html.unescape(text[: 4 * MAX_CHARS])))
    normal = unicodedata.normalize("NFKC", plain).translate(_QUOTES)
    readable = "".join(c if _readable(c) else " " for c in normal)
    return _SPACE.sub(" ", readable).strip()[:MAX_CHARS]


def _readable(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
