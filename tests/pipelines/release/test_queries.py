"""What an analyst asks of the index: why, how it was revised, how sure it is."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest

from pipelines.index import framework
from tests.pipelines.conftest import Command

MONTH = "2026-07"
PAGE = Path(__file__).parents[3] / "docs" / "method.md"


def table(silentcrash: Command, *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(silentcrash(*arguments, "--format", "csv").out)))


def figures(text: str) -> list[float]:
    return [
        float(number.replace("\u2212", "-")) for number in re.findall(r"[+\u2212]?\d+\.\d", text)
    ]


def test_explain_gives_the_published_value_and_what_moved_it(answer: Command) -> None:
    rows = {row["period"]: row for row in table(answer, "index")}
    head, change, *rest = answer("index", "explain", MONTH).out.splitlines()
    assert f"July 2026: {float(rows[MONTH]['index']):.1f} out of 100" in head
    before, moved, new, revised, method = figures(change)[:5]
    assert before == pytest.approx(float(rows["2026-06"]["index"]), abs=0.06)
    assert moved == pytest.approx(float(rows[MONTH]["index"]) - before, abs=0.11)
    assert new + revised + method == pytest.approx(moved, abs=0.2)
    text = "\n".join(rest)
    assert "Chips: " in text
    assert "observed, figure of July 2026" in text
    assert "carried, figure of" in text


def test_explain_speaks_french(answer: Command) -> None:
    text = answer("index", "explain", MONTH, "--lang", "fr").out
    assert text.startswith("Indice du krach silencieux, juillet 2026")
    assert re.search(r"Coûts\s: \d+,\d", text)
    assert "None" not in text
    assert "nan" not in text.split()


def test_explain_names_a_quarter_as_one(answer: Command) -> None:
    text = answer("index", "explain", "2026-10").out
    assert "observed, figure of Q2 2026" in text
    assert "carried, figure of Q1 2026, 7 months old" in text
    assert "figure of January 2026" not in text
    assert "du T2 2026" in answer("index", "explain", "2026-10", "--lang", "fr").out


def test_explain_of_the_first_month_has_nothing_before_it(answer: Command) -> None:
    first = table(answer, "index")[0]["period"]
    text = answer("index", "explain", first).out
    assert "It is the first month of the index." in text
    assert "withheld" in text


def test_explain_says_that_a_dimension_enters(answer: Command) -> None:
    rows = table(answer, "index")
    entry = next(row for row in rows if row["chips"])["period"]
    assert "Chips enters this month" in answer("index", "explain", entry).out
    assert "enters this month" not in answer("index", "explain", MONTH).out


@pytest.mark.parametrize("month", ["1999-01", "july"])
def test_explain_of_another_month_names_what_there_is(answer: Command, month: str) -> None:
    ended = answer("index", "explain", month)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("silentcrash: ")


def test_backtest_starts_from_what_was_published(answer: Command) -> None:
    published = {row["period"]: float(row["index"]) for row in table(answer, "index")}
    months = table(answer, "index", "backtest")
    assert {row["period"] for row in months} == set(published)
    for row in months:
        assert float(row["first"]) == pytest.approx(published[row["period"]], abs=0.006)
        assert float(row["latest"]) - float(row["first"]) == pytest.approx(float(row["revision"]))
    assert {row["inside"] for row in months} <= {"True", "False"}
    frame = pd.DataFrame(months)[["first", "latest", "revision"]].astype(float)
    mean, absolute = frame["revision"].mean(), frame["revision"].abs().mean()
    assert f"mean revision {mean:+.1f} point, mean absolute revision {absolute:.1f}," in page()
    same = (frame["first"].diff() * frame["latest"].diff() > 0).iloc[1:].mean()
    assert f"the same direction of change in {100 * same:.0f} % of them" in page()


def test_sensitivity_writes_bands_chances_and_shares(answer: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shown = table(answer, "index", "sensitivity", "--out", str(out))
    for row in shown:
        assert float(row["p5"]) <= float(row["index"]) <= float(row["p95"])
        assert float(row["at_least_strain"]) <= float(row["at_least_watch"])
    factors = list(csv.DictReader((out / "sensitivity_factors.csv").open()))
    assert len(factors) == 7
    dimensions = list(csv.DictReader((out / "sensitivity_dimensions.csv").open()))
    assert {"cost", "chips"} <= {row["key"] for row in dimensions}
    assert len(list(csv.DictReader((out / "sensitivity_bands.csv").open()))) == len(shown)
    last = shown[-1]
    low, high, half = (float(last[name]) for name in ("p5", "p95", "at_least_strain"))
    text = f"In October 2026: {float(last['index']):.1f}, band {low:.1f} to {high:.1f}, and "
    assert f"{text}{100 * half:.0f} % of the replicates reach 50" in page()


def page() -> str:
    """The method page on one line."""
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def test_another_policy_or_method_is_shown_and_not_stored(
    home: Path, silentcrash: Command, tmp_path: Path
) -> None:
    stored = "select count(*) as editions from v_release"
    before = table(silentcrash, "query", stored)
    plain = {row["period"]: row for row in table(silentcrash, "index")}
    bare = table(silentcrash, "index", "--missing", "renormalise")
    assert {row["observed %"] for row in bare if row["index"]} == {"100.0"}
    assert bare[-1]["period"] < max(plain)  # October 2026 has too little that is observed
    bundled = Path(framework.__file__).with_name("framework.toml").read_text(encoding="utf-8")
    (tmp_path / "first.toml").write_text(bundled, encoding="utf-8")
    second = bundled.replace("high = 1.0", "high = 2.0", 1)
    second += '\n[succeeds]\nsince = "2026-06"\nmethod = "first.toml"\n'
    (tmp_path / "second.toml").write_text(second, encoding="utf-8")
    linked = {
        row["period"]: row
        for row in table(silentcrash, "index", "--method", str(tmp_path / "second.toml"))
    }
    assert linked["2026-05"] == plain["2026-05"]
    assert linked["2026-06"]["cost"] != plain["2026-06"]["cost"]
    assert table(silentcrash, "query", stored) == before
    refused = silentcrash("index", "--method", str(tmp_path / "none.toml"))
    assert refused.code == 2
    assert refused.err.count("\n") == 1
