"""Figures, dates and sentences, in both languages."""

import re
import string
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import i18n, indicator_words
from dashboards.bulletin.headline import headline, level_lede, movement, observed_lede
from dashboards.edition_stats import Level
from dashboards.i18n import (
    MINUS,
    Language,
    language,
    number_locale,
    plain,
    time_locale,
)
from dashboards.languages.grammar import FIXED, NARROW, PLURALS

FR, EN = language("fr"), language("en")
NAMES = {"calm": "calme", "watch": "vigilance", "strain": "tension", "crash": "krach"}
NAN = float("nan")


def level(
    score: float = 48.9,
    month: float = 0.0,
    year: float = 14.4,
    regime: str = "watch",
    before: str = "watch",
    hold: float = 0.5,
) -> Level:
    return Level(pd.Timestamp("2026-10-01"), score, month, year, regime, before, 0.6, hold)


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (-0.04, 1, "0,0", "0.0"),
        (-0.05000001, 1, f"{MINUS}0,1", f"{MINUS}0.1"),
        (5116.4, 0, f"5{NARROW}116", "5,116"),
        (0.0639, 4, "0,0639", "0.0639"),
        (NAN, 1, "–", "–"),
    ],
)
def test_figures(value: float, decimals: int, french: str, english: str) -> None:
    assert FR.number(value, decimals) == french
    assert EN.number(value, decimals) == english


@pytest.mark.parametrize("code", ["fr", "en", "es", "ar"])
def test_no_line_ends_between_the_sign_of_a_factor_and_its_figure(code: str) -> None:
    rise = {"transform": indicator_words.FACTOR, "decimals": 1}
    lang = language(code)
    assert indicator_words.amount(2.0, rise, lang) == f"×{FIXED}{lang.number(4.0)}"


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_figure_reads_back_as_its_rounding(value: float, decimals: int) -> None:
    text = FR.number(value, decimals)
    back = float(text.replace(NARROW, "").replace(",", ".").replace(MINUS, "-"))
    assert back == pytest.approx(round(value, decimals), abs=1e-9)
    assert not (back == 0 and MINUS in text)


def test_signs_and_percentages() -> None:
    assert FR.number(0.3, signed=True) == "+0,3"
    assert FR.number(0.0, signed=True) == "0,0"
    assert FR.percent(0.47) == f"47{FIXED}%"
    assert EN.percent(0.47) == "47%"


def test_months_and_days() -> None:
    assert FR.of_month("2026-10") == "d’octobre 2026"
    assert FR.of_month("2026-04") == "d’avril 2026"
    assert FR.of_month("2026-07") == "de juillet 2026"


def test_a_quarter_is_named_as_one() -> None:
    assert FR.period("2026-04", "quarter") == "T2 2026"
    assert FR.of_period("2026-04", "quarter") == "du T2 2026"
    assert EN.of_period("2026-04", "quarter") == "of Q2 2026"
    assert FR.of_period("2026-04", "month") == FR.of_month("2026-04")
    assert FR.day(pd.Timestamp("2026-12-01")) == "1er décembre 2026"
    assert EN.day(pd.Timestamp("2026-12-01")) == "1 December 2026"


# The six classes of CLDR, of which Arabic has all: a count of days in each.
DAYS = {0: "0 يوم", 1: "يوم واحد", 2: "يومان", 3: "3 أيام", 11: "11 يوما", 100: "100 يوم"}


def test_arabic_counts_in_six_classes() -> None:
    arabic = language("ar")
    classes = {str(arabic.grammar.cldr.plural_form(count)) for count in DAYS}
    assert classes == set(PLURALS)
    assert {count: arabic.say("days", count=count) for count in DAYS} == DAYS
    assert arabic.say("days", count="1.103") == "1.103 أيام"  # printed already: 1103
    assert arabic.points(3.0) == "3,0 نقط"
    assert arabic.points(0.4) == "0,4 نقطة"
    assert EN.say("days", count=3) == "3 d"


def test_a_class_without_a_form_takes_the_last_one() -> None:
    assert language("ar").fill({"one": "a", "other": "b {count}"}, count=3) == "b 3"


def test_names_are_listed_with_the_comma_of_the_language() -> None:
    assert language("ar").listed(["أ", "ب", "ج"]) == "أ، ب وج"
    assert FR.listed(["a", "b", "c"]) == "a, b et c"


def test_french_spaces_and_apostrophes() -> None:
    text = FR.typeset("« L'indice » ; vraiment ? 47 % : oui !")
    assert text == (
        f"«{FIXED}L’indice{FIXED}»{NARROW}; vraiment{NARROW}? 47{FIXED}%{FIXED}: oui{NARROW}!"
    )


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    assert not re.search("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]", plain(text))


def test_charts_write_as_the_text_does() -> None:
    assert number_locale(FR)["decimal"] == ","
    assert number_locale(FR)["thousands"] == NARROW
    assert number_locale(FR)["minus"] == MINUS
    assert time_locale(FR)["shortDays"][0].startswith("dim")
    assert time_locale(EN)["months"][0] == "January"


