"""The meaning of words and phrases, from `words/vocabulary.toml`."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "words" / "vocabulary.toml"
# "'s" stands alone, an elided article too ("l'", "d'"), and a hyphen parts two words.
TOKEN = re.compile(r"'s\b|[^\W\d_]+'(?=\w\w)|[^\W\d_]+|\d[\d.,]*|[^\w\s]")
VOWELS = "aeiou"
# The endings of a French verb of the first group that titles use, with the tense they stand for.
FIRST_GROUP = {
    "e": "s", "ent": "s", "er": "base", "ant": "ing", "é": "ed", "ée": "ed", "és": "ed",
    "ées": "ed", "a": "ed", "ait": "s", "era": "future", "eront": "future",
}  # fmt: skip
FRENCH_TENSES = (
    (("ra", "ront"), "future"),
    (("er", "ir", "re"), "base"),
    (("é", "ée", "és", "ées", "u", "ue", "us", "ues", "i", "ie", "it", "ite", "ert", "erte"), "ed"),
)
Words = tuple[str, ...]
Sense = tuple[str, str]  # the meaning, and of a verb its tense
Index = dict[str, list[tuple[Words, Sense]]]  # by first word, longest phrase first


def word_set(words: str) -> frozenset[str]:
    """Give the words of a line as a set."""
    return frozenset(words.split())


@cache
def nouns(language: str) -> Index:
    """Index the nouns of a language; a noun has no tense."""
    listed = _written()["noun"][language].items()
    return _index(
        (form, (meaning, ""))
        for meaning, entries in listed
        for entry in entries.split(",")
        for form in _numbers(entry.strip())
    )


@cache
def verbs(language: str) -> Index:
    """Index the verbs of a language: tense base, s, ed, ing or future."""
    inflect = _french if language == "fr" else _english
    return _index(
        (form, (meaning, tense))
        for meaning, entries in _written()["verb"][language].items()
        for entry in entries.split(",")
        for form, tense in inflect(entry.strip())
    )


@cache
def _written() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))


def _index(forms: Iterable[tuple[str, Sense]]) -> Index:
    index: dict[str, dict[Words, Sense]] = {}
    for form, sense in forms:
        words = tuple(TOKEN.findall(form))
        index.setdefault(words[0], {}).setdefault(words, sense)
    return {
        first: sorted(phrases.items(), key=lambda phrase: -len(phrase[0]))
        for first, phrases in index.items()
    }


def _numbers(entry: str) -> list[str]:
    """Give a noun in singular and plural."""
    if entry.endswith("="):
        return [entry[:-1]]
    if entry.endswith(("s", "x")):
        return [entry, entry + "es"] if entry.endswith("us") else [entry]  # campuses
    ends_in_y = entry.endswith("y") and entry[-2:-1] not in VOWELS
    plural = entry[:-1] + "ies" if ends_in_y else entry + "s"
    head, of, rest = entry.partition(" d")
    inner = [f"{head}s{of}{rest}"] if of and head.isalpha() else []  # "centres de données"
    return [entry, plural, *inner]


def _french(entry: str) -> list[tuple[str, str]]:
    base, *irregular = entry.split(":")
    if irregular or " " in base or "'" in base or not base.endswith("er"):
        return [(form, _french_tense(form)) for form in (base, *irregular)]
    stem = base[:-2]
    soft = stem[:-1] + {"c": "ç", "g": "ge"}.get(stem[-1], stem[-1])  # lança, engagea
    return [
        ((soft if ending[0] == "a" else stem) + ending, tense)
        for ending, tense in FIRST_GROUP.items()
    ]


def _french_tense(form: str) -> str:
    last = form.split()[-1]
    return next((tense for endings, tense in FRENCH_TENSES if last.endswith(endings)), "s")


def _english(entry: str) -> list[tuple[str, str]]:
    base, *past = entry.split(":")
    first, _, rest = base.partition(" ")
    if rest:  # "kick off": kicks off, kicked off
        fixed = not first.isalpha() or first.endswith(("s", "ed", "ing"))
        tense = "s" if first.endswith("s") else "ed" if first.endswith("ed") else "base"
        return [(base, tense)] if fixed else [(f"{w} {rest}", t) for w, t in _english(first)]
    if "'" in base:
        return [(base, "s")]
    doubled = base.endswith("*")
    base = base.rstrip("*")
    stem = base + base[-1] if doubled else base
    third = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
    ed, ing = stem + "ed", stem + "ing"
    if base.endswith("e"):
        ed, ing = base + "d", base[:-1] + "ing"
    elif base.endswith("y") and base[-2:-1] not in VOWELS:
        ed, third = base[:-1] + "ied", base[:-1] + "ies"
    forms = [(form, "ed") for form in past or [ed]]
    return [(base, "base"), (third, "s"), (ing, "ing"), *forms]
