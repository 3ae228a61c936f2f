"""What is counted or read as text: filings, rules, articles, pages."""

from __future__ import annotations

import json
from datetime import date, timedelta
from hashlib import sha256

from tests.world.calendars import daily
from tests.world.economy import Economy, later, periods
from tests.world.publishers import Context, Figures, Publisher

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
RULES = "federal_register.export_control_rules"
FILINGS = "sec_filings.data_centre"
CENTRES = {
    "0001101239": "EQIX",
    "0001297996": "DLR",
    "0001878848": "IREN",
    "0001341439": "ORCL",
    "0000789019": "MSFT",
    "0001018724": "AMZN",
    "0001652044": "GOOGL",
    "0001326801": "META",
}


def monthly_counts(economy: Economy, series: str, first: date, day: date, mean: float) -> Figures:
    """How many there were in each month that is over."""
    last = later(day.replace(day=1), -1, "M")
    return {
        (series, month): float(economy.count(series, month, mean))
        for month in periods(first, last, "M")
    }


def _days(context: Context, series: str, cells: int) -> list[date]:
    """The days of all documents so far: one a day from the first of a month."""
    days = []
    for month, number in context.by_period(series).items():
        days += [month + timedelta(days=position % 28) for position in range(int(number))]
    running = [context.day.replace(day=1)] * cells
    return sorted(days + running)


# --- Federal Register: rules of the export-control agency.
def rules_figures(economy: Economy, day: date) -> Figures:
    """Rules by month since 2018."""
    return monthly_counts(economy, RULES, date(2018, 1, 1), day, 4)


def rules_body(context: Context) -> bytes:
    """All documents on one page."""
    results = [
        {"document_number": f"{day:%Y}-{number:05d}", "publication_date": f"{day}", "type": "Rule"}
        for number, day in enumerate(_days(context, RULES, 1))
    ]
    return json.dumps({"count": len(results), "next_page_url": None, "results": results}).encode()


# --- SEC full-text search: pages of a hundred.
PAGE = 100
COMPANIES = {"ciks": ["0001101239"], "display_names": ["EQUINIX INC  (EQIX)  (CIK 0001101239)"]}


def filings_figures(economy: Economy, day: date) -> Figures:
    """Filings by month since 2024."""
    return monthly_counts(economy, FILINGS, date(2024, 1, 1), day, 55)


def filings_body(context: Context) -> bytes:
    """The hits from an offset on, within the dates that are asked for."""
    query = context.received.query
    first, last = query.get("startdt", ["2024-01-01"])[0], query.get("enddt", ["9999-12-31"])[0]
    days = [day for day in _days(context, FILINGS, 2) if first <= f"{day}" <= last]
    start = int(query.get("from", ["0"])[0])
    hits = [
        {
            "_id": f"0001101239-{day:%y}-{number:06d}:ex99.htm",
            "_source": {
                "adsh": f"0001101239-{day:%y}-{number:06d}",
                "file_date": f"{day}",
                "file_type": "EX-99.1",
                **COMPANIES,
            },
        }
        for number, day in list(enumerate(days))[start : start + PAGE]
    ]
    total = {"value": len(days), "relation": "eq"}
    return json.dumps({"timed_out": False, "hits": {"total": total, "hits": hits}}).encode()


# --- SEC submissions: columns of filings.
def submissions_figures(economy: Economy, day: date) -> Figures:
    """Current reports of each company by month."""
    figures: Figures = {}
    for ticker in CENTRES.values():
        series = f"sec_submissions.current_reports.{ticker}"
        figures |= monthly_counts(economy, series, date(2024, 1, 1), day, 2)
    return figures


def submissions_body(context: Context) -> bytes | None:
    """The list of one company, in columns."""
    cik = context.received.path.rpartition("CIK")[2].removesuffix(".json")
    if cik not in CENTRES:
        return None
    days = _days(context, f"sec_submissions.current_reports.{CENTRES[cik]}", 1)
    columns = {
        "accessionNumber": [f"{cik}-{day:%y}-{number:06d}" for number, day in enumerate(days)],
        "filingDate": [f"{day}" for day in days],
        "acceptanceDateTime": [f"{day}T16:05:00.000Z" for day in days],
        "form": ["8-K"] * len(days),
        "items": ["5.02"] * len(days),
        "primaryDocument": ["report.htm"] * len(days),
    }
    return json.dumps({"cik": cik, "filings": {"recent": columns, "files": []}}).encode()


# --- GDELT: the articles of a week.
REGIONS = {"africa": "sourcecountry:MO", "france": "sourcecountry:FR"}


def gdelt_figures(economy: Economy, day: date) -> Figures:
    """Articles of the weeks that end on this day of the week, by region."""
    weeks = (day - economy.start).days // 7
    ends = [day - timedelta(days=7 * number) for number in range(weeks + 1)]
    return {
        (f"gdelt.articles.{region}", end): float(20 + economy.count(f"gdelt {region}", end, 20))
        for region in REGIONS
        for end in ends
    }


