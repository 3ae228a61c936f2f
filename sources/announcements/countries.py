"""Names of countries: English (gazetteer), ISO 3166 code, slug, French.

The names are those of Unicode CLDR as Babel ships them, but for the few of SPELT.
"""

import re
import unicodedata
from functools import cache

from sources.announcements.places import countries

SPELT = {
    "BA": "Bosnia and Herzegovina", "CD": "DR Congo", "CG": "Republic of the Congo",
    "CI": "Ivory Coast", "CZ": "Czech Republic", "HK": "Hong Kong", "MM": "Myanmar",
    "MO": "Macau", "PS": "Palestine", "TR": "Turkey", "TT": "Trinidad and Tobago",
}  # fmt: skip


@cache
def by_code() -> dict[str, str]:
    """The gazetteer's countries by ISO 3166 code of two letters."""
    from babel import Locale

    names = dict(Locale("en").territories) | SPELT
    return {str(code): str(name) for code, name in names.items() if name in countries()}


def french(country: str) -> str:
    """The French name of a country of the gazetteer."""
    from babel import Locale

    code = next(code for code, name in by_code().items() if name == country)
    return str(Locale("fr").territories[code])


def slug(country: str) -> str:
    """The name in a series key: "Ivory Coast" is ivory_coast."""
    plain = unicodedata.normalize("NFKD", country).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
