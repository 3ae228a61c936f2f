"""What the reader abstains on waits for a person; the answer corrects it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.announcements import collect
from pipelines.cli.main import main
from pipelines.ingest import store
from pipelines.settings import from_environment
from sources.announcements import extract, nearly
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
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path))
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-06-01T00:00:00+00:00")
    titles = [unsure(), SPANISH, ARABIC, CLEAR]
    items = pd.DataFrame({"title": titles, "published": "2026-05-04"})
    items["link"] = [f"https://made.up/{row}" for row in range(len(items))]
    settings = from_environment()
    collect.keep(store.open_for_writing(settings), settings, items, "made-up")
    return titles[0]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["announcements", *arguments])
    return int(str(stopped.value.code))


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(*arguments, "--format", "json") == 0
    listed: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return listed


def waiting(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    return {str(row["title"]): row for row in rows(capsys, "review")}


def share(name: str) -> float:
    engine = store.open_for_reading(from_environment())
    panel = read.panel(engine, series=[f"announcements.{name}"], as_of=from_environment().now)
    return float(panel["value"].iloc[-1])


def test_an_abstention_is_listed_counted_apart_and_gives_no_figure(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = waiting(capsys)
    assert set(listed) == {text, SPANISH, ARABIC}
    assert listed[text]["nearly"] == nearly(text).kind
    assert listed[text]["chance"] == nearly(text).confidence
    assert str(listed[text]["address"]).startswith("https://made.up/")
    assert listed[SPANISH]["why"] == "not my language (es)"
    assert listed[ARABIC]["why"] == "not my language (ar)"
    assert share("texts") == 4
    assert share("abstained_share") == 0.25
    assert share("other_language_share") == 0.5
    [project] = rows(capsys, "list")
    assert project["country"] == "Morocco"


def test_an_answer_is_a_correction_that_later_readings_use(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(waiting(capsys)[text]["id"])
    facts = ("--type", "delayed", "--mw", "70", "--country", "المغرب", "--operator", "Eastfield")
    assert run("review", number, "--answer", "event", *facts, *BY, "--note", "see p. 2") == 0
    assert text not in waiting(capsys)
    assert share("abstained_share") == 0
    [project] = [row for row in rows(capsys, "list") if row["operator"] == "Eastfield"]
    assert (project["state"], project["power_mw"], project["country"]) == ("delayed", 70, "Morocco")
    again = tmp_path / "again.csv"
    frame = pd.DataFrame({"text": [text], "date": ["2026-05-20"], "address": ["https://b.example"]})
    frame.to_csv(again, index=False)
    out = tmp_path / "out.csv"
    assert run("extract", str(again), "--out", str(out)) == 0
    [row] = pd.read_csv(out).to_dict("records")
    assert (row["event_type"], row["power_mw"]) == ("delayed", 70)
    assert row["note"] == "answered by A. Reader, 2026-06-01"
    assert run("load", str(again)) == 0
    [project] = [row for row in rows(capsys, "list") if row["operator"] == "Eastfield"]
    assert project["reports"] == 2


def test_the_last_answer_counts_and_all_are_kept(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(waiting(capsys)[text]["id"])
    assert run("review", number, "--answer", "event", *BY) == 0
    assert len(rows(capsys, "list")) == 2
    assert run("review", number, "--answer", "none", "--by", "B. Reader") == 0
    assert len(rows(capsys, "list")) == 1
    first, second = rows(capsys, "review", "--history")
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
    text: str, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(waiting(capsys)[text]["id"])
    assert run("review", *(part.format(id=number) for part in arguments)) == 2
    assert message in capsys.readouterr().err
