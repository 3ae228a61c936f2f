"""Every published sentence is spelt as hunspell's dictionaries have it.

Words of our own field and names are in accepted_words.toml; one that is no longer used is named.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.install import speller

ROOT = Path(__file__).resolve().parents[2]
ACCEPTED = tomllib.loads(Path(__file__).with_name("accepted_words.toml").read_text("utf-8"))
DICTIONARIES = {"fr": "fr", "en": "en_GB"}
# Files of words: a language each, or both by the ends of their keys.
FOLDERS = ("words", "site/i18n", "site/explore/words")
OF_ONE = [f"dashboards/{folder}/{code}.toml" for folder in FOLDERS for code in DICTIONARIES]
OF_BOTH = [
    "dashboards/words/indicators.toml",
    "dashboards/description.toml",
    "dashboards/site/governance.toml",
    "dashboards/site/candidates.toml",
    "pipelines/index/framework.toml",
    "pipelines/index/framework_2027.1.toml",
    "pipelines/index/framework_telecom.toml",
    "pipelines/alerts/alerts.yaml",
    "observatory/panels/ma.toml",
]
# What is no word: what is filled in, addresses, names of files, keys and columns.
NO_WORD = re.compile(r"\{[^}]*\}|https?://\S+|`[^`]*`|<[^>]*>|\S*[_/]\S*|\S+\.\w+|\S*\d\S*")


def leaves(part: Any, code: str) -> Iterator[tuple[str, str]]:
    """Each text under a part with its language; that of a key wins over `code`."""
    if isinstance(part, str):
        yield code, part
    elif isinstance(part, list):
        for leaf in part:
            yield from leaves(leaf, code)
    elif isinstance(part, dict):
        for name, leaf in part.items():
            own = re.search(r"(?:^|_)(fr|en)$", str(name))
            if name != "key":
                yield from leaves(leaf, own[1] if own else code)


def texts(code: str) -> str:
    """All that is published in a language."""
    published = []
    for name in [*(path for path in OF_ONE if path.endswith(f"{code}.toml")), *OF_BOTH]:
        body = (ROOT / name).read_text(encoding="utf-8")
        content = yaml.safe_load(body) if name.endswith(".yaml") else tomllib.loads(body)
        of = code if name in OF_ONE else ""
        published += [text for own, text in leaves(content, of) if own == code]
    return "\n".join(NO_WORD.sub(" ", text.replace("’", "'")) for text in published)


@cache
def unknown(code: str) -> frozenset[str]:
    """The words of the published texts that the dictionary does not have."""
    return misspelt(texts(code), code)


def misspelt(text: str, code: str) -> frozenset[str]:
    """The words of a text that the dictionary of a language does not have."""
    program = speller()
    assert program, "no hunspell with French and English: `python -m tests.install` brings it"
    command = [program, "-d", DICTIONARIES[code], "-i", "utf-8", "-l"]
    done = subprocess.run(command, input=text, capture_output=True, check=True, encoding="utf-8")
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("code", DICTIONARIES)
def test_every_word_is_in_the_dictionary_or_accepted(code: str) -> None:
    assert sorted(unknown(code) - set(ACCEPTED["names"]) - set(ACCEPTED[code])) == []


def test_no_word_is_accepted_in_vain() -> None:
    every = {code: unknown(code) for code in DICTIONARIES}
    assert [word for code in every for word in ACCEPTED[code] if word not in every[code]] == []
    both = every["fr"] | every["en"]
    assert [name for name in ACCEPTED["names"] if name not in both] == []


@pytest.mark.parametrize(
    ("code", "text", "wrong"),
    [
        ("fr", "Les acomptes de l'indise", {"l'indise"}),
        ("en", "The centre of the indeks", {"indeks"}),
    ],
)
def test_a_misspelling_is_seen(code: str, text: str, wrong: set[str]) -> None:
    assert misspelt(text, code) == wrong
