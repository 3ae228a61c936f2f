"""Check the file of a whole language.

It is `words/<code>.toml` with a table [language] or [grammar].
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboards.i18n import our_words
from dashboards.languages import files, grammar
from dashboards.site.explore.words import WORDS
from dashboards.site.locale import shipped_words
from pipelines.errors import UsageError, nearest
from pipelines.observatory.declaration import one_line
from pipelines.observatory.panel import places
from warehouse.publication.identity import COMPLETE, is_language

MARKUP = re.compile(r"</?[a-zA-Z!][^>]*>?")
# Of an entry of a list: what is no sentence, and is always ours.
FIXED = ("key", "series", "state")
NAMES = ("name", "observatory")
LISTS = ("elided", "softened", "counted")  # keys of [grammar] with a list
LONGEST = 40  # of a pattern or of a few signs


def codes(folder: Path) -> list[str]:
    """The languages that an observatory may name, those of its own files last."""
    paths = sorted(folder.glob("words/*.toml"))
    own = [path.stem for path in paths if is_language(tomllib.loads(path.read_text("utf-8")))]
    return list(dict.fromkeys([*COMPLETE, *files.shipped(), *own]))


def english() -> dict[str, Mapping[str, Any]]:
    """The English words by the sections of a file."""
    bulletin = our_words("en")
    site = {name: own for name, own in shipped_words("en").items() if name not in bulletin}
    every = {"bulletin": bulletin, "site": site, "explorer": WORDS["en"]}
    return {
        name: {key: own for key, own in words.items() if key not in files.SILENT}
        for name, words in every.items()
    }


def check(own: Mapping[str, Any], file: Path) -> None:
    """Check the file of a language. Raises UsageError naming file, key and remedy."""
    if file.stem in COMPLETE:
        raise UsageError(
            f"{file}: {file.stem!r} is a language that we have: leave out [language] and "
            "[grammar], and write sentences alone"
        )
    _keys(own, files.SECTIONS, file, "")
    for name in own:
        if not isinstance(own[name], Mapping):
            raise UsageError(f"{file}: {name} is {own[name]!r}: write a table [{name}]")
    _keys(own.get("language", {}), NAMES, file, "language.")
    for name, value in own.get("language", {}).items():
        _named(value, file, f"language.{name}")
    check_grammar(own.get("grammar", {}), file)
    for section, words in english().items():
        _table(own.get(section, {}), words, file, f"{section}.")
    for text, words in own.get("names", {}).items():
        _sentence(words, text, file, f"names.{text!r}")


def _named(value: Any, file: Path, key: str) -> None:
    try:
        one_line(str(value))
    except ValueError as fault:
        raise UsageError(f"{file}: {key} is {value!r}: {fault}") from None


def _keys(own: Mapping[str, Any], choices: Sequence[str], file: Path, within: str) -> None:
    for key in own:
        if key not in choices:
            raise UsageError(f"{file}: {within}{key} is no key; {nearest(key, choices)}")


def check_grammar(table: Mapping[str, Any], file: Path) -> None:
    """Check the table [grammar]; `file` names the language."""
    _keys(table, grammar.KEYS, file, "grammar.")
    for key, value in table.items():
        kind = list if key in LISTS else str
        parts = value if isinstance(value, list) else [value]
        if type(value) is not kind or not all(_short(part) for part in parts):
            what = "a list of words" if kind is list else f"a text of at most {LONGEST} letters"
            raise UsageError(f"{file}: grammar.{key} is {value!r}: write {what}")
    if table.get("singular", grammar.TO_ONE) != grammar.TO_ONE:
        raise UsageError(f"{file}: grammar.singular: write {grammar.TO_ONE!r}, or leave it out")
    if "owner" in table:
        _sentence(table["owner"], "{name}", file, "grammar.owner")
    own = grammar.read(file.stem, table)
    for key, name in (("locale", own.locale), ("dates", own.dates or own.locale)):
        if not _is_locale(name):
            shown = f"grammar.{key} is {name!r}" if key in table else f"{name!r} is no language"
            raise UsageError(f"{file}: {shown}: write a locale of CLDR in grammar.{key}, as pt_BR")
    try:
        own.time(datetime(2026, 1, 31, 9))
    except (ValueError, KeyError, AttributeError) as fault:
        raise UsageError(f"{file}: grammar.hour is {own.hour!r}: {fault}") from None


def _short(value: Any) -> bool:
    return type(value) is str and len(value) <= LONGEST and not MARKUP.search(value)


def _is_locale(name: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        return bool(Locale.parse(name))
    except (UnknownLocaleError, ValueError, TypeError):
        return False


def _table(own: Any, ours: Mapping[str, Any], file: Path, within: str) -> None:
    if not isinstance(own, Mapping):
        name = within.rstrip(".")
        raise UsageError(f"{file}: {name} is {own!r}: write a table [{name}]")
    for key, value in own.items():
        name = within + key
        if key in files.OPEN and isinstance(value, Mapping):
            _table(value, {**dict.fromkeys(value, ""), **ours.get(key, {})}, file, f"{name}.")
            continue
        if key not in ours:
            raise UsageError(f"{file}: {name} is no sentence; {nearest(key, ours)}")
        if isinstance(ours[key], Mapping):
            _table(value, ours[key], file, f"{name}.")
        elif isinstance(ours[key], list):
            _list(value, ours[key], file, name)
        elif isinstance(value, Mapping):
            _plural(value, ours[key], file, name)
        else:
            _sentence(value, ours[key], file, name)


def _plural(own: Mapping[str, Any], ours: str, file: Path, name: str) -> None:
    """The plural forms of a sentence that has a count."""
    if "count" not in places(ours) and not name.endswith(".points_many"):
        raise UsageError(f"{file}: {name} has no {{count}}: write a text")
    _keys(own, grammar.PLURALS, file, f"{name}.")
    if grammar.PLURALS[-1] not in own:
        raise UsageError(f"{file}: {name}.{grammar.PLURALS[-1]} is missing: write it too")
    for form, value in own.items():
        _sentence(value, ours, file, f"{name}.{form}")


def _list(own: Any, ours: list[Any], file: Path, name: str) -> None:
    if not isinstance(own, list) or len(own) != len(ours):
        raise UsageError(f"{file}: {name} is not a list of {len(ours)} as ours: write all of them")
    for number, (value, part) in enumerate(zip(own, ours, strict=True)):
        if isinstance(part, Mapping):
            _table(value, part, file, f"{name}.{number}.")
            for key in FIXED:
                if key in value and value[key] != part[key]:
                    shown = f"{name}.{number}.{key} is {value[key]!r}"
                    raise UsageError(f"{file}: {shown}: write {part[key]!r}")
        else:
            _sentence(value, part, file, f"{name}.{number}")


def _sentence(value: Any, ours: str, file: Path, name: str) -> None:
    """A text without other places in braces than ours, and without markup."""
    if type(value) is not str:
        raise UsageError(f"{file}: {name} is {value!r}: write a text")
    usual = places(ours)
    try:
        stray = places(value) - usual
    except ValueError as fault:
        raise UsageError(f"{file}: {name}: {fault}: a place is a name in braces") from None
    if stray:
        allowed = " or ".join(f"{{{own}}}" for own in sorted(usual)) or "no place in braces"
        raise UsageError(f"{file}: {name} has {{{min(stray)}}}: write {allowed}")
    if marks := set(MARKUP.findall(value)) - set(MARKUP.findall(ours)):
        raise UsageError(f"{file}: {name} has {min(marks)}: write text, without markup")


def lacking(code: str, folder: Path) -> Iterator[str]:
    """What stands against a language in `languages`: no file has it."""
    if code not in codes(folder):
        yield f"no file has that language: write words/{code}.toml, or one of {_listed(folder)}"


def _listed(folder: Path) -> str:
    return ", ".join(codes(folder))
