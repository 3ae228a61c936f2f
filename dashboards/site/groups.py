"""The pages of the five dimensions, of the panels beside the index, and the list of indicators."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import charts, facts, rows, theme
from dashboards.figures import Draw
from dashboards.site import projects
from dashboards.site.page import Page, Pen, spark, up
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock
from dashboards.words import Language
from warehouse.edition import Edition

Row = dict[str, Any]


def pages(
    stock: Stock, said: Speech, pen: Pen, countries: Mapping[str, str] = projects.HERE
) -> Iterator[Page]:
    """A page a dimension and a panel; `countries` are those whose announcements are listed."""
    edition = stock.edition
    for rank, block in enumerate(rows.blocks(edition, said)):
        panel = block["panel"]
        path = f"{block['key']}/" if panel else f"dimensions/{block['key']}/"
        yield Page(
            path,
            "group.html",
            block["name"],
            block["question"],
            {
                "block": block,
                "rank": rank,
                "figure": None
                if panel
                else drawing(edition, block["key"], rank, said, pen(up(path))),
                "lines": sparks(edition, block),
                "total": None if panel else _sentence(edition, block, said),
                "extra": [
                    said.typeset(text.format(count=len(block["rows"])))
                    for text in said.words.get(f"about_{block['key']}", [])
                ],
                "projects": projects.told(stock, said, countries)
                if block["key"] == projects.VIEW
                else None,
            },
        )


def listing(stock: Stock, said: Language) -> Page:
    """Every indicator of the edition, in the order of the method."""
    blocks = rows.blocks(stock.edition, said)
    return Page(
        "indicators/",
        "indicators.html",
        said.words["names"]["indicators/"],
        said.words["note_indicators"],
        {"blocks": blocks},
    )


def drawing(edition: Edition, key: str, rank: int, said: Language, draw: Draw) -> Row:
    """The line of a dimension, wide and narrow, and what it shows in words."""
    scores = facts.table(edition, "score", "dimension")[key]
    colour = theme.DIMENSIONS[rank % len(theme.DIMENSIONS)]
    return pressure(scores, colour, said, draw)


def pressure(scores: pd.Series, colour: str, said: Language, draw: Draw) -> Row:
    """A line of pressures from 0 to 100 as a figure: wide, narrow, alt and its table."""
    frame = scores.rename("value").rename_axis("period").reset_index()
    wide, narrow = (
        draw(
            charts.line(frame, said.number(scores.iloc[-1]), colour, width, score=True),
            said,
        )
        for width in (charts.WIDE, charts.NARROW)
    )
    return {"wide": wide, "narrow": narrow} | told(scores, 1, said)


def told(values: pd.Series, decimals: int, said: Language) -> Row:
    """What a line shows: in a sentence, and as rows of month and figure, newest first."""
    known = values.dropna()
    lines = [
        [said.month(month), said.number(value, decimals)]
        for month, value in zip(values.index[::-1], values[::-1], strict=True)
    ]
    if known.empty:
        return {"alt": said.say("alt_nothing"), "rows": lines}
    when = {"first": known.index[0], "last": known.index[-1]}
    when |= {"lowest": known.idxmin(), "highest": known.idxmax()}
    what = {"low": known.min(), "high": known.max(), "now": known.iloc[-1]}
    months = {name: said.month(month) for name, month in when.items()}
    figures = {name: said.number(value, decimals) for name, value in what.items()}
    return {"alt": said.say("alt_line", **months, **figures), "rows": lines}


def sparks(edition: Edition, block: Row) -> Row:
    """A small line of pressure for each indicator of a block, by its key."""
    kind = "panel" if block["panel"] else "indicator"
    scores = facts.table(edition, "score", kind)
    return {
        row["key"]: spark(list(scores[row["key"]])) for row in block["rows"] if row["key"] in scores
    }


def _sentence(edition: Edition, block: Row, said: Language) -> str:
    total = block["total"]
    line = facts.of_dimension(edition, block["key"])
    if pd.isna(line["score"]):
        return said.say("dimension_withheld")
    return said.say(
        "dimension_level", **{k: total[k] for k in ("score", "change", "points", "weight")}
    )
