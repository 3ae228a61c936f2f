"""The pages of record: sources, revisions, corrections."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import index_revisions, indicator_words, theme
from dashboards.bulletin import quality
from dashboards.i18n import Language
from dashboards.site import line_figure, names
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale
from dashboards.site.page import Page
from dashboards.site.pages import governance

Row = dict[str, Any]
# Of the triangle: two years hold every revision that a yearly benchmark brings, and six editions
# are as many columns as a page has room for.
TRIANGLE_MONTHS = 24
TRIANGLE_EDITIONS = 6


def sources(context: SiteContext, lang: SiteLocale) -> Page:
    """Every source at the time of the build: age, last answer, rejected rows."""
    quarantined = context.quarantined.groupby("source")["rows"].sum()
    catalogue = context.edition.sources.set_index("key")
    current = context.sources.loc[context.sources["key"].isin(catalogue.index)]
    described = [
        catalogue.loc[row["key"]].to_dict() | row | _newest_report(row, catalogue, context)
        for row in current.to_dict("records")
    ]
    rows = [
        quality.source(row, lang)
        | {
            "publisher": indicator_words.publisher(row, lang),
            "held": pd.notna(row["newest_period"]),
            "limit": lang.say("late_after", days=lang.number(row["stale_days"], 0)),
            "licence": lang.licence(catalogue["licence"][row["key"]]),
            "outcome": lang.words["outcomes"].get(row["last_outcome"], lang.words["never"]),
            "asked": lang.day(row["last_at"].date(), "d MMM y")
            if pd.notna(row["last_at"])
            else "–",
            "rows": lang.number(row["rows"], 0),
            "aside": lang.number(quarantined.get(row["key"], 0), 0),
            "cadence": lang.words["cadences"].get(catalogue["cadence"][row["key"]], "–"),
        }
        for row in described
    ]
    late = sum(row["late"] for row in rows)
    rejected = [
        {
            "source": lang.of(catalogue.loc[row["source"]], "title")
            if row["source"] in catalogue.index
            else row["source"],
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


def _newest_report(row: Mapping[Any, Any], catalogue: pd.DataFrame, context: SiteContext) -> Row:
    """The freshness of a source without series: that of its newest report."""
    reports = context.reports["known_from"]
    if row["key"] in set(context.edition.series["source"]) or reports.empty:
        return {}
    newest = reports.max()
    age = max((pd.Timestamp(context.now) - newest).days, 0)
    return {
        "newest_period": newest,
        "age_days": age,
        "late": age > catalogue["stale_days"][row["key"]],
        "rows": len(reports),
    }


def revisions(context: SiteContext, lang: SiteLocale, draw: ChartWriter) -> Page:
    """How the index was revised, and the figures that it reads."""
    stats = context.stats
    used = set(context.edition.lineage["series"]) - stats.not_republished
    frame = context.revisions.loc[context.revisions["series"].isin(used)]
    grouped = frame.groupby("series").agg(
        figures=("period", "size"),
        revised=("versions", lambda v: int(v.gt(1).sum())),
        mean=("mean_absolute_revision", "first"),
        bias=("bias", "first"),
        level=("latest", lambda v: v.abs().mean()),
    )
    moved = grouped.loc[grouped["revised"].gt(0)].assign(share=lambda f: f["mean"] / f["level"])
    rows = [
        [
            names.series(stats, str(key), lang),
            lang.number(row["figures"], 0),
            lang.number(row["revised"], 0),
            size(row["mean"], lang),
            size(row["bias"], lang),
            names.unit_of(stats, str(key), lang),
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
    own = _of_index(context, lang, draw)
    return _page("revisions/", lang, {"rows": rows, "summary": summary, "own": own})


def _of_index(context: SiteContext, lang: SiteLocale, draw: ChartWriter) -> Row | None:
    """The revisions of the index: chart, means by age, triangle of editions.

    None where no month is known to a later edition than its own.
    """
    stats = context.stats
    now = stats.edition.revised.set_index("period")["score"]
    revised = index_revisions.against_now(stats.index_scores, now)
    if revised.empty:
        return None
    points = revised["revision"]
    extreme = revised.loc[[points.abs().idxmax()]]
    label = lang.number(points.iloc[-1], signed=True)
    return {
        "figure": line_figure.line(points, label, theme.INK, lang, draw),
        "summary": lang.say(
            "index_revisions_summary",
            months=len(revised),
            absolute=lang.points(points.abs().mean()),
            bias=lang.number(points.mean(), signed=True),
            largest=lang.points(extreme["revision"].iloc[0], signed=True),
            month=lang.month(extreme.index[0]),
        ),
        "ages": [_age(row, lang) for row in index_revisions.by_age(revised).to_dict("records")],
        **_triangle(context, lang),
    }


def _age(row: dict[Any, Any], lang: SiteLocale) -> list[str]:
    """The revisions of an age: how many, in the mean without and with sign."""
    last = row["to"] == float("inf")
    name = "age_from" if last else "age_between"
    return [
        lang.say(name, first=row["from"], last="" if last else int(row["to"])),
        lang.number(row["months"], 0),
        lang.number(row["absolute"]),
        lang.number(row["bias"], signed=True),
    ]


def _triangle(context: SiteContext, lang: SiteLocale) -> Row:
    """The months, newest first, as published first and by edition after edition."""
    first = context.stats.index_scores.tail(TRIANGLE_MONTHS)
    newest = [issue for issue in context.issues if not issue.replaced_by][:TRIANGLE_EDITIONS]
    standing = newest[::-1]
    by_release = context.later.pivot(index="period", columns="release", values="score")
    later = by_release.reindex(index=first.index, columns=[issue.release for issue in standing])
    rows = [
        [lang.month(month), lang.number(first[month]), *map(lang.number, later.loc[month])]
        for month in first.index[::-1]
    ]
    names = [lang.month(issue.month + "-01", "MMM y") for issue in standing]
    return {"triangle": rows, "triangle_head": names}


def size(value: float, lang: Language) -> str:
    """The size of a revision, with fewer decimals the larger it is."""
    return lang.number(value, 0 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


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
