"""Languages of publication: words, figures, dates, typography, chart locales."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from dashboards.languages import files, grammar, naming
from dashboards.languages.foreign import Foreign, like
from dashboards.languages.grammar import Grammar
from warehouse.publication import identity
from warehouse.publication.identity import Identity

FOLDER = Path(__file__).parent / "words"
LANGUAGES = identity.COMPLETE
# Sentences with the name, the licence or the pilot country of an observatory.
SIGNED = ("citation", "licence", "beside", "beside_pilot", "alert_digest", "alert_feed")

TITLES = ("title", "headline_name")  # which name the index, by whichever framework

MINUS = "\u2212"

# A text, or its plural forms by the classes of CLDR.
Sentence = str | Mapping[str, str]


@dataclass(frozen=True)
class Language:
    """A language of publication: its words, and how it writes figures and dates."""

    code: str
    words: Mapping[str, Any]

    @property
    def complete(self) -> bool:
        """Whether it has every page of the site."""
        return self.code not in identity.in_force().partial

    @cached_property
    def grammar(self) -> Grammar:
        """How it writes figures, dates and spaces."""
        return grammar.read(self.code, self.words.get("grammar", {}))

    def say(self, name: str, /, **values: object) -> str:
        """The sentence with this name, its values filled in and typeset.

        One that has plural forms takes that of `count`.
        """
        return self.fill(self.words[name], **values)

    def fill(self, text: Sentence, /, **values: object) -> str:
        """A sentence of the words with its values, in the plural form of `count`."""
        if isinstance(text, Mapping):
            count = values["count"]
            figure = re.sub(r"\D", "", count) if isinstance(count, str) else count
            text = text[self.grammar.plural(float(str(figure)), text)]
        return like(text, self.typeset(str(text).format(**values)))

    def of(self, texts: Mapping[Any, Any], name: str = "") -> str:
        """The text in this language of an entry of the method or the catalogue.

        A language of a file has it by its English text, and is Foreign where it has none.
        """
        key = f"{name}_{self.code}" if name else self.code
        if key in texts or not files.is_in_a_file(self.code):
            return self.typeset(str(texts[key]))
        return self.translated(str(texts[f"{name}_en" if name else "en"]))

    def translated(self, english: str) -> str:
        """An English text in the words of a file; Foreign where it has none."""
        own = self.translation(english)
        return self.typeset(own) if own is not None else Foreign(self.typeset(english))

    def translation(self, english: str) -> str | None:
        """What the file of the language says for an English text, None if nothing."""
        return naming.translation(english, self.words["translations"], self.grammar)

    def titles(self, titles: Callable[[str], Mapping[str, str]]) -> dict[str, str]:
        """Titles by key, of a function that has those of a language of releases."""
        if not files.is_in_a_file(self.code):
            return dict(titles(self.code))
        return {key: self.translated(text) for key, text in titles(files.ENGLISH).items()}

    def lines(self, texts: Mapping[str, Sequence[str]]) -> list[str]:
        """Texts in this language of an entry that has a list of them by language."""
        if self.code in texts:
            return [self.typeset(text) for text in texts[self.code]]
        return [self.translated(text) for text in texts[files.ENGLISH]]

    def names(self, entries: Iterable[Mapping[Any, Any]]) -> dict[str, str]:
        """The names in this language of entries of the method, by their key."""
        return {entry["key"]: self.of(entry) for entry in entries}

    def number(self, value: float, decimals: int = 1, *, signed: bool = False) -> str:
        """A figure with its decimals; a dash for NaN; never a negative zero."""
        if pd.isna(value):
            return "–"
        rounded = round(float(value), decimals) + 0.0
        fraction = "." + "0" * decimals if decimals else ""
        text = self.grammar.decimal(rounded, f"#,##0{fraction}")
        return ("+" if signed and rounded > 0 else "") + text.replace("-", MINUS)

    def points(self, value: float, decimals: int = 1, *, signed: bool = False) -> str:
        """A number of points, singular or plural, without its sign unless `signed`."""
        rounded = round(abs(float(value)), decimals)
        name = "points_one" if self.grammar.is_singular(rounded) else "points_many"
        shown = float(value) if signed else rounded
        return self.say(name, figure=self.number(shown, decimals, signed=signed), count=rounded)

    def exact(self, value: float) -> str:
        """A raw figure with no more decimals than it has, four at most."""
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return self.number(value, len(text.partition(".")[2]))

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share of one as a percentage."""
        return self.with_unit(self.number(share * 100, decimals), "%")

    def with_unit(self, figure: str, unit: str) -> str:
        """A figure with its unit: a percent sign beside it, other units in brackets."""
        if unit != "%":
            return f"{figure} ({unit})"
        return figure + self.grammar.percent

    def month(self, period: pd.Timestamp | str, pattern: str = "MMMM y") -> str:
        """A month in full: "octobre 2026"."""
        return self.grammar.month(pd.Timestamp(period).date(), pattern)

    def of_month(self, period: pd.Timestamp | str) -> str:
        """A month after "of": "d'octobre 2026"."""
        return self.of_name(self.month(period))

    def of_name(self, name: str) -> str:
        """A name after "of": "d'Alphabet", "de Meta"."""
        elided = name.lower().startswith(self.grammar.elided)
        return self.say("of_elided" if elided else "of", month=name)

    def owner(self, name: str) -> str:
        """A name as an owner: "d'Alphabet", "Alphabet's"."""
        form = self.grammar.owner
        return self.typeset(form.format(name=name)) if form else self.of_name(name)

    def period(
        self, start: pd.Timestamp | str, step: str = "month", pattern: str = "MMMM y"
    ) -> str:
        """A month in full or, where `step` is "quarter", a quarter: "T2 2026"."""
        return self.month(start, "QQQ y" if step == "quarter" else pattern)

    def of_period(self, start: pd.Timestamp | str, step: str = "month") -> str:
        """A month or a quarter after "of": "d'octobre 2026", "du T2 2026"."""
        if step != "quarter":
            return self.of_month(start)
        return self.say("of_quarter", quarter=self.period(start, step))

    def in_period(self, start: pd.Timestamp | str, step: str = "month") -> str:
        """A month or a quarter after "in": "en octobre 2026", "au T2 2026"."""
        name = "in_quarter" if step == "quarter" else "in_month"
        return self.say(name, period=self.period(start, step))

    def listed(self, names: Iterable[str]) -> str:
        """Names with commas and "and" before the last."""
        *first, last = names
        softened = last.lower().startswith(self.grammar.softened)
        joint = self.grammar.and_softened if softened else self.words["and"]
        return f"{self.grammar.comma.join(first)}{joint}{last}" if first else last

    def sentence(self, text: str) -> str:
        """The text with a capital at its start."""
        return text[:1].upper() + text[1:]

    def day(self, when: date, pattern: str = "d MMMM y") -> str:
        """A day in full: "10 novembre 2026"."""
        return self.grammar.day(when, pattern)

    def licence(self, text: str) -> str:
        """A licence by its own name, with the catalogue's remarks translated."""
        names = self.words.get("licences", {})  # the catalogue writes its remarks in English
        parts = [names.get(part.lower(), part) for part in text.replace("’", "'").split("; ")]
        return self.typeset(str(self.words["semicolon"]).join(parts))

    def typeset(self, text: str) -> str:
        """The text without control characters, in the typography of the language."""
        typed = self.grammar.typeset(re.sub(r"(?<=\w)'(?=\w)", "’", plain(text)))
        return like(text, typed)


