"""The messages about an event, in both languages; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any

import pandas as pd

from dashboards import i18n
from pipelines.alerts.rules import Channel, Rule
from pipelines.alerts.state_machine import RuleEvent
from warehouse.publication.identity import own_authority

WORDS = {
    "fr": {
        "firing": "Alerte déclenchée",
        "resolved": "Alerte close",
        "retracted": "Alerte annulée après révision",
        "notice": "Avis",
        "reminder": "Alerte toujours en cours",
        "error": "Règle sans données",
        "test": "ESSAI, ne pas en tenir compte",
        "colon": "\N{NO-BREAK SPACE}: ",
        "no_figure": "aucun chiffre",
    },
    "en": {
        "firing": "Alert",
        "resolved": "Alert over",
        "retracted": "Alert cancelled after a revision",
        "notice": "Notice",
        "reminder": "Alert still on",
        "error": "Rule without data",
        "test": "TEST, disregard",
        "colon": ": ",
        "no_figure": "no figure",
    },
}
PUBLIC = ("rule", "kind", "rule_kind", "series", "severity", "value", "note", "vintage")


# The key under which the titles of an edition have its headline.
HEADLINE = "headline"


def number(value: float | None, language: str) -> str:
    """A figure as it is written in that language, two decimals at most."""
    from babel.numbers import format_decimal

    if value is None:
        return WORDS[language]["no_figure"]
    return str(format_decimal(value, "#,##0.##", locale=language))


def month(period: pd.Timestamp, language: str) -> str:
    """A month in full, or a dash for an event that has none."""
    from babel.dates import format_date

    # Events of a series that the edition lacks carry the first period there is, 1970-01.
    return format_date(period, "MMMM y", locale=language) if period.year > 1970 else "–"


def texts(
    rule: Rule, series: str, event: RuleEvent, titles: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """title_fr, text_fr, title_en and text_en of an event."""
    parts = {}
    for language, words in WORDS.items():
        title = titles.get(language, {}).get(series, series)
        threshold = rule.when.threshold if rule.when else None
        parts[f"title_{language}"] = f"{words[event.kind]}{words['colon']}{title}"
        parts[f"text_{language}"] = getattr(rule.message, language).format(
            title=title,
            series=series,
            period=month(event.period, language),
            value=number(event.value, language),
            threshold=number(threshold, language),
            note=event.note or "–",
            headline=titles.get(language, {}).get(HEADLINE, title),
        )
    return parts


def reminder_titles(row: Mapping[str, Any]) -> dict[str, str]:
    """title_fr and title_en of a reminder of a recorded event."""
    return {
        f"title_{language}": words["reminder"]
        + words["colon"]
        + row[f"title_{language}"].partition(words["colon"])[2]
        for language, words in WORDS.items()
    }


def identity(row: Mapping[str, Any]) -> str:
    """The same text for the same event, whoever records it."""
    return "|".join(str(row[name]) for name in ("rule", "series", "vintage", "kind", "period"))


def message_id(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same id for the same events of an observatory, in any order.

    Two observatories that send to one receiver have other ids: it drops what comes twice.
    """
    lines = sorted([*map(identity, rows), *filter(None, [own_authority()])])
    # 128 of the 256 bits: as unlikely to clash as a UUID, and short enough for a header.
    return "sc-" + sha256("\n".join(lines).encode()).hexdigest()[:32]


def payload(row: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """An event as it is delivered."""
    parts = [f"{part}_{language}" for part in ("title", "text") for language in WORDS]
    return {
        **{name: row[name] for name in (*PUBLIC, *parts)},
        "period": f"{pd.Timestamp(row['period'], unit='D'):%Y-%m-%d}",
        "as_of": row["as_of"].isoformat(),
        "at": row["at"].isoformat(),
        "owner": rule.owner,
        "runbook": rule.runbook,
    }


def batches(
    channel: Channel, rows: Sequence[tuple[Mapping[str, Any], Rule]], now: datetime
) -> list[dict[str, Any]]:
    """The messages to a channel about new events.

    They are one message for all events, one for each, or the daily digest, as the channel says.
    """
    chosen = [(row, rule) for row, rule in rows if _concerns(channel, row)]
    if not chosen:
        return []
    if channel.digest == "daily":
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        key = "-".join(filter(None, ["sc-digest", own_authority(), f"{tomorrow:%Y-%m-%d}"]))
        return [_message(channel, chosen, now, tomorrow, key)]
    groups = [chosen] if channel.group else [[pair] for pair in chosen]
    return [
        _message(channel, group, now, now, message_id([row for row, _ in group]))
        for group in groups
    ]


def _concerns(channel: Channel, row: Mapping[str, Any]) -> bool:
    """True if an event goes to a channel; its own failure is sent by the others."""
    own_failure = (row["rule_kind"], row["series"]) == ("channel", channel.id)
    return channel.wants(row["rule_kind"], row["severity"]) and not own_failure


def _message(
    channel: Channel,
    group: Sequence[tuple[Mapping[str, Any], Rule]],
    now: datetime,
    due: datetime,
    key: str,
) -> dict[str, Any]:
    events = [payload(row, rule) for row, rule in group]
    envelope = {"channel": channel.id, "message_id": key, "due": due, "created_at": now}
    return {**envelope, "payload": {"events": events}}


def subject(events: Sequence[Mapping[str, Any]], language: str) -> str:
    """The first line of a message, free of line breaks."""
    title = events[0][f"title_{language}"] if len(events) == 1 else ""
    digest = i18n.language(language).say("alert_digest", count=len(events))
    return " ".join((title or digest).split())


def body(events: Sequence[Mapping[str, Any]], language: str, key: str) -> str:
    """The text of a message; its last line is the id that shows a repeated one."""
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
    origin = " · ".join(escape(str(event[name])) for name in ("rule", "severity", "owner"))
    book = escape(str(event["runbook"]))
    link = f'<a href="{book}">{book}</a>' if book.startswith("https://") else book
    return (
        f'<h1 style="font-size:20px;margin:1em 0 0">{escape(str(event[f"title_{language}"]))}</h1>'
        f'<p style="margin:.3em 0">{escape(str(event[f"text_{language}"]))}</p>'
        f'<p style="font-size:13px;color:#595959;margin:0">{origin} · {link}</p>'
    )
