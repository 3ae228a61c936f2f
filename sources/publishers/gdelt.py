"""GDELT: articles on data centres from the papers of Africa and of France.

One request in five seconds, 250 articles a request, three months back. A bad query answers 200
with a page of HTML, which the client refuses.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.news_items import web_link
from sources.publishers.feeds import ITEMS, LONGEST
from sources.tidy import tidy

ADDRESS = "https://api.gdeltproject.org/api/v2/doc/doc"
WORDS = '("data center" OR "data centers" OR datacenter OR "centre de données")'
AFRICA = ("MO", "EG", "SF", "KE")  # FIPS: Morocco, Egypt, South Africa, Kenya
REGIONS = {
    "africa": f"({' OR '.join(f'sourcecountry:{code}' for code in AFRICA)})",
    "france": "sourcecountry:FR",
}
MOST = 250  # articles, the cap of the API
LANGUAGES = {"French": "fr", "English": "en"}


REQUESTS = tuple(
    Request(
        ADDRESS,
        params={
            "query": f"{WORDS} {code}",
            "mode": "artlist",
            "format": "json",
            "timespan": "1week",
            "maxrecords": str(MOST),
            "sort": "datedesc",
        },
    )
    for code in REGIONS.values()
)
WEEK = timedelta(days=7)
LONGEST_AGO = 12  # weeks; the API reaches back three months


def windows(stored: Collection[date], today: date) -> list[Request]:
    """The week that ends today, and those since the last stored one."""
    last = max(stored, default=today - WEEK)
    ends = [today]
    while ends[-1] - WEEK > last and len(ends) < LONGEST_AGO:
        ends.append(ends[-1] - WEEK)
    return [_week(request, end) for end in reversed(ends) for request in REQUESTS]


def _week(request: Request, end: date) -> Request:
    params = {name: value for name, value in request.params.items() if name != "timespan"}
    first = end - WEEK + timedelta(days=1)
    span = {"startdatetime": f"{first:%Y%m%d}000000", "enddatetime": f"{end:%Y%m%d}235959"}
    return replace(request, params=params | span)


def items(payload: Payload) -> pd.DataFrame:
    """The articles of a response (ITEMS), one row for each address.

    `published` is when GDELT saw the article, hours to days after it came out. Raises
    SchemaDrift for another form.
    """
    try:
        body = json.loads(payload.content, strict=False)  # titles hold control characters
    except ValueError as fault:
        raise SchemaDrift("JSON", fault) from None
    if not isinstance(body, dict):
        raise SchemaDrift("articles", type(body).__name__)
    table = pd.DataFrame(body.get("articles", []))
    if table.empty:
        return pd.DataFrame(columns=ITEMS)
    if missing := {"url", "title", "seendate", "domain", "language"} - set(table.columns):
        raise SchemaDrift("url, title, seendate, domain, language", f"without {sorted(missing)}")
    seen = pd.to_datetime(table["seendate"], format="%Y%m%dT%H%M%SZ", utc=True, errors="coerce")
    if seen.isna().any():
        raise SchemaDrift(
            "instants as 20261001T120000Z", table.loc[seen.isna(), "seendate"].iloc[0]
        )
    columns = {
        "title": table["title"].str.split().str.join(" ").str.slice(0, LONGEST),
        "link": [web_link("", str(url)) for url in table["url"]],
        "published": seen.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "publisher": table["domain"],
        "language": table["language"].map(LANGUAGES).fillna(""),
    }
    once = pd.DataFrame(columns).drop_duplicates(["publisher", "title"]).drop_duplicates("link")
    return once[once["link"].ne("")].reset_index(drop=True)


def parse(payload: Payload) -> pd.DataFrame:
    """The number of articles of the week that ends on a day: that of the question.

    Raises SchemaDrift at the cap of the API.
    """
    articles = items(payload)
    if len(json.loads(payload.content, strict=False).get("articles", [])) >= MOST:
        raise SchemaDrift(f"fewer than {MOST} articles", "the cap: ask for a shorter span")
    end = payload.request.params.get("enddatetime", f"{payload.fetched_at:%Y%m%d}")
    day = pd.Timestamp(end[:8])
    region = next(name for name, code in REGIONS.items() if code in payload.request.params["query"])
    return tidy(
        pd.DataFrame(
            {
                "series": [f"gdelt.articles.{region}"],
                "period": [day],
                "value": [float(len(articles))],
            }
        )
    )


SOURCE = Source(
    key="gdelt",
    publisher="The GDELT Project",
    fr="Articles sur les centres de données, Afrique et France",
    en="Articles on data centres, Africa and France",
    homepage="https://www.gdeltproject.org/",
    licence="open with attribution; titles and links of the papers",
    licence_url="https://www.gdeltproject.org/about.html#termsofuse",
    redistribute=False,
    attribution="The GDELT Project",
    confirmed="independent public code asks the same address, often in vain, looked up 2026-11",
    cadence="weekly",
    lag_days=1,
    stale_days=21,
    role="announcements",
    expected_format="json",
    completeness=Completeness(rows=0.5, series=1.0),
    parse=parse,
    requests=REQUESTS,
    windows=windows,
    series=(
        Series("gdelt.articles.africa", "articles", "E", "Articles, Afrique", "Articles, Africa"),
        Series("gdelt.articles.france", "articles", "E", "Articles, France", "Articles, France"),
    ),
    traps=(
        "A bad question is a 200 with HTML; a fast one is a 429: one in five seconds.",
        "At most 250 articles a question, without a word: an answer at the cap is refused.",
        "Countries are FIPS codes: Morocco is MO, not MA.",
        "The date is when GDELT saw the article; one story comes from dozens of papers.",
        "Titles hold control characters that strict JSON refuses.",
    ),
)
