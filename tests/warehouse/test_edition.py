"""A stored edition comes back the same, and every number leads to its bytes."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.warehouse.made_up import NOW, day, fetch, frame
from warehouse import edition, load, query
from warehouse.observations import read

MONTH = pd.Timestamp("2026-01-01")
CITED = {
    "source": "Made-up gazette",
    "address": "https://example.org/gazette",
    "licence": "CC0-1.0",
    "note": "page 3",
    "assumed": True,
}


def value(key: str, kind: str, **columns: Any) -> dict[str, Any]:
    blank = dict.fromkeys(edition.VALUES)
    return blank | {"period": MONTH, "key": key, "kind": kind, "state": "observed"} | columns


VALUES = pd.DataFrame(
    [
        value("index", "index", score=41.25, regime="watch", reason="", coverage=0.9),
        value("chips", "dimension", score=None, regime="", reason="coverage 40 %"),
        value("chips.made_up", "indicator", value=11.0, age_months=1, regime="", reason=""),
    ]
).astype(dict.fromkeys(edition.FLOATS, "float64"))


@pytest.fixture
def computed(engine: Engine) -> dict[str, Any]:
    shipped = frame(("made_up.a", "2026-01-01", 10.0, "2026-02-10")).assign(**CITED)
    load.append(engine, fetch(engine, url="sources/history/made_up.csv", sha256="aa"), shipped)
    live = frame(
        ("made_up.a", "2026-01-01", 11.0, "2026-03-10"),
        ("made_up.b", "2026-01-01", 5.0, "2026-02-10"),
    )
    second = fetch(engine, sha256="bb")
    load.append(engine, second, live)
    load.quarantine(engine, second, live, "an expectation", "a reason")
    facts = read.history(engine)
    lineage = facts.rename(columns={"period": "series_period"}).assign(
        key="chips.made_up",
        period=lambda f: pd.to_datetime(f["known_from"].dt.strftime("%Y-%m-01")),
    )
    return {
        "month": "2026-01",
        "as_of": day("2026-04-10"),
        "recorded_by": read.newest_fetch(engine),
        "framework": {"title": {"fr": "Méthode inventée"}, "rules": {"cutoff_day": 10}},
        "framework_version": "0",
        "framework_hash": "f0",
        "data_hash": "d0",
        "created_at": NOW,
        "values": VALUES,
        "lineage": lineage,
    }


def test_an_edition_comes_back_as_it_was_stored(engine: Engine, computed: dict[str, Any]) -> None:
    stored = edition.load(engine, edition.save(engine, **computed))
    for name in ("month", "as_of", "recorded_by", "framework", "framework_hash", "data_hash"):
        assert getattr(stored, name) == computed[name], name
    expected = VALUES.sort_values(["period", "key"], ignore_index=True)[edition.VALUES]
    pd.testing.assert_frame_equal(stored.values, expected, check_dtype=False)
    assert stored.values["score"].dtype == "float64"
    assert stored.sources["key"].tolist() == ["made_up"]
    assert stored.sources["assumed_share"].tolist() == [pytest.approx(1 / 3)]
    assert stored.quarantined.to_dict("records") == [
        {"source": "made_up", "expectation": "an expectation", "reason": "a reason", "rows": 2}
    ]


def test_what_a_month_rests_on_is_a_view(engine: Engine, computed: dict[str, Any]) -> None:
    weights = {"chips.made_up": (0.25, "observed"), "chips.other": (0.75, "carried")}
    parts = [value(key, "indicator", weight=weight, state=state, regime="", reason="")
             for key, (weight, state) in weights.items()]  # fmt: skip
    method = {"title": {"fr": "Méthode inventée"}, "rules": {"missing": "estimate"}}
    values = pd.DataFrame(parts).astype(dict.fromkeys(edition.FLOATS, "float64"))
    edition.save(engine, **(computed | {"values": values, "framework": method}))
    shares = "select month, policy, observed, carried, estimated from v_index_state"
    assert query.run(engine, shares).to_numpy().tolist() == [
        ["2026-01", "estimate", 0.25, 0.75, 0.0]
    ]


def test_every_input_leads_to_a_hash_or_a_citation(
    engine: Engine, computed: dict[str, Any]
) -> None:
    stored = edition.load(engine, edition.save(engine, **computed)).lineage
    shipped = stored.loc[stored["sha256"].eq("aa")].iloc[0]
    assert (shipped["value"], shipped["series"]) == (10.0, "made_up.a")
    assert shipped["cite_address"] == CITED["address"]
    assert shipped["assumed"]
    live = stored.loc[stored["sha256"].eq("bb")]
    assert sorted(live["value"]) == [5.0, 11.0]
    assert live["cite_source"].isna().all()
    by_sql = query.run(engine, "select value, sha256, citation_address from v_lineage")
    assert sorted(by_sql["value"]) == [5.0, 10.0, 11.0]


def test_the_same_edition_twice_is_one(engine: Engine, computed: dict[str, Any]) -> None:
    first = edition.save(engine, **computed)
    assert edition.save(engine, **computed) == first
    assert edition.save(engine, **computed | {"data_hash": "d1"}) != first
    assert len(edition.editions(engine)) == 2


def test_an_edition_is_found_by_its_month(engine: Engine, computed: dict[str, Any]) -> None:
    first = edition.save(engine, **computed)
    second = edition.save(engine, **computed | {"month": "2026-02", "data_hash": "d2"})
    later = edition.save(engine, **computed | {"as_of": day("2026-05-10"), "data_hash": "d3"})
    assert edition.load(engine).id == second
    assert edition.load(engine, month="2026-01").id == later
    assert edition.load(engine, month="2026-01", as_of=day("2026-04-10")).id == first
    with pytest.raises(LookupError, match="no such edition"):
        edition.load(engine, month="1999-01")


def test_an_edition_does_not_change_with_what_is_learnt_later(
    engine: Engine, computed: dict[str, Any]
) -> None:
    number = edition.save(engine, **computed)
    before = edition.load(engine, number)
    late = frame(("made_up.b", "2026-02-01", 9.0, "2026-03-01"))
    load.append(engine, fetch(engine), late)
    after = edition.load(engine, number)
    pd.testing.assert_frame_equal(before.sources, after.sources)
    pd.testing.assert_frame_equal(before.lineage, after.lineage)


def test_lineage_of_an_unknown_series_is_an_error(engine: Engine, computed: dict[str, Any]) -> None:
    unknown = computed["lineage"].assign(series="nobody")
    with pytest.raises(Exception, match=r"(?i)null"):
        edition.save(engine, **computed | {"lineage": unknown})
    assert edition.editions(engine).empty


def test_what_moved_an_edition_comes_back(engine: Engine, computed: dict[str, Any]) -> None:
    moved = pd.DataFrame(
        {"revised_data": [0.5, 0.0], "new_data": [-1.25, 0.0], "method": [0.0, 2.0]},
        index=["chips.made_up", "link"],
    )
    stored = edition.load(engine, edition.save(engine, **computed, change=moved, mean_revision=1.5))
    assert stored.mean_revision == 1.5
    back = stored.change.set_index("key")
    pd.testing.assert_frame_equal(back, moved.rename_axis("key"), check_dtype=False)
    total = "select sum(revised_data + new_data + method) as points from v_index_change"
    assert query.run(engine, total).iloc[0, 0] == 1.25
