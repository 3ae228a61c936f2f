"""Channels against real servers: every failure has its outcome."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
import trustme
from sqlalchemy import Engine
from standardwebhooks import Webhook, WebhookVerificationError

from pipelines.alerts import channels, deliver, webhook
from pipelines.alerts.rules import RuleSet
from tests.pipelines.alerts.conftest import Post, part
from tests.pipelines.alerts.made_up import NOW, SECRET, channel, rule, rules
from tests.server import Reply, Site, running_site
from warehouse.alerts import repository
from warehouse.alerts.tables import ChannelHealth, Outbox
from warehouse.database import writing

DEAD = {"when": None, "recover": None, "kind": "channel", "id": "dead", "series": "*"}


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Desk:
    """An engine with rules, an environment and a clock, and their deliveries."""

    engine: Engine
    rules: RuleSet
    environ: dict[str, str]
    clock: Clock = field(default_factory=Clock)

    def put(self, *channels: str, count: int = 1) -> None:
        with writing(self.engine) as connection:
            for number in range(count):
                for name in channels:
                    repository.queue(connection, message(name, number))

    def deliver(self, patience: float = 30.0) -> dict[str, dict[str, int]]:
        tally = deliver.deliver(
            self.engine, self.rules, self.clock, self.environ, patience, "desk@example.org"
        )
        return {name: dict(counts) for name, counts in tally.items()}

    def health(self, name: str) -> "pd.Series[object]":
        return repository.frame(self.engine, ChannelHealth).set_index("channel").loc[name]

    def box(self) -> pd.DataFrame:
        return repository.frame(self.engine, Outbox)


def message(name: str, number: int = 0) -> dict[str, object]:
    texts = {
        "title_fr": "Alerte : été",
        "title_en": "Alert: summer",
        "text_fr": "a",
        "text_en": "b",
    }
    event = texts | {"rule": "high", "severity": "alert", "owner": "o", "runbook": "r"}
    envelope = {"channel": name, "message_id": f"sc-{number:04d}", "due": NOW, "created_at": NOW}
    return envelope | {"payload": {"events": [event]}}


@pytest.fixture
def desk(engine: Engine, site: Site, post: Post) -> Desk:
    """A webhook on a server that can go wrong, and an e-mail channel that cannot."""
    watched = rules(rule(**DEAD), channels=[channel(), channel("mail", "apprise")])
    environ = {"HOOK_URL": f"{site.url}/hook", "SECRET": SECRET, "MAIL_URL": post.url}
    return Desk(engine, watched, environ)


@pytest.fixture
def kind() -> str:
    """One engine: test_kill.py delivers on both."""
    return "sqlite"


def test_a_webhook_is_signed_as_the_reference_library_wants(desk: Desk, site: Site) -> None:
    site.serve("/hook", b"ok")
    desk.clock.now = datetime.now(NOW.tzinfo)  # the library refuses old time stamps
    desk.put("hook")
    assert desk.deliver()["hook"] == {"sent": 1}
    [request] = site.asked
    headers = {name.lower(): value for name, value in request.headers.items()}
    checked = Webhook(SECRET).verify(request.body.decode(), headers)
    assert checked["data"]["id"] == headers["webhook-id"] == "sc-0000"
    assert checked["type"] == "alert"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.decode() + " ", headers)


def test_a_mail_says_its_message_in_the_language_of_the_channel(
    desk: Desk, site: Site, post: Post
) -> None:
    site.serve("/hook", b"ok")
    desk.put("mail")
    assert desk.deliver()["mail"] == {"sent": 1}
    [mail] = post.box.mails
    assert mail["X-Silentcrash-Message-Id"] == "sc-0000"
    assert "Alert: summer" in str(mail["Subject"])
    assert "[sc-0000]" in part(mail)
    assert "[sc-0000]" in part(mail, "html")
    assert mail["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe>"


def test_hostile_text_in_a_mail_stays_text(desk: Desk, post: Post) -> None:
    hostile = message("mail")
    hostile["payload"]["events"][0] |= {  # type: ignore[index]
        "title_en": "<script>alert(1)</script>\r\nBcc: everyone@example.org",
        "text_en": "\u202e<img src=x onerror=alert(1)>",
        "runbook": "javascript:alert(1)",
    }
    with writing(desk.engine) as connection:
        repository.queue(connection, hostile)
    desk.deliver()
    [mail] = post.box.mails
    page = part(mail, "html")
    assert "<script" not in page
    assert "<img" not in page
    assert "href" not in page
    assert mail["Bcc"] is None
    assert "Bcc" in str(mail["Subject"])  # one line


@pytest.mark.parametrize(
    ("contact", "header"),
    [
        ("desk@example.org", "<mailto:desk@example.org?subject=unsubscribe>"),
        ("https://example.org/leave", "<https://example.org/leave>"),
        ("", None),
        ("a@example.org>, <mailto:b@example.org", None),
        ("a@example.org\r\nBcc: b@example.org", None),
    ],
)
def test_the_way_out_of_a_list_is_the_contact(contact: str, header: str | None) -> None:
    assert channels.unsubscribe(contact).get("List-Unsubscribe") == header


def test_an_hour_of_500_loses_nothing_and_is_reported_elsewhere(
    desk: Desk, site: Site, post: Post
) -> None:
    site.serve("/hook", Reply(status=500))
    desk.put("hook", count=3)
    for wait in (0, 5, 300, 1800, 7200):
        desk.clock.forward(seconds=wait)
        assert desk.deliver()["hook"] == {"retry": 1}
        assert desk.deliver()["hook"] == {}  # not before its time
    assert desk.health("hook")["state"] == "failing"
    assert "HTTP 500" in str(desk.health("hook")["last_error"])
    assert ["dead" in mail.as_string() for mail in post.box.mails] == [True]
    site.serve("/hook", b"ok")
    desk.clock.forward(hours=5)
    assert desk.deliver()["hook"]["sent"] >= 3
    ids = [request.headers["webhook-id"] for request in site.asked]
    assert list(dict.fromkeys(ids))[:3] == ["sc-0000", "sc-0001", "sc-0002"]
    assert set(desk.box()["state"]) == {"sent"}


def test_410_turns_the_channel_off_and_keeps_its_messages(
    desk: Desk, site: Site, post: Post
) -> None:
    site.serve("/hook", Reply(status=410))
    desk.put("hook", count=2)
    assert desk.deliver()["hook"] == {"off": 1}
    assert "dead" in post.box.mails[0].as_string()
    desk.clock.forward(days=9)
    assert desk.deliver()["hook"] == {}
    site.serve("/hook", b"ok")
    assert repository.reopen(desk.engine, "hook") >= 2
    assert desk.deliver()["hook"]["sent"] >= 2


def test_429_is_given_the_time_that_it_asks_for(desk: Desk, site: Site) -> None:
    site.serve("/hook", Reply(status=429, headers={"Retry-After": "1200"}), Reply(b"ok"))
    desk.put("hook")
    assert desk.deliver()["hook"] == {"retry": 1}
    desk.clock.forward(seconds=1199)
    assert desk.deliver()["hook"] == {}
    desk.clock.forward(seconds=1)
    assert desk.deliver()["hook"] == {"sent": 1}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Tue, 30 Jun 2026 12:02:00 GMT", 120),
        ("Tue, 30 Jun 2020 12:02:00 GMT", 0),
        ("999999999", 86_400),
        ("soon", None),
        ("-3", None),
    ],
)
def test_retry_after_is_read_with_care(header: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert webhook.judge(503, header, NOW).after == expected


def test_a_message_that_is_refused_does_not_hold_up_the_next(desk: Desk, site: Site) -> None:
    site.serve("/hook", Reply(status=400), Reply(b"ok"))
    desk.put("hook", count=2)
    assert desk.deliver()["hook"] == {"refused": 1, "sent": 1}
    assert list(desk.box()["state"]) == ["failed", "sent"]  # kept, and shown by `alerts list`


def test_a_redirect_is_not_followed(desk: Desk, site: Site) -> None:
    with running_site(Site) as inside:
        site.serve("/hook", Reply(status=302, headers={"Location": f"{inside.url}/secret"}))
        desk.put("hook")
        assert desk.deliver()["hook"] == {"retry": 1}
        assert inside.asked == []
    assert "redirect" in str(desk.health("hook")["last_error"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254"])
def test_a_private_address_is_refused_unless_allowed(desk: Desk, site: Site, host: str) -> None:
    site.serve("/hook", b"ok")
    port = site.url.rpartition(":")[2]
    closed = desk.rules.model_dump(by_alias=True)
    closed["channels"][0]["allow_private"] = False
    desk.rules = RuleSet.model_validate(closed)
    desk.environ["HOOK_URL"] = f"http://{host}:{port}/hook"
    desk.put("hook")
    assert desk.deliver()["hook"] == {"off": 1}
    assert site.asked == []


def test_a_bad_certificate_is_never_trusted(desk: Desk, tls: str) -> None:
    desk.environ["HOOK_URL"] = tls
    desk.put("hook")
    assert desk.deliver()["hook"] == {"retry": 1}
    assert "certificate" in str(desk.health("hook")["last_error"])


@pytest.fixture
def tls() -> Iterator[str]:
    """A server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"https://localhost:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_a_channel_that_hangs_delays_no_other(desk: Desk, site: Site, post: Post) -> None:
    site.serve("/hook", Reply(hang="all"))
    desk.put("hook", "mail", count=5)
    tally = desk.deliver(patience=2.0)
    assert tally["mail"] == {"sent": 5}
    assert tally["hook"] == {"slow": 1}
    assert set(desk.box().groupby("channel")["state"].first()) == {"pending", "sent"}
    assert desk.deliver(patience=2.0)["hook"] == {}  # its lease keeps a second worker off


