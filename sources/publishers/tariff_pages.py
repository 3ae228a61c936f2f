"""Pages on which registers are read, watched for changes.

Tariffs, auctions, the TOP500 and quoted prices of memory are in registers that a person fills
in: a change of a page reminds that person and overwrites nothing. The visible text of a page is
stored; its fingerprint is a figure, so that a change is a new version with its date.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy


class Page(NamedTuple):
    """A watched page, its titles, and which of its lines count: "" is all."""

    name: str
    fr: str
    en: str
    lines: str = ""


PAGES = {
    "https://www.anre.ma/": Page("anre", "ANRE", "ANRE"),
    "https://www.pjm.com/markets-and-operations/rpm": Page(
        "pjm", "enchères de PJM", "PJM auctions"
    ),
    # Both change every day; what matters are a new list, and news of contract prices of DRAM.
    "https://www.top500.org/lists/top500/": Page(
        "top500", "listes du TOP500", "lists of the TOP500", r"(June|November) 20\d\d"
    ),
    "https://www.trendforce.com/presscenter/news": Page(
        "trendforce",
        "communiqués de TrendForce sur la DRAM",
        "TrendForce's press releases on DRAM",
        r"DRAM.*Contract|Contract.*DRAM",
    ),
}
# Characters of the visible text; a page drawn by a script, or an error page, has less.
SHORTEST = 200
# The fingerprint is the first ten hexadecimal digits (40 bits) of a SHA-256: few enough for a
# float64 to hold exactly, and enough to change whenever the text does.
DIGITS = 10
SPAN = 1 << (4 * DIGITS)


def redact(body: bytes) -> bytes:
    """The visible text of a page without scripts, one line for each block."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(body, "html.parser")
    for hidden in page(["script", "style", "noscript", "template"]):
        hidden.decompose()
    lines = (" ".join(line.split()) for line in page.get_text("\n").splitlines())
    return "\n".join(line for line in lines if line).encode()


def parse(payload: Payload) -> pd.DataFrame:
    """The fingerprint of the lines that count, from 1 to 2, on the fetch day.

    Above zero, because rules compare ratios of values. Raises SchemaDrift for a bare page, and
    for one without a line that counts.
    """
    if len(payload.content) < SHORTEST:
        raise SchemaDrift(f"a page of over {SHORTEST} characters", len(payload.content))
    page = PAGES[payload.request.url]
    lines = payload.content.decode().splitlines()
    counted = [line for line in lines if re.search(page.lines, line, re.I)]
    if not counted:
        raise SchemaDrift(f"a line of {page.en}", f"{len(lines)} other lines")
    fingerprint = int(sha256("\n".join(counted).encode()).hexdigest()[:DIGITS], 16) / SPAN
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    rows = {"series": [f"tariff_pages.{page.name}"], "period": [day], "value": [1 + fingerprint]}
    return tidy(pd.DataFrame(rows))


SOURCE = Source(
    key="tariff_pages",
    publisher="ANRE, PJM Interconnection, TOP500, TrendForce",
    fr="Pages où se lisent les registres, surveillées",
    en="Pages on which registers are read, watched",
    homepage="https://www.anre.ma/",
    licence="facts; the text of the pages is kept for comparison and not republished",
    licence_url="https://www.anre.ma/",
    redistribute=False,
    attribution="ANRE, PJM Interconnection, TOP500, TrendForce",
    shows="present",
    confirmed="one reader of ANRE had its certificate refused, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=31,
    role="watcher",
    expected_format="html",
    stamp="instant",
    redact=redact,
    completeness=Completeness(rows=1.0, series=1.0),
    parse=parse,
    requests=tuple(Request(url) for url in PAGES),
    series=tuple(
        Series(
            f"tariff_pages.{page.name}",
            "fingerprint",
            "E",
            f"Empreinte de la page, {page.fr}",
            f"Fingerprint of the page, {page.en}",
        )
        for page in PAGES.values()
    ),
    rules=(
        between(
            1,
            1,
            column="level_ratio",
            severity="warn",
            reason="this page changed: read its figure again, see `silentcrash register check`",
        ),
    ),
    traps=(
        "A page may change without a figure: a person looks, nothing is overwritten.",
        "Of a page of news only the lines about the figure count.",
        "The addresses are the publishers' home pages of these figures, not verified from here.",
    ),
)
