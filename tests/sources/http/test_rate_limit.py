"""Rate limits: waits, one request at a time, and robots.txt, on a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError

import pytest

from sources import Request
from sources.http.client import RATES, PoliteClient
from sources.http.connection import ExchangeError
from sources.http.rate_limit import RateLimiter, retry_after
from tests.server import Reply, Site

CSV = b"month,price\n2025-01,41\n"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
URL = "https://figures.example/data.csv"
NEWS = "https://news.example/feed"
ROBOTS = "https://news.example/robots.txt"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OpenClient = Callable[..., PoliteClient]


@pytest.fixture
def slept() -> list[float]:
    """The seconds that the clients of this test would have slept."""
    return []


@pytest.fixture
def open_client(site: Site, slept: list[float]) -> Iterator[OpenClient]:
    usual = {"gateway": site.url, "sleep": slept.append, "clock": lambda: NOW, "rates": {}}
    with ExitStack() as clients:
        yield lambda **settings: clients.enter_context(PoliteClient(**{**usual, **settings}))


@pytest.mark.parametrize("when", ["7", "Mon, 23 Nov 2026 12:00:07 GMT"])
def test_retry_after_is_honoured(
    site: Site, open_client: OpenClient, slept: list[float], when: str
) -> None:
    site.serve(URL, Reply(b"slow down", 429, {"Retry-After": when}), CSV)
    assert open_client().fetch(Request(URL), expected_format="csv").outcome == "new"
    assert slept == [pytest.approx(7, abs=0.2)]


@pytest.mark.parametrize("when", ["86400", "Tue, 24 Nov 2026 12:00:00 GMT"])
def test_a_long_wait_is_for_later(
    site: Site, open_client: OpenClient, slept: list[float], when: str
) -> None:
    site.serve(URL, Reply(b"quota", 503, {"Retry-After": when}))
    result = open_client(retry_after_cap=60).fetch(Request(URL), expected_format="csv")
    assert (result.outcome, result.status, slept) == ("try later", 503, [])
    assert "asks to wait 86400 s" in result.detail
    assert site.count(URL) == 1


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "try later"), (503, "try later"), (500, "failed")]
)
def test_a_failing_server_is_tried_four_times_with_growing_pauses(
    site: Site, open_client: OpenClient, slept: list[float], status: int, outcome: str
) -> None:
    site.serve(URL, Reply(b"ill", status))
    result = open_client().fetch(Request(URL), expected_format="csv")
    assert (result.outcome, result.status, result.body) == (outcome, status, b"ill")
    assert site.count(URL) == 4
    assert [0.2 < slept[0] <= 0.5, 0.4 < slept[1] <= 1, 0.8 < slept[2] <= 2] == [True] * 3


def test_a_server_that_recovers_is_new(site: Site, open_client: OpenClient) -> None:
    site.serve(URL, Reply(status=502), Reply(CSV, cut=0), CSV)
    assert open_client().fetch(Request(URL), expected_format="csv").outcome == "new"
    assert site.count(URL) == 3


def test_dates_without_zone_and_nonsense_in_retry_after() -> None:
    assert retry_after("Mon, 23 Nov 2026 12:01:00", NOW) == 60
    assert retry_after("Mon, 23 Nov 2026 11:00:00 GMT", NOW) == 0
    assert [retry_after(text, NOW) for text in (None, "", "soon", "-5")] == [None] * 4


def test_requests_to_a_domain_are_spaced(
    site: Site, open_client: OpenClient, slept: list[float]
) -> None:
    client = open_client(rates=RATES)
    for host in ("api.gdeltproject.org", "data.gdeltproject.org", "figures.example"):
        site.serve(f"https://{host}/x.csv", CSV)
        client.fetch(Request(f"https://{host}/x.csv"), expected_format="csv")
    assert slept == [pytest.approx(5, abs=0.5)]


def test_who_was_not_reached_is_not_spared(slept: list[float]) -> None:
    """Without a network, a run would rest 5 s for the next question to GDELT."""
    rate_limiter = RateLimiter(RATES, slept.append)
    for unreachable in (True, False, False):
        with suppress(ExchangeError), rate_limiter.turn("https://api.gdeltproject.org/"):
            raise ExchangeError("failed", "no connection", unreachable=unreachable)
    assert slept == [pytest.approx(5, abs=0.5)]


def test_one_request_at_a_time_to_a_domain_and_two_domains_at_once() -> None:
    rate_limiter = RateLimiter({"sec.gov": 0.0}, lambda _: None)

    def meet(host: str, barrier: Barrier) -> bool:
        with rate_limiter.turn(f"https://{host}/"):
            try:
                barrier.wait(0.3)
            except BrokenBarrierError:
                return False
            return True

    def met(*hosts: str) -> bool:
        barrier = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            return all(pool.map(meet, hosts, [barrier, barrier]))

    assert met("www.sec.gov", "figures.example")
    assert not met("www.sec.gov", "data.sec.gov")
    assert not met("figures.example", "figures.example")


def test_a_host_is_not_tried_again_after_two_connections_that_failed() -> None:
    rate_limiter, entered = RateLimiter({}, lambda _: None), []

    def knock(unreachable: bool) -> str:
        try:
            with rate_limiter.turn(URL):
                entered.append(1)
                if unreachable:
                    raise ExchangeError("failed", "no connection", unreachable=True)
        except ExchangeError as fault:
            return fault.detail
        return "in"

    assert [knock(True), knock(False), knock(True), knock(True), knock(False)] == [
        "no connection",
        "in",
        "no connection",
        "no connection",
        "no connection",
    ]
    assert len(entered) == 4


@pytest.mark.parametrize("expected_format", ["xml", "html"])
def test_robots_txt_is_fetched_once_and_obeyed(
    site: Site, open_client: OpenClient, expected_format: str
) -> None:
    site.serve(ROBOTS, b"User-agent: *\nDisallow: /feed\n")
    site.serve(NEWS, FEED)
    client = open_client()
    for _ in range(2):
        result = client.fetch(Request(NEWS), expected_format=expected_format)
        assert result.outcome == "refused"
        assert f"{ROBOTS} does not allow it" in result.detail
    assert [seen.path for seen in site.asked] == ["/news.example/robots.txt"]


def test_robots_txt_is_for_pages_and_feeds_not_for_data(
    site: Site, open_client: OpenClient
) -> None:
    site.serve("https://figures.example/robots.txt", b"User-agent: *\nDisallow: /\n")
    site.serve(URL, CSV)
    assert open_client().fetch(Request(URL), expected_format="csv").outcome == "new"
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        (Reply(b""), "new"),
        (Reply(status=404), "new"),
        (Reply(b"<html>home</html>"), "new"),
        (Reply(b"User-agent: other\nDisallow: /\n"), "new"),
        (Reply(b"User-agent: silent-crash-observatory\nDisallow: /\n"), "refused"),
        (Reply(status=403), "refused"),
        (Reply(status=500), "failed"),
        (Reply(status=503, headers={"Retry-After": "9000"}), "try later"),
    ],
)
def test_each_answer_for_robots_txt(
    site: Site, open_client: OpenClient, robots: Reply, outcome: str
) -> None:
    site.serve(ROBOTS, robots)
    site.serve(NEWS, FEED)
    assert open_client().fetch(Request(NEWS), expected_format="xml").outcome == outcome
    assert site.count(NEWS) == (outcome == "new")


def test_a_redirect_obeys_the_robots_txt_of_the_next_host(
    site: Site, open_client: OpenClient
) -> None:
    site.serve(NEWS, Reply(status=301, headers={"Location": "https://other.example/feed"}))
    site.serve("https://other.example/robots.txt", b"User-agent: *\nDisallow: /\n")
    result = open_client().fetch(Request(NEWS), expected_format="xml")
    assert "https://other.example/robots.txt does not allow it" in result.detail


def test_a_crawl_delay_spaces_the_requests(
    site: Site, open_client: OpenClient, slept: list[float]
) -> None:
    site.serve(ROBOTS, b"User-agent: *\nCrawl-delay: 3\n")
    site.serve(NEWS, FEED)
    client = open_client()
    for _ in range(2):
        assert client.fetch(Request(NEWS), expected_format="xml").outcome == "new"
    assert slept == [pytest.approx(3, abs=0.5)]
