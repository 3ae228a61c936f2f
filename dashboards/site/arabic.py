"""The headline page in Arabic, right to left: the index, its five dimensions, its line.

Charts keep their time from left to right and figures their Latin digits, as in the Maghreb.
"""

from dashboards import charts, facts, theme
from dashboards.figures import Draw
from dashboards.site.groups import told
from dashboards.site.home import interval
from dashboards.site.page import Page, spark
from dashboards.site.schedule import coming
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock


def page(stock: Stock, said: Speech, draw: Draw) -> Page:
    """The page of the newest edition."""
    edition, level = stock.edition, facts.level(stock.edition)
    index = facts.table(edition, "score", "index")["index"]
    regimes = edition.framework["regimes"]
    zones = said.words["zone_names"]
    bounds = [(float(one["enter"]), zones.get(one["key"], "")) for one in regimes[1:]]
    frame = index.rename("value").rename_axis("period").reset_index()
    wide, narrow = (
        draw(charts.line(frame, said.number(index.iloc[-1]), theme.INK, width,
                         score=True, bounds=bounds), said)
        for width in (charts.WIDE, charts.NARROW)
    )  # fmt: skip
    scores = facts.table(edition, "score", "dimension")
    [after] = coming(stock.now, int(edition.framework["rules"]["cutoff_day"]), 1)
    month = said.month(level.period)
    headline = said.say("headline", month=month, figure=said.number(level.score))
    content = {
        "headline": headline,
        "number": said.number(level.score),
        "interval": interval(edition, said),
        "regime": zones.get(level.regime, ""),
        "rank": [one["key"] for one in regimes].index(level.regime) if level.regime else 0,
        "month_change": said.number(level.month_change, signed=True),
        "year_change": said.number(level.year_change, signed=True),
        "figure": {"wide": wide, "narrow": narrow} | told(index, 1, said),
        "dimensions": [
            {
                "name": said.words["dimensions"].get(one["key"], one["en"]),
                "question": said.words["questions"].get(one["key"], one["question_en"]),
                "score": said.number(line["score"]),
                "change": said.number(line["change"], signed=True),
                "spark": spark(list(scores[one["key"]])),
            }
            for one in facts.groups(edition)
            for line in [facts.of_dimension(edition, one["key"])]
        ],
        "next": said.say(
            "next_sentence", month=said.month(after.month + "-01"), when=said.moment(after.release)
        ),
    }
    return Page("", "arabic.html", said.words["site"], headline, content)
