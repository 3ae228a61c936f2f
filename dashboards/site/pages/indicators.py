"""The page of an indicator: lines, definition, sources, versions, checks."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from dashboards import indicator_words, once, theme
from dashboards.bulletin import causes, table_rows
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.metadata import Table
from dashboards.publish.formats import tables_csv
from dashboards.publish.publication import Publication, to_json
from dashboards.site import citing, line_figure, names, readout
from dashboards.site.constituents.members import declared
from dashboards.site.constituents.page import member_rows
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, up
from warehouse.publication import identity

Row = dict[str, Any]
SHOWN = 12  # newest figures in a table of versions: it stays on one screen
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date of the ZIP format: bytes do not depend on the clock


def path(key: str) -> str:
    """The path of an indicator's page."""
    return f"indicators/{key}/"


def stamp(context: SiteContext, key: str) -> str:
    """What the page depends on: an equal stamp means that the page is right."""
    stats, group = context.stats, key.partition(".")[0]
    edition = stats.edition
    sources, rows = _sources(stats, key), context.row_hashes
    shown = [
        rows["values"][edition.values["key"].eq(key)],
        rows["lineage"][edition.lineage["key"].eq(key)],
        rows["fetches"][context.fetches["source"].isin(sources)],
        rows["quarantined"][context.quarantined["source"].isin(sources)],
    ]
    method = [block for block in [*stats.dimensions, *stats.panels] if block["key"] == group]
    seen = {name: context.newest.get(name) for name in declared(stats.fields[key])}
    parts = [str(own.tolist()) for own in shown]
    parts += [str(method), context.issue.dated, str(seen)]
    return sha256("".join(parts).encode()).hexdigest()


def pages(
    context: SiteContext, lang: SiteLocale, base: str
) -> Iterator[tuple[str, Callable[[ChartUrlFactory, Table], Page]]]:
    """The key of each indicator, panels too, and a function that makes its page.

    `base` is the address of the site, "" where it is not known; the table is that of the
    indicators.
    """
    stats = context.stats
    details = stats.indicators.set_index("key", drop=False)
    order = [block["key"] for block in stats.dimensions]
    for block in table_rows.blocks(stats, lang):
        colour = theme.DIMENSIONS[order.index(block["key"])] if block["key"] in order else theme.INK
        for row in block["rows"]:
            yield (
                row["key"],
                partial(_page, context, lang, base, block, row, details.loc[row["key"]], colour),
            )


def _page(
    context: SiteContext,
    lang: SiteLocale,
    base: str,
    block: Row,
    row: Row,
    details: pd.Series,
    colour: str,
    chart_urls: ChartUrlFactory,
    table: Table,
) -> Page:
    stats, key = context.stats, row["key"]
    draw = chart_urls(up(path(key)))
    values = stats.edition.values.loc[stats.edition.values["key"].eq(key)].set_index("period")
    own = None if row["hidden"] else _figure(stats, values["value"], details, colour, lang, draw)
    reference = citing.indicator(key, row["name"], context.issue, lang, base)
    address = f"{base.rstrip('/')}/{lang.code}/embed/{key}.html"
    content = {
        "reference": reference,
        "references": citing.blocks(reference, key),
        "framed": address if base else f"/{lang.code}/embed/{key}.html",
        "members": member_rows(context.constituents, key, lang),
        "columns": [
            (column.name, lang.of(column.texts), names.in_words(column.unit, lang))
            for column in table.columns
        ],
        "row": row,
        "block": block,
        "pressure": line_figure.pressure(
            _span(stats, values["score"]), colour, lang, draw, readout.FEW
        ),
        "figure": own,
        "resting": resting(stats, key, lang),
        "versions": versions(stats, key, lang),
        "checks": checks(context, key, lang),
    }
    return Page(path(key), "indicator.html", row["name"], row["rationale"], content)


def embed(page: Page) -> Page:
    """The page of the chart of an indicator, to be framed elsewhere."""
    figure, here = page.content["figure"] or page.content["pressure"], "embed/"
    moved = {
        width: up(here) + figure[width].removeprefix(page.root) for width in ("wide", "narrow")
    }
    content = {"figure": {**figure, **moved}}
    return Page(here, "embed.html", page.title, page.description, content)


def _span(stats: EditionStats, values: pd.Series) -> pd.Series:
    return values.reindex(stats.index_scores.index).rename_axis("period")


def _figure(
    stats: EditionStats,
    stored: pd.Series,
    details: pd.Series,
    colour: str,
    lang: Language,
    draw: ChartWriter,
) -> Row:
    """The figures in their unit."""
    shown, decimals = indicator_words.shown(stored, details)
    values = _span(stats, shown)
    observed = values.dropna()
    label = lang.number(observed.iloc[-1], decimals) if len(observed) else ""
    texts = readout.figures(
        _span(stats, stored),
        lambda value: indicator_words.figure(value, details.to_dict(), lang),
        lang,
    )
    return line_figure.line(values, label, colour, lang, draw, texts=texts, decimals=decimals)


def resting(stats: EditionStats, key: str, lang: SiteLocale) -> list[Row]:
    """The figures behind the month's value, each with its date and citation."""
    return [_rested(row, stats, lang) for row in _newest(stats, key)]


