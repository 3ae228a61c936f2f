"""The public history of alerts as an Atom feed per language, retractions and all."""

from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

ATOM = "http://www.w3.org/2005/Atom"
TITLE = {
    "fr": "Alertes de l'Observatoire du krach silencieux",
    "en": "Alerts of the Silent Crash Observatory",
}
PUBLIC = {"index", "dimension", "indicator", "regime", "announcement", "release"}
BEFORE_ALL = pd.Timestamp("2022-01-01", tz=UTC)
AUTHORITY = "tag:silent-crash-observatory,2026:"


def atom(events: pd.DataFrame, language: str) -> bytes:
    """The feed of these events (columns of alert_event), newest first."""
    told = events["rule_kind"].isin(PUBLIC) & events["kind"].ne("reminder")
    public = events.loc[told].sort_values("id", ascending=False)
    latest = pd.to_datetime(public["at"], utc=True).max() if len(public) else BEFORE_ALL
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_name("feed"), {"xml:lang": language})
    _add(feed, "id", f"{AUTHORITY}alerts:{language}")
    _add(feed, "title", TITLE[language])
    _add(feed, "updated", _stamp(latest))
    _add(_add(feed, "author"), "name", TITLE[language].split("de l'")[-1].split("of the ")[-1])
    for row in public.to_dict("records"):
        _entry(feed, row, language)
    ElementTree.indent(feed)
    text: str = ElementTree.tostring(feed, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def write(events: pd.DataFrame, folder: Path) -> list[Path]:
    """Write alerts.fr.atom and alerts.en.atom under a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for language in TITLE:
        path = folder / f"alerts.{language}.atom"
        part = path.with_suffix(".part")
        part.write_bytes(atom(events, language))
        part.replace(path)
        paths.append(path)
    return paths


def _entry(feed: ElementTree.Element, row: dict[object, object], language: str) -> None:
    entry = _add(feed, "entry")
    parts = (str(row[name]) for name in ("rule", "series", "vintage", "kind"))
    about = ":".join(part.replace(":", ".") for part in parts)
    _add(entry, "id", f"{AUTHORITY}{about}:{pd.Timestamp(str(row['period'])):%Y-%m-%d}")
    _add(entry, "title", str(row[f"title_{language}"]))
    _add(entry, "updated", _stamp(pd.Timestamp(str(row["at"]))))
    entry.append(ElementTree.Element(_name("category"), {"term": str(row["severity"])}))
    note = f"\n{row['note']}" if row["note"] else ""
    _add(entry, "content", f"{row[f'text_{language}']}{note}")


def _add(parent: ElementTree.Element, name: str, text: str = "") -> ElementTree.Element:
    made = ElementTree.SubElement(parent, _name(name))
    made.text = "".join(c for c in text if c.isprintable() or c == "\n") or None
    return made


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _stamp(at: pd.Timestamp) -> str:
    return at.tz_convert(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
