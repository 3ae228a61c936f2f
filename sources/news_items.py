"""Dates and links of news items, as papers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

# Hours ahead of UTC. Abbreviations of several zones (IST: Ireland, Israel, India) are left out:
# an item of theirs is undated, not dated wrong.
ZONES = {
    **{"": 0, "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1},
    **{"CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3},
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"JST": 9, "KST": 9, "HKT": 8, "SGT": 8},
}
DAYS = ("%d %b %Y", "%d %B %Y", "%d %b %y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d")
TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
FORMS = tuple(map("".join, product(DAYS, TIMES)))
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
ISO = re.compile(r"(?<=\d\d-\d\d)T(?=\d\d:)")
ZONE = re.compile(r"\s*(?:([+-])(\d\d):?(\d\d)|(?<![A-Za-z])([A-Z]{1,4}))$")
SECONDS = re.compile(r"\d{10}")  # since 1970: nine digits end in 2001, eleven begin in 2286
# RSS began in 1999, and archives were given feeds later; what is dated out of these years is not
# dated.
YEARS = range(1990, 2100)
# Parameters of a link that say how a reader came to it; they change while the article stays.
TRACKING = re.compile(
    r"utm_.*|.*clid|mc_[ce]id|mkt_tok|.*token|_hs.*|ns_.*|cmpid|sid|.*sess(?:ion)?_?(?:id)?|ref_src",
    re.IGNORECASE,
)


def instant(text: str) -> datetime | None:
    """The instant that a date of a feed names, in UTC; None if it cannot be read.

    A date of a declared form, with a named or numbered zone (UTC if it has none), or seconds
    since 1970. Nothing is guessed: another form, zone or year gives None.
    """
    plain = " ".join(text.split())
    if SECONDS.fullmatch(plain):
        return datetime.fromtimestamp(int(plain), UTC)
    plain = ISO.sub(" ", WEEKDAY.sub("", plain))
    stamp, offset = _zone(plain)
    if offset is None:
        return None
    for form in FORMS:
        try:
            local = datetime.strptime(stamp, form)
        except ValueError:
            continue
        at = local.replace(microsecond=0, tzinfo=UTC)
        return at - offset if local.year in YEARS else None
    return None


def _zone(stamp: str) -> tuple[str, timedelta | None]:
    """A date without its zone, and how far that is ahead; None for an unknown one."""
    zone = ZONE.search(stamp)
    if zone is None or zone[4] in {"AM", "PM"}:
        return stamp, timedelta(0)
    sign, hours, minutes, name = zone.groups()
    if name:
        ahead = ZONES.get(name)
        return stamp[: zone.start()], None if ahead is None else timedelta(hours=ahead)
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    # No clock on earth is further from UTC than 14 hours.
    if distance > timedelta(hours=14):
        return stamp, None
    return stamp[: zone.start()], -distance if sign == "-" else distance


def web_link(page: str, link: str) -> str:
    """The address that a link on a page leads to; "" if it is not http.

    It is without tracking, by which an article would be another at each fetch, and without a user
    and a password.
    """
    try:
        parts = urlsplit(urljoin(page, link.strip()))
    except ValueError:  # a bracket where a host should be
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    remaining = [pair for pair in pairs if not TRACKING.fullmatch(pair[0])]
    # An address without tracking stays as it is written, letter by letter.
    query = parts.query if remaining == pairs else urlencode(remaining)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query=query, fragment="").geturl()
