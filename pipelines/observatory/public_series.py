"""The indicators of a panel from what is public for every country.

`public_series.toml` has them. Each is offered where the sources declare its series for the
country; what is lacking is said.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".toml")
# Currencies with a fixed parity to the euro, whose rate moves as that of the euro does.
TIED_TO_EURO = ("XOF", "XAF", "KMF", "CVE", "BAM")
COLON = {"fr": " : ", "en": ": "}


@dataclass(frozen=True)
class Country:
    """A country: its ISO 3166 codes, its name by language, its currency."""

    code: str
    code3: str
    fr: str
    en: str
    currency: str
    african: bool

    @property
    def rate(self) -> str:
        """The currency whose rate is read."""
        return "EUR" if self.currency in TIED_TO_EURO else self.currency

    @property
    def region(self) -> str:
        """The region of a cloud that is followed on its continent, "" for none."""
        if self.african:
            return "africa-south1"
        # Ember's countries are those of Europe
        return "europe-west4" if f"ember.wholesale.{self.code3}" in declared() else ""


def country(code: str) -> Country:
    """The country with this code of two letters. Raises KeyError for none."""
    from babel import Locale
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    from sources.announcements import countries

    french, english = Locale("fr").territories[code], Locale("en").territories[code]
    aliases = get_global("territory_aliases").items()
    three = [old for old, new in aliases if new == [code] and len(old) == 3 and old.isalpha()]
    # A country may have had other codes: the one in use is the one that figures have.
    three.sort(key=lambda old: f"msft.ai_diffusion.{old}" not in declared())
    currency = next(iter(get_territory_currencies(code)), "")
    african = countries.by_code().get(code, "") in countries.AFRICA
    return Country(code, next(iter(three), ""), str(french), str(english), currency, african)


@cache
def declared() -> frozenset[str]:
    """The keys of every series that a shipped source declares."""
    from sources.publishers import shipped

    return frozenset(series.key for source in shipped().values() for series in source.series)


@cache
def _offered() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def indicators(own: Country) -> Iterator[dict[str, Any]]:
    """The indicators that the sources give of a country, as a panel declares them."""
    for shape in _offered()["indicator"]:
        roles = {
            role: [_filled(key, own) for key in shape[role]]
            for role in ("of", "to", "less")
            if role in shape
        }
        read = [key for keys in roles.values() for key in keys]
        if set(read) <= declared() and len(set(read)) == len(read):
            named = {code: f"{getattr(own, code)}{COLON[code]}{shape[code]}" for code in COLON}
            yield {**shape, **named, **roles}


def missing(own: Country) -> Iterator[dict[str, str]]:
    """What no source gives of a country, in a sentence by language."""
    for lack in _offered()["missing"]:
        if _filled(lack["series"], own) not in declared():
            yield {code: lack[code] for code in COLON}


def _filled(key: str, own: Country) -> str:
    return key.format(code3=own.code3, rate=own.rate, region=own.region)
