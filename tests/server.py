"""A real HTTP server on loopback that plays a publisher: the `site` fixture.

    site.serve("https://ember.example/prices.csv", Reply(body, headers={"ETag": '"a"'}))
    client = PoliteClient(gateway=site.url, sleep=lambda seconds: None)
    client.fetch(Request("https://ember.example/prices.csv"), expected_format="csv")
    site.asked[-1].headers["User-Agent"]

A route is the public address (with a gateway, GATEWAY/HOST/PATH is asked for it) or a path of
this server. It may hold a query; without one it answers every query. More replies are given in
turn and the last one stays. A question with the reply's own ETag or Last-Modified gets a 304.
Anything else is a 404, robots.txt included.
"""

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """What to answer, and how to go wrong while doing so.

    `cut` bytes of the body are sent, then the line is closed. `length` False leaves
    Content-Length out, so that the end of the line is the end of the body; a number declares
    that instead. `chunked` sends the body in chunks. `hang` says nothing until the server
    stops ("body": only after the headers). `drip` seconds pass between two bytes.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    length: bool | int = True
    chunked: bool = False
    hang: str = ""
    drip: float = 0.0

    @property
    def declared(self) -> int:
        """The Content-Length to declare."""
        return len(self.body) if isinstance(self.length, bool) else self.length


def gzipped(body: bytes, *, cut: int | None = None, **headers: str) -> Reply:
    """A compressed reply; `cut` shortens it, with the length to match."""
    return Reply(gzip.compress(body, mtime=0)[:cut], headers={"Content-Encoding": "gzip"} | headers)


@dataclass(frozen=True)
class Received:
    """A question that the server got; `path` is without the query."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: "Message[str, str]"
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON body of a POST."""
        return json.loads(self.body)


class Site:
    """The routes of one server and the questions it got, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Received] = []
        self.stopping = threading.Event()
        self._routes: dict[str, list[Reply]] = {}
        self._guard = threading.Lock()

    def serve(self, route: str, *replies: Reply | bytes) -> None:
        """Answer `route` with these, in turn; the last stays. Bytes are a 200."""
        answers = [reply if isinstance(reply, Reply) else Reply(reply) for reply in replies]
        with self._guard:
            self._routes[_local(route)] = answers

    def count(self, route: str) -> int:
        """How often this route (without its query) was asked."""
        return sum(received.path == urlsplit(_local(route)).path for received in self.asked)

    def reply(self, received: Received, target: str) -> Reply:
        """Note the question and give the next reply of its route."""
        with self._guard:
            self.asked.append(received)
            replies = self._routes.get(target) or self._routes.get(received.path) or [NOT_FOUND]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return self.conditional(received, reply)

    @staticmethod
    def conditional(received: Received, reply: Reply) -> Reply:
        """The reply, or a 304 where the question has its tag or date."""
        return Reply(status=304, headers=reply.headers) if _unchanged(received, reply) else reply


S = TypeVar("S", bound=Site)
NOT_FOUND = Reply(b"<html><body>Not Found</body></html>", 404, {"Content-Type": "text/html"})
CONDITIONS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}


def _local(route: str) -> str:
    return "/" + route.split("://", 1)[-1].lstrip("/")


def _unchanged(received: Received, reply: Reply) -> bool:
    for condition, header in CONDITIONS.items():
        if condition in received.headers and reply.status == 200:
            return received.headers[condition] == reply.headers.get(header)
    return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = parse_qs(parts.query, keep_blank_values=True)
        received = Received(self.command, parts.path, query, self.headers, body)
        self._send(self.site.reply(received, self.path))

    do_POST = do_GET  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.hang == "all":
            self._hang()
            return
        self._send_headers(reply)
        sent = reply.body[: reply.cut]
        if reply.hang == "body":
            self._hang()
        elif reply.drip:
            self._drip(sent, reply.drip)
        elif reply.chunked:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(reply.body), sent))
            self.wfile.write(b"" if reply.cut is not None else b"0\r\n\r\n")
        else:
            self.wfile.write(sent)
        self.close_connection |= reply.cut is not None or reply.length is not True

    def _send_headers(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.length is not False and reply.status != 304:
            self.send_header("Content-Length", str(reply.declared))
        self.end_headers()

    def _hang(self) -> None:
        self.close_connection = True
        self.site.stopping.wait(60)

    def _drip(self, body: bytes, pause: float) -> None:
        self.close_connection = True
        for byte in body:
            if self.site.stopping.wait(pause):
                break
            self.wfile.write(bytes([byte]))

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def free_port() -> int:
    """A port of loopback that nobody listens on, for a server of another process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(kind: Callable[[str], S]) -> Iterator[S]:
    """A server on a free port of loopback, stopped at the end."""

    class Handler(_Handler):
        """The handler of this server alone."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site = Handler.site = kind(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.stopping.set()
            server.shutdown()
            thread.join()
