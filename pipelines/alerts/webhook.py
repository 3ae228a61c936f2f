"""Signed webhooks by the specification of standardwebhooks.com."""

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from standardwebhooks import Webhook

from pipelines.alerts.channels import DeliveryOutcome
from pipelines.logs import frames
from sources.http.ssrf_guard import PrivateAddress, PublicOnly, violation

logger = logging.getLogger(__name__)

# Seconds to connect, and between two bytes of the answer; the specification asks senders to
# wait 15 to 30 s.
TIMEOUT = (5, 20)
# The receiver will never take this message, but may take the next one.
POISON = {400, 413, 415, 422}
LONGEST = timedelta(days=1)  # of a Retry-After: a typing error must not silence a channel
KEY_BYTES = range(24, 65)  # as the specification says


def signer(secret: str) -> Webhook:
    """The signer of a `whsec_` secret. Raises ValueError where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not whsec_ and base64") from None
    if len(key) not in KEY_BYTES:
        raise ValueError("the secret must hold 24 to 64 bytes")
    return Webhook(key)


def content(events: list[dict[str, Any]], key: str, at: str) -> str:
    """The body: type, timestamp and data, the same on every attempt."""
    envelope = {"type": "alert", "timestamp": at, "data": {"id": key, "events": events}}
    return json.dumps(envelope, ensure_ascii=False, sort_keys=True)


def post(
    url: str, secret: str, message: Mapping[str, Any], now: datetime, *, allow_private: bool
) -> DeliveryOutcome:
    """Post a message once; no redirect is followed and no body is read."""
    if not allow_private and violation(url):
        return DeliveryOutcome("off", "private address refused: see allow_private")
    key, at = message["message_id"], now.astimezone(UTC)
    body = content(message["payload"]["events"], key, message["created_at"].isoformat())
    try:
        signature = signer(secret).sign(key, at, body)
    except ValueError as fault:
        return DeliveryOutcome("off", str(fault))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "silent-crash-observatory",
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return _post(url, body.encode(), headers, now, allow_private)


def _post(
    url: str, body: bytes, headers: dict[str, str], now: datetime, allow_private: bool
) -> DeliveryOutcome:
    with requests.Session() as session:
        session.trust_env = False  # a proxy would hide where the connection leads
        if not allow_private:
            session.mount("http://", PublicOnly(allow_loopback=False))
            session.mount("https://", PublicOnly(allow_loopback=False))
        try:
            with session.post(
                url, body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                return judge(answer.status_code, answer.headers.get("Retry-After", ""), now)
        except (PrivateAddress, requests.exceptions.RequestException, ValueError) as fault:
            logger.info("alerts: a webhook was not delivered\n%s", frames(fault))
            return _failure(fault)


def _failure(fault: Exception) -> DeliveryOutcome:
    """What an attempt that got no answer means; names no address and no secret."""
    if isinstance(fault, PrivateAddress):
        return DeliveryOutcome("off", "private address refused: see allow_private")
    if isinstance(fault, requests.exceptions.SSLError):
        return DeliveryOutcome("retry", "the certificate of the receiver is not valid")
    if isinstance(fault, requests.exceptions.Timeout):
        return DeliveryOutcome("retry", "no answer in time")
    return DeliveryOutcome("retry", f"not reached: {type(fault).__name__}")


def judge(status: int, retry_after: str, now: datetime) -> DeliveryOutcome:
    """What an HTTP status means: 2xx is a success, 410 the end, 3xx a failure."""
    if 200 <= status < 300:
        return DeliveryOutcome("sent")
    if status == 410:
        return DeliveryOutcome("off", "HTTP 410: the receiver is gone for good")
    if status in POISON:
        return DeliveryOutcome("refused", f"HTTP {status}: the receiver will not take this message")
    why = "redirect, not followed" if 300 <= status < 400 else "not taken"
    return DeliveryOutcome("retry", f"HTTP {status}: {why}", _patience(retry_after, now))


def _patience(retry_after: str, now: datetime) -> timedelta | None:
    """How long the receiver asks to wait, a day at most; None if it does not."""
    if retry_after.strip().isdecimal():
        # Six digits are eleven days: more would only overflow.
        return min(timedelta(seconds=int(retry_after.strip()[:6])), LONGEST)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST)
