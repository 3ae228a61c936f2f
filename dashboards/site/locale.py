"""The words of the site: those of the bulletin and its own."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from dashboards.i18n import Language, language
from warehouse.release_calendar import local_hours

CODES = ("fr", "en")
ARABIC = "ar"  # of three pages: the index, Morocco, and what an edition is made of


@dataclass(frozen=True)
class SiteLocale(Language):
    """A language that also writes hours."""

    def moment(self, when: datetime) -> str:
        """A day and its hour, UTC: "11 novembre 2026, 9 h 00 UTC"."""
        at = when.astimezone(UTC)
        comma = "،" if self.code == "ar" else ","
        return f"{self.day(at.date())}{comma} {self.hour(at)}\u00a0UTC"

    def moments(self, when: datetime) -> str:
        """The same with the hour in Paris and in Rabat."""
        comma = "،" if self.code == "ar" else ","
        return f"{self.day(when.astimezone(UTC).date())}{comma} {self.hours(when)}"

    def hours(self, when: datetime, form: str = "hours") -> str:
        """The hour in UTC, in Paris and in Rabat; `hours_listed` is the short form."""
        return self.say(form, **{city: self.hour(at) for city, at in local_hours(when).items()})

    def hour(self, at: datetime) -> str:
        """The hour of an instant in its own zone: "9 h 00"."""
        return f"{at.hour}\u00a0h\u00a0{at.minute:02}" if self.code == "fr" else f"{at:%H:%M}"


@cache
def site_locale(code: str) -> SiteLocale:
    """The words of the site in a language."""
    own = Path(__file__).parent / "i18n" / f"{code}.toml"
    base = language(code).words if code in CODES else {}
    return SiteLocale(code, {**base, **tomllib.loads(own.read_text(encoding="utf-8"))})
