"""Registers: figures that a person reads and keeps, a CSV file a source.

Auction results, tariffs and quoted prices have no feed. A source with a `register` names the
page on which a person reads its figures. What is shipped is its history; new figures go to
`SILENTCRASH_HOME/registers/<source>.csv` with the page, the reader and the day from which the
figure could be known, and are validated and loaded at every run like any other source.
"""

import csv
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from pipelines.errors import RunError, UsageError, nearest
from pipelines.settings import Settings
from sources import Source, registry
from sources.tidy import STATUSES, tidy
from warehouse.observations import read

FOLDER = "registers"
# What a person fills in, in the order of the form, with what each means.
FIELDS: Mapping[str, str] = {
    "series": "which series: a key of `silentcrash sources`",
    "period": "the day from which the figure holds, or the first day of its period: YYYY-MM-DD",
    "value": "the figure, in the unit of the series",
    "status": "final, or preliminary, estimated, capped …",
    "known_from": "the day on which the publisher made it public: YYYY-MM-DD",
    "source": "who says so: publisher and document",
    "address": "the page or file on which it was read: https://…",
    "licence": "the terms under which the figure may be repeated",
    "note": "what a reader should know: page number, tax, cap",
    "reader": "who read it",
}
OPTIONAL = {"note"}
NEVER = pd.Timestamp(0, tz="UTC")


# When a person last looked at the page of a register, in the same folder.
REVIEWS = "reviews.csv"
REVIEW = ("source", "at", "reader")


@dataclass(frozen=True)
class Due:
    """A register that wants a look: since when, and why."""

    source: str
    page: str
    newest: str
    why: str
    changed: bool = False


def by_hand() -> dict[str, Source]:
    """The sources that a person keeps, by key."""
    return {key: source for key, source in registry().items() if source.register}


def find_register(key: str) -> Source:
    """The source with this register. Raises UsageError naming the nearest ones."""
    by_key = by_hand()
    if key not in by_key:
        raise UsageError(f"there is no register {key!r}; {nearest(key, by_key)}")
    return by_key[key]


def path_of(home: Path, source: Source) -> Path:
    """The file of a register."""
    return home / FOLDER / f"{source.key}.csv"


def read_rows(path: Path, source: Source, now: datetime) -> pd.DataFrame:
    """The figures of a register file, tidy, with their citations.

    Raises RunError naming the file, the line and what is wrong with it.
    """
    rows = list(_rows(path))
    for number, row in enumerate(rows, start=2):
        if fault := objection(row, source, now):
            raise RunError(f"{path}, line {number}: {fault}")
    frame = pd.DataFrame(rows, columns=list(FIELDS))
    dates = {name: pd.to_datetime(frame[name], utc=name == "known_from")
             for name in ("period", "known_from")}  # fmt: skip
    note = frame["note"].where(frame["note"].ne(""), "read by hand") + ", by " + frame["reader"]
    return tidy(frame.assign(**dates, note=note, assumed=False))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None or set(FIELDS) - set(reader.fieldnames):
                raise RunError(f"{path}: the first line must name {', '.join(FIELDS)}")
            for row in reader:
                yield {name: (row[name] or "").strip() for name in FIELDS}
    except (UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path}: it is no CSV in UTF-8 ({error})") from None


def objection(row: Mapping[str, str], source: Source, now: datetime) -> str:
    """What is wrong with a row of a register, in words; "" where nothing is."""
    series = [declared.key for declared in source.series]
    if missing := [name for name in FIELDS if not row[name] and name not in OPTIONAL]:
        return f"{missing[0]} is empty ({FIELDS[missing[0]]})"
    if row["series"] not in series:
        return f"{row['series']!r} is no series of {source.key}; {nearest(row['series'], series)}"
    if row["status"] not in STATUSES:
        return f"status {row['status']!r} is unknown; {nearest(row['status'], STATUSES)}"
    if not row["address"].startswith(("https://", "http://")):
        return f"address {row['address']!r} is no web address"
    if not _is_number(row["value"]):
        return f"value {row['value']!r} is not a number"
    for name in ("period", "known_from"):
        day = pd.to_datetime(row[name], format="%Y-%m-%d", errors="coerce")
        if pd.isna(day):
            return f"{name} {row[name]!r} is not a day: write YYYY-MM-DD"
    if pd.Timestamp(row["known_from"], tz="UTC") > pd.Timestamp(now):
        return f"known_from {row['known_from']} lies ahead"
    return ""


def _is_number(text: str) -> bool:
    """Whether a text is a finite number."""
    try:  # `float` also reads "nan" and "inf", which measure nothing
        return math.isfinite(float(text))
    except ValueError:
        return False


