"""What the paper shows, as plain data: text, rows of text, and charts."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboards import chart_drawing, charts, fonts, theme
from dashboards.bulletin import gauges
from dashboards.bulletin.figures import Figure, dimension_figure, index_figure
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language
from dashboards.languages.foreign import ISOLATE, isolated

Data = dict[str, Any]


class Drawings:
    """Keeps charts by number, so that only those that are shown are drawn."""

    def __init__(self) -> None:
        self.charts: list[chart_drawing.Chart] = []

    def __call__(self, chart: chart_drawing.Chart, lang: Language) -> str:
        """Keep a chart; returns its number."""
        self.charts.append(chart)
        return str(len(self.charts) - 1)

    def svg(self, number: str, lang: Language) -> str:
        """Draw the chart of this number for paper."""
        spec = chart_drawing.specification(self.charts[int(number)])
        return fonts.of_paper(chart_drawing.plain(spec, lang))


def of(stats: EditionStats, lang: Language, content: Mapping[str, Any], annex: str) -> Data:
    """The facts of an edition in a language, in the order of the pages."""
    words, heading = lang.words, content["heading"]
    shown = {
        "lang": lang.code,
        "direction": lang.grammar.direction,
        "day": _day(stats),
        "site": words["site"],
        "about": words["paper_description"],
        "title": lang.say("title", month=content["month"]),
        "label": words["paper_kind"],
        "month": content["month"],
        "version": lang.say("method", version=stats.edition.framework_version),
        "dated": content["dated"],
        "headline": content["headline"],
        "reading": {
            "kind": heading.kind,
            "status": heading.status,
            "regime": heading.regime,
            "tone": theme.BADGES[heading.rank],
        },
        "points": {"title": words["key_points"], "rows": content["key"]},
        "why": content["why"],
        **_charts(stats, lang, content),
        "due": _due(lang, content),
        "revised": {"title": words["revised"], "text": content["revisions"]},
        "alerts": _alerts(lang, content),
        "beside": _beside(lang, content),
        **_end(stats, lang, content, annex),
    }
    typed: Data = typeset(shown, lang)
    return typed


def _day(stats: EditionStats) -> list[int]:
    as_of = stats.edition.timeline.as_of
    return [as_of.year, as_of.month, as_of.day]


def _charts(stats: EditionStats, lang: Language, content: Mapping[str, Any]) -> Data:
    """The three charts, each with what stands beside it.

    Two of them are those of the page, which are drawn already; the index has larger letters.
    """
    words, drawings = lang.words, Drawings()

    def chart(figure: Figure, image: str) -> Data:
        key = figure.key
        return {
            "title": words[f"figure_{key}"],
            "svg": drawings.svg(image, lang),
            "alt": figure.alt,
            "note": words[f"note_{key}"],
        }

    index = index_figure(stats, lang, drawings, charts.PAPER)
    small = dimension_figure(stats, lang, drawings)
    plane, both = gauges.figure(stats, lang, drawings), content["gauges"]
    columns = ("dimension", "score", "change", "year", "contribution")
    return {
        "index": chart(index, index.wide) | {"note": content["paper_note"]},
        "dimensions": chart(small, small.wide)
        | {
            "title": words["by_dimension"],
            "head": _head(columns, words),
            "rows": [
                [{"name": name, "text": point["text"]}, *figures]
                for (name, *figures), point in zip(
                    content["by_dimension"], content["points"], strict=True
                )
            ],
        },
        "phase": {
            "title": words["phase"],
            "chart": chart(plane, plane.narrow) if plane else None,
            "text": [both["method"]] if both else [words["phase_none"]],
            "signs": _table(
                words["gauges_signs"],
                _head(("sign", "value", "retreat", "state"), words),
                both["signs"] if both else [],
            ),
        },
    }


def _due(lang: Language, content: Mapping[str, Any]) -> Data:
    words, own = lang.words, content["due"]
    shares = " ".join([own["states"], content["covered"]]).strip()
    head = [words[f"gate_{name}"] for name in ("condition", "asked", "found", "state")]
    return {
        "title": words["due"],
        "gate": _table(words["gate_title"], head, own["conditions"]),
        "text": [*own["missing"], shares, own["late"]],
    }


def _alerts(lang: Language, content: Mapping[str, Any]) -> Data:
    words, own = lang.words, content["alerts"]
    columns = ("what", "event", "severity", "compared", "condition")
    text = words["alerts_unkept"] if not own else words["alerts_annex"]
    none = [words["alerts_none"]] if own and not own["found"] else []
    return {
        "title": words["alerts_month"],
        "table": _table("", _head(columns, words), own["found"] if own else []),
        "text": [*none, text],
    }


def _beside(lang: Language, content: Mapping[str, Any]) -> Data:
    """The panels beside the index, a row an indicator."""
    words = lang.words
    head = _head(("indicator", "figure", "period", "score", "change"), words)
    panels = [
        _table(
            block["name"],
            head,
            [
                [row["name"], row["figure"], row["period"], row["score"], row["change"]]
                for row in block["rows"]
            ],
        )
        for block in content["blocks"]
        if block["panel"]
    ]
    return {"title": words["beside"], "text": [words["note_panels"]], "panels": panels[::-1]}


def _end(stats: EditionStats, lang: Language, content: Mapping[str, Any], annex: str) -> Data:
    """Sources, method, limits, dates to come, how to cite, where the rest is."""
    words, version = lang.words, stats.edition.framework_version
    month, dated = content["month"], content["dated"]
    return {
        "sources": {
            "title": words["sources_short"],
            "text": [content["publishers"], words["sources_annex"]],
        },
        "method": {
            "title": lang.say("method_short", version=version),
            "text": content["steps"],
        },
        "limits": {"title": words["not_said"], "text": words["not_said_points"]},
        "calendar": _table(words["calendar"], _head(("issue", "until"), words), content["calendar"])
        | {"text": [words["corrections"]]},
        "cite": {
            "title": words["cite_short"],
            "text": [
                lang.say("citation", edition=month, dated=dated, version=version),
                words["licence"],
                lang.say("annex_where", where=annex),
            ],
            "link": annex if annex.startswith(("https://", "http://")) else "",
        },
    }


def _head(names: Iterable[str], words: Mapping[str, Any]) -> list[str]:
    return [words[f"column_{name}"] for name in names]


def _table(title: str, head: list[str], rows: Iterable[Iterable[str]]) -> Data:
    return {"title": title, "head": head, "rows": [list(row) for row in rows]}


def typeset(part: Any, lang: Language) -> Any:
    """All text typeset in the language; drawings and addresses stay."""
    if isinstance(part, Mapping):
        return {
            name: value if name in ("svg", "link") else typeset(value, lang)
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [typeset(value, lang) for value in part]
    if not isinstance(part, str):
        return part
    text = lang.typeset(part)
    return isolated(text, *ISOLATE) if lang.grammar.direction == "rtl" else text
