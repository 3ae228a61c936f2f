"""The door on a real socket: conditions, redirects, keys, and what it says when nothing comes."""

import logging
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
Open = Callable[..., PoliteClient]


@pytest.fixture
def door(site: Site) -> Iterator[Open]:
    """Opens doors that lead to the site, never sleep and live at NOW."""
    usual = {"gateway": site.url, "sleep": lambda _: None, "clock": lambda: NOW}
    with ExitStack() as doors:
        yield lambda **settings: doors.enter_context(PoliteClient(**{**usual, **settings}))


def test_a_compressed_body_is_read_and_the_answer_describes_it(site: Site, door: Open) -> None:
    site.serve(URL, gzipped(CSV, ETag='"v1"'))
    answer = door(contact="desk@observatory.example").ask(
        Request(URL, params={"from": "2025"}), expected_format="csv"
    )
    assert (answer.outcome, answer.status, answer.body) == ("new", 200, CSV)
    assert (answer.sha256, answer.etag) == (sha256(CSV).hexdigest(), '"v1"')
    assert (answer.url, answer.at) == (f"{URL}?from=2025", NOW)
    assert site.asked[-1].query == {"from": ["2025"]}
    told = site.asked[-1].headers["User-Agent"]
    assert told == "silent-crash-observatory/0.1 (+desk@observatory.example)"


@pytest.mark.parametrize(
    "validator", [{"ETag": 'W/"v1"'}, {"Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"}]
)
def test_an_unchanged_file_costs_one_304(site: Site, door: Open, validator: dict[str, str]) -> None:
    site.serve(URL, Reply(CSV, headers=validator))
    asking = door()
    first = asking.ask(Request(URL), expected_format="csv")
    held = CachedValidators(first.etag, first.last_modified, first.sha256)
    second = asking.ask(Request(URL), expected_format="csv", previous=held)
    assert (second.outcome, second.status, second.body) == ("unchanged", 304, None)
    assert (second.etag, second.last_modified) == (first.etag, first.last_modified)
    assert second.sha256 == first.sha256


def test_the_same_bytes_under_another_tag_are_unchanged(site: Site, door: Open) -> None:
    site.serve(URL, Reply(CSV, headers={"ETag": '"v2"'}))
    held = CachedValidators('"v1"', None, sha256(CSV).hexdigest())
    answer = door().ask(Request(URL), expected_format="csv", previous=held)
    assert (answer.outcome, answer.status, answer.etag) == ("unchanged", 200, '"v2"')
    other = door().ask(
        Request(URL), expected_format="csv", previous=CachedValidators('"v1"', None, "0" * 64)
    )
    assert (other.outcome, other.body) == ("new", CSV)


def test_a_post_sends_json(site: Site, door: Open) -> None:
    site.serve(URL, b'{"data": 1}')
    answer = door().ask(Request(URL, json={"query": "{ gpuTypes { id } }"}), expected_format="json")
    assert answer.outcome == "new"
    assert (site.asked[-1].method, site.asked[-1].json) == (
        "POST",
        {"query": "{ gpuTypes { id } }"},
    )


