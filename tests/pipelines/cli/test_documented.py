"""The lines that the analyst's pages show: each is run as it stands."""

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import playwright
import pytest
from sqlalchemy import Engine

from pipelines.cli.main import main
from tests.conftest import NOW
from tests.dashboards.conftest import shipped_store  # noqa: F401 - a fixture
from tests.dashboards.site.conftest import alerted, built  # noqa: F401 - fixtures
from tests.test_client import published  # noqa: F401 - a fixture

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "analyst.md").read_text(encoding="utf-8")
FENCE = re.compile(r"```(\w+) (\w+)\n(.*?)```", re.DOTALL)
# Datasette serves until it is stopped; PostgreSQL's analyst is in tests/warehouse/test_analyst.py.
NOT_HERE = {"13", "14"}
BLOCKS = [
    (language, job, body)
    for language, job, body in FENCE.findall(PAGE)
    if job not in {"setup", *NOT_HERE}
]
SETUP = "import pandas as pd\nfrom silentcrash import Client"
# What each answer must hold: figures of Ember, the SEC, CLDR and of the index itself.
HOLDS = {
    "1": "gpu.h100-sxm.neocloud_coreweave",
    "2": "2026-03",
    "3": "sec.capex.MSFT",
    "4": "hmrc.rate.MAD and hmrc.rate.EUR of 2024-01",
    "5": "1.899700e+10",
    "6": "2025-12",
    "7": "From January 2026 to July 2026",
    "8": "July 2026",
    "9": "prices.xlsx",
    "10": "Maroc",
    "11": "145.12",
    "12": "EUR/MWh",
    "15": "145.12",
    "16": "chips",
    "17": "96.69",
    "18": "ember.wholesale.DEU,2026-09-01,145.12,EUR/MWh",
    "19": "germany.png",
    "20": "ember.wholesale.DEU",
}


@pytest.fixture
def checkout(
    shipped_store: Engine,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder in which `data` is a home with an edition, as in a checkout."""
    folder = tmp_path / "checkout"
    (folder / "data").mkdir(parents=True)
    store = Path(str(shipped_store.url.database))
    (folder / "data" / "warehouse.sqlite").symlink_to(store)
    monkeypatch.setenv("SILENTCRASH_HOME", str(folder / "data"))
    monkeypatch.setenv("SILENTCRASH_WAREHOUSE", str(shipped_store.url))
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(folder)
    return folder


def evaluated(block: str, shown: dict[str, object]) -> list[object]:
    """What each expression of a block gives, its other statements being run."""
    answers = []
    for statement in ast.parse(block).body:
        line = ast.unparse(statement)
        if isinstance(statement, ast.Expr):
            answers.append(eval(line, shown))
        else:
            exec(line, shown)
    return answers


def shell(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a line prints; `silentcrash` runs in this process."""
    words = shlex.split(line, comments=True)
    if words[0] != "silentcrash":
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
        return ran.stdout + ran.stderr
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(words[1:])
    printed = capsys.readouterr()
    assert not ended.value.code, printed.err
    return printed.out + printed.err


def in_r(body: str) -> str:
    """What R prints of some lines."""
    if not shutil.which("Rscript"):
        pytest.skip("R is not on this machine: python -m tests.install brings it")
    ran = subprocess.run(["Rscript", "-e", body], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def in_node(body: str) -> str:
    """What Node prints of a module."""
    node = Path(playwright.__file__).parent / "driver" / "node"
    ran = subprocess.run([node, "--input-type=module", "-e", body], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_page_has_the_twenty_jobs() -> None:
    numbered = set(re.findall(r"^(\d+) · ", PAGE, re.MULTILINE))
    assert numbered == {str(number) for number in range(1, 21)}
    assert {job for _, job, _ in BLOCKS} == numbered - NOT_HERE == set(HOLDS)
    assert SETUP in PAGE


@pytest.mark.parametrize(("language", "job", "body"), BLOCKS)
def test_each_line_of_the_page_runs(
    published: str,  # noqa: F811
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    job: str,
    body: str,
) -> None:
    body = body.replace("https://ADDRESS", published)
    if language == "sh":
        text = "".join(shell(line, capsys) for line in body.splitlines())
    elif language == "python":
        shown: dict[str, object] = {}
        exec(SETUP, shown)
        text = "".join(answer.to_string() for answer in evaluated(body, shown))
    elif language == "r":
        text = in_r(body)
    else:
        text = in_node(body)
    if job == "18":
        text = (checkout / "ember.wholesale.DEU.csv").read_text()
    assert HOLDS[job] in text


def test_the_workbook_of_the_page_has_dates_and_filters(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [line] = [body for language, job, body in BLOCKS if (language, job) == ("sh", "9")]
    shell(line.strip(), capsys)
    sheet = openpyxl.load_workbook(checkout / "prices.xlsx")["data"]
    head = [cell.value for cell in sheet[1]]
    assert head == ["series", "period", "value", "unit", "status", "known_from", "source"]
    assert sheet["B2"].is_date
    assert sheet["F2"].is_date
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:G{sheet.max_row}"


def test_the_python_of_the_page_of_the_warehouse_runs(checkout: Path) -> None:
    page = (DOCS / "warehouse.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    answers = evaluated(block, {})
    assert len(answers) == 4
    assert all(len(answer) for answer in answers)


def test_the_lines_for_a_client_of_sdmx_run(published: str) -> None:  # noqa: F811
    page = (DOCS / "data.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```python sdmx\n(.*?)```", page, re.DOTALL)
    [figures] = evaluated(block.replace("https://ADDRESS", published), {})
    assert figures.iloc[-1] == 145.12


@pytest.mark.parametrize(
    ("language", "run", "holds"),
    [
        # a vintage of Ember's, Meta's restated first quarter of 2022, the index of September 2026
        (
            "r",
            in_r,
            ["ember.wholesale.DEU", "96.69", "2021-01-01   4.272e+09    4.303e+09", "48.97"],
        ),
        ("js", in_node, ["EUR/MWh", "[ '2026-02-01', 96.69 ]", "48.97"]),
    ],
)
def test_the_page_for_r_and_javascript_runs(
    published: str,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    run: Callable[[str], str],
    holds: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "r-and-javascript.md").read_text(encoding="utf-8")
    body = "\n".join(re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL))
    text = run(body.replace("https://ADDRESS", published))
    assert [part for part in holds if part not in text] == []
    assert (tmp_path / "capex.svg").is_file() == (language == "r")


def test_the_lines_of_the_page_of_the_lake_run(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (DOCS / "lake.md").read_text(encoding="utf-8")
    [commands] = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    answers = [shell(line, capsys) for line in commands.splitlines()]
    assert "16908" in answers[-1].replace(",", "")  # all that is shipped
    assert (checkout / "panel.parquet").is_file()
    monkeypatch.chdir(checkout / "data")
    shown: dict[str, object] = {}
    [described] = evaluated(re.findall(r"```python lake\n(.*?)```", page, re.DOTALL)[0], shown)
    assert described["value"] == "Figure, in the unit of the series"
    pytest.importorskip("polars", reason="`uv sync` brings polars")
    [table] = evaluated(re.findall(r"```python polars\n(.*?)```", page, re.DOTALL)[0], shown)
    assert {"unit", "title_fr"} <= set(table.columns)
    assert table.height == 17_781
