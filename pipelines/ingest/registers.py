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
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from pipelines.errors import RunError, UsageError, nearest
from pipelines.settings import Settings
from warehouse.catalogue import collection
from warehouse.observations.series import figures, resolve

if TYPE_CHECKING:
    import pandas as pd

    from sources import Source

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
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


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


def by_hand() -> "dict[str, Source]":
    """The sources that a person keeps, by key."""
    from sources import registry

    return {key: source for key, source in registry().items() if source.register}


def find_register(key: str) -> "Source":
    """The source with this register. Raises UsageError naming the nearest ones."""
    by_key = by_hand()
    if key not in by_key:
        raise UsageError(f"there is no register {key!r}; {nearest(key, by_key)}")
    return by_key[key]


def path_of(home: Path, source: "Source") -> Path:
    """The file of a register."""
    return home / FOLDER / f"{source.key}.csv"


def read_rows(path: Path, source: "Source", now: datetime) -> "pd.DataFrame":
    """The figures of a register file, tidy, with their citations.

    Raises RunError naming the file, the line and what is wrong with it.
    """
    import pandas as pd

    from sources.tidy import tidy

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


def objection(row: Mapping[str, str], source: "Source", now: datetime) -> str:
    """What is wrong with a row of a register, in words; "" where nothing is."""
    import pandas as pd

    from sources.tidy import STATUSES

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


def add(settings: Settings, source: "Source", row: Mapping[str, str]) -> Path:
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


def listing(engine: Engine, key: str = "") -> "pd.DataFrame":
    """The newest figure of each series that a person keeps: value, days, page."""
    import pandas as pd

    chosen = [find_register(key)] if key else list(by_hand().values())
    parts = [_newest(engine, source) for source in chosen]
    return pd.concat(parts, ignore_index=True)


def _newest(engine: Engine, source: "Source") -> "pd.DataFrame":
    import pandas as pd

    from warehouse.observations import read

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
    """The registers with an old newest figure, or a page that changed since.

    From the store alone, and without pandas: `silentcrash status` says it too.
    """
    changes, reviews = _page_changes(engine), _reviews(settings.home)
    reminders = []
    for key, own in collection.registers(engine).items():
        newest = _newest_figures(engine, own["series"])
        page = own["page"]
        if not newest:
            reminders.append(Due(key, page, "", "it has no figure yet"))
            continue
        period = date.fromisoformat(max(row["period"] for row in newest))
        age = (settings.now.date() - period).days
        changed = changes.get(f"tariff_pages.{own['watched_as']}")
        looked = max(*(_instant(row["known_from"]) for row in newest), reviews.get(key, NEVER))
        reminder = partial(Due, key, page, f"{period:%Y-%m-%d}")
        if changed is not None and changed > looked:
            why = f"this page changed on {changed:%Y-%m-%d}: read its figure again"
            reminders.append(reminder(why, changed=True))
        elif age > own["stale_days"]:
            why = f"its newest figure is of {period:%Y-%m-%d}, {age} days ago"
            reminders.append(reminder(why))
    return reminders


def _newest_figures(engine: Engine, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The row of the newest period of each of these series."""
    rows = figures(engine, keys) if keys else []
    return list({row["series"]: row for row in rows}.values())


def _page_changes(engine: Engine) -> dict[str, datetime]:
    """When each watched page last changed; a page seen once has not."""
    with engine.connect() as connection:
        watched = sorted(resolve(connection, "tariff_pages.*", lenient=True).values())
    changes: dict[str, datetime] = {}
    for before, row in pairwise(figures(engine, watched) if watched else []):
        if before["series"] == row["series"] and before["value"] != row["value"]:
            at = _instant(row["known_from"])
            changes[row["series"]] = max(at, changes.get(row["series"], NEVER))
    return changes


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def review(settings: Settings, source: "Source", reader: str) -> Path:
    """Record that a person looked at the page of a register and found nothing new.

    Raises UsageError where nobody is named.
    """
    if not reader.strip():
        raise UsageError(f"reader is empty ({FIELDS['reader']})")
    path = settings.home / FOLDER / REVIEWS
    row = {"source": source.key, "at": settings.now.isoformat(), "reader": reader.strip()}
    _append(path, REVIEW, row)
    return path


def reviews_of(home: Path, source: "Source") -> list[tuple[datetime, str]]:
    """When the page of a register was reviewed, and by whom, in order.

    Raises RunError for a spoilt file.
    """
    return sorted((at, who) for key, at, who in _every_review(home) if key == source.key)


def _reviews(home: Path) -> dict[str, datetime]:
    """The last review of each register. Raises RunError for a spoilt file."""
    return {key: at for key, at, _ in sorted(_every_review(home), key=lambda review: review[1])}


def _every_review(home: Path) -> list[tuple[str, datetime, str]]:
    path = home / FOLDER / REVIEWS
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                (row["source"], _instant(row["at"]), str(row["reader"]))
                for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{path}: {', '.join(REVIEW)} cannot be read ({error})") from None
