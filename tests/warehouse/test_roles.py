"""A login that only loads cannot undo history, on a real server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tests.warehouse.conftest import command
from tests.warehouse.made_up import day, declare, fetch, frame
from tests.warehouse.test_publication import stored
from warehouse import load
from warehouse.database import connect, migrate
from warehouse.observations import read
from warehouse.publication import repository

PASSWORD = "made-up-for-this-test"
FIGURE = ("made_up.a", "2026-01-01", 1.0, "2026-02-10")
TWO = ("made_up.a", "2026-01-01", 2.0, "2026-03-10")


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def loader(server: str, engine: Engine) -> Iterator[Engine]:
    """The store as a program sees it that is only a member of the loader role."""
    command(server, f"create role program login password '{PASSWORD}' in role silentcrash_loader")
    address = engine.url.set(username="program", password=PASSWORD)
    store = connect(make_url(address).render_as_string(hide_password=False))
    yield store
    store.dispose()
    command(server, "drop role program")


def test_the_loader_loads_and_reads(loader: Engine) -> None:
    with loader.connect() as connection:
        who = "select current_user, rolsuper or rolcreaterole or rolcreatedb from pg_roles "
        who += "where rolname = current_user"
        assert connection.execute(text(who)).one() == ("program", False)
    migrate(loader)
    declare(loader, {"made_up.new": "M", "made_up.a": "M"})
    assert (
        load.append(loader, fetch(loader), frame(FIGURE, ("made_up.new", *FIGURE[1:]))).added == 2
    )
    seen = frame(FIGURE)[["series", "period"]]
    assert load.append(loader, fetch(loader), frame(TWO), seen=seen).added == 1
    assert load.append(loader, fetch(loader), frame(TWO)).unchanged == 1
    assert load.quarantine(loader, fetch(loader), frame(FIGURE), "an expectation", "a reason") == 1
    load.mark_replayed(loader, load.quarantined(loader)["id"].tolist())
    assert read.panel(loader, ["made_up.a"], as_of=day("2026-02-10"))["value"].tolist() == [1.0]


def test_the_analyst_who_logs_in_has_a_limit_of_time(server: str, engine: Engine) -> None:
    command(server, f"alter role silentcrash_analyst login password '{PASSWORD}'")
    address = engine.url.set(username="silentcrash_analyst", password=PASSWORD)
    analyst = connect(make_url(address).render_as_string(hide_password=False))
    with analyst.connect() as connection:
        assert connection.scalar(text("show statement_timeout")) == "30s"
        assert connection.scalar(text("select count(*) from v_observation")) == 0
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql("select * from observation")
        connection.rollback()
        for fills in (
            "pg_logical_emit_message(false, 'a', repeat('x', 5000000))",
            "pg_export_snapshot()",
            "txid_current()",
            "lo_from_bytea(0, 'x')",
        ):  # R21
            with pytest.raises(DBAPIError, match="permission denied for function"):
                connection.exec_driver_sql(f"select {fills}")
            connection.rollback()
    analyst.dispose()
    command(server, "alter role silentcrash_analyst nologin")


@pytest.mark.parametrize(
    "sql",
    [
        "drop table observation",
        "drop view v_observation",
        "drop function observations_as_of(date)",
        "truncate observation",
        "delete from observation",
        "update observation set value = 0",
        "update release set data_hash = ''",
        "delete from series",
        "alter table observation add column x integer",
        "update alembic_version set version_num = '0001'",
        "create table mine (x integer)",
        "create role another",
        "alter role program superuser",
        "set role postgres",
        "copy series to program 'true'",
        "select pg_read_file('/etc/passwd')",
    ],
)
def test_the_loader_can_neither_drop_nor_rewrite(loader: Engine, sql: str) -> None:
    refused = "permission denied|must be owner|must be able to"
    with pytest.raises(DBAPIError, match=refused), loader.begin() as connection:
        connection.exec_driver_sql(sql)


def test_the_loader_adds_an_approval_and_changes_none(loader: Engine) -> None:
    number = stored(loader, "2026-12", "2027-01-11T00:30", awaits_approval=True)
    _, new = repository.approve(loader, number, by="Amina", note="", at=day("2027-01-11"))
    assert new
    for statement in ("update approval set by = 'Bruno'", "delete from approval"):
        with pytest.raises(DBAPIError, match="permission denied"), loader.begin() as connection:
            connection.execute(text(statement))
