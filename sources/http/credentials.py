"""Keys of publishers: filled in when a request is sent, never stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from sources import Request

PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
# A shorter value could be part of a figure by chance, and removing it would change that figure, so
# that it is not sent. Keys are far longer (EIA's has 40 characters).
SHORTEST_KEY = 8


PERCENT = "%(?:25)*"  # an address inside an address inside an address: %, %25, %2525


class MissingKey(LookupError):
    """A placeholder has no usable value in the environment; the message names it."""


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
        if len(value) < SHORTEST_KEY:
            raise MissingKey(f"{name} in full, of at least {SHORTEST_KEY} characters")
        self._used[name] = value
        return value

    def hide(self, text: str) -> str:
        """The text with every value, however it is written, as its placeholder."""
        return hide(text, {value: name for name, value in self._used.items()})

    def hide_in_body(self, body: bytes) -> bytes:
        """The same for a body: some publishers repeat the request and its key in it."""
        if not self._used:
            return body
        # What is no UTF-8 goes through as it is.
        text = body.decode("utf-8", "surrogateescape")
        return self.hide(text).encode("utf-8", "surrogateescape")


def hide(text: str, names: Mapping[str, str]) -> str:
    """The text with every secret as the name of its variable, however written.

    `names` gives the variable by the value of the secret.
    """
    # The longest first: a value that is a part of another must not leave the rest of it.
    for value in sorted(names, key=len, reverse=True):
        text = _spelling(value).sub(f"${{{names[value]}}}", text)
    return text


@cache
def _spelling(value: str) -> re.Pattern[str]:
    """Matches a secret as it is, and with any of its characters quoted or escaped."""
    return re.compile("".join(map(_character, value)))


def _character(character: str) -> str:
    """Matches a character in each of its forms, and each form in one way only.

    Where a form stood here twice, a text that shares the first n characters of a secret was tried
    in 2**n ways: the address of another room of the same chat would have stopped the program.
    """
    code = ord(character)
    shown = repr(character)[1:-1]  # a line feed in a message of an error is two characters
    forms = [character, shown, json.dumps(character)[1:-1], f"\\{character}"]
    forms += [f"\\u{code:04x}", f"\\x{code:02x}", f"&#{code};", f"&#x{code:x};"]
    forms += ["+"] if character == " " else []
    percent = "".join(f"{PERCENT}{byte:02x}" for byte in character.encode())
    once = {form.lower(): re.escape(form) for form in forms}
    return f"(?i:{'|'.join([*once.values(), percent])})"


def public_url(request: Request) -> str:
    """The address with its parameters, placeholders left as they are."""
    if not request.params:
        return request.url
    joint = "&" if "?" in request.url else "?"
    return request.url + joint + urlencode(request.params, safe="${}")
