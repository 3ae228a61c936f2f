"""`index explain A B` and `index at DAY`, on the shipped history."""

import json
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.pipelines.conftest import Command, Ran


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, ...], Ran]:
    """What the commands of this file answered, which only read."""
    return {}


@pytest.fixture
def index(
    first_edition: Path,
    answers: dict[tuple[str, ...], Ran],
    monkeypatch: pytest.MonkeyPatch,
    silentcrash: Command,
) -> Command:
    """Run `silentcrash index ARGUMENTS` on the shipped history, each once."""
    monkeypatch.setenv("SILENTCRASH_HOME", str(first_edition))
    monkeypatch.setenv("SILENTCRASH_NOW", NOW.isoformat())

    def ask(*arguments: str) -> Ran:
        if arguments not in answers:
            answers[arguments] = silentcrash("index", *arguments)
        return answers[arguments]

    return ask


def test_the_parts_add_up_to_the_change_between_two_months(index) -> None:
    months = {row["period"]: row["index"] for row in json.loads(index("--format", "json").out)}
    ended = index("explain", "2026-01", "2026-07", "--format", "json")
    rows = json.loads(ended.out)
    change = months["2026-07"] - months["2026-01"]
    assert sum(row["change"] for row in rows) == pytest.approx(change, abs=0.011)
    for row in rows:
        causes = row["new_data"] + row["revised_data"] + row["method"]
        assert causes == pytest.approx(row["change"])
    assert rows == sorted(rows, key=lambda row: -abs(row["change"]))
    french = index("explain", "2026-01", "2026-07", "--lang", "fr").out
    assert "De janvier 2026 à juillet 2026" in french


@pytest.mark.parametrize(
    ("months", "says"),
    [(("2026-07", "2026-01"), "earlier month first"), (("1999-01", "2026-01"), "has no index")],
)
def test_months_that_cannot_be_compared_are_refused(index, months: tuple[str, str], says: str):
    ended = index("explain", *months)
    assert ended.code == 2
    assert says in ended.err


def test_the_index_on_a_day_is_what_was_known_then(index) -> None:
    as_of = json.loads(index("--as-of", "2026-01-10", "--format", "json").out)[-1]
    ended = index("at", "2026-01-10", "--format", "json")
    rows = {row["key"]: row for row in json.loads(ended.out)}
    assert as_of["period"] == "2025-12"
    assert rows["index"]["score"] == pytest.approx(as_of["index"], abs=0.005)
    parts = [row["contribution"] for row in rows.values() if row["kind"] == "indicator"]
    assert sum(part or 0 for part in parts) == pytest.approx(rows["index"]["score"])
    assert max(row["observed"] or "" for row in rows.values()) <= "2026-01"
    assert index("at", "2031-01-01").code == 2


def test_both_take_a_version_of_the_method_by_its_name(index) -> None:
    usual = json.loads(index("at", "2026-01-10", "--format", "json").out)
    named = index("at", "2026-01-10", "--method", "2026.1", "--format", "json")
    assert json.loads(named.out) == usual
    assert index("at", "2026-01-10", "--method", "1999.1").code == 2
    months = ("explain", "2026-01", "2026-07", "--format", "json")
    assert json.loads(index(*months, "--method", "2026.1").out) == json.loads(index(*months).out)
    other = json.loads(index(*months, "--method", "2027.1").out)
    assert sum(row["change"] for row in other) != 0
    assert other != json.loads(index(*months).out)
