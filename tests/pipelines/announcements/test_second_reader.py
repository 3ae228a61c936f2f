"""The second reader against a real server on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from pipelines.announcements import collect, second_reader
from pipelines.errors import UsageError
from pipelines.ingest import store
from pipelines.settings import Settings, from_environment
from sources.announcements import extract
from tests.pipelines.conftest import Command
from tests.server import NOT_FOUND, Received, Reply, Site, running_site
from warehouse import query

TEXT = "Northbridge plans $900m, 80MW data center in Rabat, Morocco"
RIGHT: dict[str, Any] = {
    "event_type": "announced", "event_quote": "plans", "operator_quote": "Northbridge",
    "power_mw": 80, "power_quote": "80MW", "amount": 9e8, "currency": "USD",
    "amount_quote": "$900m",
}  # fmt: skip
NOTHING: dict[str, Any] = dict.fromkeys(RIGHT) | {"event_type": "not_announcement"}


class Model(Site):
    """A server of chat completions, with its answers by text."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.status = 200
        self.answers: dict[str, object] = {TEXT: RIGHT}

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What it was asked, in order."""
        return [received.json for received in self.asked]

    def reply(self, received: Received, target: str) -> Reply:
        """Answer as the protocol says, under the schema that was sent where it can."""
        if target != "/v1/chat/completions":
            return NOT_FOUND
        self.asked.append(received)
        request = received.json
        answer = self.answers[request["messages"][-1]["content"]]
        content = answer if isinstance(answer, str) else json.dumps(answer)
        if isinstance(answer, dict):
            jsonschema.validate(answer, request["response_format"]["json_schema"]["schema"])
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({"object": "chat.completion", "choices": [choice]})
        return Reply(body.encode(), self.status)


@pytest.fixture
def model() -> Iterator[Model]:
    with running_site(Model) as running:
        yield running


@pytest.fixture
def settings(model: Model, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-06-01T00:00:00+00:00")
    monkeypatch.setenv("SILENTCRASH_SECOND_READER__ADDRESS", f"{model.url}/v1")
    monkeypatch.setenv("SILENTCRASH_SECOND_READER__MODEL", "small")
    return from_environment()


def test_agreement_leaves_the_reading_and_says_who_read(model: Model, settings: Settings) -> None:
    event, readers = second_reader.reader(settings)(TEXT)
    assert event == extract(TEXT)
    assert readers == "rules: announced; small: announced"
    [request] = model.requests
    assert (request["model"], request["temperature"]) == ("small", 0)
    assert request["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "cancelled"},
        {"power_mw": 90},  # which its quote does not say
        {"power_mw": 900, "power_quote": "900MW"},  # which is not in the text
        {"power_mw": None, "power_quote": None},
        {"amount": 9e8, "currency": "EUR"},
        {"operator_quote": "Rabat"},
        {"event_quote": "has cancelled"},
        NOTHING,
    ],
)
def test_a_disagreement_abstains_and_gives_no_figure(
    model: Model, settings: Settings, change: dict[str, object]
) -> None:
    model.answers[TEXT] = RIGHT | change
    event, readers = second_reader.reader(settings)(TEXT)
    assert (event.kind, event.power, event.money, event.operators) == ("abstained", None, None, ())
    assert readers.startswith("rules: announced; small: ")


def test_an_answer_is_asked_for_once_a_text_and_model(
    model: Model, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        second_reader.reader(settings)(TEXT)
    assert len(model.requests) == 1
    monkeypatch.setenv("SILENTCRASH_SECOND_READER__MODEL", "large")
    second_reader.reader(from_environment())(TEXT)
    assert [request["model"] for request in model.requests] == ["small", "large"]


@pytest.mark.parametrize("answer", ["not JSON", {"event_type": "announced"}, "[]"])
def test_without_an_answer_in_the_schema_the_rules_read_alone(
    model: Model, settings: Settings, answer: object
) -> None:
    model.answers[TEXT] = json.dumps(answer) if isinstance(answer, dict) else answer
    event, readers = second_reader.reader(settings)(TEXT)
    assert (event, readers) == (extract(TEXT), "rules")
    model.answers[TEXT], model.status = RIGHT, 503
    assert second_reader.reader(settings)(TEXT) == (extract(TEXT), "rules")
    model.status = 200
    assert second_reader.reader(settings)(TEXT)[1] == "rules: announced; small: announced"


def test_who_read_what_is_stored_and_a_disagreement_waits_for_a_person(
    model: Model, settings: Settings, silentcrash: Command
) -> None:
    model.answers[TEXT] = NOTHING
    items = pd.DataFrame({"title": [TEXT], "published": ["2026-05-04"], "link": ["https://a.b"]})
    collect.keep(store.open_for_writing(settings), settings, items, "made-up")
    engine = store.open_for_reading(settings)
    [row] = query.run(engine, "select * from v_event").to_dict("records")
    assert row["reader"] == "rules: announced; small: not_announcement"
    assert (row["event_type"], row["project"]) == ("abstained", None)
    [waiting] = json.loads(silentcrash("announcements", "review", "--format", "json").out)
    assert (waiting["nearly"], waiting["power_mw"]) == ("announced", 80)


def test_it_is_off_by_default_and_only_of_this_machine(
    model: Model, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SILENTCRASH_SECOND_READER__ADDRESS")
    assert second_reader.reader(from_environment())(TEXT) == (extract(TEXT), "")
    assert model.requests == []
    monkeypatch.setenv("SILENTCRASH_SECOND_READER__ADDRESS", "https://models.example/v1")
    with pytest.raises(UsageError, match=r"127\.0\.0\.1:8080/v1"):
        from_environment()
