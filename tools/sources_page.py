"""The page of the sources: `python -m tools.sources_page FILE`."""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from sources import Series, Source, registry

ROOT = Path(__file__).resolve().parents[1]

FREQUENCY = {
    "W": "weekly",
    "B": "every two weeks",
    "M": "monthly",
    "Q": "quarterly",
    "S": "half-yearly",
    "A": "yearly",
    "E": "by event",
}
SAYS = {"Refused whole": "block", "Set aside": "quarantine", "Told": "warn"}
HEAD = """# Sources

Written from the declarations in `sources/` by `python -m tools.sources_page docs/sources.md`; a
test keeps it in step. `silentcrash sources check` tries the live ones, `silentcrash status` shows
what is held of each. Titles in French are beside the English ones in each file.

"""
TABLE = """| source | publisher | cadence | series | live | needs |
|---|---|---|---|---|---|
"""


def page(sources: Iterable[Source]) -> str:
    """The whole page: a table of all, then a section each."""
    every = list(sources)
    rows = "".join(_row(source) for source in every)
    return HEAD + TABLE + rows + "".join(_section(source) for source in every)


def _row(source: Source) -> str:
    live = "yes" if source.requests else "history only"
    needs = f"`{source.needs}`" if source.needs else "–"
    name, series = f"[{source.key}](#{source.key})", str(len(source.series))
    return _line(name, source.publisher, source.cadence, series, live, needs)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |\n"


def _section(source: Source) -> str:
    parts = [
        f"\n## {source.key}\n\n{source.en} (*{source.fr}*). ",
        f"[{source.publisher}]({source.homepage}).\n\n",
        *(f"- {fact}\n" for fact in _facts(source)),
        "\n| series | unit | frequency | how many |\n|---|---|---|---|\n",
        *_series(source.series),
    ]
    return "".join(parts)


READ_BY = {
    "index": "Read by: the index.",
    "cross_check": "Read by: the index where it says so, and `silentcrash sources crosscheck`.",
    "gpu_explorer": "Read by: the index where it says so, and `silentcrash gpu`.",
    "announcements": "Read by: the announcements of data centres.",
    "exchange_rates": "Read by: the conversion of announced amounts.",
    "watcher": "Read by: the reminders of the registers.",
    "reference": "Read by: the index where it says so; the other series are for reference.",
}


def _facts(source: Source) -> Iterable[str]:
    terms = "" if source.redistribute else "; raw values are not republished, scores are"
    yield f"Licence: [{source.licence}]({source.licence_url}){terms}."
    yield (
        f"Cadence: {source.cadence}, usually {source.lag_days} days after the end of the period; "
        f"late after {source.stale_days} days."
    )
    if source.requests:
        hosts = sorted({urlsplit(request.url).netloc for request in source.requests})
        pages = ", page by page" if source.next_page else ""
        addresses = (
            "one address" if len(source.requests) == 1 else f"{len(source.requests)} addresses"
        )
        yield f"Asked: {addresses} at {', '.join(hosts)}{pages}."
        yield from _asked_how(source)
    if source.past:
        first, last = (f"{source.past[end].published:%Y-%m-%d}" for end in (0, -1))
        yield (
            f"Serves its past: `silentcrash backfill {source.key}` reads {len(source.past)} days "
            f"back, {first} to {last}."
        )
    if source.unread:
        yield "What it names and is not read: `silentcrash sources news`."
    if source.needs:
        yield f"Skipped unless `{source.needs}` is set in the environment."
    if source.history:
        yield f"History is shipped with the code: `{source.history.relative_to(ROOT)}`."
    if source.full_snapshot:
        yield "Every body is whole: a figure that is gone from it is recorded as withdrawn."
    yield READ_BY[source.role]
    if source.reference:
        yield f"For reference: {source.reference}."
    yield from (f"Trap: {trap}" for trap in source.traps)
    for what, severity in SAYS.items():
        reasons = [rule.reason for rule in source.rules if rule.severity == severity]
        yield from (f"{what}: {reason}." for reason in dict.fromkeys(filter(None, reasons)))


SHOWS = {
    "past": "",
    "feed": "It shows what is in the feed: what left it between two questions is lost.",
    "present": "It shows the present only: readings between two questions are lost.",
}


def _asked_how(source: Source) -> Iterable[str]:
    """What confirms the addresses, and what is asked besides."""
    yield f"Confirmed: {source.confirmed}."
    if source.discover:
        yield "The answer is a list, which names the newest edition."
    if source.windows:
        yield "Asked for the time since the last stored figure, in as many questions as it takes."
    if any(request.mirror for request in source.requests):
        yield f"Mirror: {', '.join(sorted({urlsplit(r.mirror).netloc for r in source.requests}))}."
    if source.asks_contact:
        yield "Asked only with a contact in the settings."
    if source.frozen_days:
        yield f"A file that rests for {source.frozen_days} days is frozen: it gives no figure."
    if SHOWS[source.shows]:
        yield SHOWS[source.shows]


def _series(series: Iterable[Series]) -> Iterable[str]:
    def kind(entry: Series) -> tuple[str, str, str]:
        return (".".join(entry.key.split(".")[:2]), entry.unit, entry.frequency)

    for (prefix, unit, frequency), same in groupby(sorted(series, key=kind), kind):
        members = list(same)
        name = members[0].key if len(members) == 1 else f"{prefix}.*"
        yield _line(f"`{name}`", unit, FREQUENCY[frequency], str(len(members)))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(registry().values()), encoding="utf-8")
