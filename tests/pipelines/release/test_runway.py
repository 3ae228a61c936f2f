"""How long the index lasts, and that every indicator is continued by somebody."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipelines.index.framework import load, newest
from pipelines.index.inputs import splices
from pipelines.release import runway
from sources import registry
from tests.pipelines.conftest import Command

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
METHOD = load()


def test_every_indicator_is_continued_by_a_keyless_source_or_a_register() -> None:
    assert runway.without_continuation(METHOD) == []
    assert runway.without_continuation(newest()) == []


def test_an_indicator_whose_only_splices_are_gone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splices, "load", lambda: ())
    assert runway.without_continuation(METHOD) == [
        "chips.rental_growth",
        "dependency.captive_premium",
    ]


@pytest.mark.parametrize("key", ["skypilot", "runpod", "aws_ondemand", "dstack"])
def test_rents_go_on_when_any_one_of_their_publishers_is_gone(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {name: source for name, source in registry().items() if name != key}
    monkeypatch.setattr(runway, "registry", lambda: others)
    assert runway.without_continuation(METHOD) == []


def test_a_source_that_needs_a_key_continues_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keyed = {key: replace(source, needs="A_KEY") for key, source in registry().items()}
    monkeypatch.setattr(runway, "registry", lambda: keyed)
    monkeypatch.setattr(splices, "load", lambda: ())
    left = set(METHOD.indicators) - set(runway.without_continuation(METHOD))
    assert left == {
        "chips.memory_growth",
        "infrastructure.capacity_price",
        "morocco.transmission_tariff",
        "morocco.public_compute",
    }


def test_weights_add_up_to_the_whole_index() -> None:
    shares = runway.weight_shares(METHOD)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["cost.capex_to_cash"] == pytest.approx(0.2 * 2 / 4.5)


def frame(**withheld: str) -> pd.DataFrame:
    keys = list(METHOD.indicators)
    ends = [withheld.get(key.replace(".", "__"), "") for key in keys]
    return pd.DataFrame({"key": keys, "withheld": ends, "live": ""})


def test_the_index_ends_with_the_second_dimension_that_loses_half_its_weight() -> None:
    # 0.7 of the weight is needed: four of five dimensions are enough, three are not.
    single = frame(
        dependency__accelerator_concentration="2027-01", dependency__captive_premium="2027-02"
    )
    assert runway.ends(single, METHOD, NOW).all_silent is None
    two = frame(
        dependency__accelerator_concentration="2027-01",
        dependency__captive_premium="2027-02",
        chips__rental_growth="2027-04",
        chips__memory_growth="2027-04",
    )
    ended = runway.ends(two, METHOD, NOW)
    assert ended.all_silent == ended.publishers_answer == pd.Period("2027-04", "M")
    assert runway.ends(two.assign(live="somebody"), METHOD, NOW).publishers_answer is None


def test_the_command_shows_who_continues_what_and_no_end_while_publishers_answer(
    home: Path, silentcrash: Command
) -> None:
    ran = silentcrash("index", "runway", "--format", "json")
    assert ran.code == 0
    rows = {row["key"]: row for row in json.loads(ran.out)}
    assert rows["chips.rental_growth"]["live"].startswith("skypilot")
    assert rows["chips.memory_growth"]["live"].startswith("bank_of_korea, ")
    assert "pjm_capacity" in rows["infrastructure.capacity_price"]["live"]
    # A quarter of four months' carry after its newest figure of 2025 Q4: twelve months, then none.
    assert rows["dependency.accelerator_concentration"]["withheld"] == "2027-01"
    assert rows["infrastructure.capacity_price"]["withheld"] == ""
    assert "while publishers answer, the index goes on" in ran.err
