"""The bulletins: a permanent page for each issue, a list, and the calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dashboards import edition_dates
from dashboards.bulletin import document, table_rows
from dashboards.bulletin.figures import Draw, lasting
from dashboards.edition_stats import EditionStats
from dashboards.site.context import Issue, SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, html, up
from warehouse.publication import identity
from warehouse.release_calendar import (
    EditionDates,
    coming_editions,
    following_month,
)
from warehouse.release_calendar import edition_dates as edition_calendar

if TYPE_CHECKING:
    from icalendar import Event

Row = dict[str, Any]
WEEKDAYS = "calendar_rule_weekdays"  # the rule of an observatory that observes no holiday
AHEAD = 12  # months of the calendar, as statistics offices announce a year


def issue_page(stats: EditionStats, issue: Issue, lang: SiteLocale, draw: Draw, data: str) -> Page:
    """The bulletin of an issue, with its tables at `data`."""
    shown = document.content(stats, lang, draw, data)
    return Page(
        f"bulletins/{issue.name}/",
        "bulletin_page.html",
        lang.say("title", month=lang.month(issue.month + "-01")) + mark(issue),
        str(shown["headline"]),
        shown | {"issue": issue, "card": issue.name, "paper": "bulletin.pdf"},
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
            "name": _name(item, lang),
            # An estimate is in its bulletin, as one; a list would show it as a reading.
            "score": lang.number(item.score) if item.regime else "–",
            "regime": names.get(item.regime, "–"),
            "release": edition_dates.day(item.timeline, lang),
            "claim": edition_dates.mark(item.timeline, lang),
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
        {"rows": rows, "zone_rule": table_rows.zone_rule(context.stats, lang)},
    )


def calendar(context: SiteContext, lang: SiteLocale) -> Page:
    """The rule, the dates ahead, what was published, what was rebuilt."""
    issues = [(issue, issue.timeline) for issue in context.issues]
    published = [
        [_name(issue, lang), lang.day(own.due.cutoff.date()), lang.moment(own.due.publication),
         edition_dates.mark(own, lang) if own.waits else lang.moment(own.available_at)]
        for issue, own in issues if not own.reconstructed
    ]  # fmt: skip
    rebuilt = [
        [_name(issue, lang), lang.day(own.as_of.date()), lang.moment(own.computed_at)]
        for issue, own in issues if own.reconstructed
    ]  # fmt: skip
    coming = [*late(context), *ahead(context)]
    return Page(
        "calendar/",
        "calendar.html",
        lang.words["names"]["calendar/"],
        lang.words["about"]["calendar/"],
        {
            "coming": [_coming(dates, context, lang) for dates in coming],
            "published": published,
            "rebuilt": rebuilt,
            **_rule(context.stats.cutoff_day, lang),
        },
    )


def _rule(day: int, lang: SiteLocale) -> Row:
    """When an edition is due, what is said of holidays, and of the hours."""
    house = identity.in_force()
    named = [lang.country(code) for code in house.holidays]
    form, countries = ("calendar_rule", lang.listed(named)) if named else (WEEKDAYS, "")
    return {
        "rule": lang.say(form, day=day, countries=countries),
        "holidays": lang.words["calendar_holidays"] if named else "",
        "hours": lang.say("note_ahead" if house.zones else "note_ahead_utc", cities=lang.cities),
    }


def _name(issue: Issue, lang: SiteLocale) -> str:
    return lang.month(issue.month + "-01") + mark(issue)


def _coming(dates: EditionDates, context: SiteContext, lang: SiteLocale) -> Row:
    """A release that is due: its cut-off, its hour in three places, and remarks."""
    holidays = [
        lang.say(
            "moved_by",
            day=lang.day(holiday.day),
            holiday=lang.of({"fr": holiday.fr, "en": holiday.en}),
            country=lang.country(holiday.country),
        )
        for holiday in dates.moved_by
    ]
    overdue = dates.publication <= context.now
    waits = dates.month in context.waiting
    return {
        "month": lang.month(dates.month + "-01"),
        "cutoff": lang.day(dates.cutoff.date()),
        "day": lang.day(dates.publication.date()),
        "hours": lang.hours(dates.publication, "hours_listed"),
        "remarks": [
            *holidays,
            *([lang.words["provisional_date"]] if dates.provisional and not overdue else []),
            *([lang.words["overdue_waits" if waits else "overdue"]] if overdue else []),
        ],
    }


def ahead(context: SiteContext) -> list[EditionDates]:
    """The releases that are still to come."""
    return coming_editions(context.now, context.stats.cutoff_day, AHEAD)


def late(context: SiteContext) -> list[EditionDates]:
    """The releases that are overdue, the oldest first."""
    due: list[EditionDates] = []
    month = following_month(context.issue.month)
    while (dates := edition_calendar(month, context.stats.cutoff_day)).publication <= context.now:
        due.append(dates)
        month = following_month(month)
    return due


def ics(context: SiteContext, lang: SiteLocale) -> bytes:
    """The releases, published and to come, as iCalendar.

    Equal dates give equal bytes. What was rebuilt later is not among them: nothing was published
    on the day it stands for.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{identity.in_force().name('en')}//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", lang.words["site"])
    first = [
        issue.timeline
        for issue in reversed(context.issues)
        if not issue.reissue and issue.timeline.public_at and not issue.timeline.reconstructed
    ]
    for edition in first:
        calendar.add_component(_event(edition.due, edition.available_at, lang))
    for dates in ahead(context):
        calendar.add_component(_event(dates, dates.publication, lang))
    body: bytes = calendar.to_ical()
    return body


def _event(dates: EditionDates, start: datetime, lang: SiteLocale) -> "Event":
    """The release of an edition as an event of half an hour."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"release-{dates.month}@{identity.in_force().authority}")
    event.add("dtstamp", dates.cutoff)
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=30))
    event.add("summary", lang.say("title", month=lang.month(dates.month + "-01")))
    event.add("description", lang.moments(start))
    if dates.provisional:
        event.add("status", "TENTATIVE")
    return event
