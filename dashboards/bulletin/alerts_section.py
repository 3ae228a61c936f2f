"""The alerts of an edition and the rules in force, in words."""

from collections.abc import Mapping
from typing import Any

from dashboards import indicator_words
from dashboards.edition_stats import PHASES
from dashboards.i18n import Language
from warehouse.edition import Edition

Row = dict[str, Any]
SEVERITIES = ("critical", "alert", "watch", "info")
KINDS = ("firing", "retracted", "resolved", "on")  # what is new comes first


def section(edition: Edition, lang: Language) -> Row | None:
    """Alerts of the month and rules in force; None where they were not kept."""
    if edition.alerts is None:
        return None
    rules = {rule["id"]: rule for rule in edition.alerts["rules"]}
    titles = indicator_words.edition_titles(edition, lang)
    rows = _rows(edition.alerts["found"], rules, titles, lang)
    return {"found": rows, "rules": in_words(list(rules.values()), lang)}


def _rows(
    events: list[Row], rules: Mapping[str, Row], names: Mapping[str, str], lang: Language
) -> list[list[str]]:
    ordered = sorted(
        events,
        key=lambda row: (_rank(rules[row["rule"]]), KINDS.index(row["kind"]), row["series"]),
    )
    return [
        [
            names.get(row["series"], row["series"]),
            lang.say(f"alert_{row['kind']}", month=lang.month(row["since"])),
            lang.words["severities"][rules[row["rule"]]["severity"]],
            compared(row["value"], rules[row["rule"]], lang),
            condition(rules[row["rule"]], lang),
        ]
        for row in ordered
    ]


def compared(value: float | None, rule: Row, lang: Language) -> str:
    """The figure compared; a raw one may not be republished and is left out."""
    if value is None or rule["measure"] == "value":
        return "–"
    of = (rule["when"] or {}).get("of", "level")
    if of == "probability":
        return lang.percent(value)
    return lang.number(value, signed=of.startswith("change"))


def in_words(rules: list[Row], lang: Language) -> list[Row]:
    """The rules, most severe first: id, severity, condition, months in a row."""
    return [
        {
            "id": rule["id"],
            "severity": lang.words["severities"][rule["severity"]],
            "condition": condition(rule, lang),
            "months": rule.get("for", 1),
        }
        for rule in sorted(rules, key=lambda rule: (_rank(rule), rule["id"]))
    ]


def _rank(rule: Row) -> int:
    return SEVERITIES.index(rule["severity"])


def condition(rule: Row, lang: Language) -> str:
    """What a rule watches, where it fires and where it ends."""
    when = rule.get("when") or {}
    names = lang.words["rule_kinds"]
    kind = "gauge_phase" if rule.get("regime") in PHASES else rule["kind"]
    name = names.get(f"{kind}_{when.get('of', '')}", names[kind])
    zone = lang.words["zone_names"].get(rule.get("regime"), "")
    words = [name.format(zone=zone, threshold=lang.exact(float(when.get("threshold") or 0)))]
    for side, phrase in ((when, "rule_from"), (rule.get("recover") or {}, "rule_until")):
        if "value" in side:
            sign = lang.words["signs"].get(side["op"], side["op"])
            words.append(lang.say(phrase, sign=sign, value=lang.exact(side["value"])))
    return lang.grammar.comma.join(words)
