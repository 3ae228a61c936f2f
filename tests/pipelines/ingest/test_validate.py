"""Validation on made-up figures: what blocks, is rejected, or warns."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from pipelines.ingest.checks.doubts import FIGURE, Evidence
from pipelines.ingest.validate import (
    DOUBTS,
    PAST,
    REPEATABLE,
    LastGood,
    check,
)
from pipelines.observatory.extensions import source_checks
from sources import Series, Source, ValidationRule, registry
from sources.tidy import COLUMNS, between, read_history, tidy

AT = datetime(2026, 11, 10, tzinfo=UTC)
MADE_UP = Source(
    key="made_up",
    publisher="Nobody",
    fr="Inventé",
    en="Made up",
    homepage="https://example.org",
    licence="CC0",
    licence_url="https://example.org/licence",
    cadence="monthly",
    lag_days=10,
    stale_days=60,
    series=tuple(Series(f"made_up.{entry}", "EUR/MWh", "M", entry, entry) for entry in "abcdef"),
    peers="made_up.",
    rules=(
        between(0, 500, reason="a price is between 0 and 500"),
        between(0.3, 3, column="peer_ratio", reason="three times its neighbours"),
        ValidationRule(
            "ExpectColumnMeanToBeBetween", {"column": "value", "max_value": 90}, "warn", "", "dear"
        ),
    ),
)


def batch(**changed: float) -> pd.DataFrame:
    """Six series over ten months at 50, but for those changed in the newest month."""
    months = pd.period_range("2026-01", periods=10, freq="M").to_timestamp()
    rows = [
        (f"made_up.{entry}", month, changed.get(entry, 50.0) if month == months[-1] else 50.0)
        for entry in "abcdef"
        for month in months
    ]
    frame = pd.DataFrame(rows, columns=["series", "period", "value"])
    return tidy(frame.assign(known_from=pd.Timestamp(AT)))


NOTHING = batch().head(0)
SHIPPED = [pytest.param(entry, id=key) for key, entry in registry().items() if entry.history]


def test_a_good_batch_passes_whole() -> None:
    checked = check(batch(), MADE_UP, at=AT, before=NOTHING)
    assert checked.passed
    assert len(checked.accepted) == 60
    assert checked.rejected.empty
    assert checked.warnings == ()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1.0, "a price is between 0 and 500"),
        (160.0, "three times its neighbours"),
        (float("nan"), "a figure without a value must be withdrawn"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_rest_goes_in(
    value: float, reason: str
) -> None:
    checked = check(batch(c=value), MADE_UP, at=AT, before=NOTHING)
    assert checked.passed
    assert len(checked.accepted) == 59
    assert checked.rejected["reason"].tolist() == [reason]
    assert checked.rejected["series"].tolist() == ["made_up.c"]


def test_an_undeclared_series_is_set_aside() -> None:
    frame = batch()
    frame.loc[0, "series"] = "made_up.z"
    checked = check(frame, MADE_UP, at=AT, before=NOTHING)
    assert checked.rejected["reason"].tolist() == [
        "the series is not declared; add it to the source"
    ]


def test_two_figures_for_one_period_and_one_date_refuse_the_table() -> None:
    frame = batch()
    twice = pd.concat([frame, frame.tail(1).assign(value=51.0)])
    checked = check(twice, MADE_UP, at=AT, before=NOTHING)
    assert checked.blocked == ("two figures for one period and one date",)
    assert checked.accepted.empty


def test_the_same_row_twice_is_one_row() -> None:
    frame = batch()
    checked = check(pd.concat([frame, frame.tail(3)]), MADE_UP, at=AT, before=NOTHING)
    assert checked.rejected.empty
    assert len(checked.accepted) == 60


def test_a_figure_of_a_month_to_come_is_set_aside() -> None:
    frame = batch()
    frame.loc[0, "period"] = pd.Timestamp("2026-12-01")
    checked = check(frame, MADE_UP, at=AT, before=NOTHING)
    assert checked.rejected["reason"].tolist() == ["the period has not begun"]


def test_over_five_per_cent_set_aside_blocks_the_payload() -> None:
    checked = check(batch(a=-1, b=-1, c=-1, d=-1), MADE_UP, at=AT, before=NOTHING)
    assert not checked.passed
    assert checked.accepted.empty
    assert "7% of the rows failed" in checked.blocked[0]


def test_a_batch_without_rows_is_blocked() -> None:
    assert not check(NOTHING, MADE_UP, at=AT, before=NOTHING).passed


def test_a_unit_that_changed_is_blocked_against_the_last_good_fetch() -> None:
    last = LastGood(60, pd.Timestamp("2026-10-01"))
    scaled = batch().assign(value=lambda f: f["value"] * 3)
    checked = check(scaled, MADE_UP, at=AT, before=batch(), last=last)
    assert any("a unit may have changed" in line for line in checked.blocked)


def test_figures_without_one_to_compare_have_not_moved() -> None:
    """Shares have no ratio, and neither has a period that is new."""
    last = LastGood(60, pd.Timestamp("2026-09-01"))
    earlier = batch().assign(period=pd.Timestamp("2019-01-01"))
    assert check(batch(), MADE_UP, at=AT, before=earlier, last=last).passed


@pytest.mark.parametrize("source", SHIPPED)
def test_the_figures_held_come_again_and_are_let_in(source: Source) -> None:
    assert source.history is not None
    stored_figures = read_history(source.history).sort_values("known_from")
    again = stored_figures.drop_duplicates(["series", "period"], keep="last")[COLUMNS]
    again = again.assign(known_from=AT).reset_index(drop=True)
    last = LastGood(len(again), again["period"].max())
    checked = check(again, source, at=AT, before=again[["series", "period", "value"]], last=last)
    assert checked.blocked == ()
    assert len(checked.accepted) == len(again)


def test_half_of_the_figures_gone_is_blocked() -> None:
    last = LastGood(200, pd.Timestamp("2026-10-01"))
    checked = check(batch(), MADE_UP, at=AT, before=batch(), last=last)
    assert checked.blocked == ("under 50% of the 200 figures of the last good fetch",)


def test_an_old_copy_of_the_file_is_blocked() -> None:
    last = LastGood(60, pd.Timestamp("2026-11-01"))
    checked = check(batch(), MADE_UP, at=AT, before=batch(), last=last)
    assert "2026-11-01" in checked.blocked[0]


def test_a_revision_by_a_factor_of_six_is_set_aside() -> None:
    checked = check(batch(f=8.0), MADE_UP, at=AT, before=batch())
    assert len(checked.rejected) == 1
    assert checked.rejected["level_ratio"].iloc[0] == pytest.approx(0.16)


def test_a_warning_stores_everything() -> None:
    dear = batch().assign(value=95.0)
    checked = check(dear, MADE_UP, at=AT, before=NOTHING)
    assert checked.passed
    assert checked.warnings == ("dear",)
    assert len(checked.accepted) == 60


def test_a_rule_that_cannot_be_evaluated_blocks() -> None:
    broken = Source(**{**vars(MADE_UP), "rules": (between(0, 1, column="no_such_column"),)})
    assert not check(batch(), broken, at=AT, before=NOTHING).passed


@pytest.mark.parametrize("source", registry().values(), ids=lambda source: source.key)
def test_where_nothing_has_moved_every_rule_on_moves_holds(source: Source) -> None:
    assert source_checks.rules(source) == ""
    assert {kwargs.get("column") for kwargs in source_checks.moves(source)} >= PAST - {
        "confirmed_ratio",
        "vanished_share",
    }


def test_an_earlier_body_is_read_only_where_a_series_is_missing() -> None:
    reads = []
    last = LastGood(60, pd.Timestamp("2026-10-01"), lambda: reads.append("read"))
    check(batch(), MADE_UP, at=AT, before=batch(), last=last)
    assert reads == []
    without = batch()
    check(without[without["series"].ne("made_up.f")], MADE_UP, at=AT, before=batch(), last=last)
    assert reads == ["read"]


def test_a_wrong_sign_that_was_stored_heals_on_another_day() -> None:
    """What comes again on another day is right, and what is stored is not."""
    good, wrong = batch(), batch(a=-50.0)
    first = check(good, MADE_UP, at=AT, before=wrong)
    assert first.rejected["series"].tolist() == ["made_up.a"]
    assert set(first.rejected["reason"]) <= set(REPEATABLE)  # so that the same bytes are read again
    again = check(good, MADE_UP, at=AT, before=wrong, evidence=Evidence(repeated=good[FIGURE]))
    assert again.rejected.empty


def test_signs_that_turned_together_are_not_right_by_coming_again() -> None:
    """A quarter of them is a convention that changed."""
    stored = batch().assign(value=lambda frame: frame["value"].where(frame.index % 4 > 0, -50.0))
    again = Evidence(repeated=batch()[FIGURE])
    assert not check(batch(), MADE_UP, at=AT, before=stored, evidence=again).passed


@pytest.mark.parametrize(("before", "rejected"), [(4.0, []), (50.0, ["made_up.a"])])
def test_a_count_of_none_where_there_were_many_is_set_aside(
    before: float, rejected: list[str]
) -> None:
    """A search that is out of order finds nothing; four become none by chance."""
    counted = replace(
        MADE_UP,
        series=tuple(replace(series, unit="articles") for series in MADE_UP.series),
        rules=(),
    )
    checked = check(batch(a=0.0), counted, at=AT, before=batch(a=before))
    assert checked.passed
    assert checked.rejected["series"].tolist() == rejected
    assert set(checked.rejected["reason"]) <= set(DOUBTS)  # which a person may accept


def test_nothing_where_a_figure_was_is_set_aside() -> None:
    source = replace(MADE_UP, rules=())
    for repeated in (batch(), batch(a=0.0)):  # a page may be out of order for days
        again = Evidence(repeated=repeated[FIGURE])
        checked = check(batch(a=0.0), source, at=AT, before=batch(), evidence=again)
        assert (checked.passed, checked.rejected["series"].tolist()) == (True, ["made_up.a"])
