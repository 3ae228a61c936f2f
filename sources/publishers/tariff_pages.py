"""Pages where tariffs are declared, watched for changes.

The tariffs of Morocco and the auctions of PJM are in registers (morocco_tariffs, pjm_capacity)
that a person fills in: a change of a page reminds that person and overwrites nothing. The
visible text of a page is stored; its fingerprint is a figure, so that a change is a new version
with its date.
"""

from __future__ import annotations

from hashlib import sha256

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

PAGES = {
    "https://www.anre.ma/": ("anre", "ANRE", "ANRE"),
    "https://www.pjm.com/markets-and-operations/rpm": ("pjm", "enchères de PJM", "PJM auctions"),
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
    """The fingerprint of the text, from 1 to 2, on the fetch day.

    Above zero, because rules compare ratios of values. Raises SchemaDrift for a bare page.
    """
    if len(payload.content) < SHORTEST:
        raise SchemaDrift(f"a page of over {SHORTEST} characters", len(payload.content))
    name = PAGES[payload.request.url][0]
    fingerprint = int(sha256(payload.content).hexdigest()[:DIGITS], 16) / SPAN
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    rows = {"series": [f"tariff_pages.{name}"], "period": [day], "value": [1 + fingerprint]}
    return tidy(pd.DataFrame(rows))


SOURCE = Source(
    key="tariff_pages",
    publisher="ANRE, PJM Interconnection",
    fr="Pages où les tarifs sont déclarés, surveillées",
    en="Pages where tariffs are declared, watched",
    homepage="https://www.anre.ma/",
    licence="facts; the text of the pages is kept for comparison and not republished",
    licence_url="https://www.anre.ma/",
    redistribute=False,
    attribution="ANRE, PJM Interconnection",
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
            f"tariff_pages.{name}",
            "fingerprint",
            "E",
            f"Empreinte de la page, {fr}",
            f"Fingerprint of the page, {en}",
        )
        for name, fr, en in PAGES.values()
    ),
    rules=(
        between(
            1,
            1,
            column="level_ratio",
            severity="warn",
            reason="the page has changed since it was last read: check the register of tariffs",
        ),
    ),
    traps=(
        "A page may change without a tariff: a person looks, nothing is overwritten.",
        "The addresses are the publishers' home pages of tariffs, not verified from here.",
    ),
)
