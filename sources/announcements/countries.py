"""Countries: names, ISO 3166 codes, slugs, other languages and views.

Names are those of Unicode CLDR as Babel ships them, but for the few of SPELT.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import pandas as pd

from sources.announcements.places import countries

SPELT = {
    "BA": "Bosnia and Herzegovina", "CD": "DR Congo", "CG": "Republic of the Congo",
    "CI": "Ivory Coast", "CZ": "Czech Republic", "HK": "Hong Kong", "MM": "Myanmar",
    "MO": "Macau", "PS": "Palestine", "TR": "Turkey", "TT": "Trinidad and Tobago",
}  # fmt: skip
LANGUAGES = ("en", "fr", "ar")
AFRICA = (
    "Morocco", "Algeria", "Tunisia", "Libya", "Egypt", "Mauritania", "Senegal", "Nigeria",
    "Ghana", "Kenya", "Ethiopia", "Rwanda", "Uganda", "Tanzania", "Angola", "Namibia",
    "Botswana", "Zambia", "Zimbabwe", "Mozambique", "Madagascar", "Mauritius", "Cameroon",
    "Gabon", "Benin", "Togo", "Mali", "Niger", "Chad", "Sudan", "Somalia", "Djibouti", "Malawi",
    "Burundi", "Guinea", "Gambia", "Liberia", "Lesotho", "Eswatini", "Seychelles",
    "South Africa", "Ivory Coast", "DR Congo", "Burkina Faso", "Cape Verde", "Sierra Leone",
    "South Sudan", "Central African Republic", "Comoros", "Equatorial Guinea", "Eritrea",
    "Guinea-Bissau", "Republic of the Congo", "São Tomé & Príncipe",
)  # fmt: skip
KEYS = ["view", "period"]
WIDE = {"world": ("monde", "world"), "africa": ("Afrique", "Africa")}


@cache
def by_code() -> dict[str, str]:
    """Give the gazetteer's countries by ISO 3166 code of two letters."""
    from babel import Locale

    names = dict(Locale("en").territories) | SPELT
    return {str(code): str(name) for code, name in names.items() if name in countries()}


@cache
def by_name() -> dict[str, str]:
    """Give the countries by folded code and by name in English, French and Arabic.

    Codes are those of ISO 3166 of two and of three letters.
    """
    from babel import Locale
    from babel.core import get_global

    territories = {language: Locale(language).territories for language in LANGUAGES}
    named = {
        fold(str(territories[language][code])): name
        for code, name in by_code().items()
        for language in LANGUAGES
        if code in territories[language]
    }
    three = {
        alias.casefold(): by_code()[codes[0]]
        for alias, codes in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and codes[0] in by_code()
    }
    return (
        three
        | named
        | {fold(name): name for name in countries()}
        | {code.casefold(): name for code, name in by_code().items()}
    )


def find(query: str) -> str | None:
    """Find a country by code, or by name in English, French or Arabic."""
    return by_name().get(fold(query))


def fold(name: str) -> str:
    """Give a name without case and accents: Côte d'Ivoire, cote d'ivoire."""
    plain = unicodedata.normalize("NFKD", name.strip().replace("’", "'").replace("-", " "))
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def french(country: str) -> str:
    """Give the French name of a country of the gazetteer."""
    from babel import Locale

    return str(Locale("fr").territories[code(country)])


def code(country: str) -> str:
    """Give the ISO 3166 code of a country of the gazetteer."""
    return next(code for code, name in by_code().items() if name == country)


def slug(country: str) -> str:
    """Give the name in a series key: "Ivory Coast" is ivory_coast."""
    plain = unicodedata.normalize("NFKD", country).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def views(named: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Map the key of each view to its French and English name.

    The views are the world, Africa and the countries in `named`.
    """
    own = {slug(country): (french(country), country) for country in sorted({*named} - {""})}
    return WIDE | own


def always(pilot: str) -> list[str]:
    """Give the keys of the views that are counted where nothing was announced.

    They are the world, Africa and the country `pilot`, "" for none.
    """
    return [*WIDE, *([slug(pilot)] if pilot else [])]


def in_views(events: pd.DataFrame) -> pd.DataFrame:
    """Repeat each event for every view: the world, Africa, its country."""
    named = events.loc[events["country"].ne("")]
    own = named.assign(view=named["country"].map(slug))
    africa = named.loc[named["country"].isin(AFRICA)].assign(view="africa")
    return pd.concat([events.assign(view="world"), africa, own], ignore_index=True)
