"""News feeds of the data-centre trade: title, link and date of each item, and nothing else.

Articles and summaries belong to their papers. They are taken out before a body is archived, so
that what is kept and read is a short list of items. What the items say is for
`sources.announcements`.
"""

from __future__ import annotations

import json
from calendar import timegm
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pandas as pd

from sources import Payload, Request, SchemaDrift, Series, Source
from sources.tidy import tidy

ITEMS = ["title", "link", "published", "publisher", "language"]
LONGEST = 500  # characters of a title
FEEDS = {
    "https://www.datacenterdynamics.com/en/rss/": "DatacenterDynamics",
    "https://www.datacenterknowledge.com/rss.xml": "Data Center Knowledge",
    "https://press.aboutamazon.com/rss/news-releases.xml": "Amazon",
}


def redact(body: bytes) -> bytes:
    """The items of an Atom or RSS feed as JSON: title, link, published. Raises SchemaDrift."""
    import feedparser

    feed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    kept = [_item(entry) for entry in feed.entries if entry.get("link") and entry.get("title")]
    if not kept:
        raise SchemaDrift("a feed with items", feed.get("bozo_exception", "none"))
    whole = {"language": str(feed.feed.get("language", ""))[:5], "items": kept}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()


def _item(entry: dict[str, object]) -> dict[str, str]:
    stamp = entry.get("published_parsed") or entry.get("updated_parsed")
    at = datetime.fromtimestamp(timegm(stamp), UTC) if isinstance(stamp, tuple) else None
    published = at.isoformat() if at else ""
    title = " ".join(str(entry["title"]).split())[:LONGEST]
    return {"title": title, "link": str(entry["link"]).strip(), "published": published}


def items(payload: Payload) -> pd.DataFrame:
    """The items of a stored feed: ITEMS, `published` in ISO 8601 or "", one row a link.

    A feed may give an item another id and keep its link: the link is what it is known by.
    """
    body = json.loads(payload.content)
    table = pd.DataFrame(body["items"], columns=["title", "link", "published"])
    web = table["link"].map(lambda link: urlsplit(link).scheme in {"http", "https"})
    host = urlsplit(payload.request.url).netloc
    about = {"publisher": FEEDS.get(payload.request.url, host), "language": body["language"]}
    return table[web].drop_duplicates("link").assign(**about)[ITEMS].reset_index(drop=True)


def parse(payload: Payload) -> pd.DataFrame:
    """How many items the feed held on the day that it was asked. Raises SchemaDrift for none."""
    found = items(payload)
    if found.empty:
        raise SchemaDrift("an item with a link to the web", "none")
    day = pd.Timestamp(payload.fetched_at).tz_localize(None).normalize()
    name = _key(payload.request.url)
    return tidy(pd.DataFrame({"series": [name], "period": [day], "value": [float(len(found))]}))


def _key(url: str) -> str:
    return "feeds.items." + urlsplit(url).netloc.removeprefix("www.").replace(".", "_")


SOURCE = Source(
    key="feeds",
    publisher="Trade papers and press rooms",
    fr="Fils d’actualité des centres de données",
    en="News feeds of data centres",
    homepage="https://www.datacenterdynamics.com/en/news/",
    licence="facts; titles and links of the papers",
    licence_url="https://www.datacenterdynamics.com/en/terms-and-conditions/",
    redistribute=False,
    attribution="the paper named with each item",
    cadence="daily",
    lag_days=0,
    stale_days=7,
    needs="SILENTCRASH_ACCEPT_FEEDS",
    expected_format="xml",
    redact=redact,
    parse=parse,
    requests=tuple(Request(url) for url in FEEDS),
    series=tuple(
        Series(_key(url), "items", "E", f"Articles du fil, {name}", f"Items of the feed, {name}")
        for url, name in FEEDS.items()
    ),
    traps=(
        "A feed holds the newest items only: what was not asked for in time is lost.",
        "Ids change while links stay: an item is known by its link.",
        "Summaries and articles are taken out before archiving; terms were not read by us.",
        "A date may be missing: the item is counted here, and is no announcement.",
    ),
)