def add(settings: Settings, source: Source, row: Mapping[str, str]) -> Path:
    """Append a figure to a register. Raises UsageError for an unsound row.

    The file is written beside itself and renamed, so that it is never half there.
    """
    complete = {name: row.get(name, "").strip() for name in FIELDS}
    if fault := objection(complete, source, settings.now):
        raise UsageError(fault)
    path = path_of(settings.home, source)
    _append(path, list(FIELDS), complete)
    return path


def _append(path: Path, fields: Sequence[str], row: Mapping[str, str]) -> None:
    """Add a row to a CSV file, which is begun with its header if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.part")
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else ",".join(fields) + "\n"
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(before if before.endswith("\n") else before + "\n")
        csv.DictWriter(file, fields, lineterminator="\n").writerow(row)
    draft.replace(path)


def listing(engine: Engine, key: str = "") -> pd.DataFrame:
    """The newest figure of each series that a person keeps: value, days, page."""
    chosen = [find_register(key)] if key else list(by_hand().values())
    parts = [_newest(engine, source) for source in chosen]
    return pd.concat(parts, ignore_index=True)


def _newest(engine: Engine, source: Source) -> pd.DataFrame:
    declared = pd.DataFrame(
        {
            "register": source.key,
            "series": [series.key for series in source.series],
            "unit": [series.unit for series in source.series],
            "page": source.register,
        }
    )
    newest = read.latest(engine, declared["series"].tolist(), lenient=True)
    days = newest.assign(
        period=newest["period"].dt.strftime("%Y-%m-%d"),
        known_from=newest["known_from"].dt.strftime("%Y-%m-%d"),
    )
    joined = declared.merge(days[["series", "period", "value", "known_from"]], "left", "series")
    return joined[["register", "series", "period", "value", "unit", "known_from", "page"]]


def due(engine: Engine, settings: Settings) -> list[Due]:
    """The registers with an old newest figure, or a page that changed since."""
    changes, reviews = _page_changes(engine), _reviews(settings.home)
    reminders = []
    for source in by_hand().values():
        figures = read.latest(engine, [series.key for series in source.series], lenient=True)
        if figures.empty:
            reminders.append(Due(source.key, source.register, "", "it has no figure yet"))
            continue
        period = figures["period"].max()
        age = (pd.Timestamp(settings.now).tz_localize(None) - period).days
        changed = changes.get(f"tariff_pages.{source.watched_as}")
        looked = max(figures["known_from"].max(), reviews.get(source.key, NEVER))
        reminder = partial(Due, source.key, source.register, f"{period:%Y-%m-%d}")
        if changed is not None and changed > looked:
            why = f"this page changed on {changed:%Y-%m-%d}: read its figure again"
            reminders.append(reminder(why, changed=True))
        elif age > source.stale_days:
            why = f"its newest figure is of {period:%Y-%m-%d}, {age} days ago"
            reminders.append(reminder(why))
    return reminders


def _page_changes(engine: Engine) -> dict[str, pd.Timestamp]:
    """When each watched page last changed; a page seen once has not."""
    seen = read.panel(engine, ["tariff_pages.*"], lenient=True)
    before = seen.groupby("series")["value"].shift()
    changed = seen[before.notna() & seen["value"].ne(before)]
    return dict(changed.groupby("series")["known_from"].max())


def review(settings: Settings, source: Source, reader: str) -> Path:
    """Record that a person looked at the page of a register and found nothing new.

    Raises UsageError where nobody is named.
    """
    if not reader.strip():
        raise UsageError(f"reader is empty ({FIELDS['reader']})")
    path = settings.home / FOLDER / REVIEWS
    row = {"source": source.key, "at": settings.now.isoformat(), "reader": reader.strip()}
    _append(path, REVIEW, row)
    return path


def reviews_of(home: Path, source: Source) -> list[tuple[datetime, str]]:
    """When the page of a register was reviewed, and by whom, in order.

    Raises RunError for a spoilt file.
    """
    rows = _every_review(home)
    own = rows[rows["source"].eq(source.key)].sort_values("at")
    return [
        (at.to_pydatetime(), str(who)) for at, who in zip(own["at"], own["reader"], strict=True)
    ]


def _reviews(home: Path) -> dict[str, pd.Timestamp]:
    """The last review of each register. Raises RunError for a spoilt file."""
    return dict(_every_review(home).groupby("source")["at"].max())


def _every_review(home: Path) -> pd.DataFrame:
    path = home / FOLDER / REVIEWS
    try:
        rows = pd.read_csv(path, dtype=str) if path.is_file() else pd.DataFrame(columns=REVIEW)
        at = pd.to_datetime(rows["at"], utc=True, format="ISO8601")
        return rows[list(REVIEW)].assign(at=at)
    except (KeyError, ValueError) as error:
        raise RunError(f"{path}: {', '.join(REVIEW)} cannot be read ({error})") from None
