"""The audit of both gauges, against figures computed by other means."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.index import framework, realtime
from pipelines.index.audit import (
    comparison,
    limits,
    material,
    nowcast,
    realtime_checks,
    report,
)
from pipelines.index.audit.material import Material
from pipelines.index.framework import Framework
from pipelines.index.gauges import bands

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTHS = pd.period_range("2024-05", "2026-06", freq="M")


@pytest.fixture(scope="module")
def own() -> Framework:
    return framework.load(framework.NEXT)


@pytest.fixture(scope="module")
def ready(history: pd.DataFrame, own: Framework) -> Material:
    """Two years of first readings, and the same months as known in November 2026."""
    bare = material.without_panels(own)
    first = realtime.indicators(history, bare, MONTHS)
    now = realtime.indicators(history, bare, MONTHS, dict.fromkeys(MONTHS, NOW))
    return material.prepare(first, now, own)


@pytest.fixture(scope="module")
def audit(ready: Material, history: pd.DataFrame, own: Framework) -> pd.DataFrame:
    pressure = ready.gauges[material.PRESSURE].gauge
    misses = bands.settled(realtime.readings(history, own), own, MONTHS[-1], NOW)
    return report.audit(
        ready, bands.intervals(pressure.dimensions.assign(index=pressure.value), misses)
    )


def value(audit: pd.DataFrame, topic: str, key: str, measure: str, against: str = "") -> float:
    here = audit[
        audit["topic"].eq(topic) & audit["key"].eq(key) & audit["measure"].eq(measure)
        & audit["against"].eq(against)
    ]  # fmt: skip
    assert len(here) == 1
    return float(here["value"].iloc[0])


def test_a_correlation_is_that_of_numpy(audit: pd.DataFrame, ready: Material) -> None:
    inputs = ready.gauges["pressure"]
    score, dimension = inputs.scores["cost.capex_to_cash"], inputs.gauge.dimensions["cost"]
    assert value(audit, "conflict", "cost.capex_to_cash", "correlation", "cost") == pytest.approx(
        np.corrcoef(score, dimension)[0, 1]
    )


def test_weights_and_importances_are_shares(audit: pd.DataFrame) -> None:
    rows = audit[audit["topic"].eq("importance") & audit["gauge"].eq("pressure")]
    wide = rows.pivot(index="key", columns="measure", values="value")
    assert wide["weight"].sum() == pytest.approx(1)
    assert wide["importance"].sum() == pytest.approx(1)
    assert (wide["ratio"] * wide["weight"]).to_numpy() == pytest.approx(
        wide["importance"].to_numpy()
    )


@pytest.mark.parametrize("key", ["chips.rental_growth", "productivity.productivity_growth"])
def test_a_removal_is_the_method_without_the_indicator(
    audit: pd.DataFrame, ready: Material, own: Framework, key: str
) -> None:
    group, leaf = key.split(".")
    # a copy: the rule of at least three indicators is that of published methods
    dimensions = tuple(
        entry.model_copy(
            update={"indicator": tuple(item for item in entry.indicator if item.key != leaf)}
        )
        if entry.key == group
        else entry
        for entry in own.dimension
    )
    without = own.model_copy(update={"dimension": dimensions, "panel": ()})
    read = ready.read[ready.read["key"].ne(key)]
    levels = material.path(realtime.assembled(read, without))["pressure"]
    published = ready.published["pressure"]
    assert value(audit, "removal", key, "last") == pytest.approx(
        (levels - published).dropna().iloc[-1]
    )


def test_what_is_redundant_is_named_with_what_it_repeats(audit: pd.DataFrame) -> None:
    pairs = audit[audit["topic"].eq("redundancy") & audit["measure"].eq("correlation")]
    own = {tuple(sorted(pair)) for pair in zip(pairs["key"], pairs["against"], strict=True)}
    assert ("cost.capex_to_cash", "cost.giants_above_cash") in own
    assert pairs.loc[pairs["verdict"].eq("beyond"), "value"].abs().gt(0.92).all()


def test_false_months_are_alarms_that_are_none_now(audit: pd.DataFrame, ready: Material) -> None:
    first, latest = ready.published["phase"], material.path(ready.latest)["phase"]
    alarms = {"watch", "strain", "silent_crash"}
    false = sum(
        early in alarms and late not in alarms
        for early, late in zip(first, latest, strict=True)
        if early and late
    )
    assert value(audit, "false_alarm", "watch", "false_months") == false


def test_coverage_counts_the_errors_that_bands_are_made_of(
    audit: pd.DataFrame, ready: Material, history: pd.DataFrame, own: Framework
) -> None:
    pressure = ready.gauges["pressure"].gauge
    misses = bands.settled(realtime.readings(history, own), own, MONTHS[-1], NOW)
    ends = bands.intervals(pressure.dimensions.assign(index=pressure.value), misses)
    cost = ends[ends["key"].eq("cost")].set_index("period")
    miss = bands.errors(ready.read, ready.known_now, ready.framework)["cost"]
    half = (cost["high"] - cost["low"]) / 2  # no end is cut off by the scale here
    here = half.dropna()
    inside = miss.reindex(here.index).dropna().abs() <= here[miss.reindex(here.index).notna()]
    assert value(audit, "coverage", "cost", "inside") == pytest.approx(inside.mean())
    same = ready._replace(known_now=ready.read, latest=ready.first)
    shares = realtime_checks.rows(same, ends).query("measure.str.startswith('inside')")
    assert shares["value"].eq(1.0).all()


def test_every_verdict_follows_from_its_limits(audit: pd.DataFrame) -> None:
    limited = audit[audit["verdict"].ne("") & audit["value"].notna()]
    inside = limited["value"].ge(limited["low"].fillna(-np.inf) - 1e-9) & limited["value"].le(
        limited["high"].fillna(np.inf) + 1e-9
    )
    assert limited["verdict"].eq("within").eq(inside).all()
    assert set(zip(limited["topic"], limited["measure"], strict=True)) == set(limits.LIMITS)


def test_every_row_is_named_once_and_topics_are_in_order(audit: pd.DataFrame) -> None:
    assert not audit.duplicated(["topic", "gauge", "key", "against", "measure"]).any()
    assert tuple(audit["topic"].unique()) == report.TOPICS


def test_the_nowcast_of_a_month_is_that_of_a_model_made_anew() -> None:
    """To the bit, on a ragged edge, against the way of statsmodels."""
    # here: every worker would import it to collect the tests
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    random = np.random.default_rng(7)
    level = random.standard_normal(40).cumsum()
    plain = pd.DataFrame({f"v{n}": level + random.standard_normal(40) for n in range(3)})
    fit = DynamicFactorMQ(plain, factors=1, factor_orders=1).fit(disp=False, maxiter=5)
    for row in (20, 33):
        past = plain.iloc[: row + 1].copy()
        past.iloc[-2:, 0] = np.nan
        anew = fit.apply(past, retain_standardization=True).predict(information_set="smoothed")
        assert nowcast.smoothed(fit, past).tolist() == anew.to_numpy().tolist()


def test_the_model_of_the_nowcast_is_kept_with_the_edition(audit: pd.DataFrame) -> None:
    learned = audit[audit["measure"].eq("parameter")].set_index("key")["value"]
    assert learned.notna().all()
    assert learned.abs().max() < 100
    for kind in ("loading.0->{}", "L1.eps_M.{}", "sigma2.{}"):
        assert kind.format("chips.h100_spot_ratio") in learned
    scale = audit[audit["measure"].eq("deviation")]["value"]
    assert scale.gt(0).all()
    assert len(scale) == learned.index.str.startswith("loading.").sum()


def test_a_quarter_is_one_figure_of_the_nowcast(
    ready: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not three: the months for which it is carried say nothing new."""
    monkeypatch.setattr(nowcast, "LEAST", 8)  # the quarters of two years
    rows = nowcast.rows(ready)
    read = ready.known_now[ready.known_now["key"].eq("cost.capex_to_cash")]
    quarters = read.dropna(subset="value").drop_duplicates("observed")["value"]
    [mean] = rows.query("measure == 'mean' and key == 'cost.capex_to_cash'")["value"]
    assert mean == pytest.approx(quarters.mean(), rel=1e-9)
    assert len(quarters) * 3 <= len(MONTHS) + 5


