"""What is said of an event, in both languages; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any

import pandas as pd

from pipelines.alerts.rules import Channel, Rule
from pipelines.alerts.state_machine import RuleEvent

SAID = {
    "fr": {
        "firing": "Alerte",
        "resolved": "Fin d'alerte",
        "retracted": "Alerte retirée après révision",
        "notice": "Avis",
        "reminder": "Alerte toujours en cours",
        "error": "Règle sans données",
        "test": "ESSAI, ne pas en tenir compte",
        "digest": "{} messages de l'Observatoire du krach silencieux",
    },
    "en": {
        "firing": "Alert",
        "resolved": "Alert over",
        "retracted": "Alert retracted after a revision",
        "notice": "Notice",
        "reminder": "Alert still on",
        "error": "Rule without data",
        "test": "TEST, disregard",
        "digest": "{} messages from the Silent Crash Observatory",
    },
}
PUBLIC = ("rule", "kind", "rule_kind", "series", "severity", "value", "note", "vintage")


def number(value: float | None, language: str) -> str:
    """A figure as it is written in that language, two decimals at most."""
    from babel.numbers import format_decimal

    return "–" if value is None else str(format_decimal(value, "#,##0.##", locale=language))


def month(period: pd.Timestamp, language: str) -> str:
    """A month in full, or a dash for an event that has none."""
    from babel.dates import format_date

    return format_date(period, "MMMM y", locale=language) if period.year > 1970 else "–"


def texts(
    rule: Rule, series: str, event: RuleEvent, titles: Mapping[str, Mapping[str, str]]
) -> Any:
    """title_fr, text_fr, title_en and text_en of an event."""
    made = {}
    for language in ("fr", "en"):
        title = titles.get(language, {}).get(series, series)
        threshold = rule.when.threshold if rule.when else None
        said = getattr(rule.message, language).format(
            title=title,
            series=series,
            period=month(event.period, language),
            value=number(event.value, language),
            threshold=number(threshold, language),
            note=event.note or "–",
        )
        made[f"title_{language}"] = f"{SAID[language][event.kind]}{_colon(language)}{title}"
        made[f"text_{language}"] = said
    return made


def retold(row: Mapping[str, Any]) -> dict[str, str]:
    """title_fr and title_en of a reminder of an event."""
    return {
        f"title_{language}": row[f"title_{language}"].replace(
            said[row["kind"]], said["reminder"], 1
        )
        for language, said in SAID.items()
    }


def _colon(language: str) -> str:
    return "\N{NO-BREAK SPACE}: " if language == "fr" else ": "


def identity(row: Mapping[str, Any]) -> str:
    """What an event is, whoever records it."""
    return "|".join(str(row[name]) for name in ("rule", "series", "vintage", "kind", "period"))


def message_id(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same events always have the same id."""
    return "sc-" + sha256("\n".join(sorted(map(identity, rows))).encode()).hexdigest()[:32]


def payload(row: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """An event as it is delivered."""
    return {
        **{name: row[name] for name in PUBLIC},
        **{f"{part}_{lang}": row[f"{part}_{lang}"] for part in ("title", "text") for lang in SAID},
        "period": f"{pd.Timestamp(row['period'], unit='D'):%Y-%m-%d}",
        "as_of": row["as_of"].isoformat(),
        "at": row["at"].isoformat(),
        "owner": rule.owner,
        "runbook": rule.runbook,
    }


def batches(
    channel: Channel, rows: Sequence[tuple[Mapping[str, Any], Rule]], now: datetime
) -> list[dict[str, Any]]:
    """The messages to a channel about new events: one for all, one each, or the daily digest."""
    wanted = [
        (row, rule)
        for row, rule in rows
        if channel.wants(row["rule_kind"], row["severity"])
        and (row["rule_kind"], row["series"]) != ("channel", channel.id)  # told by the others
    ]
    if not wanted:
        return []
    if channel.digest == "daily":
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return [_message(channel, wanted, now, tomorrow, f"sc-digest-{tomorrow:%Y-%m-%d}")]
    groups = [wanted] if channel.group else [[one] for one in wanted]
    return [
        _message(channel, group, now, now, message_id([r for r, _ in group])) for group in groups
    ]


def _message(
    channel: Channel,
    group: Sequence[tuple[Mapping[str, Any], Rule]],
    now: datetime,
    due: datetime,
    key: str,
) -> dict[str, Any]:
    events = [payload(row, rule) for row, rule in group]
    about = {"channel": channel.id, "message_id": key, "due": due, "created_at": now}
    return {**about, "payload": {"events": events}}


def subject(events: Sequence[Mapping[str, Any]], language: str) -> str:
    """The first line of a message, free of line breaks."""
    one = events[0][f"title_{language}"] if len(events) == 1 else ""
    return " ".join((one or SAID[language]["digest"].format(len(events))).split())


def body(events: Sequence[Mapping[str, Any]], language: str, key: str) -> str:
    """The text of a message; it ends with the id by which a repeated one is known."""
    parts = [
        f"{event[f'title_{language}']}\n{event[f'text_{language}']}\n"
        f"{event['rule']} · {event['severity']} · {event['owner']} · {event['runbook']}"
        for event in events
    ]
    return "\n\n".join([*parts, f"[{key}]"])


def page(events: Sequence[Mapping[str, Any]], language: str, key: str) -> str:
    """The message as a small page for mail readers, everything in it escaped."""
    parts = "".join(_part(event, language) for event in events)
    name = escape(subject(events, language))
    return (
        f'<html lang="{language}"><head><meta charset="utf-8"><title>{name}</title></head>'
        f'<body style="font:16px/1.5 Georgia,serif;color:#1a1a1a;max-width:40em;margin:1em">'
        f'{parts}<p style="font:12px monospace;color:#595959">[{escape(key)}]</p></body></html>'
    )


def _part(event: Mapping[str, Any], language: str) -> str:
    about = " · ".join(escape(str(event[name])) for name in ("rule", "severity", "owner"))
    book = escape(str(event["runbook"]))
    link = f'<a href="{book}">{book}</a>' if book.startswith("https://") else book
    return (
        f'<h1 style="font-size:20px;margin:1em 0 0">{escape(str(event[f"title_{language}"]))}</h1>'
        f'<p style="margin:.3em 0">{escape(str(event[f"text_{language}"]))}</p>'
        f'<p style="font-size:13px;color:#595959;margin:0">{about} · {link}</p>'
    )
