"""Draw a Vega-Lite chart as SVG, without a browser, in a language.

Vega-Lite takes 10 ms to compile a chart: charts of the same look are compiled once, and their data
put in after that.
"""

import json
import re
from functools import lru_cache
from typing import Any, TypeAlias

from dashboards import theme
from dashboards.i18n import Language, number_locale, time_locale

# A chart as Vega-Lite; its datasets are named.
Chart: TypeAlias = dict[str, Any]
# Pixels at the sides: a label is measured here with one font and drawn with the reader's, which
# may be a sixth wider (DejaVu Sans against Liberation Sans); the longest have about 95 pixels.
PADDING = {"left": 16, "right": 12, "top": 4, "bottom": 4}


def svg(chart: Chart, lang: Language) -> str:
    """Draw a chart as SVG text; the same chart gives the same bytes."""
    return render(specification(chart), lang)


def specification(chart: Chart) -> Chart:
    """The chart with the configuration of `theme`."""
    return chart | {"config": theme.config(), "padding": PADDING}


def render(spec: Chart, lang: Language) -> str:
    """Draw a specification as SVG that follows the reader's light or dark scheme."""
    import vl_convert

    datasets = spec["datasets"]
    look = {name: part for name, part in spec.items() if name != "datasets"}
    vega = _compile(json.dumps(look), tuple(datasets))
    data = [
        source | {"values": datasets[source["name"]]} if source["name"] in datasets else source
        for source in vega["data"]
    ]
    # compiled before, not by vegalite_to_svg: that takes twice as long to take in the locale
    plain: str = vl_convert.vega_to_svg(
        vega | {"data": data},
        format_locale=number_locale(lang),
        time_format_locale=time_locale(lang),
    )
    style = f"<style>{theme.dark_style()}</style>"
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{style}", _renumber_ids(plain), count=1)


# 64: more than there are templates; those with lists of months differ from edition to edition.
@lru_cache(maxsize=64)
def _compile(look: str, datasets: tuple[str, ...]) -> dict[str, Any]:
    """The Vega of a chart whose datasets, by name, are empty."""
    import vl_convert

    empty: dict[str, Any] = {name: [] for name in datasets}
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(json.loads(look) | {"datasets": empty})
    return vega


# Of an SVG, "gradient_3" or "clip12". A word begins before its first letter, which is looked for
# first: this takes a fifth of the time of `\b` before it, and that was most of the drawing.
IDS = re.compile(r"(?:g(?<!\wg)radient|c(?<!\wc)lip)_?\d+\b")


def _renumber_ids(text: str) -> str:
    """Number the ids of an SVG from 0.

    The renderer counts on from chart to chart, so the same chart would differ by its place.
    """
    names: dict[str, str] = {}
    return IDS.sub(
        lambda match: names.setdefault(match[0], re.sub(r"\d+$", str(len(names)), match[0])), text
    )
