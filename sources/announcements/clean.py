"""Hostile text made plain, and the language that it is in."""

import html
import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

MAX_CHARS = 4000
FIRST_SENTENCES = 1200  # characters that are read: a headline and its summary
LANGUAGES = Path(__file__).parent / "words" / "languages.toml"
READ = ("en", "fr")  # the languages that have a vocabulary
OTHER = "other"
# Scripts by the letter that one language of this list alone has; the rest is OTHER.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("fa", re.compile("[\u067e\u0686\u0698\u06af\u06cc\u06a9]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("uk", re.compile("[\u0454\u0456\u0457\u0491]")),
    ("ru", re.compile("[\u044b\u044d\u0451\u0438]")),
)
# Under this share of Latin letters a text is in another script, whatever names it quotes.
LATIN = 0.6
# A third language needs this many function words more: Spanish towns stand in English titles.
AHEAD = 2
_TAG = re.compile(r"<[^<>]{0,500}>")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
_WORD = re.compile(r"[^\W\d_]+'(?=\w\w)|[^\W\d_]+(?!\$)\b")
_TICKER = re.compile(r"\((?:NASDAQ|Nasdaq|NYSE|OTC\w*|TSX|FSE|Cboe|CSE)[^)]{0,40}\)")
# "DENVER, April 29, 2024 (GLOBE NEWSWIRE) -- ", "NEW YORK--(BUSINESS WIRE)--",
# "(Agence Ecofin) - ", "NAIROBI, Kenya, June 3, 2026 - ", "Item 8.01 Other Events. "
_DATELINE = re.compile(
    r"(?:[^()]{0,60}\([A-Z][^()]{2,30}\)\s*-{1,2}\s?|"
    r"[A-Z][A-Z .'-]{2,30}(?:,[^-]{0,50}\d)?\s?--\s?|[A-Z][A-Z .']{2,30},[^-]{0,50}\d\s?-\s|"
    r"Item \d\.\d\d\.?\s*(?:[A-Z][\w ]{3,60}\.)?\s|\w+Breaks\s-\s)"
)
# "SHELBYVILLE, Ind. - ", "COLUMBUS, Ga. (WRBL) - ": the town that a local paper writes of.
_LOCAL = re.compile(
    r"(?P<town>[A-ZÀ-Ý][A-ZÀ-Ý .']{3,30}(?:, [A-Z][A-Za-z. ]{1,14})?)"
    r"(?: \([A-Z][\w/ ]{1,20}\))?\s?-\s(?=[A-Z].{60})"
)
_FRENCH_LETTERS = re.compile(r"[éèêàçùîôœ]")
_UNREADABLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def clean(text: object) -> str:
    """Give one line of readable text, at most MAX_CHARS long; "" for non-text."""
    if not isinstance(text, str):
        return ""
    plain = html.unescape(_TAG.sub(" ", html.unescape(text[: 4 * MAX_CHARS])))
    normal = unicodedata.normalize("NFKC", plain).translate(_QUOTES)
    if not normal.isascii() or not normal.isprintable():
        readable = (" " if unicodedata.category(c) in _UNREADABLE else c for c in normal)
        normal = "".join(readable)
    return _SPACE.sub(" ", normal).strip()[:MAX_CHARS]


def prepared(text: object) -> str:
    """Clean a text; blank out datelines and senders, keeping positions."""
    return without_dateline(text)[0]


def without_dateline(text: object) -> tuple[str, str]:
    """Give a text as `prepared` does, and the town that its paper writes of."""
    plain = clean(text)[:FIRST_SENTENCES]
    local = _LOCAL.match(plain)
    match = local or _DATELINE.match(plain)
    end = match.end() if match else 0
    plain = _TICKER.sub(lambda ticker: " " * len(ticker[0]), plain)
    return " " * end + plain[end:], local["town"] if local else ""


def language(text: str) -> str:
    """Tell the language of a text by function words, accents and script.

    "en" and "fr" are read (READ); of another one its ISO 639 code, or OTHER where only the
    script is known. Without any function word the text counts as English, unless its letters
    are French.
    """
    if not text.isascii() and _is_foreign_script(text):
        return next((code for code, letters in _SCRIPTS if letters.search(text.lower())), OTHER)
    small = text.lower()
    words = _WORD.findall(small)
    scores = {name: sum(word in words_of for word in words) for name, words_of in _function_words()}
    # half a point a letter: a French title may hold no function word, an English one two names
    scores["fr"] += len(_FRENCH_LETTERS.findall(small)) // 2
    read = max(scores["en"], scores["fr"])
    other = max(scores, key=lambda name: scores[name])
    if scores[other] >= read + AHEAD:
        return other
    return "fr" if scores["fr"] > scores["en"] else "en"


@cache
def function_words() -> frozenset[str]:
    """Give the function words of the languages that are read."""
    return frozenset().union(*(words for name, words in _function_words() if name in READ))


@cache
def _function_words() -> tuple[tuple[str, frozenset[str]], ...]:
    written = tomllib.loads(LANGUAGES.read_text(encoding="utf-8"))
    return tuple((name, frozenset(words.split())) for name, words in written.items())


def _is_foreign_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum(char < "\u0250" for char in letters)
    return bool(letters) and latin < LATIN * len(letters)
