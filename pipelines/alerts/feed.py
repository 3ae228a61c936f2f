"""The public history of alerts as Atom feeds, retractions and all."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd

from dashboards import i18n
from dashboards.i18n import LANGUAGES
from dashboards.metadata import authority
from dashboards.publish.atom import Entry, feed, stamp
from dashboards.publish.staging import put

# Readers follow the figures; checks, channels and the scheduler concern the operator.
PUBLIC = {"index", "dimension", "indicator", "gauge", "regime", "announcement", "release"}
# What identifies an event, in every store that saw the same history: no row number is among it.
FACTS = ["rule", "series", "kind", "period"]
# `updated` of a feed without any event: Atom wants one, and before the first month is true.
BEFORE_ALL = pd.Timestamp("2022-01-01", tz=UTC)


def atom(events: pd.DataFrame, language: str) -> bytes:
    """The feed of these events (columns of alert_event), newest first."""
    shown = events["rule_kind"].isin(PUBLIC) & events["kind"].ne("reminder")
    ordered = events.loc[shown].sort_values("id")
    # What is fired, retracted and fired again of a month has the same facts each time.
    public = ordered.assign(nth=ordered.groupby(FACTS).cumcount() + 1)[::-1]
    words = i18n.language(language).words
    latest = pd.to_datetime(public["at"], utc=True).max() if len(public) else BEFORE_ALL
    return feed(
        [_entry(row, language) for row in public.to_dict("records")],
        id=f"{authority()}alerts:{language}",
        title=words["alert_feed"],
        updated=stamp(latest),
        author=words["site"],
        language=language,
    )


def write(events: pd.DataFrame, folder: Path) -> list[Path]:
    """Write alerts.fr.atom and alerts.en.atom under a folder."""
    paths = []
    for language in LANGUAGES:
        path = folder / f"alerts.{language}.atom"
        put(path, atom(events, language))  # a reader never sees half of a feed
        paths.append(path)
    return paths


def _entry(row: Mapping[Any, Any], language: str) -> Entry:
    # A colon separates the parts of a tag: URI, so that those within a part become dots.
    names = [str(row[name]).replace(":", ".") for name in ("rule", "series", "kind")]
    again = [str(row["nth"])] if row["nth"] > 1 else []
    key = ":".join([*names, f"{pd.Timestamp(str(row['period'])):%Y-%m-%d}", *again])
    note = f"\n{row['note']}" if row["note"] else ""
    return Entry(
        id=f"{authority()}{key}",
        title=str(row[f"title_{language}"]),
        updated=stamp(pd.Timestamp(str(row["at"]))),
        category=str(row["severity"]),
        content=f"{row[f'text_{language}']}{note}",
    )
