"""Every French sentence of the site is as Grammalecte would have it."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree, html

from tests.install import grammarian

# Typography is that of `i18n.typeset`, which has tests of its own.
OFF = ["esp", "apos", "nbsp", "typo", "num", "maj", "unit", "tu"]
PARTS = ["p", "li", "h1", "h2", "h3", "figcaption", "dd", "summary", "td", "caption"]
NO_WORDS = ["script", "style", "svg", "code", "pre"]
FEW = 5  # words: with fewer a cell of a table is no sentence
# What it takes for a fault and is none, by what comes before it: names, and participles that agree
# with a word further off ("le tarif … rapporté au prix").
ACCEPTED = {
    ("Vast.", "ai"),
    ("HM", "Revenue"),
    ("Microsoft", "AI"),
    ("tension", "rapporté"),
    ("Maroc", "rapportée"),
    ("plus", "cher"),
    ("de", "fois"),
    ("2019", "Pression"),  # a name that is followed by its figures, without a verb
    ("grand", "Pression"),
}


# XPath: BeautifulSoup takes nine times as long for the 389 pages.
LEAVES = etree.XPath(
    " | ".join(f"//{name}[not(.//{' or .//'.join(['table', *PARTS])})]" for name in PARTS)
)
WORDS = etree.XPath(f".//text()[not(ancestor::{' or ancestor::'.join(NO_WORDS)})]")


def sentences(pages: Iterable[Path]) -> set[str]:
    """What ends as a sentence does, of the parts of pages that hold no other part."""
    shown = (" ".join(WORDS(part)) for page in pages for part in LEAVES(html.parse(page)))
    texts = {" ".join(text.split()) for text in shown}
    return {text for text in texts if text[-1:] in ".?!" and text.count(" ") >= FEW}


def faults(texts: Iterable[str], folder: Path) -> set[tuple[str, str]]:
    """What Grammalecte marks, each with the word before it."""
    program = grammarian()
    assert program, "no grammalecte-cli: `python -m tests.install` brings it"
    path = folder / "sentences.txt"
    path.write_text("\n".join(sorted(texts)) + "\n", encoding="utf-8")
    command = [program, "-f", str(path), "-j", "-ctx", "-owe", "-off", *OFF]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    marked = [fault for line in json.loads(done.stdout)["data"] for fault in line["lGrammarErrors"]]
    return {((fault["sBefore"].split() or [""])[-1], fault["sUnderlined"]) for fault in marked}


def test_no_french_sentence_has_a_fault(built: Path, tmp_path: Path) -> None:
    texts = sentences((built / "fr").rglob("index.html"))
    assert len(texts) > 300
    assert sorted(faults(texts, tmp_path) - ACCEPTED) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Six alertes sont closes et 0 annulées après révision.", "annulées"),
        ("Les chiffres est arrivé hier soir ici.", "est"),
        ("La pression a été révisé deux fois cette année.", "révisé"),
    ],
)
def test_a_fault_is_seen(text: str, wrong: str, tmp_path: Path) -> None:
    assert wrong in {marked for _, marked in faults([text], tmp_path)}
