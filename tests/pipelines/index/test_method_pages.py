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
            "select key, measure, value from gauge_audit where measure like 'rmse%'"
        ).fetchall()
    values = {(key, measure): value for key, measure, value in audit}
    text = PAGE.read_text(encoding="utf-8")
    for key in {key for key, _ in values}:
        rmse = [
            f"{values[key, measure]:.2f}"
            for measure in ("rmse_carry", "rmse_nowcast", "rmse_left_out")
        ]
        assert f"| {'pressure' if key == 'index' else key} | {' | '.join(rmse)} |" in text


def test_the_page_gives_the_coverage_of_the_bands_as_the_audit_does(first_edition: Path) -> None:
    with sqlite3.connect(next(first_edition.glob("*.sqlite"))) as store:
        rows = store.execute(
            "select key, months, value, verdict from gauge_audit where measure = 'inside'"
        ).fetchall()
    text = PAGE.read_text(encoding="utf-8")
    assert len(rows) == 7
    for key, months, inside, verdict in rows:
        assert f"| {key} | {months} | {100 * inside:.0f} % |" in text
        assert (verdict, 0.85 <= inside <= 0.95) == ("within", True)


def test_the_page_gives_the_readings_of_the_edition(first_edition: Path) -> None:
    with sqlite3.connect(next(first_edition.glob("*.sqlite"))) as store:
        rows = store.execute(
            "select period, key, score, coverage, true_dates from v_index_gauge where reading = 1"
        ).fetchall()
    seen = {(key, period[:7]): figures for period, key, *figures in rows}
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))

    def shown(key: str, month: str) -> tuple[str, str, str]:
        score, coverage, true = seen[key, month]
        share = "" if true is None else f"{100 * true:.0f} %"
        return "" if score is None else f"{score:.1f}", f"{100 * coverage:.0f} %", share

    pressure, observed, dated = shown("index", "2026-09")
    assert f"September 2026, provisional ({observed}): pressure {pressure}, watch, and no" in text
    assert f"no reading of the retreat ({shown('retreat', '2026-09')[1]})" in text
    assert (
        f"October 2026 has no reading with what is shipped: {shown('index', '2026-10')[1]}" in text
    )
    assert f"{shown('index', '2025-01')[2]} in January 2025, {dated} in September 2026" in text
    june, covered, _ = shown("index", "2026-06")
    retreat = shown("retreat", "2026-06")[0]
    assert f"June 2026 ({covered}): pressure {june}, retreat {retreat}, calm" in text
    dimensions = [group.key for group in newest().dimension]
    mean = sum(seen[key, "2026-06"][0] for key in dimensions) / len(dimensions)
    assert f"pressure is {june} where the plain mean of its five dimensions is {mean:.1f}" in text
    highest = max((row[0] or 0, key) for key, row in seen.items() if key[0] == "retreat")
    assert f"Its highest so far is {highest[0]:.1f}, in July 2023" in text


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
