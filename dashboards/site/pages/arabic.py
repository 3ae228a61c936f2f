"""The headline page in Arabic, right to left: the index, its five dimensions, its line.

Charts keep their time from left to right and figures their Latin digits, as in the Maghreb.
"""

from dashboards import charts, edition_stats, theme
from dashboards.bulletin.figures import Draw
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page, spark
from dashboards.site.pages.groups import told
from dashboards.site.pages.home import interval
from dashboards.site.schedule import coming


def page(stock: SiteContext, lang: SiteLocale, draw: Draw) -> Page:
    """The page of the newest edition."""
    edition, level = stock.edition, edition_stats.level(stock.edition)
    index = edition_stats.table(edition, "score", "index")["index"]
    regimes = edition.framework["regimes"]
    zones = lang.words["zone_names"]
    bounds = [(float(one["enter"]), zones.get(one["key"], "")) for one in regimes[1:]]
    frame = index.rename("value").rename_axis("period").reset_index()
    wide, narrow = (
        draw(charts.line(frame, lang.number(index.iloc[-1]), theme.INK, width,
                         score=True, bounds=bounds), lang)
        for width in (charts.WIDE, charts.NARROW)
    )  # fmt: skip
    scores = edition_stats.table(edition, "score", "dimension")
    [after] = coming(stock.now, int(edition.framework["rules"]["cutoff_day"]), 1)
    month = lang.month(level.period)
    headline = lang.say("headline", month=month, figure=lang.number(level.score))
    content = {
        "headline": headline,
        "number": lang.number(level.score),
        "interval": interval(edition, lang),
        "regime": zones.get(level.regime, ""),
        "rank": [one["key"] for one in regimes].index(level.regime) if level.regime else 0,
        "month_change": lang.number(level.month_change, signed=True),
        "year_change": lang.number(level.year_change, signed=True),
        "figure": {"wide": wide, "narrow": narrow} | told(index, 1, lang),
        "dimensions": [
            {
                "name": lang.words["dimensions"].get(one["key"], one["en"]),
                "question": lang.words["questions"].get(one["key"], one["question_en"]),
                "score": lang.number(line["score"]),
                "change": lang.number(line["change"], signed=True),
                "spark": spark(list(scores[one["key"]])),
            }
            for one in edition_stats.groups(edition)
            for line in [edition_stats.of_dimension(edition, one["key"])]
        ],
        "next": lang.say(
            "next_sentence", month=lang.month(after.month + "-01"), when=lang.moment(after.release)
        ),
    }
    return Page("", "arabic.html", lang.words["site"], headline, content)
