"""Pressure, retreat and their phase: what a bulletin shows of both gauges."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from dashboards import charts, gauge_chart
from dashboards.bulletin.figures import Draw, Figure
from dashboards.bulletin.reading import late, months
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.indicator_words import presented
from warehouse.gauges.repository import Unread

READ = {"full": "gauges_read_full", "provisional": "gauges_read_provisional"}
NAMES = {"full": "reading_full", "provisional": "reading_provisional", "none": "reading_none"}
AGAIN = {2: "gauges_again_2", 3: "gauges_again_3"}


def section(stats: EditionStats, lang: Language) -> dict[str, Any] | None:
    """Sentences on the gauges and a table of the signs; None without gauges.

    `read` is on the last month that can be read ("" where there is none), `unread` on the months
    after it, `again` on later readings, `method` on the version of the gauges.
    """
    path = months(stats)
    if path.empty:
        return None
    method = stats.edition.gauges.method
    read = path.dropna(subset=["pressure"])
    now = ""
    if len(read):
        last = read.iloc[-1]
        now = lang.say(
            READ[last["reading"]],
            month=lang.month(read.index[-1]),
            pressure=_banded(last, "pressure", lang),
            retreat=_banded(last, "retreat", lang),
            phase=_phases(method, lang)[last["phase"]],
            observed=lang.percent(last["observed"]),
        )
    later = path[path.index > (read.index[-1] if len(read) else pd.Timestamp.min)]
    unread = [
        Unread(f"{month:%Y-%m}", line["observed"], tuple(late(stats, month)))
        for month, line in zip(later.index, later.to_dict("records"), strict=True)
    ]
    succeeds = stats.edition.framework.get("succeeds") or {}
    in_force = method["version"] == stats.edition.framework_version
    own = lang.say(
        "gauges_in_force" if in_force else "gauges_method",
        version=method["version"],
        since=lang.month(_since(method)),
        old=(succeeds.get("method") or {}).get("version", ""),
    )
    return {
        "read": now,
        "unread": without_reading(stats, unread, lang),
        "again": _again(stats, lang),
        "method": own,
        "signs": _signs(stats, read.index[-1], lang) if len(read) else [],
    }


def figure(stats: EditionStats, lang: Language, draw: Draw) -> Figure | None:
    """The path of the months in the plane of pressure and retreat."""
    path = months(stats)
    read = path.dropna(subset=["pressure", "retreat"]).rename_axis("period")
    if read.empty:
        return None
    method = stats.edition.gauges.method
    phases = lang.names(stats.labels) | _phases(method, lang) | {"": "–"}
    zones = [(float(zone["enter"]), lang.of(zone)) for zone in method["regimes"][1:]]
    # a month between them that cannot be read is a gap in the line
    shown = read[["pressure", "retreat"]].asfreq("MS").reset_index()
    ends = shown["period"].isin([read.index[0], read.index[-1]])
    shown["label"] = shown["period"].map(lambda month: lang.month(month, "MMM yy")).where(ends, "")
    begin = float(method["phase"]["retreat"]["enter"])
    wide, narrow = (
        draw(gauge_chart.plane(shown, zones, begin, width), lang)
        for width in (charts.WIDE, charts.NARROW)
    )
    rows = [
        [
            lang.month(month), lang.number(line["pressure"]), lang.number(line["retreat"]),
            phases[line["phase"]], str(lang.words[NAMES[line["reading"]]]),
            lang.percent(line["observed"]),
            lang.percent(line["true"]) if pd.notna(line["true"]) else "–",
            str(lang.words["rebuilt" if line["reconstructed"] else "in_time"]),
        ]
        for month, line in zip(path.index, path.to_dict("records"), strict=True)
    ]  # fmt: skip
    head = ["month", "pressure", "retreat", "phase", "reading", "due", "dates", "made"]
    first, last = read.iloc[0], read.iloc[-1]
    alt = lang.say(
        "alt_gauges",
        first=lang.month(read.index[0]), last=lang.month(read.index[-1]),
        pressures=lang.number(first["pressure"]), retreats=lang.number(first["retreat"]),
        pressure=lang.number(last["pressure"]), retreat=lang.number(last["retreat"]),
    )  # fmt: skip
    words = [str(lang.words[f"column_{name}"]) for name in head]
    return Figure("gauges", wide, narrow, alt, words, rows[::-1])


def _banded(month: "pd.Series[Any]", gauge: str, lang: Language) -> str:
    """A gauge in a month with its band, where the edition has one."""
    if pd.isna(month[gauge]):
        return str(lang.words["gauges_unread"])
    score = lang.number(month[gauge])
    low, high = month[f"{gauge}_low"], month[f"{gauge}_high"]
    if pd.isna(low) or pd.isna(high):
        return score
    return lang.say("gauges_banded", score=score, low=lang.number(low), high=lang.number(high))


def _since(method: dict[str, Any]) -> str:
    return str((method.get("succeeds") or {"since": method["rules"]["first_month"]})["since"])


def _phases(method: dict[str, Any], lang: Language) -> dict[str, str]:
    return lang.names([*method["regimes"], method["phase"]["retreat"], method["phase"]["recovery"]])


def titles(method: Mapping[str, Any], lang: Language) -> dict[str, str]:
    """The titles of the groups and indicators of a method of gauges, by key."""
    shown = presented(method)
    groups = [*shown["dimension"], shown["retreat"]]
    return lang.names(groups) | {
        f"{group['key']}.{leaf['key']}": lang.of(leaf)
        for group in groups
        for leaf in group["indicator"]
    }


def months_without_reading(
    stats: EditionStats, unread: Iterable[Unread], lang: Language
) -> list[tuple[str, list[str]]]:
    """A sentence on each month without a reading, and what is late in it.

    None for an edition of before gauges, which cannot name the indicators.
    """
    if not stats.edition.gauges.method:
        return []
    named = titles(stats.edition.gauges.method, lang)
    return [
        (
            lang.say(
                "gauges_none",
                month=lang.month(month.month + "-01"),
                observed=lang.percent(month.observed),
            ),
            [named[key] for key in month.late if key in named],
        )
        for month in unread
    ]


def without_reading(stats: EditionStats, unread: Iterable[Unread], lang: Language) -> list[str]:
    """The same in running text: a line for each month without a reading."""
    between = str(lang.words["semicolon"])
    return [
        f"{sentence} {lang.say('gauges_late', missing=between.join(late))}"
        for sentence, late in months_without_reading(stats, unread, lang)
    ]


def _again(stats: EditionStats, lang: Language) -> list[str]:
    """Sentences on the second and third readings that this edition makes."""
    rows = stats.edition.gauges.rows
    own = rows[rows["key"].eq("index") & rows["score"].notna()]
    first = own[own["reading"].eq(1)].set_index("period")["score"]
    later = own[own["reading"].gt(1)]
    return [
        lang.say(
            AGAIN[reading],
            month=lang.of_month(month),
            now=lang.number(score),
            first=lang.number(first.get(month, float("nan"))),
        )
        for month, reading, score in zip(
            later["period"], later["reading"], later["score"], strict=True
        )
    ]


def _signs(stats: EditionStats, month: pd.Timestamp, lang: Language) -> list[list[str]]:
    """The signs of retreat in a month: name, value, score and reading."""
    rows, named = stats.edition.gauges.rows, titles(stats.edition.gauges.method, lang)
    now = rows[rows["period"].eq(month) & rows["kind"].eq("sign") & rows["reading"].eq(1)]
    own = {
        f"retreat.{sign['key']}": sign
        for sign in stats.edition.gauges.method["retreat"]["indicator"]
    }
    return [
        [
            named[line["key"]],
            _value(stats, line["value"], own[line["key"]], lang),
            lang.number(line["score"]),
            str(lang.words[f"state_{str(line['state']).replace(' ', '_')}"]),
        ]
        for _, line in now.iterrows()
    ]


def _value(stats: EditionStats, value: float, sign: dict[str, Any], lang: Language) -> str:
    """The value of a sign with its unit, unless it may not be republished."""
    if pd.isna(value):
        return "–"
    if stats.hides(sign):
        return str(lang.words["hidden"])
    return lang.with_unit(lang.number(value, sign["decimals"]), lang.of(sign, "unit"))
