"""When an edition is due: its cut-off, its publication and the next ones.

The edition of a month knows what was public at the end of the cut-off day of the following month,
and is published at 09:00 UTC on the first day after it that is worked in the countries whose
holidays the observatory observes (`publication/identity.py`).
The engine, the alerts, the bulletin and the site all take their dates from here.

Holidays are those of the library `holidays`. Religious ones may follow the moon and are decreed
some days before: the library estimates them, and a date that hangs on one is provisional.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from warehouse.publication import identity

# 10:00 or 11:00 in western Europe, 09:00 to 10:00 in West Africa: a working day is ahead to read.
PUBLICATION_HOUR = 9
SATURDAY = 5  # of `date.weekday`, where Monday is 0
LAST_SECOND = time(23, 59, 59)
# The first edition that a holiday moves. Those before were due by weekdays alone, and the hour
# that was announced stays: that of October 2026 was due on 11 November, a holiday in France.
HOLIDAYS_SINCE = "2026-11"
# The moon may be seen a day earlier or later than it is computed.
MOON = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """A public holiday of a country; `estimated` if it follows the moon."""

    day: date
    country: str
    fr: str
    en: str
    estimated: bool


@dataclass(frozen=True)
class EditionDates:
    """A month (YYYY-MM), its cut-off and its publication, in UTC.

    `moved_by` are the holidays that the publication gave way to. `provisional` tells that it may
    still move by a day, with a holiday that is estimated.
    """

    month: str
    cutoff: datetime
    publication: datetime
    moved_by: tuple[Holiday, ...] = ()
    provisional: bool = False


def following_month(month: str, months: int = 1) -> str:
    """The month (YYYY-MM) so many months after `month`; before it where negative."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def cutoff(month: str, cutoff_day: int) -> datetime:
    """The last second (UTC) of the cut-off day in the month after `month`."""
    day = date.fromisoformat(f"{following_month(month)}-{cutoff_day:02d}")
    return datetime.combine(day, LAST_SECOND, UTC)


def edition_dates(month: str, cutoff_day: int) -> EditionDates:
    """The dates of the edition of a month (YYYY-MM)."""
    closing = cutoff(month, cutoff_day)
    first = day = closing.date() + timedelta(days=1)
    observed = month >= HOLIDAYS_SINCE
    closed: list[Holiday] = []
    while True:
        off = list(holidays_on(day)) if observed else []
        if day.weekday() < SATURDAY and not off:
            break
        closed += off if day.weekday() < SATURDAY else []
        day += timedelta(days=1)
    publication = datetime.combine(day, time(PUBLICATION_HOUR), UTC)
    return EditionDates(
        month, closing, publication, tuple(closed), observed and _near_the_moon(first, day)
    )


def made_in_time(month: str, computed_at: datetime, cutoff_day: int) -> bool:
    """True if an edition of the month was computed by the next month's cut-off.

    One that was not is reconstructed, wherever it is shown.
    """
    return computed_at <= cutoff(following_month(month), cutoff_day)


def local_hours(instant: datetime) -> dict[str, datetime]:
    """The instant in UTC, then in the places of the observatory, by their names."""
    zones = {"UTC": UTC, **identity.in_force().zones}
    return {city: instant.astimezone(zone) for city, zone in zones.items()}


def holidays_on(day: date) -> Iterator[Holiday]:
    """The public holidays on a day of the countries that the observatory observes."""
    for country in identity.in_force().holidays:
        english, french = _year(country, "en", day.year), _year(country, "fr", day.year)
        if day in english:
            estimated = "(estimated)" in english[day]
            yield Holiday(day, country, _plain(french[day]), _plain(english[day]), estimated)


@cache
def _year(country: str, language: str, year: int) -> dict[date, str]:
    """The public holidays of a year by day, in English for lack of a language."""
    import holidays  # a tenth of a second, and only dates of publication need it

    spoken = holidays.country_holidays(country).supported_languages
    exact = (code for code in spoken if code.partition("_")[0] == language)
    named = next(exact, "en_US")
    return dict(holidays.country_holidays(country, years=year, language=named))


def _plain(name: str) -> str:
    """A name without the library's remark that its day is estimated."""
    return name.replace(" (estimated)", "").replace(" (estimé)", "").replace(" (estimée)", "")


def _near_the_moon(first: date, last: date) -> bool:
    """True if a holiday that is estimated may come to lie between the days."""
    days = [first - MOON + timedelta(days=n) for n in range((last - first + 2 * MOON).days + 1)]
    return any(holiday.estimated for day in days for holiday in holidays_on(day))


def coming_editions(now: datetime, cutoff_day: int, count: int) -> list[EditionDates]:
    """The next `count` editions that are published after `now`."""
    # The edition of two months ago may still be ahead: its cut-off day can be the 28th, and a
    # weekend may follow. One of three months ago cannot.
    start = following_month(f"{now:%Y-%m}", -2)
    months = (following_month(start, step) for step in range(count + 3))
    dates = (edition_dates(month, cutoff_day) for month in months)
    return [edition for edition in dates if edition.publication > now][:count]
