"""Citations of the shipped history, which figures name by an id.

A history file gives a figure a line of its own: series, period, value, status, the day from
which it was known, whether that day is assumed, and the id of its citation in `citations.csv`
beside it (publisher and document, address, licence, note). A new month is then a few short lines.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

CITATIONS = Path(__file__).parent / "history" / "citations.csv"
# The order in which a figure with its citation is written out: stores recognise a history that
# they have loaded by the digest of these rows.
CITED = ("source", "address", "licence", "note")


def citations(path: Path = CITATIONS) -> Mapping[str, Mapping[str, str]]:
    """Every citation of a file by its id. Raises OSError and ValueError."""
    return _citations(path, path.stat().st_mtime_ns)


@cache
def _citations(path: Path, changed: int) -> Mapping[str, Mapping[str, str]]:
    # Read anew once it has changed: a service that runs for months reads an observatory's own.
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def cited_csv(path: Path) -> str:
    """A history file as CSV text with its citations written out in each row.

    Raises ValueError for an id that the `citations.csv` beside it does not have, OSError and
    ValueError for a file that cannot be read.
    """
    by_id = citations(path.with_name(CITATIONS.name))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    writer.writerow([*header[:-1], *CITED])
    for *figure, citation in rows:
        if citation not in by_id:
            raise ValueError(f"{path.name}: {CITATIONS.name} has no citation {citation!r}")
        writer.writerow([*figure, *(by_id[citation][name] for name in CITED)])
    return text.getvalue()