@once
def _newest(stats: EditionStats, key: str) -> list[dict[Any, Any]]:
    """The two newest figures of each series behind the month's value."""
    mine = causes.behind(stats, key, stats.month)
    return mine.groupby("series").tail(2).to_dict("records")


def _rested(row: dict[Any, Any], stats: EditionStats, lang: SiteLocale) -> Row:
    hidden = row["series"] in stats.not_republished
    cited = pd.notna(row["cite_address"])
    return {
        "series": row["series"],
        "title": names.series(stats, row["series"], lang),
        "period": lang.month(row["series_period"], "MMM y"),
        "value": lang.words["hidden"] if hidden else lang.exact(row["value"]),
        "known": lang.day(row["known_from"].date()),
        "assumed": bool(row["assumed"]),
        "source": row["cite_source"] if cited else lang.words["fetched"],
        "address": str(row["cite_address"] if cited else row["url"]),
        "licence": lang.licence(row["cite_licence"]) if cited else "",
        "sha256": row["sha256"] if pd.notna(row["sha256"]) else "",
    }


def versions(stats: EditionStats, key: str, lang: SiteLocale) -> list[list[str]]:
    """Figures used in more than one version: first, last, and their dates."""
    return [
        [
            names.series(stats, row["series"], lang),
            lang.month(row["series_period"], "MMM y"),
            f"{lang.exact(row['first'])} ({lang.day(row['since'].date())})",
            f"{lang.exact(row['last'])} ({lang.day(row['until'].date())})",
        ]
        for row in _changed(stats, key)
    ]


@once
def _changed(stats: EditionStats, key: str) -> list[dict[Any, Any]]:
    """The newest figures whose versions differ, newest first: both ends of each."""
    shut = stats.not_republished
    lineage = stats.edition.lineage[["key", "series", "series_period", "known_from", "value"]]
    mine = lineage.loc[lineage["key"].eq(key) & ~lineage["series"].isin(shut)]
    used = mine.drop_duplicates(["series", "series_period", "known_from"])
    grouped = used.sort_values("known_from").groupby(["series", "series_period"])
    table = grouped.agg(
        first=("value", "first"),
        since=("known_from", "first"),
        last=("value", "last"),
        until=("known_from", "last"),
    )
    changed = table.loc[table["first"].ne(table["last"])].reset_index()
    newest = changed.sort_values(["series_period", "series"]).tail(SHOWN)[::-1]
    return newest.to_dict("records")


def checks(context: SiteContext, key: str, lang: Language) -> list[Row]:
    """For each source behind the indicator: last answer, rows read, rows rejected."""
    described = _described(context.stats)
    read = context.fetches.set_index("source")
    quarantined = context.quarantined.groupby("source")["rows"].sum()
    return [
        {
            "title": lang.of(described[source], "title"),
            "outcome": lang.words["outcomes"].get(read["outcome"].get(source, ""), "–"),
            "rows": lang.number(read["rows"].get(source, float("nan")), 0),
            "aside": lang.number(quarantined.get(source, 0), 0),
        }
        for source in _sources(context.stats, key)
    ]


@once
def _described(stats: EditionStats) -> dict[str, dict[Any, Any]]:
    """The rows of the sources by key."""
    return {str(row["key"]): row for row in stats.edition.sources.to_dict("records")}


@once
def _sources(stats: EditionStats, key: str) -> list[str]:
    """The sources of the series that the indicator rests on in the month."""
    series = stats.members.query("key == @key")["series"]
    described = stats.edition.series
    return sorted(described.loc[described["key"].isin(series), "source"].unique())


def files(publication: Publication, key: str) -> Iterator[tuple[str, bytes]]:
    """The data of an indicator beside its page: CSV, JSON, and both as ZIP."""
    [table] = [item for item in publication.tables if item.name == "indicators"]
    frame = publication.frames["indicators"]
    [details] = [row for row in publication.indicators() if row["key"] == key]
    yield from _bundle(key, frame.loc[frame["key"].eq(key)], table, details)


def _bundle(
    key: str, frame: pd.DataFrame, table: Table, details: dict[Any, Any]
) -> Iterator[tuple[str, bytes]]:
    text = tables_csv.standard(frame, table)
    definition = {name: details[name] for name in ("key", "dimension", "fr", "en", "unit_fr",
                 "unit_en", "rationale_fr", "rationale_en", "caveat_fr", "caveat_en")}  # fmt: skip
    values = json.loads(frame.to_json(orient="records", date_format="iso", date_unit="s"))
    months = [row | {"period": str(row["period"])[:7]} for row in values]
    document = to_json(definition | {"licence": identity.in_force().licence.key, "values": months})
    inside = {f"{key}.csv": text, f"{key}.json": document}
    packed = BytesIO()
    with ZipFile(packed, "w") as zipped:
        for name, body in inside.items():
            zipped.writestr(ZipInfo(name, EPOCH), body, ZIP_DEFLATED)
    for name, body in (inside | {f"{key}.zip": packed.getvalue()}).items():
        yield f"{path(key)}{name}", body
