"""The pages of record: sources, revisions, alerts, corrections."""

from typing import Any

import pandas as pd

from dashboards.bulletin import alerts_section, quality
from dashboards.i18n import Language
from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page
from dashboards.site.pages import governance

Row = dict[str, Any]


def sources(context: SiteContext, lang: SiteLocale) -> Page:
    """Every source at the time of the build: age, last answer, rejected rows."""
    quarantined = context.quarantined.groupby("source")["rows"].sum()
    catalogue = context.edition.sources.set_index("key")
    current = context.sources.loc[context.sources["key"].isin(catalogue.index)]
    rows = [
        quality.source(catalogue.loc[row["key"]].to_dict() | row, lang)
        | {
            "licence": lang.licence(catalogue["licence"][row["key"]]),
            "outcome": lang.words["outcomes"].get(row["last_outcome"], lang.words["never"]),
            "asked": lang.month(row["last_at"], "d MMM y") if pd.notna(row["last_at"]) else "–",
            "rows": lang.number(row["rows"], 0),
            "aside": lang.number(quarantined.get(row["key"], 0), 0),
            "cadence": lang.words["cadences"].get(catalogue["cadence"][row["key"]], "–"),
        }
        for row in current.to_dict("records")
    ]
    late = sum(row["late"] for row in rows)
    rejected = [
        {
            "source": catalogue["title_" + lang.code].get(row["source"], row["source"]),
            "failure": lang.words["failures"].get(row["expectation"], lang.words["failed"]),
            "reason": str(row["reason"]),
            "rows": lang.number(row["rows"], 0),
        }
        for row in context.quarantined.to_dict("records")
    ]
    return _page(
        "sources/",
        lang,
        {
            "rows": rows,
            "rejected_rows": rejected,
            "summary": lang.say(
                "sources_summary", late=late, count=len(rows), when=lang.moment(context.now)
            ),
        },
    )


def revisions(context: SiteContext, lang: Language) -> Page:
    """How the figures that the index reads were revised by their publishers."""
    edition = context.edition
    used = set(edition.lineage["series"]) - context.stats.not_republished
    frame = context.revisions.loc[context.revisions["series"].isin(used)]
    grouped = frame.groupby("series").agg(
        figures=("period", "size"),
        revised=("versions", lambda v: int(v.gt(1).sum())),
        mean=("mean_absolute_revision", "first"),
        bias=("bias", "first"),
        level=("latest", lambda v: v.abs().mean()),
    )
    moved = grouped.loc[grouped["revised"].gt(0)].assign(share=lambda f: f["mean"] / f["level"])
    units = edition.series.set_index("key")["unit"].to_dict()
    rows = [
        [
            str(key),
            lang.number(row["figures"], 0),
            lang.number(row["revised"], 0),
            size(row["mean"], lang),
            size(row["bias"], lang),
            units.get(str(key), ""),
            lang.percent(row["share"], 2),
        ]
        for key, row in moved.sort_values("share", ascending=False).iterrows()
    ]
    summary = lang.say(
        "revisions_summary",
        revised=len(moved),
        count=len(grouped),
        figures=int(frame["versions"].gt(1).sum()),
    )
    return _page("revisions/", lang, {"rows": rows, "summary": summary})


def size(value: float, lang: Language) -> str:
    """The size of a revision, with fewer decimals the larger it is."""
    return lang.number(value, 0 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


def alerts(context: SiteContext, lang: SiteLocale) -> Page:
    """What is watched, what fires, and all that ever fired, false alarms included."""
    events = context.events.loc[context.events["kind"].isin(["firing", "resolved", "retracted"])]
    kinds = events["kind"].value_counts()
    summary = lang.say(
        "alerts_summary",
        **{name: int(kinds.get(name, 0)) for name in ("firing", "resolved", "retracted")},
    )
    regimes = [
        [
            lang.of(zone),
            lang.number(zone["enter"], 0),
            lang.number(zone["leave"], 0),
            lang.of(zone, "why"),
        ]
        for zone in context.edition.framework["regimes"]
    ]
    return _page(
        "alerts/",
        lang,
        {
            "summary": summary,
            "firing": _firing(context, lang),
            "evaluated": context.evaluated,
            "rules": alerts_section.in_words(_rules(context), lang),
            "history": [_event(row, lang) for row in _ordered(events).to_dict("records")],
            "regimes": regimes,
        },
    )


def _ordered(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values(["period", "id"], ascending=False)


def _firing(context: SiteContext, lang: Language) -> list[str]:
    """The alerts that are firing, in the words of their message."""
    active = context.states.loc[context.states["state"].isin(["firing", "recovering"])]
    fired = context.events.loc[context.events["kind"].eq("firing")].sort_values("id")
    newest = fired.drop_duplicates(["rule", "series"], keep="last")
    standing = newest.merge(active[["rule", "series"]], on=["rule", "series"])
    return [lang.of(row, "text") for row in _ordered(standing).to_dict("records")]


def _rules(context: SiteContext) -> list[Row]:
    newest = context.rules.sort_values("at").drop_duplicates("id", keep="last")
    return list(newest["body"])


def _event(row: dict[Any, Any], lang: Language) -> Row:
    return {
        "month": lang.month(row["period"], "MMM y"),
        "kind": row["kind"],
        "what": lang.words["event_kinds"][row["kind"]],
        "severity": lang.words["severities"][row["severity"]],
        "text": lang.of(row, "text"),
        "note": lang.words["event_notes"].get(row["note"], "") if row["note"] else "",
        "recorded": lang.day(row["at"].date()),
    }


def corrections(context: SiteContext, lang: SiteLocale) -> Page:
    """The editions that were reissued: the index before and after, and when."""
    by_name = {issue.name: issue for issue in context.issues}
    rows = [
        {
            "before": old,
            "after": by_name[old.replaced_by],
            "month": lang.month(old.month + "-01"),
            "when": lang.moment(by_name[old.replaced_by].timeline.available_at),
            "from": lang.number(old.score, 2),
            "to": lang.number(by_name[old.replaced_by].score, 2),
            "why": lang.words[
                "why_method" if old.method != by_name[old.replaced_by].method else "why_figures"
            ],
        }
        for old in context.issues
        if old.replaced_by
    ]
    return _page("corrections/", lang, {"rows": rows, **governance.errata_rows(lang)})


def _page(path: str, lang: Language, content: Row) -> Page:
    name = path.rstrip("/")
    return Page(path, f"{name}.html", lang.words["names"][path], lang.words["about"][path], content)
