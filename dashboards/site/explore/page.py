"""The page: without scripts a table of the series, else the explorer."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from markupsafe import Markup

from dashboards import theme
from dashboards.i18n import number_locale, time_locale
from dashboards.publish.publication import to_json
from dashboards.site.context import SiteContext
from dashboards.site.explore import own_series, vega
from dashboards.site.explore.words import words_of
from dashboards.site.locale import SiteLocale
from dashboards.site.page import POLICY, Page

PATH = "series/"
# The script of the site, and figures of the site: of no other host, and no code made from text.
SCRIPTED = POLICY + "; script-src 'self'; connect-src 'self'"
MOST = 6  # series at a time: more lines cannot be told apart
GREEN = ("#117733", "#4fb87a")  # the sixth hue, of Paul Tol's palette as the other five
YEARS = ("1", "3", "5", "10")  # of the buttons beside the period
STEPS = {"M": "MMM y", "Q": "QQQ y", "A": "y"}


def page(context: SiteContext, entries: Sequence[Mapping[str, Any]], lang: SiteLocale) -> Page:
    """The page of an edition; `entries` as `files.Explorer` has them."""
    words = words_of(lang.code)
    settings = to_json(_settings(context, entries, lang)).decode()
    return Page(
        PATH,
        "explore.html",
        words["title"],
        words["about"],
        {
            "policy": SCRIPTED,
            "explore": _typeset(words, lang),
            "settings": Markup(settings),  # noqa: S704 - no character can close a script
            "groups": _groups(entries, lang),
            "count_line": words["table"].format(count=lang.number(len(entries), 0)),
            "presets": list(zip(YEARS, words["presets"], strict=True)),
        },
    )


def _settings(
    context: SiteContext, entries: Sequence[Mapping[str, Any]], lang: SiteLocale
) -> dict[str, Any]:
    """What the script reads: words, colours, locale, examples to be drawn."""
    words, keys = words_of(lang.code), {entry["series"] for entry in entries}
    hues = [*theme.DIMENSIONS[2:], *theme.DIMENSIONS[:2]]  # the darkest first
    return {
        "words": _typeset({**words["script"], "and_source": lang.words["site"]}, lang),
        "vega": vega.name(),
        "most": MOST,
        "day": f"{context.now:%Y-%m-%d}",
        "locale": {"number": number_locale(lang), "time": time_locale(lang)},
        "writes": _writes(lang),
        "light": {"lines": [*hues, GREEN[0]], **_tones(lambda tone: tone)},
        "dark": {
            "lines": [*(theme.DARK[hue] for hue in hues), GREEN[1]],
            **_tones(theme.DARK.__getitem__),
        },
        "font": theme.SANS,
        "licences": {
            text: lang.licence(text) for text in sorted({row["licence"] for row in entries})
        },
        "examples": [
            {**example, "name": lang.typeset(example["name"])}
            for example in words["examples"]
            if set(example["series"].split(",")) <= keys
        ],
    }


def _writes(lang: SiteLocale) -> dict[str, Any]:
    """How the script writes periods and lists; quarters may have names."""
    named = [lang.month(f"2026-{month:02}-01", "QQQ") for month in (1, 4, 7, 10)]
    comma = lang.grammar.comma
    return {
        "locale": (lang.grammar.dates or lang.grammar.locale).replace("_", "-"),
        "first": lang.grammar.first_day,
        **({"quarter": named[0][:-1]} if named[0].endswith("1") else {"quarters": named}),
        **({} if comma == ", " else {"comma": comma}),
    }


def _tones(shade: Any) -> dict[str, str]:
    names = {"ink": theme.INK, "muted": theme.MUTED, "grid": theme.GRID, "paper": theme.PAPER}
    return {name: shade(tone) for name, tone in names.items()}


def _typeset(words: Mapping[str, Any], lang: SiteLocale) -> dict[str, Any]:
    return {
        name: lang.typeset(text) if isinstance(text, str) else text for name, text in words.items()
    }


def _groups(
    entries: Sequence[Mapping[str, Any]], lang: SiteLocale
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The entries by publisher, the observatory's own first: name, licence, rows."""

    def group(entry: Mapping[str, Any]) -> tuple[bool, str, str]:
        own = entry["series"].startswith(own_series.PREFIX)
        return not own, _in(entry, "publisher", lang), lang.licence(entry["licence"])

    ordered = sorted(entries, key=group)
    return [
        (name, licence, [_row(entry, lang) for entry in rows])
        for (_, name, licence), rows in groupby(ordered, key=group)
    ]


def _row(entry: Mapping[str, Any], lang: SiteLocale) -> dict[str, Any]:
    document = entry["document"]
    return {
        "title": entry[f"title_{lang.code}"],
        "unit": _in(entry, "unit", lang),
        "span": " – ".join(
            period(entry["frequency"], entry[end], lang) for end in ("first", "last")
        ),
        "json": document,
        "link": entry["link"].replace("{lang}", lang.code),
        "csv": entry.get("address", ""),
    }


def _in(entry: Mapping[str, Any], name: str, lang: SiteLocale) -> str:
    return str(entry.get(f"{name}_{lang.code}", entry[name]))


def period(frequency: str, day: str, lang: SiteLocale) -> str:
    """The period of a frequency that begins on a day, in words."""
    pattern = STEPS.get(frequency)
    return lang.month(day, pattern) if pattern else lang.day(date.fromisoformat(day))
