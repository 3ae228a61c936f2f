"""Recording and queueing in one transaction, on both engines."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, event

from pipelines.alerts import findings, reports, signals
from pipelines.alerts.messages import texts
from pipelines.alerts.record import Evaluation, record_findings
from pipelines.alerts.reminders import catch_up
from pipelines.alerts.rules import RuleSet
from pipelines.alerts.state_machine import RuleEvent
from tests.pipelines.alerts.made_up import NOW, channel, edition, rule, rules
from warehouse.alerts import repository
from warehouse.alerts.tables import AlertRule, AlertState, Outbox
from warehouse.database import connect
from warehouse.edition import Edition

Evaluate = Callable[..., list[str]]
TITLES = {"fr": {"index": "Indice"}, "en": {"index": "Index"}}


@pytest.fixture
def evaluate(engine: Engine) -> Evaluate:
    """Evaluate an edition, and say what was added."""

    def run(watched: RuleSet, seen: Edition, store: Engine = engine, now: Any = NOW) -> list[str]:
        vintage = signals.vintage(seen)
        moment = Evaluation(vintage.key, vintage.as_of, now)
        added = record_findings(
            store, findings.of_edition(watched, seen), moment, watched.channels, TITLES
        )
        return [f"{row['kind']} {row['rule']} {row['series']}" for row in added]

    return run


def queued(engine: Engine) -> list[str]:
    box = repository.frame(engine, Outbox)
    return [
        f"{row['kind']} {row['rule']}" for payload in box["payload"] for row in payload["events"]
    ]


def test_an_edition_rings_once_and_a_rerun_never(engine: Engine, evaluate: Evaluate) -> None:
    watched = rules(channels=[channel()])
    assert evaluate(watched, edition(1, [40])) == []
    assert evaluate(watched, edition(2, [40, 55])) == ["firing high index"]
    assert evaluate(watched, edition(2, [40, 55])) == []
    assert evaluate(watched, edition(1, [40, 40])) == []  # an older edition, rebuilt
    assert evaluate(watched, edition(3, [40, 49, 44])) == ["retracted high index"]
    assert queued(engine) == ["firing high", "retracted high"]


def test_more_rules_take_no_more_statements(engine: Engine, evaluate: Evaluate) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    def evaluated(count: int) -> int:
        statements.clear()
        watched = rules(*(rule(id=f"rule-{count}-{number}") for number in range(count)))
        assert len(evaluate(watched, edition(count, [40, 55]))) == count
        return len(statements)

    assert evaluated(5) == evaluated(50)
    assert len(repository.frame(engine, AlertRule)) == 55
    assert repository.history(engine)["rule"].nunique() == 55


def test_two_evaluators_at_once_make_one_event_and_one_message(url: str, engine: Engine) -> None:
    regime = rule(id="regime", kind="regime", regime="watch", when=None, recover=None)
    watched = rules(rule(), regime, channels=[channel(group=True)])
    gate = threading.Barrier(4)
    added: list[int] = []

    def run() -> None:
        own = connect(url)
        seen = edition(1, [40, 55])
        vintage = signals.vintage(seen)
        moment = Evaluation(vintage.key, vintage.as_of, NOW)
        gate.wait()
        added.append(len(record_findings(own, findings.of_edition(watched, seen), moment,
                              watched.channels, TITLES)))  # fmt: skip
        own.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 0, 2]
    assert len(repository.history(engine)) == 2
    assert len(repository.frame(engine, Outbox)) == 1


def test_event_and_message_are_stored_together_or_not_at_all(
    engine: Engine, evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = rules(channels=[channel()])

    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(repository, "queue", full)
        with pytest.raises(OSError, match="disk full"):
            evaluate(watched, edition(1, [55]))
    assert len(repository.history(engine)) == 0
    assert len(repository.frame(engine, AlertState)) == 0
    assert evaluate(watched, edition(1, [55])) == ["firing high index"]


def test_a_silence_delays_an_alert_and_hides_no_end(engine: Engine, evaluate: Evaluate) -> None:
    watched = rules(channels=[channel()])
    evaluate(watched, edition(1, [40, 55]))
    until = NOW + timedelta(days=3)
    repository.silence(engine, rule="high", until=until, by="amina", why="known", at=NOW)
    assert evaluate(watched, edition(2, [40, 55, 40])) == ["resolved high index"]
    assert queued(engine) == ["firing high", "resolved high"]  # its start was told
    assert evaluate(watched, edition(3, [40, 55, 40, 60])) == ["firing high index"]
    assert queued(engine) == ["firing high", "resolved high"]
    assert "silenced by amina" in repository.history(engine)["muted"].iloc[-1]
    later = until + timedelta(minutes=1)
    assert evaluate(watched, edition(3, [40, 55, 40, 60]), now=later) == []
    assert queued(engine)[2:] == ["firing high"]
    evaluate(watched, edition(4, [40, 55, 40, 60, 61]), now=later)
    assert len(queued(engine)) == 3


def test_an_alert_that_outlasts_a_silence_is_sent_without_a_new_edition(
    engine: Engine, evaluate: Evaluate
) -> None:
    watched = rules(channels=[channel()])
    until = NOW + timedelta(days=3)
    repository.silence(engine, rule="high", until=until, by="amina", why="known", at=NOW)
    evaluate(watched, edition(1, [40, 55]))
    assert catch_up(engine, watched, watched.channels, NOW + timedelta(days=2)) == 0
    assert queued(engine) == []
    later = until + timedelta(minutes=1)
    assert catch_up(engine, watched, watched.channels, later) == 1
    assert catch_up(engine, watched, watched.channels, later) == 0
    assert evaluate(watched, edition(1, [40, 55]), now=later) == []
    assert queued(engine) == ["firing high"]


def test_an_acknowledged_alert_is_sent_once_more_when_its_time_is_over(
    engine: Engine, evaluate: Evaluate
) -> None:
    watched = rules(channels=[channel()])
    evaluate(watched, edition(1, [40, 55]))
    until = NOW + timedelta(days=7)
    ack = {"by": "amina", "why": "the grid is asked", "until": until, "at": NOW}
    repository.acknowledge(engine, "high", "", **ack)
    assert [row["in_hand"] for row in reports.rule_rows(engine, watched)] == [
        f"amina until {until:%Y-%m-%d}: the grid is asked"
    ]
    assert catch_up(engine, watched, watched.channels, NOW + timedelta(days=6)) == 0
    later = NOW + timedelta(days=8)
    assert catch_up(engine, watched, watched.channels, later) == 1
    assert catch_up(engine, watched, watched.channels, later) == 0
    assert queued(engine) == ["firing high", "reminder high"]
    assert repository.history(engine)["title_fr"].iloc[-1].startswith("Alerte toujours en cours")
    assert evaluate(watched, edition(2, [40, 55, 40])) == ["resolved high index"]
    assert queued(engine)[2:] == ["resolved high"]
    assert [row["state"] for row in reports.rule_rows(engine, watched)] == ["ok"]


def test_an_acknowledged_alert_that_is_over_is_not_sent_again(
    engine: Engine, evaluate: Evaluate
) -> None:
    watched = rules(channels=[channel()])
    evaluate(watched, edition(1, [40, 55]))
    ack = {"by": "amina", "why": "asked", "until": NOW + timedelta(days=7), "at": NOW}
    repository.acknowledge(engine, "high", "", **ack)
    evaluate(watched, edition(2, [40, 55, 40]))
    assert catch_up(engine, watched, watched.channels, NOW + timedelta(days=8)) == 0


def test_what_came_and_went_in_silence_is_recorded_and_not_sent(
    engine: Engine, evaluate: Evaluate
) -> None:
    watched = rules(channels=[channel()])
    evaluate(watched, edition(1, [40]))
    until = NOW + timedelta(days=3)
    repository.silence(engine, rule="*", until=until, by="amina", why="maintenance", at=NOW)
    evaluate(watched, edition(2, [40, 55]))
    evaluate(watched, edition(3, [40, 55, 40]))
    evaluate(watched, edition(4, [40, 55, 40, 41]), now=until + timedelta(days=1))
    assert queued(engine) == []
    assert list(repository.history(engine)["kind"]) == ["firing", "resolved"]


def test_a_late_source_rings_itself_and_inhibits_what_rests_on_it(
    engine: Engine, evaluate: Evaluate
) -> None:
    late = {"kind": "stale", "series": "*", "when": None, "recover": None}
    watched = rules(
        rule(id="a-high", kind="indicator", series="cost.a"),
        rule(id="late", **late),
        channels=[channel()],
    )
    evaluate(watched, edition(1, [40]))
    assert evaluate(watched, edition(2, [40, 55], late=["made_up"])) == [
        "firing a-high cost.a",
        "firing late made_up",
    ]
    evaluate(watched, edition(3, [40, 55, 56], late=["made_up"]))
    assert queued(engine) == ["firing late"]
    evaluate(watched, edition(4, [40, 55, 56, 57]))
    assert queued(engine) == ["firing late", "firing a-high", "resolved late"]


def test_a_digest_gathers_a_day(engine: Engine, evaluate: Evaluate) -> None:
    watched = rules(channels=[channel(digest="daily")])
    evaluate(watched, edition(1, [40, 55]))
    evaluate(watched, edition(2, [40, 55, 40]), now=NOW + timedelta(hours=5))
    box = repository.frame(engine, Outbox)
    assert list(box["message_id"]) == ["sc-digest-2026-07-01"]
    assert queued(engine) == ["firing high", "resolved high"]
    assert pd.Timestamp(box["due"].iloc[0]) == pd.Timestamp("2026-07-01", tz="UTC")


def test_an_edition_is_announced_once(engine: Engine, evaluate: Evaluate) -> None:
    news = rule(id="news", kind="release", when=None, recover=None, severity="info")
    watched = rules(news, channels=[channel()])
    assert evaluate(watched, edition(1, [40])) == ["notice news index"]
    assert evaluate(watched, edition(2, [41])) == []  # the same month again, revised
    assert evaluate(watched, edition(3, [41, 42])) == ["notice news index"]
    assert len(queued(engine)) == 2


def test_a_large_cancellation_is_sent_once(engine: Engine) -> None:
    news = rule(id="cut", kind="announcement", series="cancelled", recover=None)
    watched = rules(news, channels=[channel()])
    events = pd.DataFrame(
        {
            "address": ["a", "b", "c", "d", "e"],
            "event_type": [
                "cancelled",
                "cancelled",
                "project",
                "cancelled",
                "cancelled",
            ],
            "title": ["big", "small", "big but built", "size unknown", "old"],
            "power_mw": [50.0, 49.0, 900.0, None, 900.0],
            "known_from": pd.to_datetime(["2026-06-20"] * 4 + ["2024-01-01"], utc=True),
        }
    )
    for hour in range(3):
        now = NOW + timedelta(hours=hour)
        observed = findings.of_announcements(watched, events, NOW - timedelta(days=31))
        record_findings(
            engine, observed, Evaluation(f"news:{hour}", now, now), watched.channels, {}
        )
    history = repository.history(engine)
    assert list(history["series"] + " " + history["note"]) == ["a big", "e old"]
    assert queued(engine) == ["notice cut"]


def test_a_message_writes_months_and_figures_as_its_language_does() -> None:
    february = pd.Timestamp("2026-02-01")
    firing = RuleEvent("firing", february, february, 1234.56)
    written = texts(rule(), "index", firing, {"fr": {"index": "Indice"}, "en": {"index": "Index"}})
    assert written["text_fr"] == "Indice 1\N{NARROW NO-BREAK SPACE}234,56 en février 2026"
    assert written["text_en"] == "Index 1,234.56 in February 2026"
    assert written["title_fr"] == "Alerte déclenchée\N{NO-BREAK SPACE}: Indice"
