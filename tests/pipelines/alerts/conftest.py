"""A migrated store on both engines, and an SMTP server that keeps its mail."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller

from tests.warehouse.conftest import engine, kind, server, url

__all__ = ["engine", "kind", "server", "url"]


class Mailbox:
    """What an SMTP server was sent, in order."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content))  # type: ignore[attr-defined]
        self.noticed()
        return "250 taken"

    def noticed(self) -> None:
        """Called for each mail, before the sender is answered."""


def part(mail: Message, kind: str = "plain") -> str:
    """The text of the part of a mail that is text/KIND."""
    [text] = [part for part in mail.walk() if part.get_content_type() == f"text/{kind}"]
    body = text.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


class Post:
    """A running SMTP server on loopback."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self.controller = Controller(self.box, hostname="127.0.0.1", port=0)

    @property
    def url(self) -> str:
        port = self.controller.server.sockets[0].getsockname()[1]
        return f"mailto://127.0.0.1:{port}/?from=o@example.org&to=a@example.org&mode=insecure"


class _AnyPort(Controller):
    """A controller on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post() -> Iterator[Post]:
    """An SMTP server that keeps its mails."""
    running = Post()
    running.controller = _AnyPort(running.box, hostname="127.0.0.1", port=0)
    running.controller.start()
    yield running
    running.controller.stop()