def test_redirects_are_followed_without_the_headers_of_the_first_host(
    site: Site, door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "k-123456789")
    site.serve(URL, Reply(status=301, headers={"Location": "/new.csv"}))
    site.serve(
        "https://figures.example/new.csv",
        Reply(status=302, headers={"Location": "https://store.example/x.csv"}),
    )
    site.serve("https://store.example/x.csv", CSV)
    answer = door().ask(Request(URL, headers={"X-Key": "${TEST_KEY}"}), expected_format="csv")
    assert (answer.outcome, answer.url) == ("new", URL)
    assert [asked.headers["X-Key"] for asked in site.asked] == ["k-123456789", "k-123456789", None]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "file: is not http or https"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is not a public address"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 is not a public address"),
        ("http://127.0.0.1:5432/", "127.0.0.1 is not a public address"),
        ("https://user:word@store.example/x", "not a plain host"),
        ("http://[broken/", "which is no address"),
        (URL, "over 5 redirects"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(
    site: Site, door: Open, target: str, reason: str
) -> None:
    site.serve(URL, Reply(status=302, headers={"Location": target}))
    answer = door().ask(Request(URL), expected_format="csv")
    assert answer.outcome == "refused"
    assert reason in answer.detail
    assert {asked.path for asked in site.asked} == {"/figures.example/data.csv"}


def test_a_post_is_not_sent_on(site: Site, door: Open) -> None:
    site.serve(URL, Reply(status=307, headers={"Location": "https://store.example/"}))
    answer = door().ask(Request(URL, json={"a": 1}))
    assert answer.outcome == "refused"
    assert "a POST was sent on to https://store.example/" in answer.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_asked_only_where_allowed(site: Site, host: str) -> None:
    site.serve("/data.csv", CSV)
    request = Request(f"{site.url}/data.csv".replace("127.0.0.1", host))
    with PoliteClient() as outward, PoliteClient(allow_loopback=True) as inward:
        refused = outward.ask(request, expected_format="csv")
        assert refused.outcome == "refused"
        assert "not" in refused.detail
        assert "public" in refused.detail
        assert site.asked == []
        assert inward.ask(request, expected_format="csv").outcome == "new"


SECRET = "s3cr3t/key+9"


def everything(answer: object, caplog: pytest.LogCaptureFixture) -> str:
    return f"{answer!r} {caplog.text}"


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_key_is_sent_and_never_kept(
    site: Site,
    door: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    monkeypatch.setenv("TEST_KEY", f"{SECRET}\n")
    caplog.set_level(logging.DEBUG)
    echo = b'{"request": {"api_key": "s3cr3t/key+9"}, "data": [1]}'
    site.serve(URL, Reply(echo, status))
    request = Request(URL, params={"api_key": "${TEST_KEY}"}, json={"key": ["${TEST_KEY}"]})
    answer = door().ask(request, expected_format="json")
    assert (site.asked[0].query["api_key"], site.asked[0].json) == ([SECRET], {"key": [SECRET]})
    assert answer.url == URL + "?api_key=${TEST_KEY}"
    assert answer.body == echo.replace(SECRET.encode(), b"${TEST_KEY}")
    seen = everything(answer, caplog)
    assert SECRET not in seen
    assert "s3cr3t%2Fkey%2B9" not in seen
    assert status != 403 or "check TEST_KEY" in answer.detail


def test_a_key_in_a_redirect_or_a_bad_header_is_not_shown(
    site: Site,
    door: Open,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TEST_KEY", SECRET)
    site.serve(URL, Reply(status=302, headers={"Location": f"ftp://x.example/?k={SECRET}"}))
    sent_on = door().ask(Request(URL, json={"key": "${TEST_KEY}"}))
    monkeypatch.setenv("TEST_KEY", f"{SECRET}\r\nX: y")
    malformed = door().ask(Request(URL, headers={"Key": "${TEST_KEY}"}))
    assert (sent_on.outcome, malformed.outcome) == ("refused", "failed")
    assert SECRET not in everything([sent_on, malformed], caplog)


def test_a_missing_key_is_named_and_nothing_is_asked(
    site: Site, door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    answer = door().ask(Request(URL, params={"api_key": "${TEST_KEY}"}))
    assert (answer.outcome, answer.detail) == (
        "failed",
        "needs TEST_KEY: set it in the environment",
    )
    assert site.asked == []


def test_who_introduces_nobody_is_told_why_it_may_be_refused(site: Site, door: Open) -> None:
    site.serve("https://www.sec.gov/x.json", Reply(b"Undeclared Automated Tool", 403))
    answer = door().ask(Request("https://www.sec.gov/x.json"), expected_format="json")
    assert answer.outcome == "failed"
    assert "403 Forbidden" in answer.detail
    assert "set SILENTCRASH_CONTACT" in answer.detail
    assert answer.body == b"Undeclared Automated Tool"
    assert site.asked[-1].headers["User-Agent"].endswith("(no contact configured)")


def test_an_address_that_is_gone_fails_at_once(site: Site, door: Open) -> None:
    answer = door().ask(Request(URL), expected_format="csv")
    assert (answer.outcome, answer.status) == ("failed", 404)
    assert "correct the address" in answer.detail
    assert site.count(URL) == 1


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (Reply(CSV, hang="all"), "said nothing for 0.2 s"),
        (Reply(CSV, hang="body"), "was silent"),
        (Reply(CSV, drip=0.05), "not whole after 0.3 s"),
    ],
)
def test_silence_and_slowness_end(site: Site, door: Open, reply: Reply, detail: str) -> None:
    site.serve(URL, reply)
    answer = door(read_timeout=0.2, total_timeout=0.3).ask(Request(URL), expected_format="csv")
    assert answer.outcome == "failed"
    assert detail in answer.detail
    assert site.count(URL) == 1


def test_a_closed_port_fails_after_one_more_try_and_is_then_left_alone(door: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asking = door(gateway=f"http://127.0.0.1:{port}")
    answers = [asking.ask(Request(URL), expected_format="csv") for _ in range(3)]
    assert {answer.outcome for answer in answers} == {"failed"}
    assert {"cannot be reached: check the network" in a.detail for a in answers} == {True}


def test_nobody_waits_for_every_timeout_of_a_silent_host(door: Open) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as filling:
        address = full.getsockname()
        for _ in range(4):  # the kernel lets nobody in once the queue is full
            waiting = filling.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        asking = door(gateway=f"http://127.0.0.1:{address[1]}", connect_timeout=0.3)
        began = monotonic()
        details = {asking.ask(Request(URL), expected_format="csv").detail for _ in range(20)}
        assert monotonic() - began < 20 * 0.3 / 2
    assert details == {"no connection to 127.0.0.1 within 0.3 s: check the network"}


def test_a_name_that_does_not_exist_fails(door: Open) -> None:
    answer = door(gateway="").ask(Request("https://nowhere.invalid/x.csv"), expected_format="csv")
    assert answer.outcome == "failed"
    assert "nowhere.invalid cannot be resolved" in answer.detail


def test_a_server_without_a_trusted_certificate_is_not_read(site: Site, door: Open) -> None:
    gateway = site.url.replace("http:", "https:")
    answer = door(gateway=gateway).ask(Request(URL), expected_format="csv")
    assert answer.outcome == "failed"
    assert site.asked == []


@pytest.mark.parametrize("url", ["nonsense", "http://[broken/x", "ftp://figures.example/x", ""])
def test_an_address_that_cannot_be_asked_is_an_answer_too(door: Open, url: str) -> None:
    answer: Any = door().ask(Request(url))
    assert answer.outcome in {"failed", "refused"}
    assert "correct" in answer.detail
    assert asdict(answer)["url"] == url
