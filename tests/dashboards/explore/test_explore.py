"""`silentcrash explore` as a process on loopback, asked over HTTP."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser
from sqlalchemy import Engine

from dashboards.explore import public_copy, server
from pipelines import browse
from pipelines.errors import RunError, UsageError
from pipelines.settings import Settings
from tests.conftest import NOW
from tests.dashboards.explore.test_public_copy import closed
from tests.server import free_port
from warehouse import dictionary
from warehouse.catalogue import cookbook

ROOT = Path(__file__).parents[3]
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
needs_datasette = pytest.mark.skipif(
    not server.installed(), reason="`uv sync` brings Datasette, of the extra explore"
)


@contextmanager
def exploring(store: Engine, *options: str) -> Iterator[str]:
    """The address of a server that runs while the block does."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines.cli.main", "explore", "--port", str(port)]
    environment = os.environ | {
        "SILENTCRASH_WAREHOUSE": str(store.url),
        "SILENTCRASH_NOW": NOW.isoformat(),
    }
    with subprocess.Popen(
        [*command, *options], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "running on" in line:
                break
        else:
            pytest.fail("".join(lines))
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def own(shipped_store: Engine) -> Iterator[str]:
    with exploring(shipped_store) as address:
        yield f"{address}/warehouse"


@pytest.fixture(scope="module")
def public(shipped_store: Engine) -> Iterator[str]:
    with exploring(shipped_store, "--public") as address:
        yield address


def rows(address: str, **params: str) -> list[dict[str, object]]:
    answer = requests.get(f"{address}.json", {"_shape": "array", **params}, timeout=30)
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, object]] = answer.json()
    return listed


@needs_datasette
def test_the_views_the_questions_and_their_words_are_there(own: str) -> None:
    [recipe] = [recipe for recipe in cookbook.recipes() if recipe.name == "index_by_month"]
    page = requests.get(f"{own}/{recipe.name}", timeout=30).text
    assert recipe.fr in page
    assert "#mark=line&amp;x=period&amp;y=index" in page
    assert [round(float(str(row["index"])), 1) for row in rows(f"{own}/{recipe.name}")][-1] == 48.9
    figures = rows(f"{own}/v_observation", series="ember.wholesale.DEU", period="2026-09-01")
    assert (figures[0]["value"], figures[0]["unit"]) == (145.12, "EUR/MWh")
    described = requests.get(f"{own}/v_observation", timeout=30).text
    assert dictionary.column_text("v_observation", "known_from") in described


@needs_datasette
def test_a_question_is_drawn_by_this_server_alone(own: str, chromium: Browser) -> None:
    tab = chromium.new_page()
    urls: list[str] = []
    tab.on("request", lambda request: urls.append(request.url))
    tab.goto(f"{own}/index_by_month")
    tab.get_by_role("link", name="Dessiner").click()
    tab.wait_for_selector("#draw svg .mark-line path")
    path = tab.locator("#draw svg .mark-line path").first.get_attribute("d") or ""
    assert path.count("L") == len(rows(f"{own}/index_by_month")) - 1
    tab.locator("#draw select[name=y]").select_option("regime")  # which is no number
    tab.wait_for_url("**/index_by_month#mark=line&x=period&y=regime&colour=")
    tab.get_by_text("calm", exact=True).and_(tab.locator("#draw text")).first.wait_for()
    assert [address for address in urls if not address.startswith(own.rpartition("/")[0])] == []
    tab.close()


@needs_datasette
@pytest.mark.parametrize("sql", ["delete from source", "attach 'x' as y", "pragma user_version=1"])
def test_nothing_can_be_written(own: str, shipped_store: Engine, sql: str) -> None:
    assert requests.get(f"{own}.json", {"sql": sql}, timeout=30).status_code == 400
    assert requests.post(f"{own}/v_source", {"key": "x"}, timeout=30).status_code >= 400


@needs_datasette
@pytest.mark.parametrize("value", ["zeroblob(900000000)", "hex(zeroblob(400000000))"])
def test_a_value_too_large_is_refused_before_it_is_made(own: str, value: str) -> None:
    answer = requests.get(f"{own}.json", {"sql": f"select length({value})"}, timeout=30)
    assert (answer.status_code, "too big" in answer.text) == (400, True)


