"""What readers are shown of an indicator: names, figure and publisher.

The words are in words/indicators.toml. A method that is published never changes, so that what it
calls by an older word is named anew here, and a rise counted in doublings is shown as a factor.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from dashboards.i18n import FOLDER, Language
from dashboards.languages import files
from warehouse.edition import Edition

# Transforms that give a change, which has a sign of its own: it "goes from" one to another.
CHANGES = {"growth", "growth_of_most", "mean_growth", "growth_gap", "excess", "doublings"}
FACTOR = "doublings"  # base 2: a figure of 1 is twice the price of a year before
# Units of figures without one: a ratio is a number, and an index is named by its subject.
BARE = {"ratio", "indice de 0 à 1", "index, 0 to 1", "indice HHI", "HHI index"}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "indicators.toml").read_text(encoding="utf-8"))


def presented(method: Mapping[str, Any]) -> dict[str, Any]:
    """The method with the titles and questions that readers are shown."""
    shown: dict[str, Any] = {
        name: [_group(group) for group in method[name]]
        for name in ("dimension", "panel")
        if name in method
    }
    if "retreat" in method:
        shown["retreat"] = _group(method["retreat"])
    return {**method, **shown}


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    named = _words()["groups"].get(group["key"], {})
    leaves = [leaf | titles(f"{group['key']}.{leaf['key']}") for leaf in group.get("indicator", [])]
    return {**group, **named, "indicator": leaves}


def titles(key: str) -> dict[str, str]:
    """The titles by language that replace those of the method for an indicator."""
    words = _words()["indicators"].get(key, {})
    return {code: text for code, text in words.items() if code in ("fr", "en")}


def edition_titles(edition: Edition, lang: Language) -> dict[str, str]:
    """The titles of what an edition has, by key, as readers are shown them."""
    named = _words()["groups"] | _words()["indicators"]

    def shown(code: str) -> dict[str, str]:
        own = edition.titles(code)
        return {key: named.get(key, {}).get(code, title) for key, title in own.items()}

    return lang.titles(shown)


def subject(row: Mapping[Any, Any], lang: Language) -> str:
    """The indicator as the subject of a sentence, in the singular."""
    words = _words()["indicators"].get(str(row["key"]), {})
    own = words.get(f"subject_{lang.code}")
    if own is None and "subject_en" in words and files.is_in_a_file(lang.code):
        own = lang.translation(words["subject_en"])
    return lang.typeset(own) if own else lang.say("subject", title=lang.of(row))


def is_change(row: Mapping[Any, Any]) -> bool:
    """True if the indicator is itself a change, with a sign."""
    return row["transform"] in CHANGES


def amount(value: float, row: Mapping[Any, Any], lang: Language) -> str:
    """A figure of an indicator as readers are shown it, without its unit."""
    if row["transform"] == FACTOR and pd.notna(value):
        factor = 2.0 ** float(value)
        return lang.say("factor", figure=lang.number(factor, 1 if factor >= 1 else 2))
    return lang.number(value, int(row["decimals"]))


def shown(
    values: "pd.Series[float]", row: "Mapping[Any, Any] | pd.Series[Any]"
) -> "tuple[pd.Series[float], int]":
    """Values of an indicator as a chart draws them, and their decimals."""
    if row["transform"] == FACTOR:
        return 2.0**values, 1
    return values, int(row["decimals"])


def unit(row: Mapping[Any, Any], lang: Language) -> str:
    """The unit beside `amount`."""
    return str(lang.words["in_a_year"]) if row["transform"] == FACTOR else lang.of(row, "unit")


def figure(value: float, row: Mapping[Any, Any], lang: Language) -> str:
    """A figure with its unit as a sentence has it: "+21.1%", "× 3.7", "0.81"."""
    if row["transform"] == FACTOR:
        return amount(value, row, lang)
    number = lang.number(value, int(row["decimals"]), signed=is_change(row))
    name = lang.of(row, "unit")
    if name == "%":
        return lang.with_unit(number, name)
    return number if {name, row["unit_en"]} & BARE else f"{number} {name}"


def period(row: Mapping[Any, Any], lang: Language) -> str:
    """The period of the figure in short, a dash where it has none."""
    if pd.isna(row["observed"]):
        return "–"
    return lang.period(row["observed"], row["step"], "MMM y")


def series_words(key: str) -> Mapping[str, Any] | None:
    """What a sentence calls a figure of a series; None if it gives none."""
    own: Mapping[str, Any] | None = _words()["series"].get(key)
    return own


def account(key: str, lang: Language) -> str:
    """What a company reports in the series, "" where a sentence does not name it."""
    words = _words()["accounts"].get(key.rpartition(".")[0], {})
    return lang.of(words) if words else ""


def publisher(source: Mapping[Any, Any], lang: Language) -> str:
    """The name of the publisher of a source in the language."""
    words = _words()["publishers"].get(source["key"], {})
    return lang.of(words) if words else lang.typeset(str(source["publisher"]))
