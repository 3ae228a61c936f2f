"""Two gauges and their phase: sums, hysteresis, confirmation, memory."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index.gauges.gauge import COMPOSITION, gauge
from pipelines.index.gauges.phase import PhaseRules, phases

NAN = np.nan
TREE = {
    "cost": (1.0, {"a": 2.0, "b": 1.0}),
    "chips": (1.0, {"c": 1.0}),
    "power": (2.0, {"d": 1.0, "e": 1.0}),
}
KEYS = ["cost.a", "cost.b", "chips.c", "power.d", "power.e"]
SCORE = st.one_of(st.floats(0, 100), st.just(NAN))
ROWS = st.lists(st.tuples(*[SCORE] * 5), min_size=2, max_size=10)

ZONES = [("calm", 0, 0), ("watch", 35, 32), ("strain", 50, 47), ("silent_crash", 70, 66)]
RULES = PhaseRules(
    ZONES, retreat_enter=50, retreat_leave=40, recovered=25, confirm=2, memory=3
)  # fmt: skip


def scored(rows: list[tuple[float, ...]]) -> pd.DataFrame:
    months = pd.date_range("2026-01-01", periods=len(rows), freq="MS")
    return pd.DataFrame(rows, months, KEYS, dtype="float64")


class TestGauge:
    def test_without_gaps_it_is_the_mean_of_means(self) -> None:
        result = gauge(scored([(10, 40, 60, 30, 50)]), TREE, floor_dimension=0.5, floor=0.7)
        assert result.dimensions.iloc[0].tolist() == pytest.approx([20, 60, 40])
        assert result.value.iloc[0] == pytest.approx((20 + 60 + 2 * 40) / 4)

    def test_an_indicator_that_enters_moves_neither_its_dimension_nor_the_gauge(self) -> None:
        rows = [(10, NAN, 60, 30, 50), (10, 100, 60, 30, 50), (10, 90, 60, 30, 50)]
        result = gauge(scored(rows), TREE, floor_dimension=0.5, floor=0.7)
        assert result.value.diff().iloc[1] == pytest.approx(0)
        shift = result.contributions["cost.composition"]
        assert shift.tolist() == pytest.approx([0, -30 / 4, -30 / 4])
        # Once in, its own changes count: a third of a quarter of ten points.
        assert result.moves["cost.b"].iloc[2] == pytest.approx(-10 / 12)

    def test_a_dimension_that_enters_moves_nothing(self) -> None:
        rows = [(10, 40, NAN, 30, 50), (10, 40, 99, 30, 50)]
        result = gauge(scored(rows), TREE, floor_dimension=0.5, floor=0.7)
        assert result.value.diff().iloc[1] == pytest.approx(0)
        assert result.contributions[COMPOSITION].iloc[1] < -10

    @given(ROWS)
    def test_contributions_add_up_to_the_gauge_and_moves_to_its_changes(self, rows) -> None:
        result = gauge(scored(rows), TREE, floor_dimension=0.5, floor=0.5)
        there = result.value.notna()
        sums = result.contributions.sum(axis=1)
        assert np.allclose(sums[there], result.value[there])
        changes = result.value[there].diff().iloc[1:]
        assert np.allclose(result.moves.loc[changes.index].sum(axis=1), changes)
        assert result.contributions[~there].isna().all(axis=None)

    @given(ROWS)
    def test_presence_alone_moves_nothing_while_the_months_share_half(self, rows) -> None:
        still = scored(rows)
        for key, level in zip(KEYS, (20.0, 80.0, 50.0, 5.0, 95.0), strict=True):
            still[key] = still[key] * 0 + level
        still[["cost.a", "power.d", "chips.c"]] = [20.0, 5.0, 50.0]  # always half or more
        result = gauge(still, TREE, floor_dimension=0.5, floor=0.5)
        assert np.allclose(result.value.diff().iloc[1:], 0.0, atol=1e-9)

    @given(ROWS)
    def test_a_later_month_changes_no_earlier_one(self, rows) -> None:
        full = gauge(scored(rows), TREE, floor_dimension=0.5, floor=0.5)
        shorter = gauge(scored(rows[:-1]), TREE, floor_dimension=0.5, floor=0.5)
        pd.testing.assert_series_equal(full.value.iloc[:-1], shorter.value)
        pd.testing.assert_frame_equal(full.moves.iloc[:-1], shorter.moves)


def path(*pairs: tuple[float, float]) -> list[str]:
    months = pd.date_range("2026-01-01", periods=len(pairs), freq="MS")
    pressure, retreat = (pd.Series(side, months, dtype=float) for side in zip(*pairs, strict=True))
    return phases(pressure, retreat, RULES).tolist()


class TestPhase:
    def test_pressure_alone_climbs_its_zones_and_comes_down_with_hysteresis(self) -> None:
        steps = [30, 36, 36, 52, 52, 72, 72, 68, 65, 65, 33, 33, 31, 31]
        assert path(*((value, 0) for value in steps)) == [
            *("calm", "calm", "watch", "watch", "strain", "strain", "silent_crash"),
            *("silent_crash", "silent_crash", "strain", "strain", "watch", "watch", "calm"),
        ]

    def test_a_bust_is_retreat_whatever_the_pressure_and_then_recovery(self) -> None:
        months = [(55, 10), (55, 10), (40, 70), (30, 80), (20, 45), (20, 38), (20, 38)]
        after = [(20, 30), (20, 24), (20, 24), (20, 24)]
        assert path(*months, *after) == [
            *("calm", "strain", "strain", "retreat", "retreat", "retreat", "recovery"),
            *("recovery", "recovery", "calm", "calm"),
        ]

    def test_recovery_lasts_its_memory_even_if_the_retreat_is_gone_at_once(self) -> None:
        months = [(20, 60), (20, 60), (20, 5), (20, 5), (20, 5), (20, 5), (20, 5)]
        assert path(*months) == [
            *("calm", "retreat", "retreat", "recovery", "recovery", "recovery", "calm"),
        ]

    def test_a_relapse_in_recovery_is_retreat_again(self) -> None:
        months = [(20, 60)] * 2 + [(20, 30)] * 2 + [(20, 60)] * 2
        assert path(*months)[-3:] == ["recovery", "recovery", "retreat"]

    def test_recovery_does_not_hide_a_silent_crash(self) -> None:
        months = [(75, 60)] * 2 + [(75, 30)] * 3
        assert path(*months)[-2:] == ["silent_crash", "silent_crash"]

    def test_one_month_of_retreat_is_not_confirmed_and_a_gap_confirms_nothing(self) -> None:
        assert path((20, 60), (20, 10), (20, 60))[-1] == "calm"
        assert path((20, 60), (20, NAN), (20, 60)) == ["calm", "calm", "calm"]
        assert path((40, 0), (NAN, 0), (40, 0)) == ["calm", "", "calm"]

    def test_without_a_reading_of_retreat_its_state_is_kept_and_not_said(self) -> None:
        months = [(20, 60), (20, 60), (20, NAN), (20, 60)]
        assert path(*months) == ["calm", "retreat", "", "retreat"]

    def test_a_month_without_a_row_confirms_nothing(self) -> None:
        months = pd.to_datetime(["2026-01-01", "2026-03-01", "2026-04-01"])
        retreat = pd.Series([60.0, 60, 60], months)
        result = phases(retreat * 0 + 20, retreat, RULES)
        assert result.tolist() == ["calm", "calm", "retreat"]

    @given(st.lists(st.tuples(SCORE, SCORE), min_size=2, max_size=24))
    def test_a_later_month_changes_no_earlier_phase(self, months) -> None:
        assert path(*months[:-1]) == path(*months)[:-1]

    @given(st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=24))
    def test_every_month_has_a_phase_or_lacks_a_reading(self, months) -> None:
        names = {"calm", "watch", "strain", "silent_crash", "retreat", "recovery"}
        for (pressure, retreat), phase in zip(months, path(*months), strict=True):
            assert phase in names or (phase == "" and np.isnan([pressure, retreat]).any())

    @pytest.mark.parametrize(
        "wrong", [{"retreat_leave": 60}, {"recovered": 45}, {"confirm": 0}, {"memory": 0}]
    )
    def test_wrong_rules_are_refused(self, wrong) -> None:
        with pytest.raises(ValueError, match=r"retreat thresholds|at least one month"):
            phases(pd.Series([1.0]), pd.Series([1.0]), RULES._replace(**wrong))
