"""Colours and fonts of the charts and of the page, in one place.

The five hues keep at least 3:1 on white and stay apart for the three common kinds of colour
blindness; the heat ramp only darkens. The tests hold both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.publication import identity

INK = "#1d1d24"
MUTED = "#5c5c68"
GRID = "#e4e1da"
PAPER = "#ffffff"

DIMENSIONS = ("#882255", "#4477AA", "#332288", "#EE6677", "#8C6D00")
ZONES = ("#f3f7f2", "#fbf4de", "#fae5d3", "#f4d3d0")
BADGES = ("#2f6b3a", "#7a5a00", "#a1420c", "#8f1620")
HEAT = ("#f6f3ec", "#f0d9b0", "#e0a36a", "#b8553f", "#7d2140", "#3f1030")

# Every colour of a chart but those of the heat map, on the dark page.
DARK = {
    INK: "#ececf1",
    MUTED: "#a9a9b6",
    GRID: "#3a3a44",
    PAPER: "#17171c",
    "#882255": "#d55b84",
    "#4477AA": "#7fb0e0",
    "#332288": "#7263f3",
    "#EE6677": "#fbb6c4",
    "#8C6D00": "#b6b320",
    "#f3f7f2": "#1b2820",
    "#fbf4de": "#2d2815",
    "#fae5d3": "#3a291b",
    "#f4d3d0": "#432323",
}

# What text and marks stand on, in the style sheet: --paper, and --soft of the boxes.
GROUNDS = {"light": ("#ffffff", "#f7f5f0"), "dark": ("#17171c", "#202027")}

SANS = "'Noto Sans', 'Noto Sans Arabic', sans-serif"  # those of `dashboards.fonts`
# The font by which ticks and figures are measured, and which SANS replaces once they are drawn:
# the renderer has it in memory, and opens the file of any other four times a letter, which was a
# third of the time of a chart. Its figures are 3 % narrower, its words 8 %: too much for a text
# that decides where another one stands.
MEASURED = "Liberation Sans"


def config(size: int = 12) -> dict[str, Any]:
    """The Vega-Lite configuration of every chart, with text of `size` pixels."""
    text = {"labelColor": MUTED, "labelFontSize": size, "titleColor": MUTED, "titleFontSize": size}
    plain = {"domain": False, "ticks": False, "gridColor": GRID, "labelPadding": 6}
    return {
        "font": SANS,
        "aria": False,  # shown as an image, whose alternative text says more
        "background": PAPER,
        "view": {"stroke": None},
        # labels are never cut: asking whether they must be took half the time of some charts
        "axis": text | plain | {"title": None, "labelLimit": 0, "labelFont": MEASURED},
        "legend": text | {"title": None, "symbolType": "square", "symbolSize": 110},
        "header": {"labelColor": INK, "labelFontSize": size + 1, "title": None},
        "text": {"color": INK, "fontSize": size, "font": MEASURED},
        "line": {"color": INK, "strokeWidth": 2.2, "strokeJoin": "round"},
    }


def dark_style() -> str:
    """Style inside a drawing, by which it follows the reader's dark scheme."""
    own = colours()
    marks = {own["light"]["accent"]: own["dark"]["accent"]} if own else {}
    rules = (
        f"[{part}='{light}']{{{part}:{dark}}}"
        for light, dark in (DARK | marks).items()
        for part in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme:dark){{{''.join(rules)}}}"


def dimension_colours(keys: Sequence[str]) -> dict[str, str]:
    """A colour per dimension, in the order of the method."""
    return {key: DIMENSIONS[rank % len(DIMENSIONS)] for rank, key in enumerate(keys)}


def colours() -> Mapping[str, Mapping[str, str]]:
    """The colours of the observatory in force by scheme; none for those above."""
    return identity.in_force().theme.colours


def accent() -> str:
    """What marks stand in that are of no dimension, on the light page."""
    own = colours()
    return own["light"]["accent"] if own else DIMENSIONS[2]


def own_style() -> str:
    """What the observatory in force changes of the style sheet; "" for nothing."""
    own = identity.in_force().theme
    rules = [".mast .logo{display:block;margin-bottom:.4rem}"] if own.logo else []
    if own.colours:
        light, dark = (_variables(own.colours[mode]) for mode in ("light", "dark"))
        rules += [
            f":root{light}",
            f"@media screen and (prefers-color-scheme:dark){{:root{dark}}}",
            ".mast,footer{border-color:var(--accent)}",
        ]
    return "".join(f"{rule}\n" for rule in rules)


def _variables(scheme: Mapping[str, str]) -> str:
    return f"{{--accent:{scheme['accent']};--link:{scheme['link']}}}"
