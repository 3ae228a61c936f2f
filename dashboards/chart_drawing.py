"""Draw a Vega-Lite chart as SVG, without a browser, in a language.

Vega-Lite takes 10 ms to compile a chart: charts of the same look are compiled once, and their data
put in after that.
"""

import json
import re
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, TypeAlias

from dashboards import fonts, theme
from dashboards.drawings import heat_map, small_charts
from dashboards.i18n import Language, number_locale, time_locale

# A chart as Vega-Lite, its datasets named; or the data of our own drawings.
Chart: TypeAlias = dict[str, Any]
PADDING = {"left": 8, "right": 8, "top": 4, "bottom": 4}


@cache
def renderer() -> ModuleType:
    """The renderer of charts, which knows the letters that are shipped."""
    import vl_convert

    vl_convert.register_font_directory(str(fonts.FOLDER))
    return vl_convert


def svg(chart: Chart, lang: Language) -> str:
    """Draw a chart as SVG text; the same chart gives the same bytes."""
    return render(specification(chart), lang)


def specification(chart: Chart) -> Chart:
    """The chart with the configuration of `theme`."""
    return chart | {"config": theme.config(), "padding": PADDING}


def render(spec: Chart, lang: Language) -> str:
    """Draw a specification as SVG, in the reader's light or dark scheme."""
    drawn = plain(spec, lang)
    style = f"<style>{fonts.of_chart(drawn)}{theme.dark_style()}</style>"
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{style}", drawn, count=1)


def plain(spec: Chart, lang: Language) -> str:
    """Draw a specification as SVG without letters and scheme, for paper."""
    if heat_map.NAME in spec:
        return heat_map.svg(spec[heat_map.NAME])
    if small_charts.NAME in spec:
        return small_charts.svg(spec[small_charts.NAME])
    return _drawn(json.dumps(spec), json.dumps([number_locale(lang), time_locale(lang)]))


# 32: the paper of an edition asks again for charts of its page, of which there are 12.
@lru_cache(maxsize=32)
def _drawn(specification: str, locales: str) -> str:
    spec, (numbers, times) = json.loads(specification), json.loads(locales)
    datasets = spec["datasets"]
    look = {name: part for name, part in spec.items() if name != "datasets"}
    vega = _compiled(look, tuple(datasets))
    data = [
        source | {"values": datasets[source["name"]]} if source["name"] in datasets else source
        for source in vega["data"]
    ]
    # compiled before, not by vegalite_to_svg: that takes twice as long to take in the locale
    drawn: str = renderer().vega_to_svg(
        vega | {"data": data},
        format_locale=numbers,
        time_format_locale=times,
    )
    return _renumber_ids(drawn.replace(theme.MEASURED, theme.SANS))


def _compiled(look: Chart, datasets: tuple[str, ...]) -> dict[str, Any]:
    """The Vega of a chart without data.

    Editions differ by the months on an axis alone: they are numbers while it is compiled.
    """
    text, months = json.dumps(look), _months(look)
    for number, month in enumerate(months):
        text = text.replace(json.dumps(month), f'"month {number}"')
    vega = _compile(text, datasets)
    named = re.sub(r'"month (\d+)"', lambda month: json.dumps(months[int(month[1])]), vega)
    compiled: dict[str, Any] = json.loads(named)
    return compiled


def _months(part: Any) -> list[str]:
    """The months that the axis of a chart lists; none where it has dates."""
    if isinstance(part, dict) and part.get("field") == "month":
        return list(part["scale"]["domain"])
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return next(filter(None, map(_months, inside)), [])


@lru_cache(maxsize=64)  # more than there are charts in two languages
def _compile(look: str, datasets: tuple[str, ...]) -> str:
    """The Vega of a chart whose datasets, by name, are empty."""
    empty: dict[str, Any] = {name: [] for name in datasets}
    return json.dumps(renderer().vegalite_to_vega(json.loads(look) | {"datasets": empty}))


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
