"""First published against known now, on figures to check by hand."""

import pandas as pd
import pytest

from pipelines.index.robustness import revision_backtest

MONTHS = pd.date_range("2025-01-01", periods=6, freq="MS")
FIRST, LATEST = [30.0, 32, 36, 38, 37, 40], [31.0, 31, 38, 38, 40, 40]


def rows(scores: list[float], turn: int) -> pd.DataFrame:
    regime = ["calm"] * turn + ["watch"] * (len(scores) - turn)
    index = {"period": MONTHS, "key": "index", "kind": "index", "score": scores, "regime": regime}
    cost = {"period": MONTHS, "key": "cost", "kind": "dimension", "score": scores, "regime": ""}
    return pd.concat([pd.DataFrame(index), pd.DataFrame(cost)], ignore_index=True)


@pytest.fixture
def bands() -> pd.DataFrame:
    """One point around each first value."""
    table = pd.DataFrame({"p5": FIRST, "p95": FIRST}, MONTHS).add([-1.0, 1.0])
    return pd.concat({"index": table, "cost": table}, names=["key", "period"])


def test_each_month_against_itself_as_known_now(bands) -> None:
    table = revision_backtest.compare(rows(FIRST, 3), rows(LATEST, 2), bands).set_index("period")
    assert list(table["revision"]) == [1, -1, 2, 0, 3, 0]
    assert list(table["inside"]) == [True, True, False, True, False, True]
    assert table.loc["2025-03", ["regime_first", "regime_latest"]].to_list() == ["calm", "watch"]


def test_the_summary_counts_what_the_table_shows(bands) -> None:
    result = revision_backtest.summary(rows(FIRST, 3), rows(LATEST, 6), bands).set_index("key")
    assert list(result.index) == ["index", "cost"]
    index = result.loc["index"]
    assert index["bias"] == pytest.approx(5 / 6)
    assert index["mar"] == pytest.approx(7 / 6)
    assert index["inside"] == pytest.approx(4 / 6)
    # Changes first: + + + - +; latest: 0 + 0 + 0. They agree once.
    assert index["direction_agreement"] == pytest.approx(1 / 5)
    assert (index["regime_changes_first"], index["regime_changes_latest"]) == (1, 0)


def test_a_month_that_is_withheld_now_is_left_out(bands) -> None:
    latest = rows([*LATEST[:5], float("nan")], 2)
    assert len(revision_backtest.compare(rows(FIRST, 3), latest, bands)) == 5
    assert (revision_backtest.summary(rows(FIRST, 3), latest, bands)["months"] == 5).all()
