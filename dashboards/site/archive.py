"""The bulletins: one permanent page an issue, their list, and the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboards import bulletin
from dashboards.figures import Draw, lasting
from dashboards.site.page import Page, Pen, html, up
from dashboards.site.schedule import Due, coming
from dashboards.site.speech import Speech
from dashboards.site.stock import Issue, Stock
from warehouse.edition import Edition

Row = dict[str, Any]
AHEAD = 12


def issue_page(edition: Edition, issue: Issue, said: Speech, draw: Draw, data: str) -> Page:
    """The bulletin of an issue, with its tables at `data`."""
    shown = bulletin.content(edition, said, draw, data)
    return Page(
        f"bulletins/{issue.name}/",
        "bulletin_page.html",
        said.say("title", month=said.month(issue.month + "-01")) + mark(issue),
        str(shown["headline"]),
        shown | {"issue": issue, "card": issue.name, "hour": said.moment(issue.due.release)},
    )


def mark(issue: Issue) -> str:
    """What follows the name of an issue that replaces another."""
    return " (R)" if issue.reissue else ""


def embeds(stock: Stock, said: Speech, pen: Pen) -> Iterator[tuple[str, str]]:
    """A page a figure of the newest issue, to be framed elsewhere: its name and its text."""
    path = "embed/"
    for figure in lasting(stock.edition, said, pen(up(path))):  # so that no address is lost
        title = said.words[f"figure_{figure.key}"]
        page = Page(path, "embed.html", title, figure.alt, {"figure": figure})
        yield f"{said.code}/{path}{figure.key}.html", html(page, stock, said)


def listing(stock: Stock, said: Speech) -> Page:
    """Every issue, newest first; those that were replaced stay at their address."""
    names = {one["key"]: said.of(one) for one in stock.edition.framework["regimes"]}
    rows = [
        {
            "path": f"bulletins/{one.name}/",
            "name": said.month(one.month + "-01") + mark(one),
            "score": said.number(one.score),
            "regime": names.get(one.regime, "–"),
            "release": said.moment(one.due.release),
            "version": one.version,
            "replaced": one.replaced_by,
            "data": f"data/{one.name}/",
        }
        for one in stock.issues
    ]
    return Page(
        "bulletins/",
        "bulletins.html",
        said.words["names"]["bulletins/"],
        said.words["about"]["bulletins/"],
        {"rows": rows},
    )


def calendar(stock: Stock, said: Speech) -> Page:
    """The rule of release and the dates that follow from it."""
    rows = [
        [said.month(one.month + "-01"), said.day(one.cutoff.date()), said.moment(one.release)]
        for one in ahead(stock)
    ]
    past = [
        [
            said.month(one.month + "-01") + mark(one),
            said.day(one.as_of.date()),
            said.moment(one.due.release),
        ]
        for one in stock.issues
    ]
    day = int(stock.edition.framework["rules"]["cutoff_day"])
    return Page(
        "calendar/",
        "calendar.html",
        said.words["names"]["calendar/"],
        said.words["about"]["calendar/"],
        {"rows": rows, "past": past, "rule": said.say("calendar_rule", day=day)},
    )


def ahead(stock: Stock) -> list[Due]:
    """The releases that are still to come."""
    return coming(stock.now, int(stock.edition.framework["rules"]["cutoff_day"]), AHEAD)


def ics(stock: Stock, said: Speech) -> bytes:
    """The releases, past and to come, as an iCalendar file. The same dates give the same bytes."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Silent Crash Observatory//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", said.words["site"])
    first = [one.due for one in stock.issues if not one.reissue]
    for one in [*reversed(first), *ahead(stock)]:
        event = Event()
        event.add("uid", f"release-{one.month}@silent-crash-observatory")
        event.add("dtstamp", one.cutoff)
        event.add("dtstart", one.release)
        event.add("dtend", one.release + timedelta(minutes=30))
        event.add("summary", said.say("title", month=said.month(one.month + "-01")))
        made.add_component(event)
    body: bytes = made.to_ical()
    return body
