"""Press releases and reports filed with the SEC: their titles and facts only.

A release is exhibit 99.1 of a current report; a report without one describes its event under an
item. `sec_filings` and `sec_submissions` give the addresses of the documents. Title and facts
are extracted before a document is archived: its text belongs to the company that filed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pandas as pd

from sources import Payload, Request, SchemaDrift, Series, Source

# Bytes from the beginning of a document, where the event is described; annexes can have megabytes.
READ = 400_000
# Characters of a title and of the first paragraph. Longer ones are contracts or tables.
TITLE, LEAD = 300, 900
MIN_LEAD = 80  # characters; a shorter line is a dateline or a heading, not a paragraph
MIN_TITLE = 5  # words; a shorter line is a letterhead or a name
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
RESULTS = re.compile(r"\b(?:quarter|fiscal|earnings|results|revenues?)\b", re.IGNORECASE)


def redact(body: bytes) -> bytes:
    """The title of a document and the facts of its first paragraph, as JSON."""
    from sources.announcements import extract  # here: its vocabulary costs every list 0.05 s

    lines = _lines(body[:READ])
    title, rest = _title(lines)
    lead = next((line for line in rest if len(line) > MIN_LEAD), "")[:LEAD]
    # A release on results repeats earlier projects below its headline: they are no news of it.
    alone = lead.startswith(title) or RESULTS.search(title)
    facts = extract(title if alone else f"{title}. {lead}").row()
    # Spans point into a text that is not stored.
    document = {"title": title, "facts": facts | {"spans": ""}}
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def items(payload: Payload) -> pd.DataFrame:
    """A stored document as one row: ITEMS, without a date, and its facts."""
    body = json.loads(payload.content)
    item = {"title": body["title"], "link": payload.request.url, "published": "", "publisher": ""}
    return pd.DataFrame([item | {"language": body["facts"]["lang"]} | body["facts"]])


def source(links: Sequence[str]) -> Source:
    """The source whose requests are the documents at these addresses."""
    return Source(**vars(RELEASES) | {"requests": tuple(Request(link) for link in links)})


def _lines(body: bytes) -> list[str]:
    """The visible text, one line for each block."""
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
    """The title of a release or first sentence of an item, and the lines after.

    Raises SchemaDrift if there is none.
    """
    under = next((at + 1 for at, line in enumerate(lines) if ITEM.match(line)), 0)
    for at, line in enumerate(lines[under:], under):
        if len(line.split()) >= MIN_TITLE and not FORMAL.match(line):
            sentence = line.title() if line.isupper() else line
            # A paragraph in place of a title is also the lead.
            return _first_sentence(sentence), lines[at if len(line) > TITLE else at + 1 :]
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
