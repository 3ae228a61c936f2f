"""The changelog of an edition: JSON for machines, and Markdown to be read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import metadata
from dashboards.i18n import Language, language
from dashboards.publish.changes import Changes
from dashboards.publish.publication import Publication, instant, records
from dashboards.publish.readme import escaped

DIGITS = 4  # decimals of a revised figure: the most that a publisher gives


def document(publication: Publication, changes: Changes) -> dict[str, Any]:
    """The changes as a document: its JSON Schema is `changelog`."""
    edition = publication.edition
    return {
        "month": edition.month,
        "previous": changes.before,
        "cutoff": instant(edition.as_of),
        "method": {
            "version": edition.framework_version,
            "previous": changes.version_before or None,
            "touched": changes.touched,
        },
        "new": _by_series(changes.figures.query("kind == 'new'")),
        "revised": _one_by_one(changes.figures.query("kind == 'revised'")),
        "gone": changes.gone,
    }


def _by_series(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """A line for each series: how many figures, and of which periods."""
    periods = rows.groupby("series")["period"].agg(count="size", first="min", last="max")
    return records(_dated(periods.reset_index(), "first", "last"))


def _one_by_one(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return records(_dated(rows[["series", "period", "was", "value"]], "period"))


def _dated(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows.assign(**{name: rows[name].dt.strftime("%Y-%m-%d") for name in columns})


def markdown(publication: Publication, changes: Mapping[str, Any], code: str) -> bytes:
    """The document of the changes, in a language."""
    lang, words = language(code), metadata.words("changelog", code)
    titles = publication.frames["series"].set_index("key")[f"title_{code}"]
    named = {str(key): escaped(title) for key, title in titles.items()}
    lines = [lang.typeset(line) for line in _lines(changes, named, lang, words)]
    return "\n".join([*lines, ""]).encode()


def _lines(
    changes: Mapping[str, Any], titles: Mapping[str, str], lang: Language, words: Mapping[str, str]
) -> Iterator[str]:
    months = {"month": lang.month(changes["month"]), "before": lang.month(changes["previous"])}
    yield from (f"# {words['title'].format(**months)}", "")
    yield from (f"## {words['method']}", "", _method(changes["method"], words), "")
    new = [
        words["figures"].format(**entry, title=titles[entry["series"]]) for entry in changes["new"]
    ]
    yield from _section(words["new"], new, words)
    revised = [_moved(entry, titles[entry["series"]], lang, words) for entry in changes["revised"]]
    yield from _section(words["revised"], revised, words)
    yield from _section(words["gone"], [f"`{key}`" for key in changes["gone"]], words)


def _section(title: str, items: list[str], words: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from ([f"- {item}" for item in items] or [words["none"]])
    yield ""


def _method(method: Mapping[str, Any], words: Mapping[str, str]) -> str:
    version, was, touched = method["version"], method["previous"], method["touched"]
    if touched is None:
        return words["unknown"].format(version=version)
    if not touched and version == was:
        return words["same"].format(version=version)
    return words["changed"].format(version=version, was=was, keys=", ".join(touched) or "–")


def _moved(entry: Mapping[str, Any], title: str, lang: Language, words: Mapping[str, str]) -> str:
    figures = {name: entry[name] for name in ("was", "value")}
    if entry["value"] is None:
        return words["closed"].format(**{**entry, "title": title})
    shown = {name: lang.number(figure, DIGITS) for name, figure in figures.items()}
    return words["moved"].format(**{**entry, **shown, "title": title})
