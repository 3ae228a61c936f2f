"""Declared shocks: each shipped scenario gives its phase and its signs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from pipelines.errors import MethodError
from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.gauges import scenario

PAGE = Path(__file__).parents[3] / "docs" / "method.md"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def read(history: pd.DataFrame, following: Framework) -> pd.DataFrame:
    return realtime.indicators(history, following, realtime.closed_months(following, NOW))


@pytest.fixture(scope="module")
def outcome_of(
    history: pd.DataFrame, following: Framework, read: pd.DataFrame
) -> Callable[[str], scenario.Outcome]:
    """The outcome of a shipped scenario, each run once."""
    return cache(lambda name: scenario.run(history, following, read, scenario.load(name)))


@pytest.mark.parametrize("name", scenario.names())
def test_a_shipped_scenario_gives_its_phase_and_its_signs(
    name: str, outcome_of: Callable[[str], scenario.Outcome]
) -> None:
    declared, outcome = scenario.load(name), outcome_of(name)
    assert scenario.surprises(declared, outcome) == []


@pytest.mark.parametrize("name", scenario.names())
def test_the_page_says_what_a_scenario_gives(
    name: str, outcome_of: Callable[[str], scenario.Outcome]
) -> None:
    row = re.search(rf"^\| `{name}`: .*$", PAGE.read_text(encoding="utf-8"), re.M)
    assert row, f"docs/method.md has no row of {name}"
    pressure, retreat, phase = (cell.strip() for cell in row[0].strip("| ").split("|")[1:])
    last = outcome_of(name).after.iloc[-1]
    figures = [f"{last['pressure']:.1f}", f"{last['retreat']:.1f}", last["phase"].replace("_", " ")]
    assert [pressure, retreat, phase] == figures


def test_a_bust_is_a_retreat_where_the_pressure_falls(
    outcome_of: Callable[[str], scenario.Outcome],
) -> None:
    outcome = outcome_of("bust")
    last = outcome.after.iloc[-1]
    # By 2026.1 the same figures read as a fall of the index, and so as relief.
    assert last["pressure"] < outcome.before["pressure"].iloc[-1] - 5
    assert last["retreat"] >= 50
    assert outcome.before["phase"].iloc[-1] != "retreat"


def test_months_before_the_shock_are_untouched(
    outcome_of: Callable[[str], scenario.Outcome],
) -> None:
    declared, outcome = scenario.load("memory_glut"), outcome_of("memory_glut")
    before, after = (path.iloc[: -declared.months] for path in (outcome.before, outcome.after))
    pd.testing.assert_frame_equal(before, after)


def declared(tmp_path: Path, *shocks: str, signs: str = "") -> scenario.Scenario:
    path = tmp_path / "own.toml"
    text = f'fr = "x"\nen = "x"\nmonths = 3\nphase = "calm"\n[signs]\n{signs}\n'
    path.write_text(text + "".join(f"[[shock]]\n{shock}\n" for shock in shocks), encoding="utf-8")
    return scenario.load(str(path))


def test_what_comes_otherwise_than_expected_is_named(
    tmp_path: Path, history: pd.DataFrame, following: Framework, read: pd.DataFrame
) -> None:
    own = declared(
        tmp_path, 'indicator = "chips.memory_growth"\nscore = 0', signs='chips = "rises"'
    )
    outcome = scenario.run(history, following, read, own)
    assert scenario.surprises(own, outcome) == ["chips: expected rises, falls"]


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        ('series = "no.such.*"\nfactor = 2', "no figure of"),
        ('indicator = "chips.none"\nscore = 2', "no indicator"),
    ],
)
def test_a_shock_that_meets_nothing_is_refused(
    tmp_path: Path,
    history: pd.DataFrame,
    following: Framework,
    read: pd.DataFrame,
    shock: str,
    message: str,
) -> None:
    with pytest.raises(MethodError, match=message):
        scenario.run(history, following, read, declared(tmp_path, shock))


@pytest.mark.parametrize(
    "shock",
    ['series = "a"\nindicator = "b"\nscore = 1', 'indicator = "b"', 'series = "a"\nfacto = 2',
     'series = "a"\nscore = 3'],
)  # fmt: skip
def test_a_shock_that_says_two_things_or_none_is_refused(tmp_path: Path, shock: str) -> None:
    with pytest.raises(MethodError, match=r"own\.toml: shock"):
        declared(tmp_path, shock)


def test_another_name_is_told_what_there_is() -> None:
    with pytest.raises(MethodError, match="all_pressures, bust"):
        scenario.load("boom")
