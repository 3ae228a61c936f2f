"""The HTTP client on a real socket: conditions, redirects, keys, messages."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import Any

import pytest

from sources import Request
from sources.http.client import CachedValidators, PoliteClient
from tests.server import Reply, Site, gzipped

CSV = b"month,price\n2025-01,41\n2025-02,42\n"
URL = "https://figures.example/data.csv"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OpenClient = Callable[..., PoliteClient]


@pytest.fixture
def open_client(site: Site) -> Iterator[OpenClient]:
    """Makes clients of the site that never sleep and have a fixed clock."""
    usual = {"gateway": site.url, "sleep": lambda _: None, "clock": lambda: NOW, "keys": os.environ}
    with ExitStack() as clients:
        yield lambda **settings: clients.enter_context(PoliteClient(**{**usual, **settings}))


def test_a_compressed_body_is_read_and_the_result_describes_it(
    site: Site, open_client: OpenClient
) -> None:
    site.serve(URL, gzipped(CSV, ETag='"v1"'))
    result = open_client(contact="desk@observatory.example").fetch(
        Request(URL, params={"from": "2025"}), expected_format="csv"
    )
    assert (result.outcome, result.status, result.body) == ("new", 200, CSV)
    assert (result.sha256, result.etag) == (sha256(CSV).hexdigest(), '"v1"')
    assert (result.url, result.at) == (f"{URL}?from=2025", NOW)
    assert site.asked[-1].query == {"from": ["2025"]}
    agent = site.asked[-1].headers["User-Agent"]
    assert agent == "silent-crash-observatory/0.1 (+desk@observatory.example)"


@pytest.mark.parametrize(
    "validator", [{"ETag": 'W/"v1"'}, {"Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"}]
)
def test_an_unchanged_file_costs_one_304(
    site: Site, open_client: OpenClient, validator: dict[str, str]
) -> None:
    site.serve(URL, Reply(CSV, headers=validator))
    client = open_client()
    first = client.fetch(Request(URL), expected_format="csv")
    validators = CachedValidators(first.etag, first.last_modified, first.sha256)
    second = client.fetch(Request(URL), expected_format="csv", previous=validators)
    assert (second.outcome, second.status, second.body) == ("unchanged", 304, None)
    assert (second.etag, second.last_modified) == (first.etag, first.last_modified)
    assert second.sha256 == first.sha256


def test_the_same_bytes_under_another_tag_are_unchanged(
    site: Site, open_client: OpenClient
) -> None:
    site.serve(URL, Reply(CSV, headers={"ETag": '"v2"'}))
    validators = CachedValidators('"v1"', None, sha256(CSV).hexdigest())
    result = open_client().fetch(Request(URL), expected_format="csv", previous=validators)
    assert (result.outcome, result.status, result.etag) == ("unchanged", 200, '"v2"')
    other = open_client().fetch(
        Request(URL), expected_format="csv", previous=CachedValidators('"v1"', None, "0" * 64)
    )
    assert (other.outcome, other.body) == ("new", CSV)


def test_a_post_sends_json(site: Site, open_client: OpenClient) -> None:
    site.serve(URL, b'{"data": 1}')
    result = open_client().fetch(
        Request(URL, json={"query": "{ gpuTypes { id } }"}), expected_format="json"
    )
    assert result.outcome == "new"
    assert (site.asked[-1].method, site.asked[-1].json) == (
        "POST",
        {"query": "{ gpuTypes { id } }"},
    )


def test_redirects_are_followed_without_the_headers_of_the_first_host(
    site: Site, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "k-123456789")
    site.serve(URL, Reply(status=301, headers={"Location": "/new.csv"}))
    site.serve(
        "https://figures.example/new.csv",
        Reply(status=302, headers={"Location": "https://store.example/x.csv"}),
    )
    site.serve("https://store.example/x.csv", CSV)
    result = open_client().fetch(
        Request(URL, headers={"X-Key": "${TEST_KEY}"}), expected_format="csv"
    )
    assert (result.outcome, result.url) == ("new", URL)
    assert [seen.headers["X-Key"] for seen in site.asked] == ["k-123456789", "k-123456789", None]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "file: is not http or https"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is not a public address"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 is not a public address"),
        ("http://127.0.0.1:5432/", "127.0.0.1 is not a public address"),
        ("https://user:word@store.example/x", "not a plain host name"),
        ("http://[broken/", "which is not an address"),
        (URL, "over 5 redirects"),
    ],
)
def test_a_redirect_to_a_forbidden_address_is_refused(
    site: Site, open_client: OpenClient, target: str, reason: str
) -> None:
    site.serve(URL, Reply(status=302, headers={"Location": target}))
    result = open_client().fetch(Request(URL), expected_format="csv")
    assert result.outcome == "refused"
    assert reason in result.detail
    assert {seen.path for seen in site.asked} == {"/figures.example/data.csv"}


@pytest.mark.parametrize(
    ("status", "target"), [(307, "https://store.example/"), (303, "https://figures.example/new")]
)
def test_a_post_is_not_redirected_elsewhere(
    site: Site, open_client: OpenClient, status: int, target: str
) -> None:
    site.serve(URL, Reply(status=status, headers={"Location": target}))
    result = open_client().fetch(Request(URL, json={"a": 1}))
    assert result.outcome == "refused"
    assert f"a POST was redirected to {target}" in result.detail


def test_a_post_is_asked_again_where_its_host_moved_it_to(
    site: Site, open_client: OpenClient
) -> None:
    site.serve(URL, Reply(status=301, headers={"Location": "https://figures.example/new.csv"}))
    site.serve("https://figures.example/new.csv", CSV)
    result = open_client().fetch(Request(URL, json={"a": 1}), expected_format="csv")
    assert result.outcome == "new"
    assert [(seen.method, seen.json) for seen in site.asked] == [("POST", {"a": 1})] * 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_fetched_only_where_allowed(site: Site, host: str) -> None:
    site.serve("/data.csv", CSV)
    request = Request(f"{site.url}/data.csv".replace("127.0.0.1", host))
    with PoliteClient() as outward, PoliteClient(allow_loopback=True) as inward:
        refused = outward.fetch(request, expected_format="csv")
        assert refused.outcome == "refused"
        assert "not" in refused.detail
        assert "public" in refused.detail
        assert site.asked == []
        assert inward.fetch(request, expected_format="csv").outcome == "new"


SECRET = "s3cr3t/key+9"


def shown(result: object, caplog: pytest.LogCaptureFixture) -> str:
    return f"{result!r} {caplog.text}"


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_key_is_sent_and_never_stored(
    site: Site,
    open_client: OpenClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    monkeypatch.setenv("TEST_KEY", f"{SECRET}\n")
    caplog.set_level(logging.DEBUG)
    echo = b'{"request": {"api_key": "s3cr3t/key+9"}, "data": [1]}'
    site.serve(URL, Reply(echo, status))
    request = Request(URL, params={"api_key": "${TEST_KEY}"}, json={"key": ["${TEST_KEY}"]})
    result = open_client().fetch(request, expected_format="json")
    assert (site.asked[0].query["api_key"], site.asked[0].json) == ([SECRET], {"key": [SECRET]})
    assert result.url == URL + "?api_key=${TEST_KEY}"
    assert result.body == echo.replace(SECRET.encode(), b"${TEST_KEY}")
    seen = shown(result, caplog)
    assert SECRET not in seen
    assert "s3cr3t%2Fkey%2B9" not in seen
    assert status != 403 or "check TEST_KEY" in result.detail


@pytest.mark.parametrize(
    "written",
    [
        "s3cr3t/key+9",
        r"s3cr3t\/key+9",
        "s3cr3t%2Fkey%2b9",
        "s3cr3t%252Fkey%252B9",
        r"s3cr3t\u002fkey\u002B9",
        r"\u0073\u0033cr3t/key+9",
        "s3cr3t&#47;key&#x2B;9",
    ],
)
def test_a_key_that_comes_back_in_another_spelling_is_not_stored(
    site: Site, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:  # R27
    monkeypatch.setenv("TEST_KEY", SECRET)
    site.serve(URL, b'{"request": "%s", "data": "\xff"}' % written.encode())
    request = Request(URL, params={"api_key": "${TEST_KEY}"})
    result = open_client().fetch(request)
    assert result.body == b'{"request": "${TEST_KEY}", "data": "\xff"}'


def test_a_key_too_short_to_be_one_is_not_sent(
    site: Site, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "1234567")
    result = open_client().fetch(Request(URL, params={"api_key": "${TEST_KEY}"}))
    assert result.detail.startswith("needs TEST_KEY in full, of at least 8 characters")
    assert (result.outcome, site.count(URL)) == ("failed", 0)


def test_a_key_in_a_redirect_or_a_bad_header_is_not_shown(
    site: Site,
    open_client: OpenClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TEST_KEY", SECRET)
    site.serve(URL, Reply(status=302, headers={"Location": f"ftp://x.example/?k={SECRET}"}))
    redirected = open_client().fetch(Request(URL, json={"key": "${TEST_KEY}"}))
    monkeypatch.setenv("TEST_KEY", f"{SECRET}\r\nX: y")
    malformed = open_client().fetch(Request(URL, headers={"Key": "${TEST_KEY}"}))
    assert (redirected.outcome, malformed.outcome) == ("refused", "failed")
    assert SECRET not in shown([redirected, malformed], caplog)


def test_a_missing_key_is_named_and_nothing_is_requested(
    site: Site, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    result = open_client().fetch(Request(URL, params={"api_key": "${TEST_KEY}"}))
    assert (result.outcome, result.detail) == (
        "failed",
        "needs TEST_KEY: set it in the environment",
    )
    assert site.asked == []


def test_without_a_contact_a_denial_says_that_one_may_be_required(
    site: Site, open_client: OpenClient
) -> None:
    site.serve("https://www.sec.gov/x.json", Reply(b"Undeclared Automated Tool", 403))
    result = open_client().fetch(Request("https://www.sec.gov/x.json"), expected_format="json")
    assert result.outcome == "failed"
    assert "403 Forbidden" in result.detail
    assert "set SILENTCRASH_CONTACT" in result.detail
    assert result.body == b"Undeclared Automated Tool"
    assert site.asked[-1].headers["User-Agent"].endswith("(no contact configured)")


def test_an_address_that_is_gone_fails_at_once(site: Site, open_client: OpenClient) -> None:
    result = open_client().fetch(Request(URL), expected_format="csv")
    assert (result.outcome, result.status) == ("failed", 404)
    assert "correct the address" in result.detail
    assert site.count(URL) == 1


@pytest.mark.parametrize(
    ("reply", "total", "detail"),
    [
        (Reply(CSV, hang="all"), 60.0, "no data from 127.0.0.1 for 0.2 s"),
        (Reply(CSV, hang="body"), 60.0, "no more data after"),
        (Reply(CSV, drip=0.05), 0.3, "incomplete after 0.3 s"),
    ],
)
def test_silent_and_slow_servers_are_given_up(
    site: Site, open_client: OpenClient, reply: Reply, total: float, detail: str
) -> None:
    site.serve(URL, reply)
    result = open_client(read_timeout=0.2, total_timeout=total).fetch(
        Request(URL), expected_format="csv"
    )
    assert result.outcome == "failed"
    assert detail in result.detail
    assert site.count(URL) == 1


def test_a_closed_port_fails_after_one_retry_and_is_not_tried_again(
    open_client: OpenClient,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = open_client(gateway=f"http://127.0.0.1:{port}")
    results = [client.fetch(Request(URL), expected_format="csv") for _ in range(3)]
    assert {result.outcome for result in results} == {"failed"}
    assert {"cannot be reached: check the network" in a.detail for a in results} == {True}


def test_requests_do_not_each_wait_for_the_timeout_of_a_silent_host(
    open_client: OpenClient,
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as filling:
        address = full.getsockname()
        for _ in range(4):  # the kernel accepts no connection once the queue is full
            waiting = filling.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        client = open_client(gateway=f"http://127.0.0.1:{address[1]}", connect_timeout=0.3)
        began = monotonic()
        details = {client.fetch(Request(URL), expected_format="csv").detail for _ in range(20)}
        assert monotonic() - began < 20 * 0.3 / 2
    assert details == {"no connection to 127.0.0.1 within 0.3 s: check the network"}


def test_a_name_that_does_not_exist_fails(open_client: OpenClient) -> None:
    result = open_client(gateway="").fetch(
        Request("https://nowhere.invalid/x.csv"), expected_format="csv"
    )
    assert result.outcome == "failed"
    assert "nowhere.invalid cannot be resolved" in result.detail


def test_a_server_without_a_trusted_certificate_is_not_fetched(
    site: Site, open_client: OpenClient
) -> None:
    gateway = site.url.replace("http:", "https:")
    result = open_client(gateway=gateway).fetch(Request(URL), expected_format="csv")
    assert result.outcome == "failed"
    assert site.asked == []


@pytest.mark.parametrize("url", ["nonsense", "http://[broken/x", "ftp://figures.example/x", ""])
def test_an_address_that_cannot_be_asked_is_an_answer_too(
    open_client: OpenClient, url: str
) -> None:
    result: Any = open_client().fetch(Request(url))
    assert result.outcome in {"failed", "refused"}
    assert "correct" in result.detail
    assert asdict(result)["url"] == url