def plain(text: str) -> str:
    """Remove control and bidirectional characters, which can disguise text."""
    if text.isprintable():
        return text
    spaced = re.sub(r"[\t\r\n]+", " ", text)
    return "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))


def language(code: str) -> Language:
    """The language with this code, in the words of the observatory in force.

    Raises:
        FileNotFoundError: no file has it.
    """
    return _language(code, identity.in_force())


@cache
def _language(code: str, house: Identity) -> Language:
    return Language(code, of_house(our_words, ("bulletin",), code, house))


def our_words(code: str) -> dict[str, Any]:
    """The words of the bulletin in a language as they are shipped."""
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def of_house(
    ours: Callable[[str], Mapping[str, Any]],
    sections: tuple[str, ...],
    code: str,
    house: Identity,
) -> dict[str, Any]:
    """Our words in a language as this observatory says them, under its own name.

    `ours` gives those of a language, some of which name it: those of SIGNED. `sections` are those
    that a file of a language has for them.
    """

    def here(own: str) -> Mapping[str, Any]:
        return identity.merged(ours(own), house.sentences(own))

    base = files.words(sections, here, code, house)
    if files.is_in_a_file(code):
        base = identity.merged(base, _of_pilot(base, code, house))
    words = identity.merged(base, house.sentences(code)) | {"site": house.name(code)}
    pilot = words.get("pilot_country", "")
    named = {"observatory": house.name(code), "licence": house.licence.short, "pilot": pilot}
    signed = {name: _signed(words[name], named) for name in SIGNED if name in words}
    beside = {"beside": signed["beside_pilot"]} if pilot and "beside_pilot" in signed else {}
    if files.is_in_a_file(code):
        english = house.sentences("en").get("pilot_country", identity.NO_COUNTRY["en"])
        own = pilot or words["translations"].get(english, english)
        words["translations"] = naming.of_country(words["translations"], english, own)
    titles = {name: house.titled(words[name], code) for name in TITLES if name in words}
    return {**words, **signed, **beside, **titles}


def _of_pilot(words: Mapping[str, Any], code: str, house: Identity) -> dict[str, Any]:
    """The words on the pilot country in a language of a file, which no panel has."""
    if not house.country:
        return {}
    name = str(grammar.read(code, words["grammar"]).cldr.territories[house.country])
    own: dict[str, Any] = {"pilot_country": name, "names": {f"{house.panel}/": name}}
    if "about_pilot" in words:  # of the site
        own[f"about_{house.panel}"] = [_filled(words["about_pilot"], {"pilot": name})]
        own["projects"] = {"pilot": name}
    return own


def _signed(sentence: Sentence, values: Mapping[str, str]) -> Sentence:
    """The sentence, or each of its plural forms, with these values."""
    if isinstance(sentence, Mapping):
        return {form: _filled(text, values) for form, text in sentence.items()}
    return _filled(sentence, values)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence with these values, and its other places left as they are."""
    text = str(sentence)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return like(sentence, text)


def number_locale(lang: Language) -> dict[str, Any]:
    """The number format of Babel for d3, so that charts and text agree."""
    symbols = lang.grammar.cldr.number_symbols["latn"]
    signs = {"decimal": symbols["decimal"], "thousands": symbols["group"], "minus": MINUS}
    return signs | {"grouping": [3], "currency": ["", ""]}


def time_locale(lang: Language) -> dict[str, Any]:
    """The names of days and months of Babel for d3, whose week starts on Sunday."""
    locale = lang.grammar.cldr
    months, days = locale.months["format"], locale.days["format"]
    return {
        "dateTime": "%A %e %B %Y",
        "date": "%d/%m/%Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [days["wide"][(day - 1) % 7] for day in range(7)],
        "shortDays": [days["abbreviated"][(day - 1) % 7] for day in range(7)],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
