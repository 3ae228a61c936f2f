"""The names of countries with their article, as a sentence on them needs it.

CLDR names countries without it. In French the last letter of the name's first word tells the
gender; the exceptions are those of the usual grammars.
"""

import re

# Cities, and islands that take none.
BARE = re.compile(
    "Aruba|Bahreïn|Chypre|Cuba|Curaçao|Djibouti|Gibraltar|Guam|Guernesey|Haïti|Israël|Jersey|"
    "Kiribati|La Réunion|Madagascar|Malte|Maurice|Mayotte|Monaco|Montserrat|Nauru|Niue|Oman|"
    "Porto Rico|Singapour|Taïwan|Tuvalu|(Saint|Sainte|Sao|Antigua|Trinité|Wallis)[- ].*"
)
PLURAL = re.compile(
    "Bahamas|Bermudes|Comores|Fidji|Maldives|Pays|Philippines|Samoa|Seychelles|Terres|Territoires|"
    "Tonga|Émirats|États|Îles"
)
MASCULINE = re.compile("Belize|Cambodge|Mexique|Mozambique|Royaume|Suriname|Territoire|Zimbabwe")
FEMININE = re.compile(".*[eé]|Sierra|R.A.S.")
ENGLISH = re.compile(
    "United .*|Netherlands|Philippines|Maldives|Seychelles|Comoros|Bahamas|Gambia|"
    ".* (Republic|Islands|Territory|Territories)"
)


def french(name: str) -> str:
    """« le Sénégal », « la France », « l'Espagne », « les Pays-Bas », « Cuba »."""
    first = re.split(r"[- ]", name)[0]
    if BARE.fullmatch(name):
        return name
    if PLURAL.fullmatch(first):
        return f"les {name}"
    if first[0] in "AEIOUÉÎ":
        return f"l'{name}"
    feminine = FEMININE.fullmatch(first) and not MASCULINE.fullmatch(first)
    return f"la {name}" if feminine else f"le {name}"


def english(name: str) -> str:
    """`Senegal`, `the Netherlands`."""
    return f"the {name}" if ENGLISH.fullmatch(name) else name