def test_a_receiver_that_says_nothing_is_left_in_time(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", (0.5, 0.2))
    site.serve("/hook", Reply(hang="all"))
    desk.put("hook")
    assert desk.deliver()["hook"] == {"retry": 1}
    assert desk.health("hook")["last_error"] == "no answer in time"


def test_a_rate_limit_delays_and_drops_nothing(desk: Desk, site: Site) -> None:
    site.serve("/hook", b"ok")
    limited = desk.rules.model_dump(by_alias=True)
    limited["channels"][0]["per_hour"] = 3
    desk.rules = RuleSet.model_validate(limited)
    desk.put("hook", count=5)
    assert desk.deliver()["hook"] == {"sent": 3}
    assert desk.deliver()["hook"] == {}
    desk.clock.forward(hours=1)
    assert desk.deliver()["hook"] == {"sent": 2}


def test_no_secret_is_ever_written(
    desk: Desk, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    desk.environ["HOOK_URL"] = "http://u:hunter2@127.0.0.1:9/hunter2"
    desk.environ["MAIL_URL"] = "mailto://u:hunter2@127.0.0.1:9/?from=a@b.org&to=c@d.org"
    desk.put("hook", "mail")
    desk.deliver()
    stored = desk.box().to_csv() + repository.frame(desk.engine, ChannelHealth).to_csv()
    secret = SECRET.removeprefix("whsec_")
    for text in (stored, caplog.text):
        assert "hunter2" not in text
        assert secret not in text


def test_every_attempt_leaves_a_line_and_a_failure_its_traceback(
    desk: Desk, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipelines.alerts")
    desk.put("hook")
    site.serve("/hook", Reply(b"ok"))
    desk.deliver()
    assert [line.endswith(" to hook: sent ") for line in caplog.messages] == [True]
    caplog.clear()
    desk.environ["HOOK_URL"] = "http://127.0.0.1:9/hook"
    desk.put("hook", count=2)
    desk.deliver()
    assert "in _post" in caplog.text
    assert "to hook: retry not reached: ConnectionError" in caplog.text


def test_the_body_is_the_same_on_every_attempt(desk: Desk, site: Site) -> None:
    site.serve("/hook", Reply(status=500), Reply(b"ok"))
    desk.put("hook")
    desk.deliver()
    desk.clock.forward(minutes=1)
    desk.deliver()
    first, second = site.asked
    assert first.body == second.body
    assert json.loads(first.body)["data"]["events"][0]["title_fr"] == "Alerte : été"