def test_what_is_known_now_needs_no_nowcast(ready: Material) -> None:
    same = ready._replace(known_now=ready.read)
    assert not report.nowcast.rows(same).size


PHASES = [
    (["calm", "watch", "watch"], "2026-02"),
    (["watch", "", "watch"], "2026-01"),
    (["watch", "calm", "watch"], "2026-03"),
    (["", "", ""], None),
]


@pytest.mark.parametrize(("names", "month"), PHASES)
def test_a_phase_begins_after_the_last_other_one(names: list[str], month: str | None) -> None:
    phases = pd.Series(names, index=pd.date_range("2026-01", periods=3, freq="MS"))
    begins = comparison.onset(phases)
    assert (f"{begins:%Y-%m}" if begins is not None else None) == month


def test_a_phase_that_never_begins_is_beyond_the_limits(own: Framework) -> None:
    months = pd.date_range("2026-01", periods=3, freq="MS")
    base = pd.DataFrame({"pressure": [30.0, 40, 40], "retreat": 0.0}, months)
    published = base.assign(phase=["calm", "watch", "watch"])
    rows = comparison.compare(base.assign(phase="calm"), published, "pressure", own)
    [onset] = rows[rows["measure"].eq("onset_shift")].to_dict("records")
    assert onset["verdict"] == "beyond"
    assert rows.loc[rows["measure"].eq("phase_months"), "value"].item() == 2
