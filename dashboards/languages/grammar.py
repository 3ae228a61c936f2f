"""How a language writes figures, dates and spaces: its table `[grammar]`.

What Unicode's CLDR has of a language is taken from Babel; the table says what the observatory
writes otherwise. A language without the table has all of it from CLDR.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

NARROW, FIXED = "\u202f", "\u00a0"
TO_ONE = "to one"
# The plural classes of CLDR. A language has some of them, and always the last.
PLURALS = ("zero", "one", "two", "few", "many", "other")
# The forms of dates that pages ask for, and how CLDR calls each.
DATES = {"MMMM y": "yMMMM", "MMM y": "yMMM", "d MMM y": "yMMMd", "QQQ y": "yQQQ"}
LONG = "d MMMM y"


@dataclass(frozen=True)
class Grammar:
    """The table `[grammar]` of a language, each key optional.

    Attributes:
        locale: name of the CLDR locale of its figures, months and days: "ar_MA".
        dates: name of the CLDR locale in whose order it writes dates and hours: "en_GB".
        hour: pattern of an hour by CLDR: "H 'h' mm".
        first_day: how the first day of a month is written where that is no figure: "1er".
        singular: "to one" where 0.5 is singular and 0 is not; by CLDR otherwise.
        comma: between the items of a list, with its space: "، ".
        owner: a name as an owner where that is not the name after "of": "{name}'s".
        elided: first letters of a name before which "of" is `of_elided`.
        softened: first letters of a name before which "and" is `and_softened`.
        and_softened: that "and", with its spaces: " e ".
        narrow_before: signs after a narrow space that does not break.
        fixed_before: signs after a space that does not break.
        fixed_after: signs before a space that does not break.
        counted: words that are not parted from the figure before them.
    """

    locale: str
    dates: str = ""
    hour: str = ""
    first_day: str = ""
    singular: str = ""
    comma: str = ", "
    owner: str = ""
    elided: tuple[str, ...] = ()
    softened: tuple[str, ...] = ()
    and_softened: str = ""
    narrow_before: str = ""
    fixed_before: str = ""
    fixed_after: str = ""
    counted: tuple[str, ...] = ()

    @cached_property
    def cldr(self) -> Locale:
        """What CLDR has of the language."""
        return Locale.parse(self.locale)

    @property
    def direction(self) -> str:
        """The direction of its lines, "ltr" or "rtl"."""
        return str(self.cldr.text_direction)

    @cached_property
    def percent(self) -> str:
        """The percent sign after a figure, with the space that the language has there."""
        spaced = any(letter.isspace() for letter in self.cldr.percent_formats[None].pattern)
        return f"{FIXED}%" if spaced else "%"

    def is_singular(self, figure: float) -> bool:
        """True if a figure of at least 0 takes the singular."""
        if self.singular == TO_ONE:
            return 0 < figure <= 1
        return str(self.cldr.plural_form(figure)) == "one"

    def plural(self, figure: float, forms: Container[str]) -> str:
        """The class of a figure of at least 0, "other" where no form has it."""
        own = str(self.cldr.plural_form(figure))
        return own if own in forms else PLURALS[-1]

    def decimal(self, value: float, pattern: str) -> str:
        """A figure in a pattern of CLDR."""
        return _decimal(value, pattern, self.locale)

    def day(self, when: date, form: str) -> str:
        """A date in a form of DATES, LONG, or a pattern of CLDR."""
        text = _dated(when, form, self.locale, self.dates or self.locale)
        return re.sub(r"^1 ", f"{self.first_day} ", text) if self.first_day else text

    def month(self, when: date, form: str) -> str:
        """A month, a quarter or a year in such a form."""
        return _dated(when, form, self.locale, self.dates or self.locale)

    def time(self, at: datetime) -> str:
        """The hour of an instant in its own zone."""
        pattern = self.hour or Locale.parse(self.dates or self.locale).time_formats["short"].pattern
        return str(format_time(at.replace(tzinfo=None), pattern, locale=self.locale))

    def typeset(self, text: str) -> str:
        """A text with the spaces of the language."""
        for pattern, space in self._spaces:
            text = pattern.sub(space, text)
        return text

    @cached_property
    def _spaces(self) -> list[tuple[re.Pattern[str], str]]:
        signs = {name: re.escape(getattr(self, name)) for name in SIGNS}
        counted = "|".join(map(re.escape, self.counted))
        fixed = [
            f" (?=[{signs['fixed_before']}])" if signs["fixed_before"] else "",
            f"(?<=[{signs['fixed_after']}]) " if signs["fixed_after"] else "",
            rf"(?<=\d) (?=(?:{counted})\b)" if counted else "",
        ]
        narrow = f" (?=[{signs['narrow_before']}])" if signs["narrow_before"] else ""
        patterns = {narrow: NARROW, "|".join(filter(None, fixed)): FIXED}
        return [(re.compile(pattern), space) for pattern, space in patterns.items() if pattern]


SIGNS = ("narrow_before", "fixed_before", "fixed_after")
KEYS = tuple(field.name for field in fields(Grammar))


def is_plural(text: Any) -> bool:
    """True of a sentence that is its plural forms."""
    return isinstance(text, Mapping) and PLURALS[-1] in text and not set(text) - set(PLURALS)


def read(code: str, table: Mapping[str, Any]) -> Grammar:
    """The grammar of a language from its table, unchecked."""
    lists = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return Grammar(**{"locale": code, **table, **lists})


# A page repeats its months and most of its figures: in its drawings, its table and its read-out.
@lru_cache(maxsize=65_536)
def _decimal(value: float, pattern: str, locale: str) -> str:
    return str(format_decimal(value, format=pattern, locale=locale))


@lru_cache(maxsize=4096)
def _dated(when: date, form: str, locale: str, order: str) -> str:
    return str(format_date(when, _pattern(form, order), locale=locale))


def _pattern(form: str, order: str) -> str:
    """The pattern of CLDR of a form; one that is no form is a pattern itself."""
    own = Locale.parse(order)
    if form == LONG:
        return str(own.date_formats["long"].pattern)
    shape = own.datetime_skeletons.get(DATES.get(form, ""), form)
    return str(getattr(shape, "pattern", shape))
