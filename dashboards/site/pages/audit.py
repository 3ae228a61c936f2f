"""The page of the audit: what each question means, what is bad, what came out."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboards.bulletin.gauges import titles
from dashboards.i18n import Language
from dashboards.site.context import SiteContext
from dashboards.site.page import Page

# Of each question, the measures that its table shows, and how each is written.
SHOWN: Mapping[str, Mapping[str, str]] = {
    "conflict": {"correlation": "exact"},
    "importance": {"weight": "share", "importance": "share", "ratio": "ratio"},
    "redundancy": {"correlation": "exact"},
    "consistency": {"alpha": "exact"},
    "saturation": {"at_calm": "share", "at_crash": "share"},
    "outliers": {"points": "count"},
    "removal": {"last": "change", "mean": "points", "largest": "points", "phase_months": "count",
                "onset_shift": "onset"},
    "choice": {"last": "change", "mean": "points", "largest": "points", "phase_months": "count",
               "onset_shift": "onset"},
    "ranking": {"rank_correlation": "exact"},
    "false_alarm": {"alarm_months": "count", "event_months": "count", "false_months": "count",
                    "missed_months": "count"},
    "coverage": {"inside": "share", "inside_level": "share", "width": "points"},
    "nowcast": {"rmse_carry": "exact", "rmse_nowcast": "exact", "rmse_left_out": "exact"},
}  # fmt: skip
# Names that stand in a sentence before it becomes a list.
NAMED = 4


def page(context: SiteContext, lang: Language) -> Page:
    """The audit of the newest edition, a section a question."""
    gauges = context.edition.gauges
    content: dict[str, Any] = {"sections": [], "overview": []}
    if len(gauges.audit):
        names = _names(gauges.method, lang)
        sections = [
            _section(topic, rows, names, lang)
            for topic, rows in gauges.audit.groupby("topic", sort=False)
        ]
        content = {
            "sections": sections,
            "overview": [
                [section["question"], section["count"], section["verdict"]] for section in sections
            ],
            "version": gauges.method["version"],
            "since": lang.month(str(gauges.method["succeeds"]["since"])),
            "table": f"data/{context.issue.name}/audit.csv",
        }
    name, description = (lang.words[words]["audit/"] for words in ("names", "about"))
    return Page("audit/", "audit.html", name, description, content)


def _section(
    topic: object, rows: pd.DataFrame, names: Mapping[str, str], lang: Language
) -> dict[str, Any]:
    """One question: its sentences, its result, and its table."""
    name, texts = str(topic), lang.words["audit_topics"][topic]
    lines = [
        ((str(gauge), str(key), str(against)), own)
        for (gauge, key, against), own in rows.groupby(["gauge", "key", "against"], sort=False)
    ]
    limited = [(line, own) for line, own in lines if own["verdict"].ne("").any()]
    beyond = [line for line, own in limited if own["verdict"].eq("beyond").any()]
    shown = [(line, own) for line, own in lines if _is_shown(name, own)]
    # Of pairs only those beyond the limit are rows; all that were looked at are counted.
    pairs = rows.loc[rows["measure"].eq("pairs"), "value"].sum()
    total = int(pairs) or len(limited)
    return {
        "topic": name,
        "question": lang.typeset(texts["question"]),
        "means": lang.typeset(texts["means"]),
        "bad": lang.typeset(texts["bad"]),
        "result": _result(beyond, total, names, lang),
        "verdict": str(lang.words["audit_beyond" if beyond else "audit_within"]),
        "good": not beyond,
        "count": lang.say("audit_count", beyond=len(beyond), all=total),
        "head": _head(name, rows, lang),
        "rows": [_row(name, line, own, names, lang) for line, own in shown],
    }


def _is_shown(topic: str, own: pd.DataFrame) -> bool:
    """Whether a line has a row: of extremes, only where there are any.

    What a model learned is kept beside its errors, for whoever applies it again.
    """
    if not own["measure"].isin(list(SHOWN[topic])).any():
        return False
    return topic != "outliers" or bool(own["value"].gt(0).any())


def _result(
    beyond: Sequence[tuple[str, str, str]], total: int, names: Mapping[str, str], lang: Language
) -> str:
    if not total:
        return lang.say("audit_nothing")
    if not beyond:
        return lang.say("audit_none_beyond", all=total)
    unique = list(dict.fromkeys(names[key] for _, key, _ in beyond))
    shown = unique if len(unique) <= NAMED + 1 else unique[:NAMED]
    listed = str(lang.words["semicolon"]).join(shown)
    rest = len(unique) - len(shown)
    more = lang.say("audit_more", count=rest) if rest else ""
    return lang.say("audit_some_beyond", beyond=len(beyond), all=total, names=f"{listed}{more}")


def _head(topic: str, rows: pd.DataFrame, lang: Language) -> list[str]:
    words = lang.words["audit_columns"]
    first = [words["key"], *([words["against"]] if rows["against"].ne("").any() else [])]
    return [*first, *(words[measure] for measure in SHOWN[topic]), words["verdict"]]


def _row(
    topic: str,
    line: tuple[str, str, str],
    own: pd.DataFrame,
    names: Mapping[str, str],
    lang: Language,
) -> list[Any]:
    _, key, against = line
    by_measure = {str(row["measure"]): row for row in own.to_dict("records")}
    cells = [
        _cell(by_measure[measure], how, lang) if measure in by_measure else "–"
        for measure, how in SHOWN[topic].items()
    ]
    verdicts = set(own["verdict"])
    verdict = "beyond" if "beyond" in verdicts else "within" if "within" in verdicts else ""
    words = {"": "–", "beyond": "audit_beyond", "within": "audit_within"}
    ends = str(lang.words[words[verdict]]) if verdict else "–"
    return [names[key], *([names[against]] if against else []), *cells, ends]


def _cell(row: Mapping[Any, Any], how: str, lang: Language) -> str:
    value = row["value"]
    if how == "onset":
        month = str(row["month"])
        return lang.month(month, "MMM y") if month else str(lang.words["audit_no_onset"])
    if pd.isna(value):
        return "–"
    if how == "share":
        return lang.percent(float(value), 0)
    decimals = {"exact": 2, "ratio": 1, "count": 0}.get(how, 1)
    return lang.number(float(value), decimals, signed=how == "change")


def _names(method: Mapping[str, Any], lang: Language) -> dict[str, str]:
    """The title of every key that an audit may name."""
    zones = lang.names(method["regimes"])
    words = {key: lang.typeset(text) for key, text in lang.words["audit_keys"].items()}
    return {**zones, **titles(method, lang), **words}
