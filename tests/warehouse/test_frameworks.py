"""Editions of two frameworks in one store, on both engines."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pandas as pd
import pytest
from alembic import command
from sqlalchemy import Engine, text

from tests.warehouse.test_edition import VALUES
from tests.warehouse.test_publication import at, stored
from warehouse import edition, query, views
from warehouse.database import migrate
from warehouse.database.revision import config
from warehouse.publication import identity, repository

MONTH = "2026-12"
COUNTED = "select count(*) from {}"
# Those that a store with an edition alone has rows in.
FILLED = ("v_release", "v_index", "v_index_between")


def regional() -> AbstractContextManager[None]:
    """The second framework, in force for a while."""
    return identity.handed_down(replace(identity.shipped(), framework="regional"))


@pytest.fixture
def two(engine: Engine) -> tuple[int, int]:
    """The ids of an edition by each; the second is late, and has two months."""
    first = stored(engine, MONTH, "2027-01-11T00:30")
    with regional():
        later = VALUES.assign(period=VALUES["period"] + pd.DateOffset(months=1))
        both = pd.concat([VALUES, later], ignore_index=True).assign(contribution=1.0)
        return first, stored(engine, MONTH, "2027-02-11T00:00", values=both)


def test_each_framework_has_its_own_edition_of_a_month(
    engine: Engine, two: tuple[int, int]
) -> None:
    first, second = two
    named = {MONTH: first}
    assert {k: v.release for k, v in repository.issued(repository.timelines(engine)).items()} == (
        named
    )
    assert edition.load(engine).id == edition.load(engine, month=MONTH).id == first
    assert list(edition.editions(engine)["release"]) == [first]
    with regional():
        [own] = repository.issued(repository.timelines(engine)).items()
        assert (own[0], own[1].release) == (MONTH, second)  # no correction of the first
        assert edition.load(engine).id == edition.load(engine, month=MONTH).id == second
        assert list(edition.editions(engine)["release"]) == [second]
    # by its id, from anywhere; and late of its own, not in time by the first
    assert edition.load(engine, second).timeline.reconstructed
    assert not edition.load(engine, first).timeline.reconstructed


def test_the_same_figures_twice_are_one_edition_of_each(
    engine: Engine, two: tuple[int, int]
) -> None:
    same = {"data_hash": "the same", "as_of": at("2027-01-10T23:59")}
    own = [stored(engine, MONTH, "2027-01-11T00:30", **same) for _ in range(2)]
    with regional():
        other = [stored(engine, MONTH, "2027-01-11T00:30", **same) for _ in range(2)]
    assert len({*own}) == len({*other}) == 1
    assert own[0] != other[0]


@pytest.mark.parametrize("as_of", [None, "2027-03-01"])
def test_the_views_show_one_framework(
    engine: Engine, two: tuple[int, int], as_of: str | None
) -> None:
    seen = {}
    for name in FILLED:
        sql = f"select distinct release from {name}"
        first = query.rows(engine, sql, as_of=as_of)[1]
        with regional():
            seen[name] = first, query.rows(engine, sql, as_of=as_of)[1]
    first_one, second_one = [(two[0],)], [(two[1],)]
    assert seen.pop("v_index_between") == ([], second_one)  # only it has two months
    assert seen == dict.fromkeys(seen, (first_one, second_one))
    with regional():
        nothing = query.rows(engine, "select * from v_release", as_of="2027-01-01")[1]
    assert nothing == []


def test_every_view_of_editions_asks_which_framework() -> None:
    by_name = views.bodies("sqlite")
    of_editions = {name for name, body in by_name.items() if "release r" in body}
    assert of_editions | {"v_index_between"} == set(views.of_framework("sqlite", "regional"))
    assert len(of_editions) == 8


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_session_names_the_framework(engine: Engine, two: tuple[int, int]) -> None:
    with engine.connect() as connection:
        releases = text("select release, framework_key from v_release")
        assert [tuple(row) for row in connection.execute(releases)] == [(two[0], "")]
        connection.execute(text("set silentcrash.framework = 'regional'"))
        assert [tuple(row) for row in connection.execute(releases)] == [(two[1], "regional")]


def test_editions_of_before_are_of_the_first_framework(engine: Engine) -> None:
    first = stored(engine, MONTH, "2027-01-11T00:30")
    command.downgrade(config(engine), "0025")
    migrate(engine)
    assert edition.load(engine).id == first
    with engine.connect() as connection:
        assert connection.scalar(text("select framework_key from release")) == ""
        assert connection.scalar(text(COUNTED.format("v_index"))) == len(VALUES)
