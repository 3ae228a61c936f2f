"""The monthly bulletin: an HTML page per language, complete in itself."""

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from dashboards import edition_stats, rendering
from dashboards.bulletin import alerts_section, diffusion, headline, quality, table_rows
from dashboards.bulletin.figures import Draw, embedded, figures
from dashboards.i18n import LANGUAGES, Language, language
from warehouse.edition import Edition
from warehouse.release_calendar import cutoff, following_month

LEADERS = 2
AHEAD = 4  # editions that the calendar announces
FILES = {
    "index": "index.csv",
    "contributions": "contributions.csv",
    "indicators": "indicators.csv",
    "vintages": "vintages.csv",
    "lineage": "lineage.csv",
    "sources": "sources.csv",
    "framework": "framework.json",
    "datapackage": "datapackage.json",
    "checksums": "SHA256SUMS",
}


def write(edition: Edition, out: Path) -> list[Path]:
    """Write bulletin.fr.html and bulletin.en.html into `out`; their paths.

    The same edition gives the same bytes.
    """
    paths = [out / f"bulletin.{code}.html" for code in LANGUAGES]
    for path, code in zip(paths, LANGUAGES, strict=True):
        path.write_text(page(edition, language(code)), encoding="utf-8")
    return paths


def page(edition: Edition, lang: Language) -> str:
    """The bulletin of an edition in a language, as HTML complete in itself."""
    style = rendering.style()
    return (
        _templates(lang.code)
        .get_template("bulletin.html")
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=rendering.style_hash(style),
            languages=[language(code) for code in LANGUAGES],
            **content(edition, lang, embedded),
        )
    )


def content(edition: Edition, lang: Language, draw: Draw, data: str = "") -> dict[str, object]:
    """What the templates show.

    Args:
        draw: stores a chart and returns its address.
        data: address of the folder of the tables.
    """
    return {
        "figures": {figure.key: figure for figure in figures(edition, lang, draw)},
        "edition": edition,
        "data": data,
        **opening(edition, lang),
        **_sections(edition, lang),
    }


def opening(edition: Edition, lang: Language) -> dict[str, object]:
    """The header line, the headline, the lede and the key points."""
    level = edition_stats.level(edition)
    names = {regime["key"]: lang.of(regime) for regime in edition.framework["regimes"]}
    parts = edition_stats.table(edition, "contribution", "dimension").iloc[-1].nlargest(LEADERS)
    groups = {group["key"]: lang.of(group) for group in edition_stats.groups(edition)}
    leaders = [(groups[str(key)], points) for key, points in parts.items()]
    return {
        "level": level,
        "regime": names.get(level.regime, ""),
        "rank": list(names).index(level.regime) if level.regime in names else 0,
        "headline": headline.headline(level, names, lang),
        "lede": headline.lede(level, leaders, edition_stats.states(edition)["observed"], lang),
        "points": table_rows.points(edition, lang),
        "month": lang.month(edition_stats.month(edition)),
        "known": lang.day(edition.as_of.date()),
        "next_cutoff": lang.day(_cutoff(edition, 1)),
    }


def _cutoff(edition: Edition, ahead: int) -> date:
    """The cut-off of the edition so many months ahead, by the rule of the method."""
    month = following_month(edition.month, ahead)
    return cutoff(month, int(edition.framework["rules"]["cutoff_day"])).date()


def _sections(edition: Edition, lang: Language) -> dict[str, object]:
    return {
        "calendar": [
            [lang.month(edition_stats.month(edition) + pd.DateOffset(months=n)), lang.day(date)]
            for n in range(1, AHEAD + 1)
            for date in [_cutoff(edition, n)]
        ],
        "rules": table_rows.rules(edition, lang),
        "blocks": table_rows.blocks(edition, lang),
        "breadth": diffusion.breadth(edition, lang),
        "since": quality.since(edition, lang),
        "states": quality.states(edition, lang),
        "covered": quality.covered(edition, lang),
        "late": quality.late(edition, lang),
        "alerts": alerts_section.section(edition, lang),
        "quarantined": quality.quarantined(edition, lang),
        "sources": quality.sources(edition, lang),
        "credits": quality.credits(edition, lang),
        "files": [(name, str(lang.words[f"file_{key}"])) for key, name in FILES.items()],
    }


@cache
def _templates(code: str) -> Environment:
    return rendering.environment(language(code), "dashboards")
