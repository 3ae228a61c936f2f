"""The pages in Arabic, right to left: the headline, and the pilot country.

Charts keep their time from left to right and figures their Latin digits, as in the Maghreb.
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from dashboards import theme
from dashboards.bulletin import gate, reading
from dashboards.bulletin import headline as headline_words
from dashboards.bulletin.reading import Reading
from dashboards.site import line_figure, readout
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, up
from dashboards.site.pages import groups, projects
from dashboards.site.pages.home import cards, interval
from warehouse.publication import identity
from warehouse.release_calendar import coming_editions


def pages(
    context: SiteContext,
    lang: SiteLocale,
    chart_urls: ChartUrlFactory,
    countries: Mapping[str, str] = projects.NOWHERE,
) -> Iterator[Page]:
    """The headline page and the pilot country, with the projects in `countries`."""
    yield _home(context, lang, chart_urls(up("")))
    for group in context.stats.panels:
        if group["key"] == identity.in_force().panel:
            yield groups.panel(context, group, lang, chart_urls, countries)


def _home(context: SiteContext, lang: SiteLocale, draw: ChartWriter) -> Page:
    """The headline page of the newest edition."""
    stats = context.stats
    level, regimes = stats.level, stats.zones
    zones = lang.words["zone_names"]
    bounds = [(float(item["enter"]), zones.get(item["key"], "")) for item in regimes[1:]]
    drawn = reading.readable_scores(stats)
    last = lang.number(next(iter(drawn.dropna()[::-1]), float("nan")))
    path = pd.DataFrame({"score": drawn, "regime": stats.index_regimes})
    spoken = readout.spoken(path, zones, lang)
    figure = line_figure.line(
        drawn, last, theme.INK, lang, draw, texts=spoken, score=True, bounds=bounds
    )
    [after] = coming_editions(context.now, stats.cutoff_day, 1)
    state = reading.reading(stats)
    score = lang.number(level.score)
    unread = state.kind == "none"
    headline = (
        headline_words.unread_title(state, level, lang)
        if unread
        else lang.say(f"headline_{state.kind}", month=lang.month(level.period), figure=score)
    )
    content = {
        "headline": headline,
        "kind": state.kind,
        "status": lang.words[f"status_{state.kind}"],
        "notes": _notes(state, score, lang) if unread else [],
        "number": score,
        "interval": interval(stats, lang),
        "regime": "" if unread else zones.get(level.regime, ""),
        "rank": headline_words.rank(level.regime, regimes),
        "month_change": lang.number(level.month_change, signed=True),
        "year_change": lang.number(level.year_change, signed=True),
        "figure": figure,
        "gate": gate.conditions(stats, lang),
        "dimensions": cards(stats, lang),
        "next": lang.say(
            "next_sentence",
            month=lang.month(after.month + "-01"),
            when=lang.moments(after.publication),
        ),
    }
    return Page("", "arabic.html", lang.words["site"], headline, content)


def _notes(state: Reading, figure: str, lang: SiteLocale) -> list[str]:
    """What is observed of what was due, and the estimate."""
    floor = lang.percent(reading.READABLE)
    return [
        lang.say("due", observed=lang.percent(state.observed), floor=floor),
        lang.say("estimate", figure=figure, recent=lang.percent(state.recent)),
    ]
