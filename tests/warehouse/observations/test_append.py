"""What a load adds to the store, and what it leaves alone."""

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from tests.warehouse.made_up import NOW, day, declare, fetch, frame
from warehouse import load
from warehouse.observations import read

pytestmark = pytest.mark.usefixtures("path")
FIRST = frame(
    ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
    ("made_up.a", "2026-02-01", 20.0, "2026-03-10"),
    ("made_up.b", "2026-01-01", 1.5, "2026-02-10"),
)


def values(engine: Engine, **filters: object) -> list[float]:
    return read.panel(engine, **filters)["value"].tolist()  # type: ignore[arg-type]


def test_the_same_frame_twice_adds_nothing(engine: Engine) -> None:
    assert load.append(engine, fetch(engine), FIRST).added == 3
    again = load.append(engine, fetch(engine), FIRST)
    assert (again.added, again.unchanged) == (0, 3)
    assert len(read.history(engine)) == 3


def test_a_figure_fetched_again_unchanged_keeps_its_first_date(engine: Engine) -> None:
    load.append(engine, fetch(engine), FIRST)
    later = FIRST.assign(known_from=pd.Timestamp("2026-06-01", tz="UTC"))
    assert load.append(engine, fetch(engine), later).added == 0
    assert read.panel(engine)["known_from"].max() == pd.Timestamp("2026-03-10", tz="UTC")


def test_a_revision_is_added_beside_the_first_release(engine: Engine) -> None:
    load.append(engine, fetch(engine), FIRST)
    revised = frame(("made_up.a", "2026-01-01", 11.0, "2026-03-10"))
    assert load.append(engine, fetch(engine), revised).added == 1
    assert values(engine, series=["made_up.a"], as_of=day("2026-03-09")) == [10.0]
    assert values(engine, series=["made_up.a"], as_of=day("2026-03-10")) == [11.0, 20.0]


def test_several_vintages_in_one_batch_keep_only_what_changed(engine: Engine) -> None:
    batch = frame(
        ("made_up.a", "2026-01-01", 10.0, "2026-02-10"),
        ("made_up.a", "2026-01-01", 10.0, "2026-03-10"),
        ("made_up.a", "2026-01-01", 12.0, "2026-04-10"),
        ("made_up.a", "2026-01-01", 10.0, "2026-05-10"),
    )
    assert load.append(engine, fetch(engine), batch).added == 3
    assert read.history(engine)["value"].tolist() == [10.0, 12.0, 10.0]


def test_a_status_alone_is_a_new_version(engine: Engine) -> None:
    first = frame(("made_up.a", "2026-01-01", 10.0, "2026-02-10", "preliminary"))
    final = frame(("made_up.a", "2026-01-01", 10.0, "2026-03-10", "final"))
    load.append(engine, fetch(engine), first)
    assert load.append(engine, fetch(engine), final).added == 1
    assert read.panel(engine)["status"].tolist() == ["final"]


def test_a_status_alone_is_a_new_version_in_one_batch(engine: Engine) -> None:
    batch = frame(
        ("made_up.a", "2026-01-01", 10.0, "2026-02-10", "preliminary"),
        ("made_up.a", "2026-01-01", 10.0, "2026-03-10", "final"),
    )
    load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 9.0, "2026-02-01")))
    assert load.append(engine, fetch(engine), batch).added == 2


def test_a_row_is_compared_with_the_batch_where_the_batch_is_later(engine: Engine) -> None:
    load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 1.0, "2026-02-20")))
    batch = frame(
        ("made_up.a", "2026-01-01", 2.0, "2026-02-20"),
        ("made_up.a", "2026-01-01", 1.0, "2026-02-25"),
    )
    assert load.append(engine, fetch(engine), batch).added == 2
    assert values(engine) == [1.0]


def test_older_knowledge_that_arrives_late_takes_its_place_in_time(engine: Engine) -> None:
    load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 12.0, "2026-04-10")))
    old = frame(("made_up.a", "2026-01-01", 10.0, "2026-02-10"))
    assert load.append(engine, fetch(engine), old).added == 1
    assert values(engine, as_of=day("2026-03-01")) == [10.0]
    assert values(engine) == [12.0]


def test_older_knowledge_that_says_the_same_is_still_earlier_knowledge(engine: Engine) -> None:
    load.append(engine, fetch(engine), frame(("made_up.a", "2026-01-01", 12.0, "2026-04-10")))
    old = frame(("made_up.a", "2026-01-01", 12.0, "2026-02-10"))
    assert load.append(engine, fetch(engine), old).added == 1
    assert values(engine, as_of=day("2026-02-10")) == [12.0]


