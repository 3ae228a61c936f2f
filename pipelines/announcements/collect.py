"""Store the events of news items and append their monthly observations.

Only title, link, date and the facts read are stored of an item, never its article.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Engine

from pipelines.announcements import filings, links, pilot, second_reader
from pipelines.ingest import ingestion
from pipelines.ingest.parse import archived_payload
from pipelines.settings import Settings
from sources import Payload, Source, find_source
from sources.announcements import COLUMNS, extract, projects, series, status
from sources.announcements.operators import known_as
from sources.http.raw_archive import Archive, DamagedBody
from sources.publishers import feeds, gdelt, sec_releases
from warehouse import events, load
from warehouse.observations import read
from warehouse.projects import repository as project_store

VERSION = 5  # of the extraction; a greater one reads stored items anew
TITLE = 300
SHIPPED = "sources/announcements/known.csv"
Items = Callable[[Payload], pd.DataFrame]
PAPERS: dict[str, Items] = {"feeds": feeds.items, "gdelt": gdelt.items}
SOURCE: dict[str, Any] = {
    "key": "announcements",
    "publisher": "Several",
    "title_fr": "Annonces de centres de données",
    "title_en": "Data-centre announcements",
    "homepage": "",
    "licence": "facts, title and link",
    "licence_url": "",
    "attribution": "",
    "redistribute": False,
    "cadence": "daily",
    "lag_days": 1,
    "stale_days": 31,
}


class Counts(NamedTuple):
    """How many events were added, were known, and had no date in the past."""

    added: int
    stored_before: int
    undated: int


def extracted(frame: pd.DataFrame, settings: Settings | None = None) -> pd.DataFrame:
    """The event of each `text`, one row each, in the order of the frame.

    COLUMNS and `reader`, who said what; with `settings` the second reader that they name reads
    too.
    """
    read_text = second_reader.reader(settings) if settings else lambda text: (extract(text), "")
    read_by = [read_text(text) for text in frame["text"]]
    rows = [event.row() | {"reader": readers} for event, readers in read_by]
    return pd.DataFrame(rows, frame.index, [*COLUMNS, "reader"])


def instants(published: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Parse dates in ISO 8601 as UTC instants; anything else is NaT."""
    filled = published.where(published.ne(""))
    # without the format the first row's would be asked of all the others
    return pd.to_datetime(filled, utc=True, errors="coerce", format="ISO8601")


def ask(engine: Engine, settings: Settings) -> list[ingestion.IngestOutcome]:
    """Fetch the papers and filed documents; `read_archive` reads them."""
    papers = list(ingestion.fetch_and_load(engine, settings, [find_source(key) for key in PAPERS]))
    return papers + filings.ask(engine, settings)


def read_archive(engine: Engine, settings: Settings) -> Counts:
    """Read every archived body that this version has not read yet."""
    archive, total, last = Archive(settings.archive), Counts(0, 0, 0), None
    load.register(engine, [SOURCE], [])
    done = set(read.parsed_bodies(engine, SOURCE["key"])["sha256"])
    filed = filings.listed(engine, archive).set_index("link")["published"].to_dict()
    readers: list[tuple[Source, Items]] = [
        (find_source(key), items) for key, items in PAPERS.items()
    ]
    for source, items in [*readers, (sec_releases.RELEASES, sec_releases.items)]:
        for row in read.parsed_bodies(engine, source.key).to_dict("records"):
            fetch_row = {str(name): value for name, value in row.items()}
            if f"{fetch_row['sha256']}-{VERSION}" in done or fetch_row["outcome"] != "new":
                continue
            with suppress(KeyError, DamagedBody):  # `reparse` says which bodies are gone
                listed_items = items(archived_payload(archive, source, fetch_row))
                pairs = zip(listed_items["link"], listed_items["published"], strict=True)
                dated = listed_items.assign(published=[filed.get(link, day) for link, day in pairs])
                body = f"{fetch_row['sha256']}-{VERSION}"
                last, counts = _store(engine, settings, dated, fetch_row["url"], body)
                total = Counts(*(so_far + more for so_far, more in zip(total, counts, strict=True)))
    if last is not None:
        observe(engine, settings, last)
    return total


