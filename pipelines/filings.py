"""Documents filed with the SEC -> archived titles and facts, asked for behind the polite door."""

from dataclasses import asdict
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from pipelines import asking
from pipelines.ingest import Outcome, answered
from pipelines.reparse import stored
from pipelines.settings import Settings
from sources import find, sec_filings, sec_releases, sec_submissions
from sources.archive import Archive, DamagedBody
from sources.feeds import ITEMS
from warehouse import load, read

KEY = sec_releases.RELEASES.key
MOST = 40  # documents a run
LISTS = {"sec_filings": sec_filings.items, "sec_submissions": sec_submissions.items}


def listed(engine: Engine, archive: Archive) -> pd.DataFrame:
    """The documents that the SEC's newest archived answers name: ITEMS, newest first."""
    found = [pd.DataFrame(columns=ITEMS)]
    for key, items in LISTS.items():
        answers = read.archived(engine, key)
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


def ask(engine: Engine, settings: Settings) -> list[Outcome]:
    """Ask for the newest documents that are not archived yet, MOST at once; an outcome each."""
    archive = Archive(settings.archive)
    load.register(engine, [about()], [])
    known = set(read.archived(engine, KEY)["url"])
    links = [link for link in listed(engine, archive)["link"] if link not in known][:MOST]
    source = sec_releases.source(links)
    asked = asking.side_by_side(settings, [source], lambda _source, _request: None)
    return [_keep(engine, archive, one) for one in asked]


def about() -> dict[str, Any]:
    """The source of the documents, as the warehouse knows it."""
    declared = sec_releases.RELEASES
    same = ("key", "publisher", "homepage", "licence", "licence_url", "attribution")
    more = ("redistribute", "cadence", "lag_days", "stale_days")
    titles = {"title_fr": declared.fr, "title_en": declared.en}
    return {name: getattr(declared, name) for name in same + more} | titles


def _keep(engine: Engine, archive: Archive, asked: asking.Asked) -> Outcome:
    answer = asked.answer
    fetch = answered(asked) | {"parser_version": 1}
    for body in asked.bodies:
        archive.put(body, {"source": KEY, "request": asdict(asked.request), **fetch})
    load.record(engine, KEY, **fetch)
    return Outcome(KEY, answer.url, answer.outcome, answer.detail)