def test_at_one_date_the_later_fetch_wins(engine: Engine) -> None:
    first, second = fetch(engine), fetch(engine)
    load.append(engine, first, frame(("made_up.a", "2026-01-01", 10.0, "2026-02-10")))
    load.append(engine, second, frame(("made_up.a", "2026-01-01", 11.0, "2026-02-10")))
    assert values(engine) == [11.0]
    assert values(engine, recorded_by=first) == [10.0]


def test_nothing_enters_below_a_fetch_that_is_loaded(engine: Engine) -> None:
    early, late = fetch(engine, sha256="early"), fetch(engine)
    load.append(engine, late, frame(("made_up.b", "2026-01-01", 1.0, "2026-02-10")))
    pinned = read.newest_fetch(engine)
    before = read.history(engine, recorded_by=pinned)
    loaded = load.append(engine, early, frame(("made_up.a", "2026-01-01", 9.0, "2026-02-01")))
    assert loaded.fetch_id > pinned
    assert read.last_fetch(engine, "made_up").sha256 == "early"  # type: ignore[union-attr]
    pd.testing.assert_frame_equal(read.history(engine, recorded_by=pinned), before)
    assert len(read.history(engine)) == 2


def test_a_fetch_is_loaded_once_and_then_copied(engine: Engine) -> None:
    first = fetch(engine)
    load.append(engine, first, FIRST)
    before = read.history(engine, recorded_by=first)
    more = load.append(engine, first, frame(("made_up.a", "2026-01-01", 99.0, "2026-02-10")))
    assert more.fetch_id > first
    pd.testing.assert_frame_equal(read.history(engine, recorded_by=first), before)


def test_a_fetch_that_adds_nothing_leaves_no_copy(engine: Engine) -> None:
    first = fetch(engine)
    load.append(engine, first, FIRST)
    assert load.append(engine, first, FIRST).fetch_id == first
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from v_fetch")) == 1


def test_what_a_publisher_takes_back_is_withdrawn_not_deleted(engine: Engine) -> None:
    load.append(engine, fetch(engine, at=day("2026-03-15")), FIRST)
    served = FIRST.iloc[[0, 2]]
    loaded = load.append(engine, fetch(engine), served, seen=served)
    assert (loaded.added, loaded.withdrawn) == (0, 1)
    assert values(engine, series=["made_up.a"]) == [10.0]
    assert values(engine, series=["made_up.a"], as_of=day("2026-06-29")) == [10.0, 20.0]
    gone = read.panel(engine, withdrawn=True).loc[lambda f: f["status"].eq("withdrawn")]
    assert gone["known_from"].tolist() == [pd.Timestamp(NOW)]
    assert gone["value"].isna().all()
    assert load.append(engine, fetch(engine), served, seen=served).withdrawn == 0
    assert load.append(engine, fetch(engine), FIRST.assign(known_from=NOW), seen=FIRST).added == 1


def test_a_file_that_starts_later_withdraws_nothing(engine: Engine) -> None:
    load.append(engine, fetch(engine), FIRST)
    tail = FIRST.iloc[[1]]
    assert load.append(engine, fetch(engine), tail, seen=tail).withdrawn == 0
    assert values(engine) == [10.0, 20.0, 1.5]


def test_a_cited_figure_keeps_where_it_was_read(engine: Engine) -> None:
    cited = FIRST.assign(
        source="Made-up gazette", address="https://example.org/p", licence="CC0-1.0", note=None
    ).assign(assumed=[True, False, False])
    load.append(engine, fetch(engine), cited)
    with engine.connect() as connection:
        rows = connection.execute(text("select * from v_provenance order by series, period")).all()
    assert [row.citation_source for row in rows] == ["Made-up gazette"] * 3
    assert [bool(row.known_from_assumed) for row in rows] == [True, False, False]
    status = read.status(engine, as_of=NOW)
    assert status["assumed_share"].tolist() == [pytest.approx(1 / 3)]


def test_an_empty_batch_is_no_error(engine: Engine) -> None:
    loaded = load.append(engine, fetch(engine), FIRST.iloc[:0])
    assert (loaded.added, loaded.unchanged, len(loaded.refused)) == (0, 0, 0)
    assert read.panel(engine).empty
    assert read.newest_fetch(engine) == 0


def test_the_catalogue_follows_the_declaration(engine: Engine) -> None:
    declare(engine, {"made_up.a": "Q", "made_up.new": "M"})
    with engine.connect() as connection:
        rows = connection.execute(text("select series, frequency from v_series")).all()
    frequencies = {row.series: row.frequency for row in rows}
    assert frequencies["made_up.a"] == "Q"
    assert frequencies["made_up.new"] == "M"
    assert frequencies["made_up.b"] == "M"
