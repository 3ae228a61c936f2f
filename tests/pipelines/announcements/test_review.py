"""What the reader abstains on waits for a person; the answer corrects it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.announcements import collect, review
from pipelines.ingest import store
from pipelines.settings import from_environment
from sources.announcements import extract, nearly
from tests.pipelines.conftest import Command
from tools.train_announcements import WORDED
from warehouse import query
from warehouse.observations import read

SPANISH = "Amazon invertirá 2.500 millones de euros en centros de datos en Aragón"
ARABIC = "شركة تعلن عن إنشاء مركز بيانات في الدار البيضاء بقدرة 50 ميغاواط"
CLEAR = "Northbridge plans 80MW data center in Rabat, Morocco"
BY = ("--by", "A. Reader")


def unsure() -> str:
    """A text worded for the project on which the reader abstains."""
    texts = pd.read_csv(WORDED)["text"]
    return next(text for text in texts if nearly(text).country and extract(text).note == "unsure")


@pytest.fixture
def text(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-06-01T00:00:00+00:00")
    titles = [unsure(), SPANISH, ARABIC, CLEAR]
    items = pd.DataFrame({"title": titles, "published": "2026-05-04"})
    items["link"] = [f"https://made.up/{row}" for row in range(len(items))]
    settings = from_environment()
    collect.keep(store.open_for_writing(settings), settings, items, "made-up")
    return titles[0]


def rows(silentcrash: Command, *arguments: str) -> list[dict[str, object]]:
    ended = silentcrash("announcements", *arguments, "--format", "json")
    assert ended.code == 0, ended.err
    listed: list[dict[str, object]] = json.loads(ended.out)
    return listed


def waiting(silentcrash: Command) -> dict[str, dict[str, object]]:
    return {str(row["title"]): row for row in rows(silentcrash, "review")}


def give_answer(silentcrash: Command, number: str, *arguments: str) -> None:
    ended = silentcrash("announcements", "review", number, "--answer", *arguments)
    assert ended.code == 0, ended.err


def share(name: str) -> float:
    engine = store.open_for_reading(from_environment())
    panel = read.panel(engine, series=[f"announcements.{name}"], as_of=from_environment().now)
    return float(panel["value"].iloc[-1])


def test_an_abstention_is_listed_counted_apart_and_gives_no_figure(
    text: str, silentcrash: Command
) -> None:
    listed = waiting(silentcrash)
    assert set(listed) == {text, SPANISH, ARABIC}
    assert listed[text]["nearly"] == nearly(text).kind
    assert listed[text]["chance"] == nearly(text).confidence
    assert str(listed[text]["address"]).startswith("https://made.up/")
    assert listed[SPANISH]["why"] == "not my language (es)"
    assert listed[ARABIC]["why"] == "not my language (ar)"
    assert share("texts") == 4
    assert share("abstained_share") == 0.25
    assert share("other_language_share") == 0.5
    [project] = rows(silentcrash, "list")
    assert project["country"] == "Morocco"


def test_an_answer_is_a_correction_that_later_readings_use(
    text: str, tmp_path: Path, silentcrash: Command
) -> None:
    number = str(waiting(silentcrash)[text]["id"])
    facts = ("--type", "delayed", "--mw", "70", "--country", "المغرب", "--operator", "Eastfield")
    give_answer(silentcrash, number, "event", *facts, *BY, "--note", "see p. 2")
    assert text not in waiting(silentcrash)
    assert share("abstained_share") == 0
    [entry] = rows(silentcrash, "review", "--history")
    assert (entry["note"], entry["town"]) == ("see p. 2", "")  # which was in another country
    [project] = [row for row in rows(silentcrash, "list") if row["operator"] == "Eastfield"]
    assert (project["state"], project["power_mw"], project["country"]) == ("delayed", 70, "Morocco")
    again = tmp_path / "again.csv"
    frame = pd.DataFrame({"text": [text], "date": ["2026-05-20"], "address": ["https://b.example"]})
    frame.to_csv(again, index=False)
    out = tmp_path / "out.csv"
    assert silentcrash("announcements", "extract", str(again), "--out", str(out)).code == 0
    [row] = pd.read_csv(out).to_dict("records")
    assert (row["event_type"], row["power_mw"]) == ("delayed", 70)
    assert row["note"] == "answered by A. Reader, 2026-06-01"
    assert silentcrash("announcements", "load", str(again)).code == 0
    [project] = [row for row in rows(silentcrash, "list") if row["operator"] == "Eastfield"]
    assert project["reports"] == 2


def test_the_last_answer_counts_and_all_are_kept(text: str, silentcrash: Command) -> None:
    number = str(waiting(silentcrash)[text]["id"])
    give_answer(silentcrash, number, "event", *BY)
    assert len(rows(silentcrash, "list")) == 2
    give_answer(silentcrash, number, "none", "--by", "B. Reader")
    assert len(rows(silentcrash, "list")) == 1
    first, second = rows(silentcrash, "review", "--history")
    assert (first["author"], first["country"]) == ("A. Reader", nearly(text).country)
    assert (second["author"], second["event_type"]) == ("B. Reader", "not_announcement")
    engine = store.open_for_reading(from_environment())
    sql = "select * from v_event join v_fetch f using (fetch_id) where reviewed_by <> ''"
    [seen] = query.run(engine, sql).to_dict("records")
    assert (seen["reader_said"], seen["event_type"]) == ("abstained", "not_announcement")
    assert seen["reviewed_at"].startswith("2026-06-01")
    recorded = "select url, detail from v_fetch where url like 'review:%' order by fetch_id"
    assert query.run(engine, recorded)["detail"].tolist() == [
        "answered by A. Reader",
        "answered by B. Reader",
    ]


@pytest.mark.parametrize(("currency", "dollars"), [("USD", 2.5e9), ("EUR", None)])
def test_only_an_amount_in_dollars_is_an_investment_in_dollars(
    currency: str, dollars: float | None
) -> None:
    facts = {"operator": "Amazon", "country": "Spain", "town": "", "power_mw": None}
    answered = {"title": SPANISH, "author": "A. Reader", "reviewed_at": "2026-06-01"} | facts
    answered |= {"event_type": "announced", "amount": 2.5e9, "currency": currency}
    unread, texts = pd.DataFrame({"note": ["not my language"]}), pd.Series([SPANISH])
    [row] = review.applied(unread, texts, pd.DataFrame([answered])).to_dict("records")
    assert (row["amount"], row["currency"], row["investment_usd"]) == (2.5e9, currency, dollars)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("999", "--answer", "none", *BY), "no text 999"),
        (("{id}", "--answer", "maybe", *BY), "--answer event or --answer none"),
        (("{id}", "--answer", "none"), "add --by NAME"),
        (("{id}", "--answer", "event", "--type", "sold", *BY), "no kind of event"),
        (("{id}", "--answer", "event", "--country", "Moroco", *BY), "did you mean"),
        (("{id}", "--answer", "none", "--mw", "5", *BY), "tells no event"),
    ],
)
def test_a_wrong_answer_is_refused_in_one_line(
    text: str, arguments: tuple[str, ...], message: str, silentcrash: Command
) -> None:
    number = str(waiting(silentcrash)[text]["id"])
    ended = silentcrash("announcements", "review", *(part.format(id=number) for part in arguments))
    assert ended.code == 2
    assert message in ended.err