@needs_datasette
@pytest.mark.parametrize("sql", [ENDLESS, f"select count(*) from ({ENDLESS}) a, v_lineage b"])
def test_a_query_that_takes_too_long_is_ended(
    shipped_store: Engine, sql: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with exploring(shipped_store, "--timeout", "0.5") as address:
        ended = requests.get(f"{address}/warehouse.json", {"sql": sql}, timeout=60)
        assert ended.status_code == 400
        assert "time limit" in ended.text
        assert rows(f"{address}/warehouse", sql="select 1 as n") == [{"n": 1}]
    assert "Traceback" not in capfd.readouterr().out


@pytest.mark.parametrize("timeout", [0.0, float("nan"), float("inf"), -1.0])
def test_a_limit_of_time_that_is_none_is_refused(timeout: float) -> None:
    with pytest.raises(UsageError, match=r"may take from 0\.1 to 3600 seconds"):
        browse.serve(Settings(), host="127.0.0.1", port=8001, public=False, timeout=timeout)


@needs_datasette
def test_a_closed_figure_is_behind_no_address(public: str, shipped_store: Engine) -> None:
    series = closed(shipped_store)
    databases = requests.get(f"{public}/-/databases.json", timeout=30).json()
    assert [database["name"] for database in databases] == ["observatory"]
    listed = requests.get(f"{public}/observatory.json", timeout=30).json()
    assert {table["name"] for table in listed["tables"]} == set(public_copy.PUBLIC)
    assert [view["name"] for view in listed["views"]] == [public_copy.BETWEEN]
    # the catalogue names closed series, and so do the reasons of an indicator
    for table in sorted(set(public_copy.PUBLIC) - {"v_series", "v_index", "v_index_gauge"}):
        address = f"{public}/observatory/{table}.csv?_stream=on&_size=max"
        text = requests.get(address, timeout=60).text
        assert text.count("\n") > 1 or table in {"v_event", "v_project"}
        assert not [key for key in series if key in text], table
    for sql in ("select * from observation", "select * from v_quarantine", "select * from fetch"):
        ended = requests.get(f"{public}/observatory.json", {"sql": sql}, timeout=30)
        assert (ended.status_code, "no such table" in ended.text) == (400, True)
    for path in ("warehouse", "warehouse/v_observation.json", "observatory/observation"):
        assert requests.get(f"{public}/{path}", timeout=30).status_code == 404
    for path in ("_internal", "_internal.json?sql=select+1", "_internal/tables.json"):
        assert requests.get(f"{public}/{path}", timeout=30).status_code == 403


@needs_datasette
def test_the_copy_can_be_taken_home(public: str, tmp_path: Path) -> None:
    body = requests.get(f"{public}/observatory.db", timeout=60).content
    (tmp_path / "taken.sqlite").write_bytes(body)
    with sqlite3.connect(tmp_path / "taken.sqlite") as file:
        [[index]] = file.execute(
            "select score from v_index where key = 'index' and period = '2026-10-01'"
        ).fetchall()
    file.close()
    assert round(index, 1) == 48.9


@needs_datasette
def test_it_listens_on_this_machine_alone(own: str) -> None:
    port = int(own.split(":")[2].split("/")[0])
    with socket.socket() as other:
        other.settimeout(5)
        # every address of 127.0.0.0/8 is this machine, and only the first is listened on
        assert other.connect_ex(("127.0.0.2", port)) != 0
    settings = json.loads(requests.get(own.rsplit("/", 1)[0] + "/-/settings.json", timeout=30).text)
    assert settings["suggest_facets"] is False


def test_what_is_open_to_others_has_open_licences_alone() -> None:
    with pytest.raises(UsageError, match="add --public"):
        browse.serve(Settings(), host="0.0.0.0", port=8001, public=False)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "installed", lambda: False)
    with pytest.raises(RunError, match=r"silent-crash-observatory\[explore\]"):
        browse.serve(Settings(), host="127.0.0.1", port=8001, public=False)
