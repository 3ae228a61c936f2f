"""The words of the site: those of the bulletin and its own."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.i18n import Language, of_house, our_words
from warehouse.publication import identity
from warehouse.publication.identity import Identity
from warehouse.release_calendar import local_hours

CODES = identity.COMPLETE
SECTIONS = ("bulletin", "site")


@dataclass(frozen=True)
class SiteLocale(Language):
    """A language that also writes hours."""

    def moment(self, when: datetime) -> str:
        """A day and its hour, UTC: "11 novembre 2026, 9 h 00 UTC"."""
        at = when.astimezone(UTC)
        return f"{self.day(at.date())}{self.words['comma']}{self.hour(at)}\u00a0UTC"

    def moments(self, when: datetime) -> str:
        """The same with the hour in the places of the observatory."""
        day = self.day(when.astimezone(UTC).date())
        return f"{day}{self.words['comma']}{self.hours(when)}"

    def hours(self, when: datetime, form: str = "hours") -> str:
        """The hour in UTC and in its places; `hours_listed` is the short form."""
        utc, *local = [(city, self.hour(at)) for city, at in local_hours(when).items()]
        if not local:
            return self.say("hours_utc", utc=utc[1])
        joint = " · " if form == "hours_listed" else str(self.words["comma"])
        named = "hour_beside" if form == "hours_listed" else "hour_in"
        places = [self.say(named, hour=hour, city=self.city(city)) for city, hour in local]
        return self.say(form, utc=utc[1], places=joint.join(places))

    def city(self, name: str) -> str:
        """A place whose hour is given."""
        return str(self.words.get("cities", {}).get(name, name))

    @property
    def cities(self) -> str:
        """The places whose hours are given, listed."""
        own = [self.city(name) for name in identity.in_force().zones]
        return self.listed(own) if own else ""

    def country(self, code: str) -> str:
        """A country by its ISO 3166 code."""
        return str(self.grammar.cldr.territories.get(code, code))

    def hour(self, at: datetime) -> str:
        """The hour of an instant in its own zone: "9 h 00"."""
        return self.grammar.time(at)


def site_locale(code: str) -> SiteLocale:
    """The words of the site in a language, as the observatory in force says them."""
    return _site_locale(code, identity.in_force())


@cache
def _site_locale(code: str, house: Identity) -> SiteLocale:
    return SiteLocale(code, of_house(shipped_words, SECTIONS, code, house))


def feed(code: str) -> str:
    """The language of a page's feed: its own, English, or the first."""
    feeds = identity.in_force().feeds
    return next((own for own in (code, "en") if own in feeds), feeds[0])


def shipped_words(code: str) -> dict[str, Any]:
    """The words in a language as they are shipped, those of the bulletin too."""
    own = Path(__file__).parent / "i18n" / f"{code}.toml"
    return {**our_words(code), **tomllib.loads(own.read_text(encoding="utf-8"))}
