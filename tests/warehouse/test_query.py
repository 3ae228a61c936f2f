"""What analysts may ask by SQL, and what is refused on each engine."""

import resource

import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import day, fetch, frame
from warehouse import load, query, views
from warehouse.observations import read

ATTACKS = [
    "delete from observation",
    "insert into citation values (9, 'a', 'b', 'c', 'd', true)",
    "update series set unit = 'x'",
    "drop view v_fetch",
    "create table t (x integer)",
    "select 1; drop view v_fetch",
    "select 1; commit; drop view v_fetch",
    "with gone as (delete from series returning *) select * from gone",
    "attach database '/tmp/stolen.sqlite' as stolen",
    "pragma journal_mode = delete",
    "pragma query_only = off",
    "vacuum into '/tmp/stolen.sqlite'",
    "begin immediate",
    "set role postgres",
    "reset role",
    "set session characteristics as transaction read write",
    "copy series to '/tmp/stolen.csv'",
    "copy (select 1) to program 'touch /tmp/stolen'",
    "do $$ begin drop view v_fetch; end $$",
    "select set_config('transaction_read_only', 'off', false)",
    "select U&\"set\\005fconfig\"('role', 'postgres', false)",
    "select query_to_xml('drop view v_fetch', true, true, '')",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select * from pragma_table_info('series')",
    "select load_extension('/tmp/x')",
    "select readfile('/etc/passwd')",
    "-- a remark\ndelete from observation",
    "/* select */ delete from observation",
    "explain analyze delete from observation",
    "select * into stolen from v_fetch",
    "create temporary table t as select * from v_fetch",
    "select * from v_fetch for update",
    "lock table series",
    "listen stolen",
    "notify stolen",
    "declare held cursor with hold for select 1",
    "reindex",
    "analyze",
    "detach database main",
    "savepoint a",
    "rollback",
    "select writefile('/tmp/stolen', 'a')",
    "select * from sqlite_dbpage",
    "select * from pg_ls_dir('/')",
    "select pg_read_binary_file('/etc/passwd')",
    "select lo_export(1, '/tmp/stolen')",
    "select pg_reload_conf()",
    "select pg_terminate_backend(1)",
    "select pg_advisory_lock(20928)",
    "select pg_notify('a', 'b')",
    "select dblink('host=127.0.0.1', 'select 1')",
    "select * from pg_authid",
    "select current_setting('a'), \"set_config\"('role', 'postgres', false)",
    "with moved as (update series set unit = 'x' returning *) select * from moved",
    "alter role silentcrash_analyst superuser",
    "call pg_catalog.pg_stat_reset()",
    "select count(pg_logical_emit_message(false, 'a', 'x')) from generate_series(1, 9)",
    "select pg_export_snapshot()",
    "select txid_current()",
    "select pg_current_xact_id()",
    "select pg_sleep(1)",
    "select nextval('fetch_id_seq')",
    "select fts3_tokenizer('simple')",
    "select sqlite_compileoption_get(0)",
    "",
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_what_is_not_a_question_is_refused_in_one_line(filled: Engine, sql: str) -> None:
    with pytest.raises(query.QueryError) as refused:
        query.run(filled, sql)
    assert len(str(refused.value).splitlines()) == 1
    assert len(read.history(filled)) == 3
    assert len(query.run(filled, "select * from v_fetch")) == 1


@pytest.mark.parametrize("sql", ["select * from v_observation", " SELECT * FROM v_observation ; "])
def test_a_view_gives_the_latest_known(filled: Engine, sql: str) -> None:
    answer = query.run(filled, sql).sort_values("series")
    assert answer["value"].tolist() == [11.0, 1.5]
    assert answer["period"].astype(str).tolist() == ["2026-01-01"] * 2
    assert answer["unit"].tolist() == ["USD", "USD"]


def test_as_of_turns_every_view_of_figures_back(filled: Engine) -> None:
    then = day("2026-02-28")
    for view in ("v_observation", "v_observation_history", "v_provenance"):
        answer = query.run(filled, f"select * from {view}", as_of=then)
        assert answer["value"].tolist() == [10.0], view
    counted = "with a as (select value from v_observation) select count(*) as n from a"
    assert query.run(filled, counted, as_of=then)["n"].tolist() == [1]
    assert query.run(filled, counted)["n"].tolist() == [2]


DATED = (
    "v_observation", "v_observation_history", "v_provenance", "v_version", "v_fetch", "v_release",
    "v_index", "v_index_revised", "v_index_state", "v_index_change", "v_index_gauge", "v_lineage",
    "v_quarantine", "v_event", "v_project", "v_review", "v_gauge_audit", "v_index_between",
)  # fmt: skip


def test_as_of_limits_every_view_that_has_a_date(filled: Engine) -> None:
    columns = {name: list(query.run(filled, f"select * from {name}")) for name in DATED}
    assert sorted([*DATED, *query.UNDATED]) == sorted(views.bodies(filled.dialect.name))
    load.quarantine(filled, fetch(filled), frame(("made_up.a", "2026-01-01", 1.0, "2026-03-10")),
                    "expectation", "reason")  # fmt: skip
    assert len(query.run(filled, "select * from v_fetch")) == 2
    for name in DATED:
        before = query.run(filled, f"select * from {name}", as_of="2025-12-31")
        assert before.empty, name
        assert list(before) == columns[name]
    assert len(query.run(filled, "select * from v_series", as_of="2025-12-31")) == 4


@pytest.mark.parametrize(
    "sql",
    [
        "select * from observation",
        "select * from main.v_observation",
        "select * from public.v_observation",
        "select * from observations_as_of(date '2026-06-01')",
        "select * from v_series where (select count(*) from observation) > 0",
        "with v as (select * from lineage) select * from v",
    ],
)
def test_as_of_refuses_what_it_cannot_limit(filled: Engine, sql: str) -> None:
    with pytest.raises(query.QueryError, match="limited to a day"):
        query.run(filled, sql, as_of="2026-02-28")


def test_rows_and_time_are_limited(filled: Engine) -> None:
    assert len(query.run(filled, "select * from v_observation_history")) == 3
    endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select "
    assert len(query.run(filled, endless + "n from r limit 100000", limit=7)) == 7
    with pytest.raises(query.QueryError, match=r"over 0\.2 s"):
        query.run(filled, endless + "max(n) from r", timeout=0.2)


def test_a_query_is_stopped_in_its_middle(filled: Engine, interrupted: None) -> None:
    endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r"
    with pytest.raises(KeyboardInterrupt):
        query.run(filled, endless, timeout=20)


@pytest.mark.parametrize("seconds", [0, 0.0001, -1, 1e9, float("nan"), float("inf")])
def test_a_limit_of_time_is_one(filled: Engine, seconds: float) -> None:  # R22
    with pytest.raises(query.QueryError, match=r"from 0\.1 to 3600 seconds"):
        query.run(filled, "select 1", timeout=seconds)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "large",
    [
        "length(zeroblob(900000000))",
        "length(hex(zeroblob(400000000)))",
        "length(randomblob(500000000))",
        "length(replace(hex(zeroblob(500000)), '0', 'aaaaaaaaaa'))",
        "length(group_concat(zeroblob(1000))) from (with recursive r(n) as "
        "(select 1 union all select n + 1 from r limit 9999) select n from r)",
    ],
)
def test_a_value_too_large_is_refused_before_it_is_made(filled: Engine, large: str) -> None:  # R23
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(query.QueryError, match="over 1 MiB"):
        query.run(filled, f"select {large}", timeout=5)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_what_views_and_analysts_use_is_allowed(filled: Engine) -> None:
    sql = "select upper(series) as s, round(avg(value)) as a from v_observation group by series"
    assert query.run(filled, sql + " order by 1")["a"].tolist() == [11.0, 2.0]
    ranked = "select rank() over (order by value) as r, coalesce(null, lower('É')) as l"
    assert query.run(filled, ranked + " from v_observation order by 1")["r"].tolist() == [1, 2]


def test_a_name_that_does_not_exist_shows_those_that_do(filled: Engine) -> None:
    with pytest.raises(query.QueryError, match="v_observation_history"):
        query.run(filled, "select * from v_observatoin")


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_an_analyst_reads_the_views_and_not_the_tables(filled: Engine) -> None:
    with pytest.raises(query.QueryError, match="permission denied"):
        query.run(filled, "select * from observation")
    sql = "select value from observations_as_of(date '2026-03-09')"
    assert query.run(filled, sql)["value"].tolist() == [10.0]


def test_a_percent_sign_is_text(filled: Engine) -> None:
    answer = query.run(filled, "select '5 %' as share, value from v_observation where value > 10")
    assert answer["share"].tolist() == ["5 %"]
