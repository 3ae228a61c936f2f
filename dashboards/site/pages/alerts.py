"""The page of alerts: what fires, what ended, and what concerns the operator."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

import pandas as pd

from dashboards import indicator_words
from dashboards.bulletin import alerts_section, table_rows
from dashboards.i18n import Language
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page
from warehouse.publication import identity

Row = dict[str, Any]
FIGURES = ("regime", "index", "dimension", "indicator", "gauge")  # kinds of rules
PUBLIC = ("firing", "resolved", "retracted")
CROSSING = ["rule", "series", "crossing"]


def page(context: SiteContext, lang: SiteLocale) -> Page:
    """Every threshold that was ever crossed, false alarms included.

    Alerts on figures come first; those on sources and machines are set apart for the operator.
    """
    crossed = crossings(context.events)
    on_figures = crossed["rule_kind"].isin(FIGURES)
    bodies = bodies_of(context)
    titles = indicator_words.edition_titles(context.edition, lang)
    zones = {zone["key"]: zone for zone in context.stats.zones}
    rows = [
        _crossing(row, bodies[row["rule"], row["rule_hash"]], zones, titles, lang)
        for row in crossed.loc[on_figures].to_dict("records")
    ]
    ends = crossed.loc[on_figures, "outcome"].value_counts()
    newest = context.rules.sort_values("at").drop_duplicates("id", keep="last")["body"]
    return Page(
        "alerts/",
        "alerts.html",
        lang.words["names"]["alerts/"],
        lang.words["about"]["alerts/"],
        {
            "summary": lang.say("alerts_summary", **{k: int(ends.get(k, 0)) for k in PUBLIC}),
            "standing": [row for row in rows if row["outcome"] == "firing"],
            "ended": [row for row in rows if row["outcome"] != "firing"],
            "no_alert": none_in_force(context, lang),
            "evaluated": context.evaluated,
            "rules": alerts_section.in_words(list(newest), lang),
            "zone_rule": table_rows.zone_rule(context.stats, lang),
            "regimes": table_rows.zones(context.stats.zones, lang),
            "operator": [_report(row, lang) for row in crossed.loc[~on_figures].to_dict("records")],
        },
    )


def none_in_force(context: SiteContext, lang: Language) -> str:
    """What is said where no alert is in force."""
    if identity.framework():
        return lang.typeset(lang.words["alerts_of_first"])
    return lang.typeset(lang.words["no_alert" if context.evaluated else "no_evaluation"])


def bodies_of(context: SiteContext) -> dict[tuple[str, str], Row]:
    """The rules by their ids and hashes."""
    return {(row["id"], row["hash"]): row["body"] for row in context.rules.to_dict("records")}


def crossings(events: pd.DataFrame) -> pd.DataFrame:
    """One row for each crossing of a threshold, the newest first.

    Args:
        events: Every event recorded, in order.

    Returns:
        The columns of the first event of each crossing, with `outcome` (firing, resolved or
        retracted) and `ended`, the period of its last event.
    """
    public = events.loc[events["kind"].isin(PUBLIC)].sort_values("id")
    last = public.drop_duplicates(CROSSING, keep="last").set_index(CROSSING)
    first = public.drop_duplicates(CROSSING).set_index(CROSSING)
    ended = first.assign(outcome=last["kind"], ended=last["period"]).reset_index()
    return ended.sort_values(["crossing", "id"], ascending=False)


def text(row: Mapping[Any, Any], rule: Row, titles: Mapping[str, str], lang: Language) -> str:
    """The message of an alert, as it was sent or in another language.

    A language of a file says it from the rule and the titles of the edition in that language.
    """
    own = None if f"text_{lang.code}" in row else lang.translation(rule["message"]["en"])
    if own is None or row["value"] is None or row["series"] not in titles:
        return lang.of(row, "text")
    threshold = (rule.get("when") or {}).get("threshold")
    values = {
        "title": titles[row["series"]],
        "value": lang.exact(round(row["value"], 2)),  # two decimals at most, as in the message
        "threshold": lang.exact(threshold) if threshold is not None else "–",
        "period": lang.month(row["period"]),
    }
    places = {name for _, name, _, _ in Formatter().parse(own) if name}
    return lang.typeset(own.format(**values)) if places <= set(values) else lang.of(row, "text")


def _crossing(
    row: dict[Any, Any],
    rule: Row,
    zones: Mapping[str, Row],
    titles: Mapping[str, str],
    lang: Language,
) -> Row:
    outcome, month = row["outcome"], lang.month(row["ended"], "MMMM y")
    note = lang.words["event_notes"].get(row["note"], "") if row["note"] else ""
    return {
        "since": lang.month(row["crossing"], "MMM y"),
        "text": text(row, rule, titles, lang),
        "note": note,
        "severity": lang.words["severities"][row["severity"]],
        "value": alerts_section.compared(row["value"], rule, lang),
        "condition": _condition(rule, zones, lang),
        "outcome": outcome,
        "became": lang.say(f"outcome_{outcome}", month=month),
    }


def _condition(rule: Row, zones: Mapping[str, Row], lang: Language) -> str:
    """The condition of a rule in words; that on a zone has its bounds."""
    words = alerts_section.condition(rule, lang)
    if rule["kind"] != "regime" or rule["regime"] not in zones:
        return words
    zone = zones[rule["regime"]]
    bounds = {side: lang.number(zone[side], 0) for side in ("enter", "leave")}
    return f"{words}{lang.grammar.comma}{lang.say('zone_bounds', **bounds)}"


def _report(row: dict[Any, Any], lang: Language) -> Row:
    """An alert on a source or a machine, in the words of its message."""
    return {"text": lang.of(row, "text"), "became": lang.words["alert_states"][row["outcome"]]}
