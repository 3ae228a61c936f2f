"""The shipped rules on the retreat gauge and its phase."""

from dataclasses import replace

import pandas as pd
import pytest

from pipelines.alerts import backtest, findings, messages, service, signals
from pipelines.alerts.rules import Rule, RuleSet
from pipelines.alerts.state_machine import RuleState, advance
from pipelines.index import framework
from tests.pipelines.alerts import made_up
from warehouse.edition import Edition
from warehouse.gauges.repository import Gauges

NEWEST = framework.newest().as_dict()
OLD = framework.load().as_dict()


@pytest.fixture(scope="module")
def in_force() -> RuleSet:
    return service.rules_in_force()


def named(in_force: RuleSet, name: str) -> Rule:
    [rule] = [rule for rule in in_force.rules if rule.id == name]
    return rule


def edition(retreat: list[float], phases: list[str], method: dict = NEWEST) -> Edition:
    """An edition from January 2027 on, with these readings of the retreat gauge."""
    plain = made_up.edition(1, [30.0] * len(retreat), start="2027-01")
    index = plain.values[plain.values["key"].eq("index")].assign(regime=phases)
    second = index.assign(key="retreat", kind="gauge", score=retreat, regime="")
    return replace(plain, values=pd.concat([index, second]), framework=method)


def sent_by(rule: Rule, *editions: Edition) -> list[tuple[str, str]]:
    """Kind and month of what is sent, edition after edition."""
    state, sent = RuleState(), []
    for each in editions:
        [(_, signal)] = signals.series_signals(rule, signals.vintage(each))
        events, state = advance(rule, signal, state)
        sent += [(event.kind, f"{event.period:%Y-%m}") for event in events if not event.quiet]
    return sent


def months(retreat: list[float], phases: list[str]) -> list[Edition]:
    """The edition of each month."""
    return [edition(retreat[:n], phases[:n]) for n in range(1, len(retreat) + 1)]


CALM, GONE = ["calm"], ["retreat"]


def test_the_gauge_rings_at_50_and_again_under_40(in_force: RuleSet) -> None:
    path = [20.0, 51, 45, 52, 39, 38]
    rule = named(in_force, "retreat-high")
    assert sent_by(rule, *months(path, CALM * 6)) == [
        ("firing", "2027-02"),
        ("resolved", "2027-06"),
    ]


def test_the_phase_rings_when_the_method_has_confirmed_it(in_force: RuleSet) -> None:
    phases = [*CALM, *CALM, *GONE, *GONE, "recovery"]
    rule = named(in_force, "phase-retreat")
    assert sent_by(rule, *months([20.0, 60, 60, 60, 30], phases)) == [
        *(("firing", "2027-03"), ("resolved", "2027-05")),
    ]


def test_a_silent_crash_rings_as_the_highest_zone(in_force: RuleSet) -> None:
    phases = [*CALM, "silent_crash", "silent_crash"]
    rule = named(in_force, "index-crash")
    assert sent_by(rule, *months([0.0] * 3, phases)) == [("firing", "2027-02")]


def test_months_made_up_for_later_are_no_news(in_force: RuleSet) -> None:
    path = [20.0, 60, 70, 30, 20, 10]
    first, *_, last = months(path, CALM * 6)
    rule = named(in_force, "retreat-high")
    # Nobody computed February to May in their time: what began and ended then is recorded alone.
    assert sent_by(rule, first, last) == []
    assert sent_by(rule, last) == []
    lasting = edition([20.0, 20, 60, 70, 65, 66], CALM * 6)
    assert sent_by(rule, first, lasting) == [("firing", "2027-03")]


def test_a_method_without_a_second_gauge_is_no_error(in_force: RuleSet) -> None:
    old = edition([60.0, 60], CALM * 2, OLD)
    rules = in_force.model_copy(
        update={"rules": (named(in_force, "retreat-high"), named(in_force, "phase-retreat"))}
    )
    assert list(findings.of_edition(rules, old)) == []
    assert list(backtest.replay(rules.rules, [signals.vintage(old)])) == []


def test_both_languages_say_what_it_is(in_force: RuleSet) -> None:
    rule = named(in_force, "retreat-high")
    new = edition([20.0, 51.5], CALM * 2)
    titles = {language: signals.titles(new, language) for language in ("fr", "en")}
    [(series, signal)] = signals.series_signals(rule, signals.vintage(new))
    events, _ = advance(rule, signal, RuleState())
    text = messages.texts(rule, series, events[0], titles)
    assert text["title_fr"] == "Alerte déclenchée\N{NO-BREAK SPACE}: Repli"
    assert text["text_fr"].startswith("Jauge de repli : 51,5 sur 100 en février 2027.")
    assert text["title_en"] == "Alert: Retreat"
    assert text["text_en"].startswith("Retreat gauge: 51.5 out of 100 in February 2027.")


def test_the_thresholds_are_those_of_the_method(in_force: RuleSet) -> None:
    phase = framework.newest().phase
    rule = named(in_force, "retreat-high")
    assert phase
    assert rule.when
    assert rule.recover
    assert (rule.when.value, rule.recover.value) == (phase.retreat.enter, phase.retreat.leave)


def test_the_path_beside_an_older_index_is_replayed(in_force: RuleSet) -> None:
    new = edition([20.0, 60, 60, 60], [*CALM, *CALM, *GONE, *GONE])
    rows = new.values.assign(reading=1)
    late = rows[rows["period"].eq("2027-02-01")].assign(reading=2, score=10.0)
    old = replace(
        edition([0.0], CALM, OLD), month="2027-04",
        gauges=Gauges(NEWEST, pd.concat([rows, late])),
    )  # fmt: skip
    rules = [named(in_force, "retreat-high"), named(in_force, "phase-retreat")]
    events = backtest.frame(backtest.replay(rules, backtest.gauge_vintages(old)))
    assert list(zip(events["rule"], events["period"].dt.strftime("%Y-%m"), strict=True)) == [
        *(("retreat-high", "2027-02"), ("phase-retreat", "2027-03")),
    ]
