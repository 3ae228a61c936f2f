"""Signed webhooks by the Standard Webhooks specification (github.com/standard-webhooks)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from pipelines.alerts.outcome import DeliveryOutcome
from sources.http.ssrf_guard import PrivateAddress, PublicOnly, violation

TIMEOUT = (5, 20)  # seconds to connect, and between two bytes of the answer
POISON = {400, 413, 415, 422}  # the receiver will never take this message; the next one it may
LONGEST = timedelta(days=1)


def sign(secret: str, key: str, at: datetime, body: bytes) -> str:
    """The `webhook-signature` header. Raises ValueError for a secret that is not whsec_ base64."""
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not whsec_ and base64") from None
    if not 24 <= len(raw) <= 64:
        raise ValueError("the secret must hold 24 to 64 bytes")
    signed = b".".join([key.encode(), str(int(at.timestamp())).encode(), body])
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def content(events: list[dict[str, Any]], key: str, at: str) -> bytes:
    """The body: type, timestamp and data, the same on every attempt."""
    about = {"type": "alert", "timestamp": at, "data": {"id": key, "events": events}}
    return json.dumps(about, ensure_ascii=False, sort_keys=True).encode()


def post(
    url: str, secret: str, message: Mapping[str, Any], now: datetime, *, allow_private: bool
) -> DeliveryOutcome:
    """Post a message once. Redirects are not followed; the answer's body is not read."""
    wrong = violation(url) if not allow_private else ""
    if wrong:
        return DeliveryOutcome("off", "private address refused: see allow_private")
    created = message["created_at"].isoformat()
    body = content(message["payload"]["events"], message["message_id"], created)
    try:
        signature = sign(secret, message["message_id"], now, body)
    except ValueError as fault:
        return DeliveryOutcome("off", str(fault))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "silent-crash-observatory",
        "webhook-id": message["message_id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return _post(url, body, headers, now, allow_private)


def _post(
    url: str, body: bytes, headers: Mapping[str, str], now: datetime, allow_private: bool
) -> DeliveryOutcome:
    with requests.Session() as session:
        session.trust_env = False  # a proxy would hide where the connection leads
        if not allow_private:
            session.mount("http://", PublicOnly(allow_loopback=False))
            session.mount("https://", PublicOnly(allow_loopback=False))
        try:
            with session.post(
                url,
                body,
                headers=dict(headers),
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return judge(answer.status_code, answer.headers.get("Retry-After", ""), now)
        except PrivateAddress:
            return DeliveryOutcome("off", "private address refused: see allow_private")
        except requests.exceptions.SSLError:
            return DeliveryOutcome("retry", "the certificate of the receiver is not valid")
        except requests.exceptions.Timeout:
            return DeliveryOutcome("retry", "no answer in time")
        except (requests.exceptions.RequestException, ValueError) as fault:
            return DeliveryOutcome("retry", f"not reached: {type(fault).__name__}")


def judge(status: int, retry_after: str, now: datetime) -> DeliveryOutcome:
    """What an HTTP status means: 2xx is taken, 410 is the end, 3xx is a failure."""
    if 200 <= status < 300:
        return DeliveryOutcome("sent")
    if status == 410:
        return DeliveryOutcome("off", "HTTP 410: the receiver is gone for good")
    if status in POISON:
        return DeliveryOutcome("refused", f"HTTP {status}: the receiver will not take this message")
    said = "redirect, not followed" if 300 <= status < 400 else "not taken"
    return DeliveryOutcome("retry", f"HTTP {status}: {said}", _patience(retry_after, now))


def _patience(retry_after: str, now: datetime) -> timedelta | None:
    """How long the receiver asks to wait, a day at most; None when it does not say."""
    if retry_after.strip().isdecimal():
        return min(timedelta(seconds=int(retry_after.strip()[:6])), LONGEST)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST)
