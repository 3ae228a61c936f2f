"""Documents filed with the SEC -> archived titles and facts, asked for behind the polite door."""

from dataclasses import asdict
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest import fetch
from pipelines.ingest.ingestion import IngestOutcome, fetch_record
from pipelines.ingest.reparse import stored
from pipelines.settings import Settings
from sources import find
from sources.http.raw_archive import Archive, DamagedBody
from sources.publishers import sec_filings, sec_releases, sec_submissions
from sources.publishers.feeds import ITEMS
from warehouse import load
from warehouse.observations import read

KEY = sec_releases.RELEASES.key
MOST = 40  # documents a run
LISTS = {"sec_filings": sec_filings.items, "sec_submissions": sec_submissions.items}


def listed(engine: Engine, archive: Archive) -> pd.DataFrame:
    """The documents that the SEC's newest archived answers name: ITEMS, newest first."""
    found = [pd.DataFrame(columns=ITEMS)]
    for key, items in LISTS.items():
        answers = read.parsed_bodies(engine, key)
        good = answers[answers["outcome"].eq("new")].drop_duplicates("url", keep="last")
        for row in good.to_dict("records"):
            try:
                found.append(
                    items(
                        stored(
                            archive, find(key), {str(name): value for name, value in row.items()}
                        )
                    )
                )
            except (KeyError, DamagedBody):
                continue  # `reparse` says which bodies are gone
    every = pd.concat(found, ignore_index=True)
    return every.drop_duplicates("link").sort_values("published", ascending=False)


def ask(engine: Engine, settings: Settings) -> list[IngestOutcome]:
    """Ask for the newest documents that are not archived yet, MOST at once; an outcome each."""
    archive = Archive(settings.archive)
    load.register(engine, [about()], [])
    known = set(read.parsed_bodies(engine, KEY)["url"])
    links = [link for link in listed(engine, archive)["link"] if link not in known][:MOST]
    source = sec_releases.source(links)
    asked = fetch.fetch_concurrently(settings, [source], lambda _source, _request: None)
    return [_keep(engine, archive, one) for one in asked]


def about() -> dict[str, Any]:
    """The source of the documents, as the warehouse knows it."""
    declared = sec_releases.RELEASES
    same = ("key", "publisher", "homepage", "licence", "licence_url", "attribution")
    more = ("redistribute", "cadence", "lag_days", "stale_days")
    titles = {"title_fr": declared.fr, "title_en": declared.en}
    return {name: getattr(declared, name) for name in same + more} | titles


def _keep(engine: Engine, archive: Archive, asked: fetch.FetchedPayload) -> IngestOutcome:
    answer = asked.answer
    about = fetch_record(asked) | {"parser_version": 1}
    for body in asked.bodies:
        archive.put(body, {"source": KEY, "request": asdict(asked.request), **about})
    load.record(engine, KEY, **about)
    return IngestOutcome(KEY, answer.url, answer.outcome, answer.detail)
