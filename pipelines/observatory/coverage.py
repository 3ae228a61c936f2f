"""How much of the site a language of a file says: the rest is in English."""

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboards import indicator_words, metadata
from dashboards.i18n import FOLDER, Language
from dashboards.languages import files, grammar
from dashboards.site.locale import site_locale
from dashboards.site.pages import governance, static_pages
from pipelines.errors import UsageError
from pipelines.index.framework import Framework, lineage
from pipelines.observatory import languages
from pipelines.observatory.folder import Folder
from pipelines.observatory.panel import method_with
from warehouse import tables
from warehouse.publication import identity

PROSE = ("rationale_en", "goalposts_en", "caveat_en")


def table(code: str, own: Folder) -> list[tuple[str, list[str], int]]:
    """Of each part of the site: its name, what the language lacks of it, its size.

    Words are lacking by their keys, what the method and the catalogue name by the English text.
    """
    file = files.file_of(code, own.identity)
    rows = []
    for section, words in languages.english().items():
        keys, had = set(_keys(words, "")), set(_keys(file.get(section, {}), ""))
        rows.append((section, sorted(keys - had), len(keys)))
    with identity.handed_down(own.identity):
        lang = site_locale(code)
        for name, texts in english_names(method_with(own.panel)).items():
            every = list(dict.fromkeys(filter(None, texts)))
            rows.append((name, _untold(every, lang), len(every)))
    return rows


def _untold(texts: Iterable[str], lang: Language) -> list[str]:
    return [text for text in texts if lang.translation(text) is None]


def _keys(words: Any, name: str) -> Iterator[str]:
    """The key of each sentence: "names.data/", "method_steps.0"."""
    if isinstance(words, Mapping) and not grammar.is_plural(words):
        for key, part in words.items():
            if key not in languages.FIXED or "." not in name:
                yield from _keys(part, f"{name}.{key}".lstrip("."))
    elif isinstance(words, list):
        for number, part in enumerate(words):
            yield from _keys(part, f"{name}.{number}")
    else:
        yield name


def english_names(newest: Framework) -> dict[str, list[str]]:
    """The English texts of a method and the catalogue that pages show, by kind."""
    from sources import registry

    method = indicator_words.presented(newest.model_dump(by_alias=True))
    older = [own.model_dump(by_alias=True) for own in lineage(newest)]
    every = [method, *older, *map(indicator_words.presented, older)]
    groups = [
        group for own in every for name in ("dimension", "panel") for group in own.get(name) or ()
    ] + [own["retreat"] for own in every if own.get("retreat")]
    leaves = [leaf for group in groups for leaf in group["indicator"]]
    words = tomllib.loads((FOLDER / "indicators.toml").read_text(encoding="utf-8"))
    spoken = [own for name in ("indicators", "series") for own in words[name].values()]
    called = [own for name in ("accounts", "publishers") for own in words[name].values()]
    sources = list(registry().values())
    return {
        "dimensions": [*_of(every, "title"), *_texts(groups, "en", "question_en"), *_zones(every)],
        "indicators": _texts(leaves, "en", "unit_en"),
        "sentences": [*_texts(spoken, "subject_en", "en", "unit_en"), *_texts(called, "en")],
        "sources": [source.en for source in sources],
        "series": [series.en for source in sources for series in source.series],
        "prose": [*_texts(leaves, *PROSE), *_prose(every)],
        "columns": list(_columns()),
    }


def _of(methods: list[dict[str, Any]], name: str) -> list[str]:
    return [own[name]["en"] for own in methods]


def _zones(methods: list[dict[str, Any]]) -> list[str]:
    zones = [zone for own in methods for zone in own["regimes"]]
    phases = [own["phase"] for own in methods if own.get("phase")]
    zones += [phase[name] for phase in phases for name in ("retreat", "recovery")]
    return _texts(zones, "en")


def _prose(methods: list[dict[str, Any]]) -> list[str]:
    """The texts of the pages of the method and of governance."""
    zones = [zone for own in methods for zone in own["regimes"]]
    declared = governance.declared()
    frameworks = declared["framework"]
    principles = [principle for own in frameworks for principle in own["principle"]]
    return [
        *_texts(zones, "why_en"),
        *_texts(static_pages.candidates(), "en", "why_en"),
        *_texts(frameworks, "en", "note_en"),
        *_texts(principles, "en", "text_en"),
        *declared["consultation"]["en"],
        *declared["errata"]["en"],
    ]


def _columns() -> Iterator[str]:
    """What the tables and their columns are."""
    words = tomllib.loads(metadata.WORDS.read_text(encoding="utf-8"))
    for entry in words["table"]:
        yield entry["en"]
        fields = getattr(tables, entry["of"]).model_fields if "of" in entry else {}
        for column in entry["column"]:
            yield column.get("en") or str(fields[column["name"]].description)


def _texts(entries: Iterable[Mapping[str, Any]], *names: str) -> list[str]:
    return [entry[name] for entry in entries for name in names if entry.get(name)]


def lines(own: Folder) -> Iterator[str]:
    """A line for each part of the site and language of a file."""
    for code in filter(files.is_in_a_file, own.declared.languages):
        yield f"language {code}: how much it says, the rest is in English"
        for name, lacking, size in table(code, own):
            had = size - len(lacking)
            yield f"  {name:<12}{had:>6} of {size:<6}{math.floor(100 * had / max(size, 1)):>4}%"


def lacking(code: str, own: Folder) -> Iterator[str]:
    """What a language of a file lacks: keys of words, English names.

    Raises UsageError where the language has no file.
    """
    if code not in own.declared.languages or not files.is_in_a_file(code):
        spoken = ", ".join(filter(files.is_in_a_file, own.declared.languages)) or "none"
        raise UsageError(f"--words {code!r} is no language of a file of this observatory: {spoken}")
    for name, keys, _ in table(code, own):
        yield from (f"{name}: {key}" for key in keys)
