"""Registers: a figure that a person reads is added, loaded and listed."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.index.framework import newest
from pipelines.ingest import registers
from pipelines.ingest.ingestion import ingest_all
from pipelines.ingest.outcome import IngestOutcome
from pipelines.ingest.store import open_for_writing
from pipelines.release import facts
from pipelines.settings import from_environment
from sources import find_source, registry
from tests.pipelines.conftest import Command
from warehouse import fetches

# PJM's auction for 2027/28, as its report of 2025-12-17 has it: 333.44 USD/MW-day.
ADDED = {
    "series": "pjm.capacity.rto",
    "period": "2027-06-01",
    "value": "333.44",
    "status": "capped",
    "known-from": "2025-12-17",
    "source": "PJM Interconnection, 2027/2028 Base Residual Auction",
    "address": "https://www.pjm.com/-/media/DotCom/markets-ops/rpm/rpm-auction-info/2027-2028/"
    "2027-2028-bra-report.pdf",
    "licence": "Facts, cited",
    "reader": "A. Reader",
}


def options(**changed: str) -> list[str]:
    row = ADDED | {name.replace("_", "-"): text for name, text in changed.items()}
    return [part for name, text in row.items() for part in (f"--{name}", text)]


def load(*keys: str) -> list[IngestOutcome]:
    """What loading the registers of these sources, or of all, gives; asks nobody."""
    settings = from_environment()
    sources = [find_source(key) for key in keys] or list(registry().values())
    return list(ingest_all(open_for_writing(settings), settings, sources, live=False))


def figures(silentcrash: Command, series: str) -> list[dict[str, object]]:
    sql = f"select * from v_observation where series = '{series}' and period >= '2028-01-01'"
    ran = silentcrash("query", sql, "--format", "json")
    content: list[dict[str, object]] = json.loads(ran.out)
    return content


def test_a_figure_that_is_added_is_loaded_once_with_its_page_and_reader(
    home: Path, silentcrash: Command
) -> None:
    later = {"period": "2029-06-01", "value": "340.5", "known_from": "2026-11-20"}
    assert silentcrash("register", "add", "pjm_capacity", *options(**later)).code == 0
    assert [outcome.added for outcome in load("pjm_capacity")] == [1]
    assert load("pjm_capacity") == []
    [figure] = figures(silentcrash, "pjm.capacity.rto")
    assert (figure["value"], figure["status"]) == (340.5, "capped")
    assert str(figure["known_from"]).startswith("2026-11-20")
    cited = silentcrash(
        "query", "select citation_address, citation_note from v_provenance "
        "where series = 'pjm.capacity.rto' and period >= '2029-01-01'", "--format", "csv",
    ).out  # fmt: skip
    assert ADDED["address"] in cited
    assert "by A. Reader" in cited


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"series": "pjm.capacity.rt"}, "did you mean pjm.capacity.rto"),
        ({"value": "333,44"}, "'333,44' is not a number"),
        ({"value": "nan"}, "'nan' is not a number"),
        ({"value": "1e999"}, "'1e999' is not a number"),
        ({"value": ""}, "value is empty"),
        ({"known_from": "2026-12-24"}, "lies ahead"),
        ({"period": "June 2027"}, "write YYYY-MM-DD"),
        ({"address": "the report"}, "no web address"),
        ({"status": "definite"}, "status 'definite' is unknown"),
    ],
)
def test_a_row_that_is_not_sound_is_refused_in_one_line(
    empty_home: Path, silentcrash: Command, changed: dict[str, str], message: str
) -> None:
    ran = silentcrash("register", "add", "pjm_capacity", *options(**changed))
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (empty_home / registers.FOLDER).exists()


def test_a_file_spoilt_by_hand_is_a_refusal_of_its_source_alone(
    home: Path, silentcrash: Command
) -> None:
    folder = home / registers.FOLDER
    folder.mkdir()
    head = ",".join(registers.FIELDS)
    (folder / "pjm_capacity.csv").write_text(f"{head}\npjm.capacity.rto,2029-06-01\n")
    (folder / "top500.csv").write_bytes(b"\xff\xfe\x00")
    spoilt = {outcome.source: outcome.detail for outcome in load() if not outcome.good}
    assert set(spoilt) == {"pjm_capacity", "top500"}
    assert "line 2: value is empty" in spoilt["pjm_capacity"]
    assert "it is no CSV in UTF-8" in spoilt["top500"]
    assert figures(silentcrash, "pjm.capacity.rto") == []


def test_a_register_whose_figure_is_old_is_due(
    home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = silentcrash("register", "check")
    assert "pjm_capacity" not in fresh.out
    monkeypatch.setenv("SILENTCRASH_NOW", "2029-01-10T09:00:00+00:00")
    late = silentcrash("register", "check", "--format", "csv")
    assert late.code == 1
    assert "pjm_capacity" in late.out
    assert "days ago" in late.out


def test_the_list_names_every_series_that_a_person_keeps(home: Path, silentcrash: Command) -> None:
    listed = json.loads(silentcrash("register", "list", "--format", "json").out)
    remaining = {series.key for source in registry().values() if source.register
            for series in source.series}  # fmt: skip
    assert {row["series"] for row in listed} == remaining
    [capacity] = [row for row in listed if row["series"] == "pjm.capacity.rto"]
    assert capacity["unit"] == "USD/MW-day"
    unknown = silentcrash("register", "list", "pjm")
    assert unknown.code == 2
    assert "did you mean pjm_capacity" in unknown.err


def test_the_form_explains_every_field(empty_home: Path, silentcrash: Command) -> None:
    rows = json.loads(silentcrash("register", "form", "--format", "json").out)
    assert {row["field"]: row["what it is"] for row in rows} == registers.FIELDS


def test_a_spoilt_file_of_reviews_is_one_line(home: Path, silentcrash: Command) -> None:
    (home / registers.FOLDER).mkdir()
    (home / registers.FOLDER / registers.REVIEWS).write_text("source,at\npjm_capacity,soon\n")
    ran = silentcrash("register", "check")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "reviews.csv" in ran.err


def test_a_review_is_a_reading_of_what_stands(home: Path, silentcrash: Command) -> None:
    now, series = from_environment().now, "pjm.capacity.rto"
    engine = open_for_writing(from_environment())

    def last() -> pd.Timestamp:
        rows = facts.figures(engine, newest(), as_of=now)
        return rows.loc[rows["series"].eq(series) & rows["status"].eq("read"), "known_from"].max()

    assert last() == pd.Timestamp("2026-07-14", tz="UTC")  # the history was read through that day
    assert silentcrash("register", "reviewed", "pjm_capacity", "--reader", "A. Reader").code == 0
    load("pjm_capacity")
    load("pjm_capacity")
    assert len(fetches.successful(engine, ["pjm_capacity"], now)) == 1
    assert last() == pd.Timestamp(now)
