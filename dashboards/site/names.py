"""The names of indicators, groups and series in each language of the site.

The method and the catalogue have French and English; a language of a file names them by the
English text. In Arabic, what the method has is named in i18n/ar.toml; the titles of series stay in
English, marked as such.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale

from dashboards import indicator_words
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language, language
from dashboards.site.locale import SiteLocale

# Countries that the register calls otherwise than Babel.
OTHERWISE = {"Ivory Coast": "CI", "DR Congo": "CD", "Republic of the Congo": "CG"}


def printed(lang: SiteLocale) -> str:
    """The language of what the catalogue has in French and English alone."""
    return lang.code if lang.complete else "en"


def in_print(lang: SiteLocale) -> Language:
    """The same, with its figures and dates."""
    return lang if lang.complete else language("en")


def spoken(lang: SiteLocale) -> str:
    """The code of that language where it is not that of the page, else ""."""
    return "" if lang.complete else printed(lang)


def indicator(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The title of an indicator."""
    return _own("indicator_names", row, lang)


def group(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The name of a dimension or of a panel."""
    return _own("dimensions", row, lang)


def question(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The question that a dimension or a panel asks."""
    if lang.complete:
        return lang.of(row, "question")
    return str(lang.words["questions"].get(row["key"], row["question_en"]))


def _own(section: str, row: Mapping[Any, Any], lang: SiteLocale) -> str:
    if lang.complete:
        return lang.of(row)
    return str(lang.words[section].get(row["key"], row["en"]))


def unit(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The unit beside `indicator_words.amount`."""
    if lang.complete:
        return indicator_words.unit(row, lang)
    return in_words(row["unit_en"], lang)


def figure(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The figure of an indicator with its unit, a dash where it has none."""
    if row["value"] != row["value"]:
        return "–"
    if lang.complete:
        return indicator_words.figure(row["value"], row, lang)
    number = indicator_words.amount(row["value"], row, lang)
    name = unit(row, lang)
    return lang.with_unit(number, name) if name == "%" else f"{number} {name}".strip()


def country(name: str, french: Mapping[str, str], lang: SiteLocale) -> str:
    """A country by its English name; `french` has French ones that are preferred."""
    if lang.code == "en" or (lang.code == "fr" and name in french):
        return french[name] if lang.code == "fr" else name
    return str(lang.grammar.cldr.territories.get(country_code(name), name))


def country_code(name: str) -> str:
    """The ISO 3166 code of a country by its English name, "" where it has none."""
    return OTHERWISE.get(name) or _codes().get(name, "")


@cache
def _codes() -> dict[str, str]:
    """The code of each country by its English name, as Babel has them."""
    return {name: code for code, name in Locale("en").territories.items() if len(code) == 2}


def series(stats: EditionStats, key: str, lang: SiteLocale) -> str:
    """The title of a series; its key where it has none."""
    entry = stats.catalogue.get(key)
    return title(entry, lang) if entry else lang.typeset(key)


def title(entry: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The title of an entry of the catalogue."""
    return lang.of(entry, "title") if lang.complete else lang.typeset(str(entry["title_en"]))


def unit_of(stats: EditionStats, key: str, lang: SiteLocale) -> str:
    """The unit of a series."""
    return lang.typeset(in_words(str(stats.catalogue[key]["unit"]), lang))


def in_words(unit: str, lang: SiteLocale) -> str:
    """A unit of the catalogue as the language writes it."""
    return str(lang.words["units"].get(unit, unit))
