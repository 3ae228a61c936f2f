"""Two processes that load into one store at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import fetch, made_up_panel
from warehouse import database, load
from warehouse.database import transactions
from warehouse.observations import read

ROOT = Path(__file__).parents[2]


def start(url: str, first_fetch: int, loads: int, value: float) -> "subprocess.Popen[str]":
    arguments = [url, str(first_fetch), str(loads), str(value)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warehouse.worker", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_loads_at_once_neither_lose_nor_double_a_row(engine: Engine, url: str) -> None:
    loads = 5
    fetches = [fetch(engine) for _ in range(2 * loads)]
    both = [start(url, fetches[0], loads, 100.0), start(url, fetches[loads], loads, 200.0)]
    for process in both:
        go(process)
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    rows = read.history(engine)
    expected = {100.0 + n for n in range(loads)} | {200.0 + n for n in range(loads)}
    by_value = rows.groupby("value").size()
    assert set(by_value.index) == expected
    assert set(by_value) == {len(made_up_panel(0.0))}
    # Every version differs from the one before it, in the order in which they were recorded.
    first = rows.loc[rows["period"].eq(rows["period"].min()) & rows["series"].eq("made_up.a")]
    assert first["value"].diff().ne(0).all()
    assert first["fetch_id"].is_monotonic_increasing


def test_a_load_that_waits_too_long_fails_in_one_line_and_can_be_repeated(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, number = made_up_panel(1.0), fetch(engine)
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 1)
    hasty = database.connect(url)
    with database.writing(engine), pytest.raises(database.WarehouseError) as fault:
        load.append(hasty, number, batch)
    assert "another load holds the warehouse; run again" in str(fault.value)
    assert "\n" not in str(fault.value)
    assert load.append(hasty, number, batch).added == len(batch)
    hasty.dispose()
