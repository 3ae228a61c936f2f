"""What the status of a response means: usable, a fault, or to be asked again."""

from __future__ import annotations

from http import HTTPStatus

from sources.http.connection import UP_TO_LIMIT, Exchange, ExchangeError, Failing

# 203: the body went through a transforming proxy, and is still checked like any other.
SUCCESS, DENIED, BUSY = {200, 203}, {401, 403}, {429, 503}
# 408, 500, 502 and 504 are faults of a moment at the server or a proxy in front of it.
RETRYABLE = BUSY | {408, 500, 502, 504}
PHRASES = {int(status): status.phrase for status in HTTPStatus}


def status_fault(
    exchange: Exchange, conditional: bool, wait: float | None, cap: float
) -> ExchangeError | None:
    """What is wrong with the status of a response; None if it can be used.

    `wait` is what Retry-After asks for, in seconds; beyond `cap` it is left to a later run.
    """
    status, body = exchange.status, exchange.body
    phrase = f"{status} {PHRASES.get(status, '')}".strip()
    if status in SUCCESS or (status == HTTPStatus.NOT_MODIFIED and conditional):
        return None
    if status in RETRYABLE and wait is not None and wait > cap:
        detail = f"{phrase}: asks to wait {wait:.0f} s"
        return ExchangeError("try later", detail, status, body, wait=wait)
    if status in RETRYABLE:
        outcome: Failing = "try later" if status in BUSY else "failed"
        detail = f"{phrase}: try later"
        return ExchangeError(outcome, detail, status, body, retries=UP_TO_LIMIT, wait=wait)
    if status == HTTPStatus.NOT_MODIFIED:
        return ExchangeError("refused", f"{phrase} to an unconditional request", status)
    if status < 400:
        return ExchangeError("refused", f"{phrase} instead of 200", status, body)
    if status in DENIED:
        return ExchangeError("failed", f"{phrase}: the publisher denies access", status, body)
    return ExchangeError("failed", f"{phrase}: correct the address or parameters", status, body)
