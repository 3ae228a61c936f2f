"""Stores in schemas of one database never see, stop or change each other."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from urllib.parse import quote

import psycopg
import pytest
from alembic import command as alembic
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tests.warehouse.conftest import command, create, database_template, drop, migrated
from tests.warehouse.made_up import day, declare, fetch, frame
from tests.warehouse.test_publication import stored
from warehouse import load, query, roles, views
from warehouse.alerts import repository as alerts
from warehouse.database import (
    WarehouseError,
    config,
    connect,
    migrate,
    open_for_reading,
    transactions,
    writing,
)
from warehouse.database.address import parse, schema
from warehouse.observations import read
from warehouse.publication import repository

NUMBERS = count()
PASSWORD = "made-up-for-this-test"
FIGURE = ("made_up.a", "2026-01-01", 1.0, "2026-02-10")
NOW = day("2026-11-12")
MESSAGE = {
    "channel": "mail", "message_id": "sc-1", "due": NOW, "created_at": NOW,
    "payload": {"events": []},
}  # fmt: skip
SCHEMAS = ("", "dakar", "rabat")  # the first is the default of the login
Stores = dict[str, Engine]


def in_schema(url: str, name: str) -> str:
    """The address of a store in a schema of its own."""
    target = make_url(url).update_query_dict({"schema": name} if name else {})
    return target.render_as_string(hide_password=False)


def fill(url: str) -> None:
    """Migrate a store in each schema."""
    for name in SCHEMAS:
        migrated(in_schema(url, name))


@pytest.fixture
def shared(server: str) -> Iterator[str]:
    """The address of a database with three stores."""
    name = f"shared_{next(NUMBERS)}"
    yield create(server, name, database_template(server, "three_stores", fill))
    drop(server, name)


@pytest.fixture
def stores(shared: str) -> Iterator[Stores]:
    """The three stores, each with the made-up catalogue."""
    opened = {name: connect(in_schema(shared, name)) for name in SCHEMAS}
    for store in opened.values():
        declare(store)
    yield opened
    for store in opened.values():
        store.dispose()


@pytest.fixture
def ann(server: str, shared: str) -> Iterator[str]:
    """The address of a login that reads the store of Dakar."""
    command(
        server, f"create role ann login password '{PASSWORD}' in role silentcrash_analyst_dakar"
    )
    target = make_url(shared).set(username="ann", password=PASSWORD)
    yield target.render_as_string(hide_password=False)
    command(server, "drop role ann")


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table and view of a store."""
    with engine.connect() as connection:
        seen = inspect(connection)
        return {
            name: sorted(map(tuple, connection.execute(text(f'select * from "{name}"'))), key=repr)
            for name in [*seen.get_table_names(), *seen.get_view_names()]
        }


def test_what_is_written_in_one_is_in_no_other(stores: Stores) -> None:
    for name, store in stores.items():  # a worker of each holds the channel of that name
        assert alerts.lease(store, "mail", f"worker {name}", NOW, timedelta(seconds=90))
    before = {name: rows(stores[name]) for name in ("", "rabat")}
    dakar = stores["dakar"]
    assert load.append(dakar, fetch(dakar), frame(FIGURE)).added == 1
    number = stored(dakar, "2026-10", "2026-11-11T00:30", awaits_approval=True)
    repository.approve(dakar, number, by="Amina", note="", at=NOW)
    with writing(dakar) as connection:
        connection.exec_driver_sql("insert into heartbeat values ('made-up', now())")
        alerts.queue(connection, MESSAGE)
    due = {name: alerts.next_due(store, "mail", NOW) for name, store in stores.items()}
    assert [name for name, message in due.items() if message] == ["dakar"]
    assert len(read.panel(dakar)) == 1
    assert query.run(dakar, "select count(*) as n from v_observation", as_of="2026-03-01")["n"][0]
    for name, content in before.items():
        assert rows(stores[name]) == content, name
        assert read.panel(stores[name]).empty
        answer = query.run(stores[name], "select count(*) as n from v_observation")
        assert answer["n"].tolist() == [0]


def test_a_writer_waits_for_those_of_its_own_store_alone(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 0.1)
    number = fetch(stores["dakar"])
    with writing(stores["dakar"]):
        for name in ("", "rabat"):
            assert load.append(stores[name], fetch(stores[name]), frame(FIGURE)).added == 1
        with pytest.raises(WarehouseError, match="another load holds the warehouse"):
            load.append(stores["dakar"], number, frame(FIGURE))


