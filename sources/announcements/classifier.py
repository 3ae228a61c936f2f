"""A learnt second opinion on event or not, where the lexicon is unsure.

The weights are made by `sources/announcements/train.py`; scoring needs no library.
"""

import csv
import math
from functools import cache, lru_cache
from pathlib import Path

WEIGHTS = Path(__file__).parent / "words" / "weights.csv"
SIZES = (3, 4, 5)
BELOW = 0.2
UNSURE = frozenset({"announce", "subject", "expand"})


def grams(text: str) -> set[str]:
    """Give the distinct 3-, 4- and 5-letter groups of each padded word."""
    return set().union(*map(_of_word, text.lower().split()))


@lru_cache(maxsize=10_000)
def _of_word(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(
        padded[start : start + size]
        for size in SIZES
        for start in range(max(len(padded) - size + 1, 1))
    )


def doubtful(text: str, weights: dict[str, float] | None = None) -> bool:
    """True if the weights find an event less likely than BELOW."""
    weights = weights or _weights()
    evidence = sum(weights.get(gram, 0.0) for gram in grams(text))
    return weights[""] + evidence < _odds(BELOW)


def _odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


@cache
def _weights() -> dict[str, float]:
    with WEIGHTS.open(encoding="utf-8", newline="") as lines:
        return {row["gram"]: float(row["weight"]) for row in csv.DictReader(lines)}
