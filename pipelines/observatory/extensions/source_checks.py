"""What must hold for every source: its declaration, and its parser on a body.

The tests of the software call these for each of its own sources, `silentcrash sources test` for a
file of an observatory. A check gives what is wrong and what to do, "" where it holds.
"""

import inspect
import pickle
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

import pandas as pd

from pipelines.ingest.checks.bounds import GREATEST, NOT_NULL, ROWS, UNIQUE
from pipelines.ingest.validate import UNMOVED, LastGood, contract
from sources import Frequency, Source

# The days between two figures of a series, and between two editions of a publisher.
DAYS = {"W": 7, "B": 14, "M": 31, "Q": 92, "S": 184, "A": 366}
CADENCES = {
    "daily": 1,
    "weekly": 7,
    "biweekly": 14,
    "monthly": 31,
    "quarterly": 92,
    "half-yearly": 184,
    "yearly": 366,
}
# Days: a tariff of a register stands until it is changed, for years. After three and a quarter,
# whoever reads it is asked to look again.
STANDING = 1200
GRACE = 62  # days: a publisher may be late by a month or two without having stopped
MONTH = re.compile(r" 20\d\d-\d\d")  # in which an address was looked up
# What most rules are: to know whether there is another takes the library's import of seconds.
USUAL = {"ExpectColumnValuesToBeBetween", GREATEST, NOT_NULL, ROWS, UNIQUE}
LONGEST_LINE = 76  # letters of the first line of a docstring, as everywhere in the software


def titles(source: Source) -> str:
    """Who publishes, and the title in two languages."""
    if not (source.publisher and source.fr and source.en):
        return "publisher, fr and en say who publishes what: fill them in"
    return "" if source.fr != source.en else "fr and en are the same: write each in its language"


def citation(source: Source) -> str:
    """Where the figures are from, and under which licence."""
    if not source.licence:
        return "licence is empty: write it as the publisher words it"
    for name in ("homepage", "licence_url"):
        if not getattr(source, name).startswith("https://"):
            return f"{name} is {getattr(source, name)!r}: write the address of a page, https://…"
    return ""


def series(source: Source) -> str:
    """Its series: each once, with unit, frequency and titles."""
    if not source.series:
        return "series is empty: declare each series that parse gives"
    keys = [own.key for own in source.series]
    if twice := [key for key in keys if keys.count(key) > 1]:
        return f"the series {twice[0]} stands there twice"
    for own in source.series:
        if not (own.key and own.unit and own.fr and own.en):
            return f"the series {own.key or '…'} needs a key, a unit, fr and en"
        if own.frequency not in get_args(Frequency):
            return f"the series {own.key} has the frequency {own.frequency!r}: write W, M, Q, A …"
    return ""


def address(source: Source) -> str:
    """What is asked, and who read the address beside us."""
    if bool(source.requests) != (source.parse is not None):
        return "requests and parse go together: declare both"
    if not (source.requests or source.history):
        return "requests is empty: declare what is asked"
    if bool(MONTH.search(source.confirmed)) != bool(source.requests):
        return "confirmed says what confirms the address, with the month: … looked up 2026-11"
    return ""


def watch(source: Source) -> str:
    """Which page is watched for changes, under a name that nobody else has."""
    if source.watched is None:
        return ""
    if not source.register:
        return "watched is for the page of a register: declare register"
    name = source.watched.name
    return "" if name == source.key else f"watched is named {name!r}: write {source.key}"


def completeness(source: Source) -> str:
    """What a body must still hold of the last good one."""
    if source.requests and source.completeness is None:
        return "completeness is missing: Completeness(rows=0.9), what a body must still hold"
    return ""


def rhythm(source: Source) -> str:
    """When it counts as late: soon after a figure was due, by its own rhythm."""
    lengths = [DAYS[own.frequency] for own in source.series if own.frequency in DAYS]
    if source.register and not lengths and source.cadence == "yearly":
        too_long = source.stale_days > STANDING
        return f"stale_days is {source.stale_days}: at most {STANDING}" * too_long
    usual = max(lengths, default=CADENCES[source.cadence])
    latest = int(1.5 * usual + source.lag_days + GRACE)
    if source.stale_days <= latest:
        return ""
    return f"stale_days is {source.stale_days}: at most {latest}, or nobody learns that it ended"


def docstrings(source: Source) -> str:
    """What the file and its parser say of themselves."""
    if source.parse is None:
        return ""
    module = inspect.getmodule(source.parse)
    for name, text in (("the file", module and module.__doc__), ("parse", source.parse.__doc__)):
        first = (text or "").strip().partition("\n")[0]
        if not first:
            return f"{name} has no docstring: say what the figures are, and their unit"
        if len(first) > LONGEST_LINE:
            return f"the docstring of {name} begins with over {LONGEST_LINE} letters: shorten it"
    return ""


def process(source: Source) -> str:
    """Its parser can be run in a process of its own."""
    for name in ("parse", "redact"):
        function = getattr(source, name)
        try:
            copy = pickle.loads(pickle.dumps(function))  # noqa: S301 - our own
            # A `partial` is copied, the function in it is not.
            same = getattr(copy, "func", copy) is getattr(function, "func", function)
        except (pickle.PicklingError, AttributeError, TypeError):
            same = False
        if not same:
            return f"{name} is no function of the file: write def {name}(payload): …"
    return ""


def rules(source: Source) -> str:
    """Its rules: of a known kind, with a reason, and held where nothing moved."""
    for rule in source.rules:
        if not _is_expectation(rule.expectation):
            return f"{rule.expectation} is no expectation of Great Expectations"
        if not rule.reason:
            return f"a rule {rule.expectation} has no reason: an operator reads it"
    for kwargs in moves(source):
        still = UNMOVED.get(kwargs.get("column", ""), float("nan"))
        low, high = kwargs.get("min_value", still), kwargs.get("max_value", still)
        if pd.notna(still) and not low <= still <= high:
            return f"the rule on {kwargs['column']} fails where nothing has moved"
    return ""


def _is_expectation(name: str) -> bool:
    if name in USUAL:
        return True
    import great_expectations.expectations as gxe

    return hasattr(gxe, name)


def moves(source: Source) -> list[Mapping[str, Any]]:
    """What the rules of a source are about, those on the past with them."""
    return [rule.kwargs for rule in contract(source, LastGood(60, pd.Timestamp("2026-10-01")))]


DECLARATION: Mapping[str, Callable[[Source], str]] = {
    "titles": titles,
    "citation and licence": citation,
    "series": series,
    "address": address,
    "completeness": completeness,
    "rhythm": rhythm,
    "docstrings": docstrings,
    "process of its own": process,
    "rules": rules,
}
