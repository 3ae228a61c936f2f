"""What a text may share with a secret."""

import subprocess
import sys
from urllib.parse import quote

import pytest

from sources.http import credentials

ROOM = "https://chat.example/services/T0/B0/"  # of a chat: each of its rooms begins so


@pytest.mark.parametrize("written", [str, str.upper, quote, ascii, lambda text: quote(quote(text))])
def test_an_address_that_begins_as_a_secret_one_is_left_at_once(written: object) -> None:
    """In a process: nothing else would end 2**40 steps."""
    text = f"cannot reach {written(ROOM)}open, which answered with 404"  # type: ignore[operator]
    code = (
        "from sources.http.credentials import hide\n"
        f"print(hide({text!r}, {{{ROOM + 'secret'!r}: 'HOOK'}}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stdout == f"{text}\n"


@pytest.mark.parametrize("secret", [ROOM + "s\u00e9cret", "a\\b\"c'd%20 e&f", "\u0130stanbul-2026"])
def test_a_secret_is_hidden_however_it_is_written(secret: str) -> None:
    forms = [secret, quote(secret), quote(quote(secret)), ascii(secret)[1:-1], secret.upper()]
    forms.append("".join(f"&#{ord(character)};" for character in secret))
    for form in forms:
        assert credentials.hide(f"<{form}>", {secret: "KEY"}) == "<${KEY}>", form