def test_an_analyst_of_one_reads_no_other(ann: str, stores: Stores) -> None:
    for store in stores.values():
        load.append(store, fetch(store), frame(FIGURE))
    own = open_for_reading(in_schema(ann, "dakar"))
    assert query.run(own, "select value from v_observation")["value"].tolist() == [1.0]
    for name in ("", "rabat"):
        with pytest.raises(WarehouseError):
            open_for_reading(in_schema(ann, name))
    for other in ("public", "rabat"):
        for sql in (f"select * from {other}.v_observation", f"select * from {other}.v_source"):
            with pytest.raises(query.QueryError, match="permission denied"):
                query.run(own, sql)
            with own.connect() as connection, pytest.raises(WarehouseError, match="may only read"):
                connection.exec_driver_sql(sql)
    own.dispose()


def test_the_queries_of_an_owner_of_all_read_one(stores: Stores) -> None:
    for own, other in (("dakar", "rabat"), ("dakar", "public"), ("", "dakar")):
        with pytest.raises(query.QueryError, match="permission denied"):
            query.run(stores[own], f"select * from {other}.v_observation")


def test_a_loader_of_one_writes_into_no_other(server: str, shared: str, stores: Stores) -> None:
    role = roles.loader(stores["dakar"].url)
    assert role == "silentcrash_loader_dakar"
    command(server, f"create role program login password '{PASSWORD}' in role {role}")
    target = make_url(in_schema(shared, "dakar")).set(username="program", password=PASSWORD)
    program = connect(target.render_as_string(hide_password=False))
    assert load.append(program, fetch(program), frame(FIGURE)).added == 1
    for other in ("public", "rabat"):
        with program.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql(f"insert into {other}.heartbeat values ('made-up', now())")
    program.dispose()
    command(server, "drop role program")


def test_a_migration_of_one_leaves_the_others_alone(stores: Stores) -> None:
    for each in stores.values():
        load.append(each, fetch(each), frame(FIGURE))
    before = {name: rows(stores[name]) for name in ("", "rabat")}
    views.rebuild(stores["dakar"])
    alembic.downgrade(config(stores["dakar"]), "base")
    assert inspect(stores["dakar"]).get_view_names() == []
    for name, store in before.items():
        assert rows(stores[name]) == store, name
    migrate(stores["dakar"])
    assert read.panel(stores["dakar"]).empty
    with stores["dakar"].connect() as connection:
        alembic.check(config(stores["dakar"]))
        extra = "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'"
        assert set(connection.scalars(text(extra))) == {"public", "dakar", "rabat"}


def test_a_login_that_may_make_no_schema_is_told_what_to_ask_for(server: str, shared: str) -> None:
    command(server, f"create role ben login password '{PASSWORD}'")
    target = make_url(shared).set(username="ben", password=PASSWORD)
    address = target.render_as_string(hide_password=False)
    for name in ("thies", "dakar"):  # one that is not there, and another's
        store = connect(in_schema(address, name))
        with pytest.raises(WarehouseError, match=f"create schema {name} authorization"):
            migrate(store)
        store.dispose()
    with closing(psycopg.connect(plain(shared), autocommit=True)) as owner:
        owner.execute("create schema thies authorization ben")
    store = connect(in_schema(address, "thies"))
    migrate(store)
    declare(store)
    assert load.append(store, fetch(store), frame(FIGURE)).added == 1
    store.dispose()
    with closing(psycopg.connect(plain(shared), autocommit=True)) as owner:
        owner.execute("drop schema thies cascade")
    command(server, "drop role ben")


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize(
    "name", ["", "pg_dakar", "information_schema", "Dakar", "a b", "a,b", "1", "é", "x" * 41, 'a"']
)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(WarehouseError, match="cannot be a schema: write"):
        parse(f"postgresql+psycopg://u@h/d?schema={quote(name)}")


def test_the_schema_stays_in_an_address_that_is_handed_on() -> None:
    target = parse("postgresql+psycopg://u@h/d?options=-cjit%3Doff&schema=dakar")
    assert target.query["options"] == "-cjit=off -csearch_path=dakar"
    again = parse(target.render_as_string(hide_password=False))
    assert (again, schema(again), roles.analyst(again)) == (
        target, "dakar", "silentcrash_analyst_dakar",
    )  # fmt: skip
    other = parse("postgresql+psycopg://u@h/d")
    assert (schema(other), roles.analyst(other)) == ("", "silentcrash_analyst")
    assert roles.analyst(parse("postgresql+psycopg://u@h/d?schema=public")) == "silentcrash_analyst"
    with pytest.raises(WarehouseError, match="is for PostgreSQL"):
        parse("sqlite:///a.sqlite?schema=dakar")
