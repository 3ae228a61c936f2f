"""The commands of `silentcrash alerts`, as a person types them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from pipelines.alerts import service
from pipelines.settings import from_environment
from tests.pipelines.alerts.conftest import Post
from tests.pipelines.alerts.made_up import METHOD, edition
from tests.pipelines.conftest import Command, _environment, silentcrash
from tests.warehouse.made_up import NO_LINEAGE, declare, fetch
from warehouse import edition as editions
from warehouse import events
from warehouse.database import connect, migrate
from warehouse.tables import Event, core

__all__ = ["silentcrash"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one made-up edition, evaluated."""
    _environment(monkeypatch, tmp_path)
    engine = connect(f"sqlite:///{tmp_path / 'warehouse.sqlite'}")
    migrate(engine)
    computed = edition(1, [20, 40, 60])
    values = computed.values.assign(low=None, high=None, observed=None, age_months=0, reason="")
    values["regime"] = values["regime"].where(values["key"].eq("index"), "")
    number = editions.save(
        engine,
        values=values,
        lineage=NO_LINEAGE,
        month=computed.month,
        as_of=computed.as_of,
        recorded_by=0,
        framework=METHOD,
        framework_version="1",
        framework_hash="1",
        data_hash="1",
        created_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    service.evaluate(engine, from_environment(), number, service.rules_in_force())
    return tmp_path


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_list_says_where_every_rule_stands(home: Path, silentcrash: Command) -> None:
    listed = silentcrash("alerts", "list", "--format", "csv")
    assert listed.code == 0
    assert "index-watch,index,watch,firing" in listed.out
    assert "mail,apprise,not set" in listed.out
    assert "last evaluation: 2026-11-23" in listed.out


def test_health_says_whether_anything_was_evaluated_for_a_day(
    home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert silentcrash("health", "--format", "csv").code == 0
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T12:00:00+00:00")
    ended = silentcrash("health", "--format", "csv")
    assert (ended.code, rows(ended.out)[0]["ok"]) == (1, "False")
    assert "evaluation: 27 hours ago" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.fixture
def closed_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail channel at a port where nobody answers."""
    monkeypatch.setenv("SILENTCRASH_ALERT_MAIL", "mailto://127.0.0.1:9/?from=a@b.org&to=c@d.org")


def test_health_names_a_channel_that_does_not_deliver(
    closed_mail: None, home: Path, silentcrash: Command
) -> None:
    assert silentcrash("health").code == 0
    silentcrash("alerts", "deliver")
    ended = silentcrash("health")
    assert ended.code == 1
    assert "channel mail" in ended.err


def test_explain_shows_why_month_by_month(home: Path, silentcrash: Command) -> None:
    table = rows(silentcrash("alerts", "explain", "index-watch", "--format", "csv").out)
    assert [(row["period"], row["firing"]) for row in table] == [
        ("2025-01", "False"),
        ("2025-02", "False"),
        ("2025-03", "True"),
    ]
    early = silentcrash("alerts", "explain", "index-watch", "--as-of", "2025-01-01")
    assert early.code == 2
    assert "no edition is stored" in early.err


def test_backtest_is_a_row_a_rule(home: Path, silentcrash: Command) -> None:
    table = rows(silentcrash("alerts", "backtest", "--format", "csv").out)
    assert {row["rule"]: row["firings"] for row in table}["index-watch"] == "1"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["explain", "index-wach"], "did you mean index-watch"),
        (["list", "--format", "xls"], "'table', 'csv', 'json'"),
        (["silence", "index-watch", "--by", "a", "--why", "b", "--until", "2020-01-01"], "past"),
        (["ack", "index-crash", "--by", "a", "--why", "b"], "never fired"),
        (["test-fire", "index-watch", "--channel", "mail"], "not set"),
        (["backtest", "--from", "2031-01"], "no vintage"),
        (["validate", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_wrong_question_gets_one_line_and_exit_code_2(
    home: Path, silentcrash: Command, arguments: list[str], says: str
) -> None:
    ended = silentcrash("alerts", *arguments)
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_silence_ack_test_fire_and_deliver(
    home: Path, silentcrash: Command, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_ALERT_MAIL", post.url)
    monkeypatch.delenv("SILENTCRASH_CONTACT")
    (home / "silentcrash.toml").write_text('contact = "desk@example.org"\n', "utf-8")
    who = ("--by", "amina", "--why", "known")
    assert "silenced until 2026-11-30" in silentcrash("alerts", "silence", "index-watch", *who).out
    assert "by amina" in silentcrash("alerts", "ack", "index-watch", *who).out
    assert "sent" in silentcrash("alerts", "test-fire", "index-watch", "--channel", "mail").out
    assert "ESSAI" in post.box.mails[0].as_string()
    assert "desk@example.org" in str(post.box.mails[0]["List-Unsubscribe"])
    assert "mail: nothing due" in silentcrash("alerts", "deliver").out


def test_a_stored_cancellation_rings(home: Path) -> None:
    settings = from_environment()
    engine = connect(settings.warehouse)
    declare(engine)
    columns = core(Event).columns
    texts = {column.name: "" for column in columns if column.name not in {"id", "fetch_id"}}
    key = {"address": "https://example.org/made-up", "title": "Made-up project", "version": 1}
    size = {"power_mw": 800.0, "known_from": settings.now - timedelta(days=2), "confidence": 1.0}
    empty = dict.fromkeys(["power_min_mw", "power_max_mw", "amount"])
    event = texts | key | size | empty | {"event_type": "cancelled"}
    events.append(engine, fetch(engine), pd.DataFrame([event]))
    added = service.evaluate(engine, settings, 1, service.rules_in_force())
    assert ("large-cancellation", 800.0) in [(row["rule"], row["value"]) for row in added]
