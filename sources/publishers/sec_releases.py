"""Press releases and reports filed with the SEC: their title and the facts read, nothing else.

A release is exhibit 99.1 of a current report; a report without one tells its event under an item.
Where the documents are is told by `sec_filings` and `sec_submissions`. What is read is taken out
before a document is archived: its text belongs to the company that filed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pandas as pd

from sources import Payload, Request, SchemaDrift, Series, Source
from sources.announcements import extract

READ = 400_000  # bytes of a document: its beginning, where the event is told
TITLE, LEAD = 300, 900  # characters
BLOCKS = ["p", "div", "tr", "li", "h1", "h2", "h3", "h4", "title"]
END = "\x1e"  # of a block; a line break of the source is a space
HIDDEN = ["script", "style", "ix:header"]
ITEM = re.compile(r"item\s+(?:1\.01|2\.03|7\.01|8\.01)\b", re.IGNORECASE)
FORMAL = re.compile(
    r"^(?:exhibit|ex-|\W*for immediate release|(?:news|press|media) release|contacts?\b|source\b|"
    r"pursuant to|check the|written comm|soliciting|pre-commence|indicate by|"
    r"united states|securities and exchange|form \d|date of report|\(|item \d|[\w ,.]*\b20\d\d$)",
    re.IGNORECASE,
)


def redact(body: bytes) -> bytes:
    """The title of a document and the facts read in it and its first paragraph, as JSON."""
    lines = _lines(body[:READ])
    title, rest = _title(lines)
    lead = next((line for line in rest if len(line) > 80), "")[:LEAD]
    facts = extract(title if lead.startswith(title) else f"{title}. {lead}").row()
    # spans point into a text that is not kept
    kept = {"title": title, "facts": facts | {"spans": ""}}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()


def items(payload: Payload) -> pd.DataFrame:
    """A stored document as one row: ITEMS and the columns of its event; `published` is ""."""
    body = json.loads(payload.content)
    about = {"title": body["title"], "link": payload.request.url, "published": "", "publisher": ""}
    return pd.DataFrame([about | {"language": body["facts"]["lang"]} | body["facts"]])


def source(links: Sequence[str]) -> Source:
    """What asks for the documents at these addresses."""
    return Source(**vars(RELEASES) | {"requests": tuple(Request(link) for link in links)})


def _lines(body: bytes) -> list[str]:
    """The visible text, a line a block."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(body, "html.parser")
    for hidden in page(HIDDEN):
        hidden.decompose()
    for broken in page("br"):
        broken.replace_with(" ")
    for block in page(BLOCKS):
        block.insert(0, END)
        block.append(END)
    lines = (" ".join(line.split()) for line in page.get_text().split(END))
    return [line for line in lines if line]


def _title(lines: list[str]) -> tuple[str, list[str]]:
    """The title of a release, or the first sentence under an item, and the lines after it.

    Raises SchemaDrift where there is none.
    """
    under = next((at + 1 for at, line in enumerate(lines) if ITEM.match(line)), 0)
    for at, line in enumerate(lines[under:], under):
        if len(line.split()) >= 5 and not FORMAL.match(line):
            whole = line.title() if line.isupper() else line
            # a paragraph is its own lead
            return _first_sentence(whole), lines[at if len(line) > TITLE else at + 1 :]
    raise SchemaDrift("a release with a title", f"{len(lines)} lines without one")


def _first_sentence(line: str) -> str:
    return line if len(line) <= TITLE else re.split(r"(?<=[a-z)]\.) (?=[A-Z])", line)[0][:TITLE]


RELEASES = Source(
    key="sec_releases",
    publisher="U.S. Securities and Exchange Commission",
    fr="Communiqués déposés à la SEC : titres et faits",
    en="Press releases filed with the SEC: titles and facts",
    homepage="https://www.sec.gov/search-filings",
    licence="facts, title and link; the text belongs to the company that filed it",
    licence_url="https://www.sec.gov/privacy.htm",
    redistribute=False,
    attribution="the company named with each release",
    cadence="weekly",
    lag_days=1,
    stale_days=40,
    expected_format="html",
    redact=redact,
    series=(Series("sec_releases", "documents", "E", "Communiqués lus", "Releases read"),),
)
