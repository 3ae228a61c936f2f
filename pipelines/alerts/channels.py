"""Send one message on one channel: Apprise for e-mail and chat, or a signed webhook."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.alerts import messages, webhook
from pipelines.alerts.outcome import DeliveryOutcome
from pipelines.alerts.rules import Channel, RuleSet

SECONDS = 25  # for one message on one channel
HEADER = "X-Silentcrash-Message-Id"


def on(rules: RuleSet, environ: Mapping[str, str]) -> list[Channel]:
    """The channels whose variables are set."""
    return [one for one in rules.channels if all(environ.get(name) for name in variables(one))]


def variables(channel: Channel) -> list[str]:
    """The names of the environment variables that a channel needs."""
    return [text[2:-1] for text in (channel.url, channel.secret) if text]


def send(
    channel: Channel, message: Mapping[str, Any], environ: Mapping[str, str], now: datetime
) -> DeliveryOutcome:
    """One attempt; whatever goes wrong is an outcome, and it names no address and no secret."""
    url, *secret = [environ.get(name, "") for name in variables(channel)]
    try:
        if channel.type == "webhook":
            private = channel.allow_private
            return webhook.post(url, secret[0], message, now, allow_private=private)
        return _apprise(url, channel, message, environ.get("SILENTCRASH_CONTACT", ""))
    except Exception as fault:  # a channel that breaks must not stop the others
        return DeliveryOutcome("retry", f"could not send: {type(fault).__name__}")


def _apprise(
    url: str, channel: Channel, message: Mapping[str, Any], contact: str
) -> DeliveryOutcome:
    import apprise

    door = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Silent Crash Observatory"))
    if not door.add(url):
        return DeliveryOutcome("off", "the address is not one that Apprise knows")
    key, events = message["message_id"], message["payload"]["events"]
    mail = all(isinstance(service, apprise.plugins.N_MGR["mailto"]) for service in door)
    for service in door:
        headers = getattr(service, "headers", None)  # e-mail and the like have some
        if isinstance(headers, dict):
            headers[HEADER] = key
            headers |= unsubscribe(contact) if mail else {}
        if mail:
            service.notify_format = apprise.NotifyFormat.HTML  # with a part in plain text
    said = messages.page if mail else messages.body
    result = door.notify(
        title=messages.subject(events, channel.language),
        body=said(events, channel.language, key),
        body_format=apprise.NotifyFormat.HTML if mail else apprise.NotifyFormat.TEXT,
        timeout=SECONDS,
    )
    if result:
        return DeliveryOutcome("sent")
    failed = ", ".join(f"{one.name}: {one.status.name.lower()}" for one in result)
    return DeliveryOutcome("retry", failed or "no service was asked")


def unsubscribe(contact: str) -> dict[str, str]:
    """The List-Unsubscribe header (RFC 2369) that leads to the contact of the installation."""
    if any(letter.isspace() or letter in "<>," for letter in contact):
        return {}
    if contact.startswith("https://"):
        return {"List-Unsubscribe": f"<{contact}>"}
    return {"List-Unsubscribe": f"<mailto:{contact}?subject=unsubscribe>"} if "@" in contact else {}
