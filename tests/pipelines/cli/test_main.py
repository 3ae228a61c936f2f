"""The command line: what a person types, what it answers, how it ends."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.conftest import Command


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["indx"], "Did you mean 'index'"),
        (["index", "--as-off", "2026-01-01"], "--as-of"),
        (["index", "--format", "xls"], "'table', 'csv', 'json'"),
        (["index", "--as-of", "10/01/2026"], "YYYY-MM-DD"),
        (["release"], "MONTH"),
        (["release", "2025-13"], "YYYY-MM"),
        (["release", "december"], "YYYY-MM"),
        (["release", "1999-01"], "the nearest month is"),
        (["release", "2031-01"], "the nearest month is"),
        (["fetch", "embr"], "did you mean ember"),
        (["quarantine", "sex"], "did you mean sec"),
        (["query", "delete from observation"], ""),
        (["query", "select * from v_observatoin"], "v_observation"),
    ],
)
def test_a_wrong_question_gets_one_line_and_exit_code_2(
    home: Path, silentcrash: Command, arguments: list[str], says: str
) -> None:
    ended = silentcrash(*arguments)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("silentcrash: ")
    assert says.lower() in ended.err.lower()
    assert "Traceback" not in ended.err + ended.out


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['silentcrash', '--help']\nfrom pipelines.cli.main import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print('|', *sorted({'pandas', 'dagster', 'sqlmodel', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "|"


def test_every_table_can_be_had_as_csv_and_json(home: Path, silentcrash: Command) -> None:
    as_csv = list(csv.DictReader(io.StringIO(silentcrash("index", "--format", "csv").out)))
    as_json = json.loads(silentcrash("index", "--format", "json").out)
    assert [row["period"] for row in as_csv] == [row["period"] for row in as_json]
    assert float(as_csv[-1]["index"]) == pytest.approx(as_json[-1]["index"])


def test_sources_names_licence_and_cadence_of_each(home: Path, silentcrash: Command) -> None:
    rows = json.loads(silentcrash("sources", "--format", "json").out)
    assert {"ember", "sec", "census_c30"} <= {row["source"] for row in rows}
    assert all(row["licence"] and row["cadence"] for row in rows)


def test_status_says_what_could_not_be_reached(home: Path, silentcrash: Command) -> None:
    rows = {row["key"]: row for row in json.loads(silentcrash("status", "--format", "json").out)}
    assert rows["ember"]["newest_period"].startswith("2026-09")


def test_fetch_of_a_source_that_cannot_be_reached_ends_in_one_line(
    home: Path, silentcrash: Command
) -> None:
    ended = silentcrash("fetch", "ember")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("silentcrash: ember: failed")


def test_a_broken_warehouse_url_ends_in_one_line(
    home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_WAREHOUSE", "nosuchdb://x")
    ended = silentcrash("status")
    assert ended.code in {1, 2}
    assert "Traceback" not in ended.err
    assert len(ended.err.splitlines()) == 1
