"""The pages of record: sources, revisions, alerts, corrections."""

from typing import Any

import pandas as pd

from dashboards import facts, quality, thresholds
from dashboards.site.page import Page
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock
from dashboards.words import Language

Row = dict[str, Any]


def sources(stock: Stock, said: Speech) -> Page:
    """Every source at the hour of the build: newest period, age, last answer, rows set aside."""
    aside = stock.aside.groupby("source")["rows"].sum()
    about = stock.edition.sources.set_index("key")
    now = stock.sources.loc[stock.sources["key"].isin(about.index)]
    rows = [
        quality.source(about.loc[row["key"]].to_dict() | row, said)
        | {
            "licence": said.licence(about["licence"][row["key"]]),
            "outcome": said.words["outcomes"].get(row["last_outcome"], said.words["never"]),
            "asked": said.month(row["last_at"], "d MMM y") if pd.notna(row["last_at"]) else "–",
            "rows": said.number(row["rows"], 0),
            "aside": said.number(aside.get(row["key"], 0), 0),
            "cadence": said.words["cadences"].get(about["cadence"][row["key"]], "–"),
        }
        for row in now.to_dict("records")
    ]
    late = sum(row["late"] for row in rows)
    set_aside = [
        {
            "source": about["title_" + said.code].get(row["source"], row["source"]),
            "failure": said.words["failures"].get(row["expectation"], said.words["failed"]),
            "reason": str(row["reason"]),
            "rows": said.number(row["rows"], 0),
        }
        for row in stock.aside.to_dict("records")
    ]
    return _page(
        "sources/",
        said,
        {
            "rows": rows,
            "set_aside": set_aside,
            "summary": said.say(
                "sources_summary", late=late, count=len(rows), when=said.moment(stock.now)
            ),
        },
    )


def revisions(stock: Stock, said: Language) -> Page:
    """How the figures that the index reads were revised by their publishers."""
    edition = stock.edition
    used = set(edition.lineage["series"]) - facts.closed(edition)
    frame = stock.revisions.loc[stock.revisions["series"].isin(used)]
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
            said.number(row["figures"], 0),
            said.number(row["revised"], 0),
            size(row["mean"], said),
            size(row["bias"], said),
            units.get(str(key), ""),
            said.percent(row["share"], 2),
        ]
        for key, row in moved.sort_values("share", ascending=False).iterrows()
    ]
    summary = said.say(
        "revisions_summary",
        revised=len(moved),
        count=len(grouped),
        figures=int(frame["versions"].gt(1).sum()),
    )
    return _page("revisions/", said, {"rows": rows, "summary": summary})


def size(value: float, said: Language) -> str:
    """The size of a revision, with fewer decimals the larger it is."""
    return said.number(value, 0 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


def alerts(stock: Stock, said: Speech) -> Page:
    """What is watched, what is firing, and everything that ever fired, false alarms included."""
    events = stock.events.loc[stock.events["kind"].isin(["firing", "resolved", "retracted"])]
    kinds = events["kind"].value_counts()
    summary = said.say(
        "alerts_summary",
        **{name: int(kinds.get(name, 0)) for name in ("firing", "resolved", "retracted")},
    )
    regimes = [
        [
            said.of(one),
            said.number(one["enter"], 0),
            said.number(one["leave"], 0),
            said.of(one, "why"),
        ]
        for one in stock.edition.framework["regimes"]
    ]
    return _page(
        "alerts/",
        said,
        {
            "summary": summary,
            "firing": _firing(stock, said),
            "evaluated": stock.evaluated,
            "rules": thresholds.in_words(_rules(stock), said),
            "history": [_event(row, said) for row in _ordered(events).to_dict("records")],
            "regimes": regimes,
        },
    )


def _ordered(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values(["period", "id"], ascending=False)


def _firing(stock: Stock, said: Language) -> list[str]:
    """The alerts that stand, in the words that they were told in."""
    now = stock.states.loc[stock.states["state"].isin(["firing", "recovering"])]
    fired = stock.events.loc[stock.events["kind"].eq("firing")].sort_values("id")
    newest = fired.drop_duplicates(["rule", "series"], keep="last")
    kept = newest.merge(now[["rule", "series"]], on=["rule", "series"])
    return [said.of(row, "text") for row in _ordered(kept).to_dict("records")]


def _rules(stock: Stock) -> list[Row]:
    newest = stock.rules.sort_values("at").drop_duplicates("id", keep="last")
    return list(newest["body"])


def _event(row: dict[Any, Any], said: Language) -> Row:
    return {
        "month": said.month(row["period"], "MMM y"),
        "kind": row["kind"],
        "what": said.words["event_kinds"][row["kind"]],
        "severity": said.words["severities"][row["severity"]],
        "text": said.of(row, "text"),
        "note": said.words["event_notes"].get(row["note"], "") if row["note"] else "",
        "recorded": said.day(row["at"].date()),
    }


def corrections(stock: Stock, said: Speech) -> Page:
    """The editions that were issued again: what they said, what they say, and when."""
    by_name = {one.name: one for one in stock.issues}
    rows = [
        {
            "before": old,
            "after": by_name[old.replaced_by],
            "month": said.month(old.month + "-01"),
            "when": said.moment(by_name[old.replaced_by].recorded_at),
            "from": said.number(old.score, 2),
            "to": said.number(by_name[old.replaced_by].score, 2),
            "why": said.words[
                "why_method" if old.method != by_name[old.replaced_by].method else "why_figures"
            ],
        }
        for old in stock.issues
        if old.replaced_by
    ]
    return _page("corrections/", said, {"rows": rows})


def _page(path: str, said: Language, content: Row) -> Page:
    name = path.rstrip("/")
    return Page(path, f"{name}.html", said.words["names"][path], said.words["about"][path], content)
