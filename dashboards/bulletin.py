"""The monthly bulletin: one HTML page a language, complete in itself, from an edition."""

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from dashboards import breadth, facts, grammar, quality, rendering, rows, thresholds
from dashboards.figures import Draw, embedded, figures
from dashboards.words import LANGUAGES, Language, language
from warehouse.edition import Edition

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


def page(edition: Edition, said: Language) -> str:
    """The bulletin of an edition in a language, as HTML complete in itself."""
    style = rendering.style()
    return (
        _templates(said.code)
        .get_template("bulletin.html")
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=rendering.style_hash(style),
            languages=[language(code) for code in LANGUAGES],
            **content(edition, said, embedded),
        )
    )


def content(edition: Edition, said: Language, draw: Draw, data: str = "") -> dict[str, object]:
    """What the bulletin shows; its figures are where `draw` puts them, its tables under `data`."""
    return {
        "figures": {figure.key: figure for figure in figures(edition, said, draw)},
        "edition": edition,
        "data": data,
        **opening(edition, said),
        **_sections(edition, said),
    }


def opening(edition: Edition, said: Language) -> dict[str, object]:
    """The header line, the headline, the lede and the key points."""
    level = facts.level(edition)
    names = {one["key"]: said.of(one) for one in edition.framework["regimes"]}
    parts = facts.table(edition, "contribution", "dimension").iloc[-1].nlargest(LEADERS)
    groups = {one["key"]: said.of(one) for one in facts.groups(edition)}
    leaders = [(groups[str(key)], points) for key, points in parts.items()]
    return {
        "level": level,
        "regime": names.get(level.regime, ""),
        "rank": list(names).index(level.regime) if level.regime in names else 0,
        "headline": grammar.headline(level, names, said),
        "lede": grammar.lede(level, leaders, facts.states(edition)["observed"], said),
        "points": rows.points(edition, said),
        "month": said.month(facts.month(edition)),
        "known": said.day(edition.as_of.date()),
        "next_cutoff": said.day(_cutoff(edition, 1)),
    }


def _cutoff(edition: Edition, ahead: int) -> date:
    """The cut-off of the edition so many months ahead, by the rule of the method."""
    after = facts.month(edition) + pd.DateOffset(months=ahead + 1)
    return date(after.year, after.month, int(edition.framework["rules"]["cutoff_day"]))


def _sections(edition: Edition, said: Language) -> dict[str, object]:
    return {
        "calendar": [
            [said.month(facts.month(edition) + pd.DateOffset(months=n)), said.day(date)]
            for n in range(1, AHEAD + 1)
            for date in [_cutoff(edition, n)]
        ],
        "rules": rows.rules(edition, said),
        "blocks": rows.blocks(edition, said),
        "breadth": breadth.breadth(edition, said),
        "since": quality.since(edition, said),
        "states": quality.states(edition, said),
        "covered": quality.covered(edition, said),
        "late": quality.late(edition, said),
        "alerts": thresholds.section(edition, said),
        "quarantined": quality.quarantined(edition, said),
        "sources": quality.sources(edition, said),
        "credits": quality.credits(edition, said),
        "files": [(name, str(said.words[f"file_{key}"])) for key, name in FILES.items()],
    }


@cache
def _templates(code: str) -> Environment:
    return rendering.environment(language(code), "dashboards")