@pytest.mark.parametrize(
    ("change", "hold", "verb"),
    [
        (0.49, 0.5, "holds"),
        (-0.49, 0.5, "holds"),
        (0.5, 0.5, "rises"),
        (-0.5, 0.5, "falls"),
        (1.69, 1.7, "holds"),
        (-1.69, 1.7, "holds"),
        (1.71, 1.7, "rises"),
        (NAN, 1.7, "stands"),
    ],
)
def test_the_verb_follows_the_change(change: float, hold: float, verb: str) -> None:
    assert movement(change, hold) == verb


@pytest.mark.parametrize(
    ("level_of_month", "expected"),
    [
        (level(), "se maintient à 48,9, en zone de vigilance"),
        (level(49.9, 1.0, hold=1.74), "se maintient à 49,9, en zone de vigilance"),
        (level(52.0, 3.1, regime="strain"), "monte à 52,0, et entre en zone de tension"),
        (level(33.0, -3.0, regime="calm"), "recule à 33,0, et revient en zone de calme"),
        (level(30.0, NAN, NAN, "calm", ""), "s’établit à 30,0, en zone de calme"),
    ],
)
def test_headlines(level_of_month: Level, expected: str) -> None:
    assert expected in headline(level_of_month, NAMES, FR)


def lede(of: Level, leaders: list[tuple[str, float]], observed: float, lang: Language) -> list[str]:
    """The sentences under the headline of a month that is read."""
    return [*level_lede(of, leaders, lang), *observed_lede(observed, lang)]


def test_the_lede_says_only_what_is_known() -> None:
    leaders = [("Costs", 9.1), ("Chips", 12.3)]
    assert "Costs (9.1 points) and Chips (12.3 points)" in " ".join(lede(level(), leaders, 1, EN))
    assert "year" not in " ".join(lede(level(year=NAN), leaders, 1, EN))
    assert len(lede(level(month=NAN, year=NAN), leaders, 1, EN)) == 2


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    french, english = (
        tomllib.loads((i18n.FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
        for code in i18n.LANGUAGES
    )
    assert set(french) == set(english)
    texts = [name for name, text in french.items() if isinstance(text, str)]
    assert {name for name in texts if holes(french[name]) != holes(english[name])} == set()


def test_every_word_is_used() -> None:
    home = Path(i18n.__file__).parent
    files = [*home.glob("*.py"), *home.glob("bulletin/**/*.py"), *(home / "templates").iterdir()]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    stems = (
        r"(alert|change|points|point|headline|status|figure|note|alt|column|state|file|zone|"
        r"moved|move|cause|dated|mark|gate|readout|key)_\w+"
    )
    unused = [
        name
        for name in i18n.our_words("en")
        if not re.fullmatch(stems, name) and not re.search(rf"\b{name}\b", source)
    ]
    assert unused == []


def test_a_change_is_a_verb_with_its_points() -> None:
    leaders = [("Costs", 9.1), ("Chips", 12.3)]
    english = " ".join(lede(level(month=-0.1), leaders, 1, EN))
    assert "The index fell 0.1 point over the month and rose 14.4 points over the year." in english
    french = " ".join(lede(level(month=-0.1), leaders, 1, FR)).replace(FIXED, " ")
    assert "L’indice recule de 0,1 point sur un mois et gagne 14,4 points sur un an." in french
    assert "L’indice est stable sur un mois" in " ".join(lede(level(month=0.04), leaders, 1, FR))


# Internal words, and words that say the contrary of what is meant: "lever une alerte" ends it.
UNPUBLISHABLE = {
    "fr": r"(?i)\b(lève une alerte|levées?|varie de [+{]|retirée?s? après|dites|retirées?|"
    r"prix (instantané|au comptant|préemptible)|doublements?|voie sobre|sobriété|"
    r"trésorerie d['’]exploitation(?<!flux de trésorerie d['’]exploitation)|calcul connu)\b",
    "en": r"(?i)\b(moves by|raised|lacking|retracted|is let|told|doublings?|frugal way|"
    r"known computing)\b",
}
PUBLISHED = ("words/{}.toml", "words/indicators.toml", "site/i18n/{}.toml", "description.toml")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_no_published_word_is_one_that_an_editor_would_strike(code: str) -> None:
    for path in PUBLISHED:
        lines = (i18n.FOLDER.parent / path.format(code)).read_text(encoding="utf-8").splitlines()
        shown = [line for line in lines if not line.startswith("#")]
        other = {"fr": r"^(\w+_)?en = ", "en": r"^(\w+_)?fr = "}[code]  # of a file of both
        own = [line for line in shown if not re.match(other, line)]
        texts = [re.sub(r"^[^ ]+ = |\{\w*\}", "", line) for line in own]
        struck = [text for text in texts if re.search(UNPUBLISHABLE[code], text)]
        assert struck == [], path