def gdelt_body(context: Context) -> bytes:
    """Articles of the region and the week in the question, each once."""
    query = context.received.query
    region = next(name for name, code in REGIONS.items() if code in query["query"][0])
    end = date.fromisoformat(query["enddatetime"][0][:8])
    number = int(context.figures.get((f"gdelt.articles.{region}", end), 0))
    articles = [
        {
            "url": f"https://paper.example/{region}/{end}/{position}",
            "title": f"A data centre in the news, {end} {position}",
            "seendate": f"{end:%Y%m%d}T000000Z",
            "domain": "paper.example",
            "language": "French" if region == "france" else "English",
        }
        for position in range(number)
    ]
    return json.dumps({"articles": articles}).encode()


# --- Feeds: the last items of three papers.
FEEDS = {
    "www.datacenterdynamics.com": "datacenterdynamics_com",
    "www.datacenterknowledge.com": "datacenterknowledge_com",
    "press.aboutamazon.com": "press_aboutamazon_com",
}
ITEMS = 25


def feed_figures(economy: Economy, day: date) -> Figures:
    """Each feed has as many items as it always has."""
    return {(f"feeds.items.{name}", day): float(ITEMS) for name in FEEDS.values()}


def feed_body(context: Context) -> bytes:
    """An RSS feed, an item a day."""
    host = context.received.path.split("/")[1]
    number = int(context.figures.get((f"feeds.items.{FEEDS[host]}", context.day), 0))
    rows = []
    for age in range(number):
        day = context.day - timedelta(days=age)
        rows.append(
            f"<item><title>Report on data halls of {day}</title>"
            f"<link>https://{host}/news/{day}</link>"
            f"<pubDate>{day:%a, %d %b %Y} 06:00:00 GMT</pubDate></item>"
        )
    channel = "<title>News</title><link>https://news.example</link><language>en</language>"
    items = f"<channel>{channel}{''.join(rows)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{items}</rss>'.encode()


# --- Pages of tariffs: their text changes on a few days a year.
PAGES = {
    "www.anre.ma/": "anre",
    "www.pjm.com/markets-and-operations/rpm": "pjm",
    "www.top500.org/lists/top500/": "top500",
    "www.trendforce.com/presscenter/news": "trendforce",
}
CHANGES = {"anre": 3, "pjm": 7, "top500": 6, "trendforce": 2}
TEXT = "Figures in force and how they were decided. " * 8
# The line of each page that counts; "" where all of it does.
COUNTED = {"top500": "June {year}", "trendforce": "DRAM Contract Prices of {year}"}


def page_text(name: str, day: date) -> str:
    """The line of a page that counts, which names the year of its last change."""
    year = day.year if day.month >= CHANGES[name] else day.year - 1
    return COUNTED.get(name, TEXT + name + " {year}").format(year=year)


def page_figures(economy: Economy, day: date) -> Figures:
    """The fingerprint that a page's text has: from 1 to 2."""
    return {
        (f"tariff_pages.{name}", day): 1
        + int(sha256(page_text(name, day).encode()).hexdigest()[:10], 16) / 2**40
        for name in PAGES.values()
    }


def page_body(context: Context) -> bytes | None:
    """The page as HTML."""
    name = PAGES.get(context.received.path.lstrip("/"))
    if name is None:
        return None
    filler = f"<p>{TEXT} {context.day}</p>" if name in COUNTED else ""
    return f"<html><body>{filler}<p>{page_text(name, context.day)}</p></body></html>".encode()


ATOM = {"Content-Type": "application/rss+xml"}
PUBLISHERS = (
    Publisher(
        "federal_register",
        daily,
        rules_figures,
        rules_body,
        ("www.federalregister.gov/api/",),
        daily=True,
        headers=JSON,
    ),
    Publisher(
        "sec_filings",
        daily,
        filings_figures,
        filings_body,
        ("efts.sec.gov/",),
        daily=True,
        headers=JSON,
    ),
    Publisher(
        "sec_submissions",
        daily,
        submissions_figures,
        submissions_body,
        ("data.sec.gov/submissions/",),
        daily=True,
        headers=JSON,
    ),
    Publisher(
        "gdelt",
        daily,
        gdelt_figures,
        gdelt_body,
        ("api.gdeltproject.org/",),
        daily=True,
        headers=JSON,
    ),
    Publisher(
        "feeds",
        daily,
        feed_figures,
        feed_body,
        tuple(f"{host}/" for host in FEEDS),
        daily=True,
        headers=ATOM,
    ),
    Publisher(
        "tariff_pages",
        daily,
        page_figures,
        page_body,
        tuple(PAGES),
        daily=True,
        undated=True,
        headers=HTML,
    ),
)