def keep(engine: Engine, settings: Settings, items: pd.DataFrame, origin: str) -> Counts:
    """Store the events of items (title, link, published), then their series.

    `origin` is the address or the file that the items came from.
    """
    load.register(engine, [SOURCE], [])
    fetch, counts = _store(engine, settings, items, origin)
    observe(engine, settings, fetch)
    return counts


def take(engine: Engine, settings: Settings, items: pd.DataFrame, origin: str, body: str) -> Counts:
    """Store the events of items already read, under their file's digest."""
    load.register(engine, [SOURCE], [])
    fetch, counts = _store(engine, settings, items, origin, body)
    settle(engine, settings, fetch)
    return counts


def _store(
    engine: Engine, settings: Settings, items: pd.DataFrame, origin: str, body: str | None = None
) -> tuple[int, Counts]:
    """Store the events of items under a new fetch; `body` names what was read.

    Items that come with the columns of their event keep them: their text was not stored.
    """
    # facts that an older reader archived have no note
    read_before = set(COLUMNS) - {"note"} <= set(items)
    titles = items.assign(text=items["title"])
    facts = _read_before(items) if read_before else extracted(titles, settings)
    dated = facts.drop(columns=["is_announcement", "investment_usd", "note"]).assign(
        known_from=instants(items["published"]),
        version=VERSION,
        address=items["link"],
        title=items["title"].str.slice(0, TITLE),
        known_as=facts["operator"].str.split("; ").str[0].map(known_as),
    )
    good = dated.loc[dated["known_from"].le(settings.now)]
    good = good.assign(address=links.first_links(events.links(engine), good))
    fetch = load.record(
        engine,
        SOURCE["key"],
        url=origin,
        at=settings.now,
        outcome="new",
        rows=len(good),
        sha256=body,
        parser_version=VERSION,
    )
    added = events.append(engine, fetch, good)
    return fetch, Counts(added, len(good) - added, len(dated) - len(good))


def _read_before(items: pd.DataFrame) -> pd.DataFrame:
    return items.reindex(columns=[*COLUMNS, "reader"]).assign(reader="")


def settle(engine: Engine, settings: Settings, fetch: int) -> pd.DataFrame:
    """Decide which project each report is of, store it, and give the reports.

    Columns of the events, `project` (position of its first report) and `usd`.
    """
    known_events = events.read(engine, as_of=settings.now)
    resolved, linked = projects.resolve(known_events, projects.read_corrections())
    reports = resolved.assign(usd=series.in_usd(resolved, rates(engine, settings)))
    of_project = projects.decided(reports, linked).assign(usd=reports["usd"])
    project_store.assign(engine, fetch, of_project)
    return reports


def observe(engine: Engine, settings: Settings, fetch: int) -> int:
    """Append the monthly series of all stored events; count the new rows.

    The running month is `partial`. A count is known from the day it was made here: what a
    later item adds to a past month is a new vintage of it. The list that is shipped was made
    by hand: it is among the projects and their states, and in no count of a month.
    """
    resolved, fx = settle(engine, settings, fetch), rates(engine, settings)
    counted = resolved.loc[resolved["fetched_from"].ne(SHIPPED)]
    read_texts = events.read(engine, as_of=settings.now)
    read_texts = read_texts.loc[read_texts["fetched_from"].ne(SHIPPED)]
    own = pilot.country()
    named = [*resolved["country"], own]
    load.register(engine, [SOURCE], series.catalogue(named) + status.catalogue(named))
    parts = [
        series.monthly(counted, fx, own),
        series.undecided(read_texts),
        status.monthly(resolved, fx, own),
    ]
    monthly_rows = pd.concat([part for part in parts if not part.empty])
    running = monthly_rows["period"].ge(pd.Timestamp(settings.now.date().replace(day=1)))
    dated = monthly_rows.assign(
        known_from=pd.Timestamp(settings.now).floor("s"),
        status=monthly_rows["status"].mask(running, "partial"),
    )
    loaded = load.append(engine, fetch, dated)
    load.mark_loaded(engine, fetch)
    return loaded.added


def rates(engine: Engine, settings: Settings) -> pd.DataFrame:
    """The exchange rates that are held, as known now: series, period, value."""
    return read.panel(engine, series=["ecb.rate.*"], as_of=settings.now, lenient=True)
