"""The bulletins: one permanent page an issue, their list, and the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboards.bulletin import document
from dashboards.bulletin.figures import Draw, lasting
from dashboards.site.context import Issue, SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, html, up
from dashboards.site.schedule import Due, coming
from warehouse.edition import Edition

Row = dict[str, Any]
AHEAD = 12


def issue_page(edition: Edition, issue: Issue, lang: SiteLocale, draw: Draw, data: str) -> Page:
    """The bulletin of an issue, with its tables at `data`."""
    shown = document.content(edition, lang, draw, data)
    return Page(
        f"bulletins/{issue.name}/",
        "bulletin_page.html",
        lang.say("title", month=lang.month(issue.month + "-01")) + mark(issue),
        str(shown["headline"]),
        shown | {"issue": issue, "card": issue.name, "hour": lang.moment(issue.due.release)},
    )


def mark(issue: Issue) -> str:
    """What follows the name of an issue that replaces another."""
    return " (R)" if issue.reissue else ""


def embeds(stock: SiteContext, lang: SiteLocale, pen: ChartUrlFactory) -> Iterator[tuple[str, str]]:
    """A page a figure of the newest issue, to be framed elsewhere: its name and its text."""
    path = "embed/"
    for figure in lasting(stock.edition, lang, pen(up(path))):  # so that no address is lost
        title = lang.words[f"figure_{figure.key}"]
        page = Page(path, "embed.html", title, figure.alt, {"figure": figure})
        yield f"{lang.code}/{path}{figure.key}.html", html(page, stock, lang)


def listing(stock: SiteContext, lang: SiteLocale) -> Page:
    """Every issue, newest first; those that were replaced stay at their address."""
    names = {one["key"]: lang.of(one) for one in stock.edition.framework["regimes"]}
    rows = [
        {
            "path": f"bulletins/{one.name}/",
            "name": lang.month(one.month + "-01") + mark(one),
            "score": lang.number(one.score),
            "regime": names.get(one.regime, "–"),
            "release": lang.moment(one.due.release),
            "version": one.version,
            "replaced": one.replaced_by,
            "data": f"data/{one.name}/",
        }
        for one in stock.issues
    ]
    return Page(
        "bulletins/",
        "bulletins.html",
        lang.words["names"]["bulletins/"],
        lang.words["about"]["bulletins/"],
        {"rows": rows},
    )


def calendar(stock: SiteContext, lang: SiteLocale) -> Page:
    """The rule of release and the dates that follow from it."""
    rows = [
        [lang.month(one.month + "-01"), lang.day(one.cutoff.date()), lang.moment(one.release)]
        for one in ahead(stock)
    ]
    past = [
        [
            lang.month(one.month + "-01") + mark(one),
            lang.day(one.as_of.date()),
            lang.moment(one.due.release),
        ]
        for one in stock.issues
    ]
    day = int(stock.edition.framework["rules"]["cutoff_day"])
    return Page(
        "calendar/",
        "calendar.html",
        lang.words["names"]["calendar/"],
        lang.words["about"]["calendar/"],
        {"rows": rows, "past": past, "rule": lang.say("calendar_rule", day=day)},
    )


def ahead(stock: SiteContext) -> list[Due]:
    """The releases that are still to come."""
    return coming(stock.now, int(stock.edition.framework["rules"]["cutoff_day"]), AHEAD)


def ics(stock: SiteContext, lang: SiteLocale) -> bytes:
    """The releases, past and to come, as an iCalendar file. The same dates give the same bytes."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Silent Crash Observatory//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", lang.words["site"])
    first = [one.due for one in stock.issues if not one.reissue]
    for one in [*reversed(first), *ahead(stock)]:
        event = Event()
        event.add("uid", f"release-{one.month}@silent-crash-observatory")
        event.add("dtstamp", one.cutoff)
        event.add("dtstart", one.release)
        event.add("dtend", one.release + timedelta(minutes=30))
        event.add("summary", lang.say("title", month=lang.month(one.month + "-01")))
        made.add_component(event)
    body: bytes = made.to_ical()
    return body
