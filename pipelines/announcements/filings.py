"""Fetch documents filed with the SEC; archive their titles and facts."""

from dataclasses import asdict
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from pipelines.ingest import fetch
from pipelines.ingest.load import fetch_record
from pipelines.ingest.outcome import IngestOutcome
from pipelines.ingest.parse import archived_payload
from pipelines.settings import Settings
from sources import find_source
from sources.http.raw_archive import Archive, DamagedBody
from sources.publishers import sec_filings, sec_releases, sec_submissions
from sources.publishers.feeds import ITEMS
from warehouse import load
from warehouse.observations import read

KEY = sec_releases.RELEASES.key
MOST = 40  # documents a run
LISTS = {"sec_filings": sec_filings.items, "sec_submissions": sec_submissions.items}


def listed(engine: Engine, archive: Archive) -> pd.DataFrame:
    """List the documents named by the SEC's newest archived answers."""
    releases = [pd.DataFrame(columns=ITEMS)]
    for key, items in LISTS.items():
        answers = read.parsed_bodies(engine, key)
        good = answers[answers["outcome"].eq("new")].drop_duplicates("url", keep="last")
        for row in good.to_dict("records"):
            try:
                releases.append(
                    items(
                        archived_payload(
                            archive,
                            find_source(key),
                            {str(name): value for name, value in row.items()},
                        )
                    )
                )
            except (KeyError, DamagedBody):
                continue  # `reparse` says which bodies are gone
    every = pd.concat(releases, ignore_index=True)
    return every.drop_duplicates("link").sort_values("published", ascending=False)


def ask(engine: Engine, settings: Settings) -> list[IngestOutcome]:
    """Fetch the newest documents not archived yet, at most MOST."""
    archive = Archive(settings.archive)
    load.register(engine, [source_row()], [])
    archived = set(read.parsed_bodies(engine, KEY)["url"])
    links = [link for link in listed(engine, archive)["link"] if link not in archived][:MOST]
    source = sec_releases.source(links)
    answers = fetch.fetch_concurrently(settings, [source], lambda _source, _request: None)
    return [_keep(engine, archive, payload) for payload in answers]


def source_row() -> dict[str, Any]:
    """The source of the documents, as the warehouse knows it."""
    declared = sec_releases.RELEASES
    same = ("key", "publisher", "homepage", "licence", "licence_url", "attribution")
    more = ("redistribute", "cadence", "lag_days", "stale_days")
    titles = {"title_fr": declared.fr, "title_en": declared.en}
    return {name: getattr(declared, name) for name in same + more} | titles


def _keep(engine: Engine, archive: Archive, payload: fetch.FetchedPayload) -> IngestOutcome:
    answer = payload.result
    recorded = fetch_record(payload) | {"parser_version": 1}
    for body in payload.bodies:
        archive.put(body, {"source": KEY, "request": asdict(payload.request), **recorded})
    load.record(engine, KEY, **recorded)
    return IngestOutcome(KEY, answer.url, answer.outcome, answer.detail)
