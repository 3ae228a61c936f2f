"""Manners: waiting where asked, one question at a time, and robots.txt, on a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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
Open = Callable[..., PoliteClient]


@pytest.fixture
def slept() -> list[float]:
    """The seconds that the doors of this test would have slept."""
    return []


@pytest.fixture
def door(site: Site, slept: list[float]) -> Iterator[Open]:
    usual = {"gateway": site.url, "sleep": slept.append, "clock": lambda: NOW, "rates": {}}
    with ExitStack() as doors:
        yield lambda **settings: doors.enter_context(PoliteClient(**{**usual, **settings}))


@pytest.mark.parametrize("when", ["7", "Mon, 23 Nov 2026 12:00:07 GMT"])
def test_retry_after_is_honoured(site: Site, door: Open, slept: list[float], when: str) -> None:
    site.serve(URL, Reply(b"slow down", 429, {"Retry-After": when}), CSV)
    assert door().ask(Request(URL), expected_format="csv").outcome == "new"
    assert slept == [pytest.approx(7, abs=0.2)]


@pytest.mark.parametrize("when", ["86400", "Tue, 24 Nov 2026 12:00:00 GMT"])
def test_a_long_wait_is_for_later(site: Site, door: Open, slept: list[float], when: str) -> None:
    site.serve(URL, Reply(b"quota", 503, {"Retry-After": when}))
    answer = door(retry_after_cap=60).ask(Request(URL), expected_format="csv")
    assert (answer.outcome, answer.status, slept) == ("try later", 503, [])
    assert "asks to wait 86400 s" in answer.detail
    assert site.count(URL) == 1


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "try later"), (503, "try later"), (500, "failed")]
)
def test_an_ill_server_is_asked_four_times_with_growing_pauses(
    site: Site, door: Open, slept: list[float], status: int, outcome: str
) -> None:
    site.serve(URL, Reply(b"ill", status))
    answer = door().ask(Request(URL), expected_format="csv")
    assert (answer.outcome, answer.status, answer.body) == (outcome, status, b"ill")
    assert site.count(URL) == 4
    assert [0.2 < slept[0] <= 0.5, 0.4 < slept[1] <= 1, 0.8 < slept[2] <= 2] == [True] * 3


def test_a_server_that_recovers_is_new(site: Site, door: Open) -> None:
    site.serve(URL, Reply(status=502), Reply(CSV, cut=0), CSV)
    assert door().ask(Request(URL), expected_format="csv").outcome == "new"
    assert site.count(URL) == 3


def test_dates_without_zone_and_nonsense_in_retry_after() -> None:
    assert retry_after("Mon, 23 Nov 2026 12:01:00", NOW) == 60
    assert retry_after("Mon, 23 Nov 2026 11:00:00 GMT", NOW) == 0
    assert [retry_after(text, NOW) for text in (None, "", "soon", "-5")] == [None] * 4


def test_questions_to_a_domain_are_spaced(site: Site, door: Open, slept: list[float]) -> None:
    asking = door(rates=RATES)
    for host in ("api.gdeltproject.org", "data.gdeltproject.org", "figures.example"):
        site.serve(f"https://{host}/x.csv", CSV)
        asking.ask(Request(f"https://{host}/x.csv"), expected_format="csv")
    assert slept == [pytest.approx(5, abs=0.5)]


def test_one_at_a_time_for_a_domain_and_side_by_side_for_two() -> None:
    pace = RateLimiter({"sec.gov": 0.0}, lambda _: None)

    def meet(host: str, barrier: Barrier) -> bool:
        with pace.turn(f"https://{host}/"):
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


def test_a_host_that_cannot_be_connected_to_is_left_alone_until_it_can() -> None:
    pace, entered = RateLimiter({}, lambda _: None), []

    def knock(unreachable: bool) -> str:
        try:
            with pace.turn(URL):
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
def test_robots_txt_is_read_once_and_kept_to(site: Site, door: Open, expected_format: str) -> None:
    site.serve(ROBOTS, b"User-agent: *\nDisallow: /feed\n")
    site.serve(NEWS, FEED)
    asking = door()
    for _ in range(2):
        answer = asking.ask(Request(NEWS), expected_format=expected_format)
        assert answer.outcome == "refused"
        assert f"{ROBOTS} does not allow it" in answer.detail
    assert [asked.path for asked in site.asked] == ["/news.example/robots.txt"]


def test_robots_txt_is_for_pages_and_feeds_not_for_data(site: Site, door: Open) -> None:
    site.serve("https://figures.example/robots.txt", b"User-agent: *\nDisallow: /\n")
    site.serve(URL, CSV)
    assert door().ask(Request(URL), expected_format="csv").outcome == "new"
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
def test_what_robots_txt_may_be(site: Site, door: Open, robots: Reply, outcome: str) -> None:
    site.serve(ROBOTS, robots)
    site.serve(NEWS, FEED)
    assert door().ask(Request(NEWS), expected_format="xml").outcome == outcome
    assert site.count(NEWS) == (outcome == "new")


def test_a_redirect_asks_the_robots_of_the_next_host(site: Site, door: Open) -> None:
    site.serve(NEWS, Reply(status=301, headers={"Location": "https://other.example/feed"}))
    site.serve("https://other.example/robots.txt", b"User-agent: *\nDisallow: /\n")
    answer = door().ask(Request(NEWS), expected_format="xml")
    assert "https://other.example/robots.txt does not allow it" in answer.detail


def test_a_crawl_delay_slows_the_lane(site: Site, door: Open, slept: list[float]) -> None:
    site.serve(ROBOTS, b"User-agent: *\nCrawl-delay: 3\n")
    site.serve(NEWS, FEED)
    asking = door()
    for _ in range(2):
        assert asking.ask(Request(NEWS), expected_format="xml").outcome == "new"
    assert slept == [pytest.approx(3, abs=0.5)]
