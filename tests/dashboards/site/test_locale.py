"""The words of the site: the same ones in both languages, all of them used."""

import re
import string
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboards import site
from dashboards.site.locale import CODES, site_locale

HOME = Path(site.__file__).parent


def read(code: str) -> dict[str, Any]:
    return tomllib.loads((HOME / "i18n" / f"{code}.toml").read_text(encoding="utf-8"))


def holes(sentence: object) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(str(sentence)) if name}


def test_both_languages_say_the_same_things() -> None:
    french, english = map(read, CODES)
    for section in ("licences", "units"):  # the catalogue gives them in English
        french.pop(section, None)
        english.pop(section, None)
    assert set(french) == set(english)
    for name, words in french.items():
        if isinstance(words, dict):
            assert set(words) == set(english[name]), name
        elif isinstance(words, list):
            assert len(words) == len(english[name]), name
        else:
            assert holes(words) == holes(english[name]), name


def test_every_word_is_used() -> None:
    files = [*HOME.rglob("*.py"), *(HOME / "templates").iterdir()]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    unused = [name for name in read("en") if not re.search(rf"\b{name}\b", source)]
    assert [name for name in unused if not name.startswith(("about_", "outcome_"))] == []


def test_an_hour_is_written_as_each_language_does() -> None:
    when = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert site_locale("fr").moment(when) == "1er novembre 2026, 9\u00a0h\u00a000\u00a0UTC"
    assert site_locale("en").moment(when) == "1 November 2026, 09:00\u00a0UTC"
