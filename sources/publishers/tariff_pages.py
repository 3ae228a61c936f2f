"""Pages on which registers are read, watched for changes.

Tariffs, auctions, the TOP500 and quoted prices of memory are in registers that a person fills
in: a change of a page reminds that person and overwrites nothing. The visible text of a page is
stored; its fingerprint is a figure, so that a change is a new version with its date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source, WatchedPage
from sources.tidy import between, tidy

Pages = Mapping[str, Sequence[WatchedPage]]  # by address: two registers may be read on one
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


def parse(payload: Payload, pages: Pages) -> pd.DataFrame:
    """The fingerprint of the lines that count, from 1 to 2, on the fetch day.

    Above zero, because rules compare ratios of values. Raises SchemaDrift for a bare page, and
    for one without a line that counts.
    """
    if len(payload.content) < SHORTEST:
        raise SchemaDrift(f"a page of over {SHORTEST} characters", len(payload.content))
    lines = payload.content.decode().splitlines()
    watched = pages[payload.request.url]
    prints = {_key(page): 1 + _fingerprint(page, lines) for page in watched}
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    return tidy(pd.DataFrame({"series": prints.keys(), "period": day, "value": prints.values()}))


def _key(page: WatchedPage) -> str:
    return f"tariff_pages.{page.name}"


def _fingerprint(page: WatchedPage, lines: Sequence[str]) -> float:
    """That of the lines that count, from 0 to 1."""
    counted = [line for line in lines if re.search(page.lines, line, re.I)]
    if not counted:
        raise SchemaDrift(f"a line of {page.en}", f"{len(lines)} other lines")
    return int(sha256("\n".join(counted).encode()).hexdigest()[:DIGITS], 16) / SPAN


def watching(registers: Iterable[Source]) -> Source:
    """SOURCE with the pages that these sources want watched, where any do."""
    watched = [(own, own.watched) for own in registers if own.watched]
    pages: dict[str, list[WatchedPage]] = {}
    for own, page in watched:
        pages.setdefault(own.register, []).append(page)
    publishers = " / ".join(dict.fromkeys(own.publisher for own, _ in watched))
    return replace(
        SOURCE,
        publisher=publishers,
        attribution=publishers,
        homepage=next(iter(pages), SOURCE.homepage),
        licence_url=next(iter(pages), SOURCE.licence_url),
        parse=partial(parse, pages=pages),
        requests=tuple(Request(url) for url in pages),
        series=tuple(
            Series(
                _key(page),
                "fingerprint",
                "E",
                f"Empreinte de la page, {page.fr}",
                f"Fingerprint of the page, {page.en}",
            )
            for _, page in watched
        ),
    )


# Who publishes and what is asked follow from the registers: see `watching`.
SOURCE = Source(
    key="tariff_pages",
    publisher="",
    fr="Pages où se lisent les registres, surveillées",
    en="Pages on which registers are read, watched",
    homepage="",
    licence="facts; the text of the pages is kept for comparison and not republished",
    licence_url="",
    redistribute=False,
    shows="present",
    confirmed="one reader of one page had its certificate refused, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=31,
    role="watcher",
    expected_format="html",
    stamp="instant",
    redact=redact,
    completeness=Completeness(rows=1.0, series=1.0),
    series=(),
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
