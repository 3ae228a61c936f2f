"""The names of series, units and countries in each language of the site."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale

from dashboards import indicator_words
from dashboards.edition_stats import EditionStats
from dashboards.site.locale import SiteLocale

# Countries that the register calls otherwise than Babel.
OTHERWISE = {"Ivory Coast": "CI", "DR Congo": "CD", "Republic of the Congo": "CG"}


def figure(row: Mapping[Any, Any], lang: SiteLocale) -> str:
    """The figure of an indicator with its unit, a dash where it has none."""
    return "–" if row["value"] != row["value"] else indicator_words.figure(row["value"], row, lang)


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
    return lang.of(entry, "title") if entry else lang.typeset(key)


def unit_of(stats: EditionStats, key: str, lang: SiteLocale) -> str:
    """The unit of a series."""
    return lang.typeset(in_words(str(stats.catalogue[key]["unit"]), lang))


def in_words(unit: str, lang: SiteLocale) -> str:
    """A unit of the catalogue as the language writes it."""
    return str(lang.words["units"].get(unit, unit))
