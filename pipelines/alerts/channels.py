"""The channels that are set, what an attempt to deliver came to, and Apprise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pipelines.alerts.rules import Channel, RuleSet
from warehouse.publication import identity

# For one message on one channel: a mail server that greets slowly takes ten or more.
SECONDS = 25
HEADER = "X-Silentcrash-Message-Id"


@dataclass(frozen=True)
class DeliveryOutcome:
    """What an attempt to deliver came to.

    `sent`; `retry` later; `refused` for this message alone; `off` until somebody looks.
    `error` holds no address and no secret. `after` is how long the receiver asked to wait.
    """

    state: Literal["sent", "retry", "refused", "off"]
    error: str = ""
    after: timedelta | None = None


def in_use(rules: RuleSet, environ: Mapping[str, str]) -> list[Channel]:
    """The channels whose environment variables are set."""
    return [
        channel
        for channel in rules.channels
        if all(environ.get(name) for name in variables(channel))
    ]


def variables(channel: Channel) -> list[str]:
    """The environment variables that a channel needs: `url`, then `secret`."""
    return [text[2:-1] for text in (channel.url, channel.secret) if text]


def notify(channel: Channel, url: str, message: Mapping[str, Any], contact: str) -> DeliveryOutcome:
    """Send a message once by Apprise: e-mail, chat and the like.

    Args:
        channel: The channel, for its language.
        url: The Apprise address of the channel.
        message: A row of the outbox.
        contact: The address or page that answers for the installation.
    """
    import apprise

    from pipelines.alerts import messages  # with pandas, which a list of channels does not need

    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id=identity.in_force().name("en")))
    if not sender.add(url):
        return DeliveryOutcome("off", "the address is not one that Apprise knows")
    key, events = message["message_id"], message["payload"]["events"]
    mail = all(isinstance(service, apprise.plugins.N_MGR["mailto"]) for service in sender)
    _set_headers(sender, {HEADER: key} | (unsubscribe(contact) if mail else {}))
    if mail:
        for service in sender:
            service.notify_format = apprise.NotifyFormat.HTML  # with a part in plain text
    result = sender.notify(
        title=messages.subject(events, channel.language),
        body=(messages.page if mail else messages.body)(events, channel.language, key),
        body_format=apprise.NotifyFormat.HTML if mail else apprise.NotifyFormat.TEXT,
        timeout=SECONDS,
    )
    if result:
        return DeliveryOutcome("sent")
    failures = ", ".join(f"{part.name}: {part.status.name.lower()}" for part in result)
    return DeliveryOutcome("retry", failures or "Apprise called no service")


def _set_headers(sender: Any, headers: Mapping[str, str]) -> None:
    """Add headers where the service has some: mail and webhooks, not most chats."""
    for service in sender:
        if isinstance(getattr(service, "headers", None), dict):
            service.headers |= headers


def unsubscribe(contact: str) -> dict[str, str]:
    """The List-Unsubscribe header (RFC 2369), which leads to the contact."""
    if any(letter.isspace() or letter in "<>," for letter in contact):
        return {}  # such a letter would end the header or add another one
    if contact.startswith("https://"):
        return {"List-Unsubscribe": f"<{contact}>"}
    return {"List-Unsubscribe": f"<mailto:{contact}?subject=unsubscribe>"} if "@" in contact else {}
