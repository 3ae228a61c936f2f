"""Keys of publishers: filled in when a request is sent, never stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from sources import Request

PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
# A shorter value could be part of a figure by chance, and removing it would change that figure.
# Keys are far longer (EIA's has 40 characters).
MIN_LENGTH_IN_BODY = 8


class MissingKey(LookupError):
    """A placeholder has no value in the environment; the message names it."""


class Keys:
    """The placeholders of one request and their secret values."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._used: dict[str, str] = {}

    @property
    def names(self) -> list[str]:
        """The environment variables that were used."""
        return sorted(self._used)

    def fill(self, request: Request) -> Request:
        """The request with `${NAME}` replaced from the environment. Raises MissingKey."""
        return replace(
            request,
            params=self._filled(request.params),
            headers=self._filled(request.headers),
            json=self._filled(request.json),
        )

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return PLACEHOLDER.sub(self._value, value)
        if isinstance(value, Mapping):
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._filled(item) for item in value]
        return value

    def _value(self, match: re.Match[str]) -> str:
        name = match[1]
        value = self._environ.get(name, "").strip()
        if not value:
            raise MissingKey(name)
        self._used[name] = value
        return value

    def hide(self, text: str) -> str:
        """The text with every value, plain or URL-quoted, replaced by its placeholder."""
        for name, value in self._used.items():
            # As it is, as addresses quote it, and as an error shows a line feed in it.
            for written in (value, quote(value, safe=""), quote_plus(value), repr(value)[1:-1]):
                text = text.replace(written, f"${{{name}}}")
        return text

    def hide_in_body(self, body: bytes) -> bytes:
        """The same for a body: some publishers repeat the request and its key in it."""
        for name, value in self._used.items():
            if len(value) >= MIN_LENGTH_IN_BODY:
                body = body.replace(value.encode(), f"${{{name}}}".encode())
        return body


def host(request: Request) -> str:
    """The host that a request asks."""
    return urlsplit(request.url).hostname or ""


def public_url(request: Request) -> str:
    """The address with its parameters, placeholders left as they are."""
    if not request.params:
        return request.url
    joint = "&" if "?" in request.url else "?"
    return request.url + joint + urlencode(request.params, safe="${}")
