"""Find series by words: in French or English, without accents, with typos.

The words of a catalogue are few (some 1,500 for 750 series): the standard library compares a word
with each of them in milliseconds, so that no package of fuzzy matching is needed.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

# What every title may have, in both languages, and nobody looks for.
EMPTY = frozenset((
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "per", "the", "to", "with",
    "au", "aux", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par",
    "pour", "sur", "un", "une",
))  # fmt: skip
FIELDS = ("series", "title_fr", "title_en", "unit", "source", "publisher")
SOURCE = ("source_fr", "source_en")  # the titles of a source, which all of its series share
SHARED = 0.7  # what a word is worth that is only there
# A typo or two in a word of six letters is a ratio of 0.75; "prix" and "price" are 0.67 alike.
CLOSE = 0.75
EXACT, BEGINS = 1.0, 0.8  # a word that only begins so counts less, a likely typo less again
TYPO = 0.6
# Words that people say where the titles have another one; they count as the start of a word does.
SYNONYMS = {
    "loyer": ("prix",), "loyers": ("prix",), "rent": ("price",), "rents": ("price",),
    "taux": ("cours",), "change": ("cours", "rate"), "exchange": ("rate",),
    "courant": ("electricite",), "power": ("electricity",), "salaires": ("travail",),
    "wages": ("labour",), "usa": ("etats", "united"), "us": ("etats", "united"),
}  # fmt: skip


def fold(text: str) -> str:
    """The text in lower case and without accents: Électricité, electricite."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def tokens(text: str) -> list[str]:
    """The words of a text, folded, without those that say nothing."""
    return [word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in EMPTY]


def search(rows: Sequence[Mapping[str, Any]], words: str) -> list[Mapping[str, Any]]:
    """The rows of a catalogue in which every word is found, the best first.

    `rows` have the columns of FIELDS, and `observations`, the number of periods: of two that match
    equally, the one with figures comes first.
    """
    wanted_words = tokens(words)
    owned = [_weights(row) for row in rows]
    vocabulary = sorted(set().union(*owned))
    alike = [_alike(word, vocabulary) for word in wanted_words]
    scored = [
        (_score(own, alike), row) for own, row in zip(owned, rows, strict=True) if wanted_words
    ]
    ranked = sorted(
        (pair for pair in scored if pair[0] > 0),
        key=lambda pair: (-pair[0], not pair[1].get("observations"), str(pair[1]["series"])),
    )
    return [row for _, row in ranked]


def _weights(row: Mapping[str, Any]) -> dict[str, float]:
    """The words of a row, with what finding each is worth."""
    shared, own = (
        tokens(" ".join(str(row.get(name) or "") for name in names)) for names in (SOURCE, FIELDS)
    )
    return dict.fromkeys(shared, SHARED) | dict.fromkeys(own, 1.0)


def _alike(word: str, vocabulary: Sequence[str]) -> dict[str, float]:
    """The words of the catalogue that this one may mean, with what each is worth."""
    begins = {other: BEGINS for other in vocabulary if len(word) > 1 and other.startswith(word)}
    begins |= dict.fromkeys(SYNONYMS.get(word, ()), BEGINS)
    if word in vocabulary:
        return begins | {word: EXACT}
    if begins:
        return begins
    close = get_close_matches(word, vocabulary, n=8, cutoff=CLOSE)
    return dict.fromkeys(close, TYPO)


def _score(own: Mapping[str, float], alike: Sequence[Mapping[str, float]]) -> float:
    """The worth of all words in a row; 0 where one of them is not there."""
    best = [
        max((worth[word] * own[word] for word in own if word in worth), default=0.0)
        for worth in alike
    ]
    return sum(best) if all(best) else 0.0
