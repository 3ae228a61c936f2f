"""Limits of a query by an analyst: which functions, how long, how much text."""

import math
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

MIB = 1 << 20
STEPS = 10_000  # of SQLite's machine between two looks at the clock: about 0.1 ms
# One value of text or bytes. The longest in a view, the method of an edition, has 60 KiB; one call
# of a function that makes a value of 1 MiB takes less than a millisecond, so that the clock is
# looked at in time. Memory needs no limit of its own: what is sorted or grouped goes to files.
LONGEST_VALUE = MIB
# Of text and bytes in one answer: the export of five million figures has less.
MOST_TEXT = 1024 * MIB
ROWS_AT_ONCE = 256
SHORTEST, LONGEST = 0.1, 3600.0  # seconds

READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
# What SQLite's documentation lists as functions of values, dates, aggregates, windows, JSON and
# mathematics. Left out: what loads, opens, tells about the build, or hands out pointers.
ALLOWED = """
abs avg cast char coalesce concat concat_ws count cume_dist current_date current_time
current_timestamp date datetime dense_rank first_value format glob group_concat hex if ifnull
iif instr julianday lag last_value lead length like likelihood likely lower ltrim max median
min nth_value ntile nullif octet_length percent_rank percentile percentile_cont
percentile_disc printf quote random randomblob rank replace round row_number rtrim sign
sqlite_version strftime string_agg substr substring sum time timediff total trim typeof
unhex unicode unistr unixepoch unlikely upper zeroblob
json json_array json_array_length json_each json_error_position json_extract
json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote
json_remove json_replace json_set json_tree json_type json_valid -> ->>
acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10
log2 mod pi pow power radians sin sinh sqrt tan tanh trunc
"""
FUNCTIONS = frozenset(ALLOWED.split())


class LimitError(ValueError):
    """A query asks for more than anyone may have; the message says what to do."""


def too_long(seconds: float) -> str:
    """What a person is told whose query was ended."""
    return f"the query took over {seconds:g} s: narrow it, or allow it more time"


def seconds(timeout: float) -> float:
    """The limit of time, checked. Raises LimitError."""
    if not math.isfinite(timeout) or not SHORTEST <= timeout <= LONGEST:
        raise LimitError(f"a query may take from {SHORTEST:g} to {LONGEST:g} seconds")
    return timeout


def limit_sqlite(connection: sqlite3.Connection, timeout: float) -> None:
    """Let this connection read only, for so many seconds, values of bounded size."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.set_authorizer(_authorise)
    ends = time.monotonic() + timeout
    connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)


def _authorise(action: int, _: str | None, name: str | None, *__: object) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = str(name).lower() in FUNCTIONS
    else:
        allowed = action in READS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def fetch(cursor: Any, limit: int | None = None) -> list[tuple[Any, ...]]:
    """The rows of a cursor, or the first `limit`.

    Raises LimitError for too much text.
    """
    rows: list[tuple[Any, ...]] = []
    text = 0
    for some in _batches(cursor, limit):
        text += sum(len(cell) for row in some for cell in row if isinstance(cell, str | bytes))
        if text > MOST_TEXT:
            raise LimitError(
                f"the answer has more than {MOST_TEXT // MIB} MiB of text: ask for fewer rows"
            )
        rows += some
    return rows


def _batches(cursor: Any, limit: int | None) -> Iterator[list[tuple[Any, ...]]]:
    left = math.inf if limit is None else limit
    while left > 0 and (some := cursor.fetchmany(int(min(ROWS_AT_ONCE, left)))):
        left -= len(some)
        yield some
