"""The page of the method says what the method is."""

import re
import sqlite3
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.index.framework import load, newest
from tools import method_tables

PAGE = Path(__file__).parents[3] / "docs" / "method.md"


def test_the_tables_of_the_page_are_those_of_the_method() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == method_tables.renewed(text, load()), (
        "run `python -m tools.method_tables docs/method.md`"
    )


def test_every_indicator_and_threshold_is_on_the_page() -> None:
    text, method = PAGE.read_text(encoding="utf-8"), load()
    for indicator in method.indicators.values():
        assert f"| {indicator.en} ({indicator.unit_en}) |" in text
        assert indicator.caveat_en in text
    for regime in method.regimes[1:]:
        assert f"{regime.en} from {regime.enter:g}" in text.lower()


def test_every_goalpost_of_2027_1_says_whether_it_uses_its_own_months() -> None:
    text, method = PAGE.read_text(encoding="utf-8"), newest()
    assert method.retreat
    groups = (*method.dimension, method.retreat)
    rows = re.findall(r"^\| [A-Z]\w+ \| .* \| (yes|no) \|$", text, re.M)
    assert len(rows) == sum(len(group.indicator) for group in groups) == 31
    assert rows.count("yes") == 7


def test_the_page_compares_the_nowcast_as_the_audit_does(first_edition: Path) -> None:
    with sqlite3.connect(next(first_edition.glob("*.sqlite"))) as store:
        audit = store.execute(
            "select key, measure, value from gauge_audit where topic = 'nowcast'"
        ).fetchall()
    values = {(key, measure): value for key, measure, value in audit}
    text = PAGE.read_text(encoding="utf-8")
    for key in {key for key, _ in values}:
        rmse = [
            f"{values[key, measure]:.2f}"
            for measure in ("rmse_carry", "rmse_nowcast", "rmse_left_out")
        ]
        assert f"| {'pressure' if key == 'index' else key} | {' | '.join(rmse)} |" in text


def test_both_versions_and_their_months_are_on_the_page() -> None:
    text, method = PAGE.read_text(encoding="utf-8"), newest()
    assert method.succeeds
    since = pd.Period(method.succeeds.since, "M")
    assert f"| {method.version} | {since.strftime('%B %Y')} and later |" in text
    assert f"to {(since - 1).strftime('%B %Y')} |" in text
    assert "October 2026 has no reading with what is shipped: 21 %" in text


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="generated"):
        method_tables.renewed("nothing", load())


def test_the_example_of_the_engine_runs_and_its_functions_exist() -> None:
    page = PAGE.with_name("engine.md").read_text(encoding="utf-8")
    namespace: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], namespace)  # type: ignore[index]
    assert set(namespace["regime"]) <= {"calm", "watch", "strain", "crash"}
    assert (namespace["band"]["p5"] <= namespace["band"]["p95"]).all()
    rows = re.findall(r"^\| [\w /]+ \| (`.*`) \| (`.*`) \|$", page, re.M)
    assert len(rows) == 9
    for modules, functions in rows:
        names = re.findall(r"[\w.]+", modules)
        homes = [import_module(f"pipelines.index.{name}") for name in names]
        for name in re.findall(r"\w+", functions):
            assert any(hasattr(home, name) for home in homes), name
