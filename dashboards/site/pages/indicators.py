"""The page of an indicator: lines, definition, sources, versions, checks."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from dashboards import charts, edition_stats, theme
from dashboards.bulletin import table_rows
from dashboards.bulletin.figures import Draw
from dashboards.i18n import Language
from dashboards.metadata import Table
from dashboards.publish.formats import tables_csv
from dashboards.publish.publication import Publication, to_json
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, up
from dashboards.site.pages.groups import described, pressure
from warehouse.edition import Edition

Row = dict[str, Any]
SHOWN = 12  # newest figures in a table of versions: it stays on one screen
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date of the ZIP format: bytes do not depend on the clock


def path(key: str) -> str:
    """The path of an indicator's page."""
    return f"indicators/{key}/"


def stamp(context: SiteContext, key: str) -> str:
    """What the page depends on: an equal stamp means that the page is right."""
    edition, group = context.edition, key.partition(".")[0]
    mine = [frame.loc[frame["key"].eq(key)] for frame in (edition.values, edition.lineage)]
    sources = _sources(edition, key)
    read = [
        frame.loc[frame["source"].isin(sources)] for frame in (context.fetches, context.quarantined)
    ]
    method = [block for block in _groups(edition) if block["key"] == group]
    parts = [frame.to_csv() for frame in (*mine, *read)] + [str(method), str(context.issue.due)]
    return sha256("".join(parts).encode()).hexdigest()


def pages(
    context: SiteContext, lang: SiteLocale
) -> Iterator[tuple[str, Callable[[ChartUrlFactory], Page]]]:
    """The key of each indicator, panels too, and a function that makes its page."""
    edition = context.edition
    details = edition_stats.indicators(edition).set_index("key", drop=False)
    order = [block["key"] for block in edition_stats.groups(edition)]
    for block in table_rows.blocks(edition, lang):
        colour = theme.DIMENSIONS[order.index(block["key"])] if block["key"] in order else theme.INK
        for row in block["rows"]:
            yield (
                row["key"],
                partial(_page, context, lang, block, row, details.loc[row["key"]], colour),
            )


def _page(
    context: SiteContext,
    lang: SiteLocale,
    block: Row,
    row: Row,
    details: pd.Series,
    colour: str,
    chart_urls: ChartUrlFactory,
) -> Page:
    edition, key = context.edition, row["key"]
    draw = chart_urls(up(path(key)))
    values = edition.values.loc[edition.values["key"].eq(key)].set_index("period")
    own = None if row["hidden"] else _figure(edition, values["value"], details, colour, lang, draw)
    content = {
        "row": row,
        "block": block,
        "pressure": pressure(_span(edition, values["score"]), colour, lang, draw),
        "figure": own,
        "resting": resting(edition, key, lang),
        "versions": versions(edition, key, lang),
        "checks": checks(context, key, lang),
    }
    return Page(path(key), "indicator.html", row["name"], row["rationale"], content)


def _groups(edition: Edition) -> list[dict[str, Any]]:
    return [*edition_stats.groups(edition), *edition.framework.get("panel", [])]


def _span(edition: Edition, values: pd.Series) -> pd.Series:
    return values.reindex(edition_stats.table(edition, "score", "index").index).rename_axis(
        "period"
    )


def _figure(
    edition: Edition, stored: pd.Series, details: pd.Series, colour: str, lang: Language, draw: Draw
) -> Row:
    """The figures in their unit."""
    values, decimals = _span(edition, stored), int(details["decimals"])
    frame = values.rename("value").reset_index()
    observed = values.dropna()
    label = lang.number(observed.iloc[-1], decimals) if len(observed) else ""
    wide, narrow = (
        draw(charts.line(frame, label, colour, width), lang)
        for width in (charts.WIDE, charts.NARROW)
    )
    return {"wide": wide, "narrow": narrow} | described(values, decimals, lang)


def resting(edition: Edition, key: str, lang: SiteLocale) -> list[Row]:
    """The figures behind the month's value, each with its date and citation."""
    shut = edition_stats.closed(edition)
    mine = edition.lineage.loc[
        edition.lineage["key"].eq(key) & edition.lineage["period"].eq(edition_stats.month(edition))
    ]
    newest = mine.sort_values(["series", "series_period"]).groupby("series").tail(2)
    return [_rested(row, shut, lang) for row in newest.to_dict("records")]


def _rested(row: dict[Any, Any], shut: set[str], lang: SiteLocale) -> Row:
    hidden = row["series"] in shut
    cited = pd.notna(row["cite_address"])
    return {
        "series": row["series"],
        "period": lang.month(row["series_period"], "MMM y"),
        "value": lang.words["hidden"] if hidden else lang.exact(row["value"]),
        "known": lang.day(row["known_from"].date()),
        "assumed": bool(row["assumed"]),
        "source": row["cite_source"] if cited else lang.words["fetched"],
        "address": str(row["cite_address"] if cited else row["url"]),
        "licence": lang.licence(row["cite_licence"]) if cited else "",
        "sha256": row["sha256"] if pd.notna(row["sha256"]) else "",
    }


def versions(edition: Edition, key: str, lang: Language) -> list[list[str]]:
    """Figures used in more than one version: first, last, and their dates."""
    shut = edition_stats.closed(edition)
    mine = edition.lineage.loc[
        edition.lineage["key"].eq(key) & ~edition.lineage["series"].isin(shut)
    ]
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
    return [
        [
            row["series"],
            lang.month(row["series_period"], "MMM y"),
            f"{lang.exact(row['first'])} ({lang.day(row['since'].date())})",
            f"{lang.exact(row['last'])} ({lang.day(row['until'].date())})",
        ]
        for row in newest.to_dict("records")
    ]


def checks(context: SiteContext, key: str, lang: Language) -> list[Row]:
    """For each source behind the indicator: last answer, rows read, rows rejected."""
    edition = context.edition
    titles = {row["key"]: lang.of(row, "title") for row in edition.sources.to_dict("records")}
    read = context.fetches.set_index("source")
    quarantined = context.quarantined.groupby("source")["rows"].sum()
    return [
        {
            "title": titles[source],
            "outcome": lang.words["outcomes"].get(read["outcome"].get(source, ""), "–"),
            "rows": lang.number(read["rows"].get(source, float("nan")), 0),
            "aside": lang.number(quarantined.get(source, 0), 0),
        }
        for source in _sources(edition, key)
    ]


def _sources(edition: Edition, key: str) -> list[str]:
    """The sources of the series that the indicator rests on in the month."""
    series = edition_stats.members(edition).query("key == @key")["series"]
    return sorted(edition.series.loc[edition.series["key"].isin(series), "source"].unique())


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
    document = to_json(definition | {"licence": "CC-BY-4.0", "values": months})
    inside = {f"{key}.csv": text, f"{key}.json": document}
    packed = BytesIO()
    with ZipFile(packed, "w") as zipped:
        for name, body in inside.items():
            zipped.writestr(ZipInfo(name, EPOCH), body, ZIP_DEFLATED)
    for name, body in (inside | {f"{key}.zip": packed.getvalue()}).items():
        yield f"{path(key)}{name}", body
