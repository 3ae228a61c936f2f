"""The state machine by hand, then with random series, gaps and revisions."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.alerts.rules import Rule
from pipelines.alerts.signals import signal
from pipelines.alerts.state_machine import (
    RuleEvent,
    RuleState,
    Signal,
    State,
    advance,
    evaluate_series,
)
from tests.pipelines.alerts.made_up import rule

GAP = None


def series(*values: float | None) -> "pd.Series[float]":
    index = pd.date_range("2025-01", periods=len(values), freq="MS")
    return pd.Series(values, index=index, dtype="float64")


def summary(events: list[RuleEvent]) -> list[str]:
    return [f"{event.kind} {event.period:%m}" for event in events]


def after(watched: Rule, *vintages: "pd.Series[float]") -> tuple[list[list[str]], RuleState]:
    state, reported = RuleState(), []
    for values in vintages:
        events, state = advance(watched, signal(watched, values), state)
        reported.append(summary(events))
    return reported, state


def spells(watched: Rule, *values: float | None) -> list[str]:
    breaches, _ = evaluate_series(watched, signal(watched, series(*values)))
    return [f"{s.start:%m}-{s.end:%m}" if s.end is not None else f"{s.start:%m}-" for s in breaches]


@pytest.mark.parametrize(
    ("changes", "values", "expected"),
    [
        ({}, [40, 50, 46, 51, 44, 40], ["02-05"]),  # 46 is not below 45: it still fires
        ({"recover": None}, [40, 50, 49, 51, 44], ["02-03", "04-05"]),
        ({"for": 2}, [40, 50, 40, 50, 50], ["05-"]),
        ({"keep_for": 2}, [50, 40, 50, 40, 40], ["01-05"]),
        ({"on_missing": "keep"}, [50, GAP, GAP, 44], ["01-04"]),
        ({"on_missing": "resolve"}, [50, GAP, 50], ["01-02", "03-"]),
        ({"on_missing": "fire"}, [40, GAP, 40], ["02-03"]),
        ({"for": 2}, [50, GAP, 50], ["03-"]),  # a gap confirms nothing, and breaks nothing
        ({"when": {"op": "crosses_up", "value": 50}}, [60, 60, 40, 60], ["04-"]),
        ({"when": {"op": "crosses_down", "value": 50}, "recover": None},
         [60, 40, 40, 60], ["02-04"]),
        ({"when": {"of": "change_1", "op": ">=", "value": 5}, "recover": {"op": "<", "value": 1}},
         [10, 12, 17, 19, 19], ["03-05"]),
        ({"when": {"of": "change_12", "op": ">", "value": 10}, "recover": None},
         [*[0] * 12, 5, 11], ["02-"]),
        ({"when": {"of": "percentile", "op": ">=", "value": 100}, "recover": None},
         [*range(12, 0, -1), 13], ["01-"]),  # the highest of thirteen months
    ],
)  # fmt: skip
def test_one_vintage(changes: dict[str, Any], values: list[float], expected: list[str]) -> None:
    months = [f"{int(part[:2]):02d}{part[2:]}" for part in expected]
    wrapped = [
        m.replace("14-", "02-").replace("13-", "01-") if len(values) > 12 else m for m in months
    ]
    assert spells(rule(**changes), *values) == wrapped


def test_a_confirmed_figure_does_not_wait_for_its_confirmation() -> None:
    watched = rule(**{"for": 3})
    plain = signal(watched, series(40, 50, 50))
    confirmed = Signal(
        plain.value, plain.firing, plain.recovered, plain.value.ge(50), plain.missing
    )
    assert [breach.start.month for breach in evaluate_series(watched, confirmed)[0]] == [2]
    assert evaluate_series(watched, plain)[0] == []


@pytest.mark.parametrize(
    ("changes", "values", "state"),
    [
        ({}, [40], "ok"),
        ({"for": 2}, [50], "pending"),
        ({}, [50], "firing"),
        ({"keep_for": 2}, [50, 40], "recovering"),
        ({}, [40, GAP], "no_data"),
        ({}, [50, GAP], "firing"),
    ],
)
def test_states(changes: dict[str, Any], values: list[float], state: State) -> None:
    assert evaluate_series(rule(**changes), signal(rule(**changes), series(*values)))[1] == state


def test_a_month_at_a_time_tells_each_crossing_once() -> None:
    full = series(40, 50, 55, 44, 40, 60)
    reported, _ = after(rule(), *[full.iloc[:n] for n in range(1, 7)])
    assert reported == [[], ["firing 02"], [], ["resolved 04"], [], ["firing 06"]]


def test_the_same_vintage_again_tells_nothing() -> None:
    full = series(40, 50, 44)
    reported, _ = after(rule(), full.iloc[:1], full, full, full)
    assert reported == [[], ["firing 02", "resolved 03"], [], []]


def test_a_revision_that_undoes_a_crossing_is_told_once() -> None:
    reported, state = after(rule(), series(40), series(40, 51), series(40, 49), series(40, 49, 48))
    assert reported == [[], ["firing 02"], ["retracted 02"], []]
    assert state.open is None


def test_an_annotated_retraction_is_recorded_quietly() -> None:
    watched = rule(on_revision="annotate")
    _, state = advance(watched, signal(watched, series(40)), RuleState())
    _, state = advance(watched, signal(watched, series(40, 51)), state)
    events, _ = advance(watched, signal(watched, series(40, 49)), state)
    assert [(event.kind, event.quiet) for event in events] == [("retracted", True)]


def test_a_revision_that_undoes_a_recovery_fires_again() -> None:
    reported, _ = after(
        rule(), series(40), series(40, 51, 40), series(40, 51, 49), series(40, 51, 49)
    )
    assert reported == [[], ["firing 02", "resolved 03"], ["firing 03"], []]


def test_a_crossing_that_a_revision_moves_goes_on() -> None:
    reported, _ = after(
        rule(), series(40), series(40, 51, 51), series(40, 49, 51), series(50, 50, 51)
    )
    assert reported == [[], ["firing 02"], [], []]


def test_the_first_vintage_tells_only_what_fires_now() -> None:
    events, _ = advance(rule(), signal(rule(), series(50, 40, 40, 55)), RuleState())
    assert [(event.kind, event.quiet) for event in events] == [
        ("firing", True),
        ("resolved", True),
        ("firing", False),
    ]


def test_a_rule_that_changes_retracts_nothing() -> None:
    _, state = advance(rule(), signal(rule(), series(40, 55)), RuleState())
    higher = rule(when={"op": ">=", "value": 80}, recover={"op": "<", "value": 60})
    events, state = advance(higher, signal(higher, series(40, 55)), state)
    assert [(event.kind, event.note) for event in events] == [("resolved", "new rule")]
    assert advance(higher, signal(higher, series(40, 55)), state)[0] == []


def test_a_series_that_is_not_there_is_an_error_told_once() -> None:
    reported, state = after(rule(), series(), series(), series(40))
    assert reported == [["error 01"], [], []]
    assert state.state == "ok"


FIGURE = st.one_of(st.none(), st.integers(30, 70))
RULE = st.fixed_dictionaries(
    {
        "for": st.integers(1, 3),
        "keep_for": st.integers(1, 3),
        "on_missing": st.sampled_from(["keep", "fire", "resolve"]),
    }
)


@st.composite
def histories(draw: st.DrawFn) -> list["pd.Series[float]"]:
    """Vintages of one series: each may revise any month, and adds none to two."""
    values: list[float | None] = draw(st.lists(FIGURE, min_size=1, max_size=6))
    vintages = [series(*values)]
    for _ in range(draw(st.integers(0, 8))):
        values = [draw(FIGURE) if draw(st.integers(0, 4)) == 0 else figure for figure in values]
        values = values + draw(st.lists(FIGURE, max_size=2))
        vintages.append(series(*values))
    return vintages


@settings(max_examples=300, deadline=None)
@given(RULE, histories())
def test_whatever_happens_the_alerts_make_sense(
    changes: dict[str, Any], vintages: list["pd.Series[float]"]
) -> None:
    watched = rule(**changes)
    state, reported = RuleState(), []
    for values in vintages:
        seen = signal(watched, values)
        events, state = advance(watched, seen, state)
        assert advance(watched, seen, state)[0] == []  # the same vintage again
        _, status = evaluate_series(watched, seen)
        assert (state.open is not None) == (status in {"firing", "recovering"})
        reported += events
    alive: set[pd.Timestamp] = set()
    ever: set[pd.Timestamp] = set()
    for event in reported:
        if event.kind == "firing":
            assert not alive  # never two firings without a recovery between
            alive.add(event.crossing)
            ever.add(event.crossing)
        else:
            assert event.crossing in ever  # never an end without a start
            alive.discard(event.crossing)
    replayed, again = RuleState(), []
    for values in vintages:
        events, replayed = advance(watched, signal(watched, values), replayed)
        again += events
    assert summary(again) == summary(reported)
    assert np.array_equal([e.quiet for e in again], [e.quiet for e in reported])
