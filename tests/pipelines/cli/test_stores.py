"""Every reader on a store that it cannot read says in a line what to do."""

import pytest
from sqlalchemy import text

from tests.pipelines.conftest import Command
from tests.warehouse.conftest import empty_url, kind, server, url
from warehouse.database import connect

__all__ = ["empty_url", "kind", "server", "url"]
READERS = [
    ["status"],
    ["health"],
    ["query", "select 1"],
    ["index"],
    ["gpu", "h100-sxm-80gb"],
    ["series", "get", "ember.wholesale.DEU"],
    ["alerts", "list"],
    ["index", "explain", "2026-09"],
    ["site", "build", "--out", "site"],
    ["explore"],
    ["lake", "sync"],
    ["metrics"],
]


def one_line(silentcrash: Command, *arguments: str) -> str:
    """What a command ends with, below the progress of those that have one."""
    ended = silentcrash(*arguments)
    assert ended.code == 1, (arguments, ended)
    *progress, line = ended.err.strip().splitlines()
    assert len(progress) <= 1, (arguments, progress)
    assert line.startswith("silentcrash: "), (arguments, line)
    return str(line)


@pytest.fixture
def pointed(monkeypatch: pytest.MonkeyPatch, empty_home: object) -> object:
    """Points the commands at a store."""

    def point(address: str) -> None:
        monkeypatch.setenv("SILENTCRASH_WAREHOUSE", address)

    return point


def test_readers_name_a_newer_store(url: str, pointed, silentcrash: Command) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    pointed(url)
    for arguments in READERS:
        line = one_line(silentcrash, *arguments)
        assert "is newer than this software" in line, (arguments, line)
        assert line.endswith("update it"), (arguments, line)


def test_readers_name_a_database_of_something_else(
    empty_url: str, pointed, silentcrash: Command
) -> None:
    engine = connect(empty_url)
    with engine.begin() as connection:
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        connection.execute(text("insert into alembic_version values ('1975ea83b712')"))
    engine.dispose()
    pointed(empty_url)
    for arguments in READERS:
        assert one_line(silentcrash, *arguments).endswith("something else: name another"), arguments


def test_status_of_an_empty_database_says_what_makes_one(
    empty_url: str, pointed, silentcrash: Command
) -> None:
    connect(empty_url).connect().close()
    pointed(empty_url)
    assert "holds no warehouse yet: `silentcrash run` makes one" in one_line(silentcrash, "status")
