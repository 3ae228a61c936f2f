"""Which addresses lead out to the internet, however they are written."""

import pytest

from sources import Request
from sources.http.client import PoliteClient
from sources.http.ssrf_guard import resolves_inside, violation
from tests.server import Reply, Site

INSIDE = [
    "http://2130706433/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://１２７.0.0.1/",
    "http://10.0.0.7/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:10.0.0.7]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://localhost/",
    "http://a.localhost/",
    "http://metadata.google.internal/",
    "http://printer.local/",
    "http://intranet/",
    "http://1.2.3.4.5/",
    "http://99999999999/",
    "http://user@example.org/",
    "file:///etc/passwd",
]
PUBLIC = [
    "https://www.worldbank.org/",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
    "https://[::ffff:1.1.1.1]/",
    "https://[64:ff9b::101:101]/",
    "https://0x1.0x1.0x1.0x1/",
    "https://3.example.org/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_what_leads_inside_is_refused(url: str) -> None:  # R24
    assert violation(url) != ""


@pytest.mark.parametrize("url", PUBLIC)
def test_what_is_public_is_not(url: str) -> None:
    assert violation(url) == ""


@pytest.mark.parametrize("url", INSIDE)
def test_a_gateway_is_not_asked_for_what_is_inside(site: Site, url: str) -> None:
    page = "https://figures.example/data"
    site.serve(page, Reply(status=302, headers={"Location": url.encode("idna").decode("ascii")}))
    with PoliteClient(gateway=site.url, sleep=lambda _: None) as client:
        assert client.fetch(Request(page)).outcome == "refused"
    assert len(site.asked) == 1


def test_a_name_is_looked_up_before_it_is_handed_on() -> None:
    assert resolves_inside("localhost")
    assert not resolves_inside("localhost", allow_loopback=True)
    assert not resolves_inside("no-such-name.invalid")
