"""The monthly bulletin: a page and a PDF in each language."""

from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from dashboards import edition_dates, rendering
from dashboards.bulletin import (
    alerts_section,
    cause_sentences,
    diffusion,
    gauges,
    headline,
    key_points,
    paper,
    quality,
    summary,
    table_rows,
)
from dashboards.bulletin.figures import Draw, embedded, figures
from dashboards.edition_stats import EditionStats
from dashboards.i18n import LANGUAGES, Language, language
from warehouse.edition import Edition
from warehouse.publication import identity
from warehouse.publication.identity import Identity

LETTERS = ("NotoSans-Regular.woff2", "NotoSans-Bold.woff2")  # the bulletin is not in Arabic
AHEAD = 4  # editions that the calendar announces
FILES = {
    "index": "index.csv",
    "gauges": "gauges.csv",
    "contributions": "contributions.csv",
    "indicators": "indicators.csv",
    "vintages": "vintages.csv",
    "lineage": "lineage.csv",
    "sources": "sources.csv",
    "framework": "framework.json",
    "datapackage": "datapackage.json",
    "checksums": "SHA256SUMS",
}


def pages(edition: Edition) -> dict[str, bytes]:
    """The bulletins of an edition by file name, the same bytes each time."""
    stats, files = EditionStats(edition), {}
    for lang in map(language, LANGUAGES):
        shown = content(stats, lang, embedded)
        name = f"bulletin.{lang.code}.html"
        files[name] = _html(shown, lang).encode()
        files[shown["paper"]] = paper.pdf(stats, lang, shown, name)
    return files


def page(stats: EditionStats, lang: Language) -> str:
    """The bulletin of an edition in a language, as HTML complete in itself."""
    return _html(content(stats, lang, embedded), lang)


def _html(shown: dict[str, Any], lang: Language) -> str:
    style = rendering.style(chosen=LETTERS)
    return (
        _templates(lang.code, identity.in_force())
        .get_template("bulletin.html")
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=rendering.style_hash(style),
            languages=[language(code) for code in LANGUAGES],
            **shown,
        )
    )


def content(stats: EditionStats, lang: Language, draw: Draw, data: str = "") -> dict[str, Any]:
    """What the templates show.

    Args:
        draw: stores a chart and returns its address.
        data: address of the folder of the tables.
    """
    drawn = [*figures(stats, lang, draw), gauges.figure(stats, lang, draw)]
    first = opening(stats, lang)
    return {
        "figures": {figure.key: figure for figure in drawn if figure},
        "edition": stats.edition,
        "data": data,
        "paper": f"bulletin.{lang.code}.pdf",
        **first,
        **_first_pages(stats, first["lede"], lang),
        **_sections(stats, lang),
    }


def opening(stats: EditionStats, lang: Language) -> dict[str, Any]:
    """The header line, the headline, the lede, why it moved, and the key points."""
    head = headline.heading(stats, lang)
    return {
        "heading": head,
        "headline": head.title,
        "regime": head.regime,
        "rank": head.rank,
        "lede": summary.lede(stats, head.kind, lang),
        "why": cause_sentences.section(stats, lang, estimate=head.kind == "none"),
        "points": key_points.points(stats, lang),
        "month": lang.month(stats.month),
        "dated": edition_dates.sentence(stats.edition.timeline, lang),
        "next_cutoff": lang.day(summary.next_cutoff(stats)),
    }


def _first_pages(stats: EditionStats, lede: summary.Lede, lang: Language) -> dict[str, object]:
    """What comes before the annex, beside the opening."""
    both = gauges.section(stats, lang)
    return {
        "gauges": both,
        "key": summary.three_points(stats, lede, both, lang),
        "paper_note": lang.say("paper_note_index", interval=table_rows.interval(stats, lang)),
        "by_dimension": summary.dimensions(stats, lang),
        "due": summary.due(stats, both, lang),
        "revisions": summary.revised(stats, both, lang),
        "publishers": summary.publishers(stats, lang),
        "steps": summary.steps(stats.edition.framework, lang),
    }


def _sections(stats: EditionStats, lang: Language) -> dict[str, object]:
    edition = stats.edition
    return {
        "calendar": [
            [lang.month(stats.month + pd.DateOffset(months=n)), lang.day(date)]
            for n in range(1, AHEAD + 1)
            for date in [summary.next_cutoff(stats, n)]
        ],
        "rules": table_rows.rules(stats, lang),
        "blocks": table_rows.blocks(stats, lang),
        "breadth": diffusion.breadth(stats, lang),
        "since": quality.since(stats, lang),
        "states": quality.states(stats, lang),
        "covered": quality.covered(stats, lang),
        "late": quality.late(edition.sources, lang),
        "alerts": alerts_section.section(edition, lang),
        "quarantined": quality.quarantined(edition, lang),
        "sources": quality.sources(edition.sources, lang),
        "credits": quality.credits(edition.sources, lang),
        "files": [
            (name, str(lang.words[f"file_{key}"]))
            for key, name in FILES.items()
            if key != "gauges" or len(edition.gauges.rows)
        ],
    }


@cache
def _templates(code: str, _: Identity) -> Environment:
    return rendering.environment(language(code), "dashboards")
