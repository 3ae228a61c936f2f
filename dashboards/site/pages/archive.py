"""The bulletins: a permanent page for each issue, a list, and the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboards.bulletin import document
from dashboards.bulletin.figures import Draw, lasting
from dashboards.edition_stats import EditionStats
from dashboards.site.context import Issue, SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, html, up
from warehouse.release_calendar import EditionDates, coming_editions

Row = dict[str, Any]
AHEAD = 12  # months of the calendar, as statistics offices announce a year


def issue_page(stats: EditionStats, issue: Issue, lang: SiteLocale, draw: Draw, data: str) -> Page:
    """The bulletin of an issue, with its tables at `data`."""
    shown = document.content(stats, lang, draw, data)
    return Page(
        f"bulletins/{issue.name}/",
        "bulletin_page.html",
        lang.say("title", month=lang.month(issue.month + "-01")) + mark(issue),
        str(shown["headline"]),
        shown | {"issue": issue, "card": issue.name, "hour": lang.moment(issue.due.publication)},
    )


def mark(issue: Issue) -> str:
    """The mark after the name of an issue that replaces another."""
    return " (R)" if issue.reissue else ""


def embeds(
    context: SiteContext, lang: SiteLocale, chart_urls: ChartUrlFactory
) -> Iterator[tuple[str, str]]:
    """A page for each figure of the newest issue, to be framed elsewhere."""
    path = "embed/"
    # only the figures that every issue has, so that no address ever disappears
    for figure in lasting(context.stats, lang, chart_urls(up(path))):
        title = lang.words[f"figure_{figure.key}"]
        page = Page(path, "embed.html", title, figure.alt, {"figure": figure})
        yield f"{lang.code}/{path}{figure.key}.html", html(page, context, lang)


def listing(context: SiteContext, lang: SiteLocale) -> Page:
    """Every issue, newest first; those that were replaced stay at their address."""
    names = lang.names(context.stats.labels)
    rows = [
        {
            "path": f"bulletins/{item.name}/",
            "name": lang.month(item.month + "-01") + mark(item),
            # An estimate is in its bulletin, as one; a list would show it as a reading.
            "score": lang.number(item.score) if item.regime else "–",
            "regime": names.get(item.regime, "–"),
            "release": lang.moment(item.due.publication),
            "version": item.version,
            "replaced": item.replaced_by,
            "data": f"data/{item.name}/",
        }
        for item in context.issues
    ]
    return Page(
        "bulletins/",
        "bulletins.html",
        lang.words["names"]["bulletins/"],
        lang.words["about"]["bulletins/"],
        {"rows": rows},
    )


def calendar(context: SiteContext, lang: SiteLocale) -> Page:
    """The rule of release and the dates that follow from it."""
    rows = [
        [
            lang.month(dates.month + "-01"),
            lang.day(dates.cutoff.date()),
            lang.moment(dates.publication),
        ]
        for dates in ahead(context)
    ]
    past = [
        [
            lang.month(dates.month + "-01") + mark(dates),
            lang.day(dates.as_of.date()),
            lang.moment(dates.due.publication),
        ]
        for dates in context.issues
    ]
    day = int(context.edition.framework["rules"]["cutoff_day"])
    return Page(
        "calendar/",
        "calendar.html",
        lang.words["names"]["calendar/"],
        lang.words["about"]["calendar/"],
        {"rows": rows, "past": past, "rule": lang.say("calendar_rule", day=day)},
    )


def ahead(context: SiteContext) -> list[EditionDates]:
    """The releases that are still to come."""
    return coming_editions(
        context.now, int(context.edition.framework["rules"]["cutoff_day"]), AHEAD
    )


def ics(context: SiteContext, lang: SiteLocale) -> bytes:
    """The releases, past and to come, as iCalendar; equal dates give equal bytes."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Silent Crash Observatory//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", lang.words["site"])
    first = [scheduled.due for scheduled in context.issues if not scheduled.reissue]
    for scheduled in [*reversed(first), *ahead(context)]:
        event = Event()
        event.add("uid", f"release-{scheduled.month}@silent-crash-observatory")
        event.add("dtstamp", scheduled.cutoff)
        event.add("dtstart", scheduled.publication)
        event.add("dtend", scheduled.publication + timedelta(minutes=30))
        event.add("summary", lang.say("title", month=lang.month(scheduled.month + "-01")))
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body
