"""The tables that end a run: the index, and what became of each source."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.in_use import CONTACT
from pipelines.ingest.outcome import UNREACHED, IngestOutcome, verdict
from pipelines.settings import FILE

if TYPE_CHECKING:
    from pipelines.release.compute import Published
    from warehouse.edition import Edition
    from warehouse.gauges.repository import Unread

PLAIN: dict[str, Any] = {"title_justify": "left", "header_style": "bold", "box": SIMPLE_HEAD}
STYLE = {
    "failed": "yellow",
    "try later": "yellow",
    "refused": "red",
    "frozen": "red",
    "skipped": "dim",
}


def show(
    console: Console,
    published: "Published",
    outcomes: Sequence[IngestOutcome],
    status: pd.DataFrame,
    unread: "Sequence[Unread]" = (),
) -> None:
    """Print the summary of an edition, of its sources, and where the bulletin is.

    `unread` are the months after it, which have no reading yet.
    """
    from pipelines.release.approval import remark

    console.print(headline(published.edition))
    for line in readable(published.edition, unread):
        console.print(Text(line), soft_wrap=True)
    console.print(contributions(published.edition))
    console.print(freshness(status, outcomes))
    unreachable = {each.source for each in outcomes if each.outcome in UNREACHED}
    if unreachable:
        names = ", ".join(sorted(unreachable))
        console.print(
            f"Could not be reached: {names}. Their stored figures were used.", soft_wrap=True
        )
    for refused in (each for each in outcomes if each.outcome == "refused"):
        line = f"Refused, nothing stored: {refused.source}: {refused.detail}"
        console.print(Text(line, style="red"))
    for frozen in (each for each in outcomes if each.outcome == "frozen"):
        console.print(Text(f"Frozen: {frozen.source}: {frozen.detail}", style="red"))
    if published.edition.timeline.waits:
        console.print(f"{published.edition.month} {remark(published.edition.timeline)}")
    for path in published.files:
        if path.name.startswith("bulletin"):
            console.print(Text(f"Bulletin: {path}"), soft_wrap=True)


def beside(published: "Published") -> str:
    """A line on the edition of a framework beside the first."""
    edition = published.edition
    index = edition.values.loc[edition.values["key"].eq("index")].iloc[-1]
    score = "withheld" if pd.isna(index["score"]) else f"{index['score']:.1f}"
    return f"{edition.framework_version}: {edition.month}, index {score}, in {published.folder}"


def contact(console: Console, empty: Sequence[str]) -> None:
    """Name the sources that stay empty without a contact, and the line that helps."""
    if empty:
        line = (
            f"Not asked without a contact: {', '.join(empty)}; they stay empty. "
            f"Put this line in {FILE}: {CONTACT}"
        )
        console.print(Text(line, style="yellow"), soft_wrap=True)


def headline(edition: "Edition") -> Table:
    """Month, value, what may be said of it, change, regime, coverage and cut-off."""
    from dashboards.bulletin import reading
    from dashboards.edition_stats import EditionStats

    rows = edition.values.loc[edition.values["key"].eq("index")].sort_values("period")
    last = rows.iloc[-1]
    change = rows["score"].diff().iloc[-1]
    table = Table(title="Silent Crash Index", **PLAIN)
    for column in ("month", "index", "reading", "change", "regime", "coverage", "known on"):
        table.add_column(column, justify="right" if column in {"index", "change"} else "left")
    table.add_row(
        edition.month,
        "withheld" if pd.isna(last["score"]) else f"{last['score']:.1f}",
        reading.reading(EditionStats(edition)).kind,
        "–" if pd.isna(change) else f"{change:+.1f}",
        str(last["regime"] or last["reason"]),
        f"{last['coverage']:.0%}",
        f"{edition.as_of:%Y-%m-%d}",
    )
    return table


def readable(edition: "Edition", unread: "Sequence[Unread]" = ()) -> list[str]:
    """The last month that can be read, and what each later one lacks, a line each."""
    from dashboards import i18n
    from dashboards.bulletin import gauges
    from dashboards.edition_stats import EditionStats

    stats, english = EditionStats(edition), i18n.language("en")
    both = gauges.section(stats, english)
    if both is None:
        return []
    lines = (both["read"], *both["unread"], *gauges.without_reading(stats, unread, english))
    return [line for line in lines if line]


def contributions(edition: "Edition", top: int = 5) -> Table:
    """The indicators that add most points to the index, and their change."""
    parts = edition.values.loc[edition.values["kind"].eq("indicator")]
    wide = parts.pivot(index="period", columns="key", values="contribution").fillna(0.0)
    now, change = wide.iloc[-1], wide.diff().iloc[-1]
    table = Table(title="Top contributions", **PLAIN)
    for column in ("indicator", "points", "change"):
        table.add_column(column, justify="left" if column == "indicator" else "right")
    for key in now.sort_values(ascending=False).head(top).index:
        moved = change[key]
        table.add_row(key, f"{now[key]:.2f}", "–" if pd.isna(moved) else f"{moved:+.2f}")
    return table


def freshness(status: pd.DataFrame, outcomes: Sequence[IngestOutcome]) -> Table:
    """Newest period, age, outcome and counts of each source."""
    table = Table(title="Sources", **PLAIN)
    for column in ("source", "newest", "age", "outcome", "added", "quarantined"):
        table.add_column(column, justify="right" if column in {"added", "quarantined"} else "left")
    for row in status.to_dict("records"):
        own = [outcome for outcome in outcomes if outcome.source == row["key"]]
        result = verdict(own) or "–"
        worst = next((style for name, style in STYLE.items() if name in result), "")
        late = " (late)" if row["late"] else ""
        stored = pd.notna(row["newest_period"])
        table.add_row(
            row["key"],
            f"{row['newest_period']:%Y-%m-%d}" if stored else "–",
            f"{row['age_days']:.0f} d{late}" if stored else "–",
            Text(result, style=worst),
            f"{sum(outcome.added for outcome in own):,}",
            f"{sum(outcome.quarantined for outcome in own):,}",
        )
    return table


def outcomes(results: Sequence[IngestOutcome]) -> Table:
    """A row for each payload."""
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for column in ("source", "outcome", "rows", "added", "quarantined", "detail"):
        table.add_column(column)
    for result in results:
        counts = (f"{result.rows:,}", f"{result.added:,}", f"{result.quarantined:,}")
        outcome = Text(result.outcome, style=STYLE.get(result.outcome, ""))
        table.add_row(result.source, outcome, *counts, Text(result.detail))
    return table
