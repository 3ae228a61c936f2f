"""A series whose history ends is continued by a live one, lineage included."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.index import realtime
from pipelines.index.framework import load
from pipelines.index.inputs import splices
from sources import registry

LIVE = "dstack.gpu.h100-sxm-80gb.nebius.on_demand"
SPARE = "skypilot.gpu.h100-sxm-80gb.nebius.on_demand"
HISTORY = "gpu.h100-sxm.neocloud_nebius.on_demand_normalised"


def figures(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["series", "period", "value"])
    dated = pd.to_datetime(frame["period"])
    stamps = dated.dt.tz_localize("UTC") + pd.Timedelta(days=1)
    return frame.assign(period=dated, status="final", known_from=stamps, fetch_id=7)


def test_a_live_figure_stands_for_the_history_from_the_declared_month_on() -> None:
    stored = figures((HISTORY, "2026-09-01", 3.542), (LIVE, "2026-09-20", 3.85),
                     (LIVE, "2026-11-20", 4.0))  # fmt: skip
    spliced = splices.apply(stored, splices.load())
    own = spliced[spliced["series"].eq(HISTORY)].set_index("period")
    assert own["value"].to_dict() == {
        pd.Timestamp("2026-09-01"): 3.542,
        pd.Timestamp("2026-11-20"): pytest.approx(4.0 * 0.92),
    }
    assert own["origin"].fillna("").tolist() == ["", LIVE]
    assert len(spliced) == 4


def continued(*rows: tuple[str, str, float]) -> dict[str, float]:
    """What stands for the history of Nebius, by day, in Nebius's own price."""
    spliced = splices.apply(figures(*rows), splices.load())
    own = spliced[spliced["series"].eq(HISTORY)]
    days = own["period"].dt.strftime("%Y-%m-%d")
    return dict(zip(days, (own["value"] / 0.92).round(6), strict=True))


def test_a_fallback_stands_in_for_the_months_in_which_the_first_is_silent() -> None:
    assert continued(
        (LIVE, "2026-10-02", 3.85), (SPARE, "2026-10-20", 3.85), (SPARE, "2026-11-20", 4.0),
        (LIVE, "2026-12-04", 4.1), (SPARE, "2026-12-18", 4.0),
    ) == {"2026-10-02": 3.85, "2026-12-04": 4.1}  # fmt: skip
    assert continued(
        (LIVE, "2026-10-02", 3.85), (SPARE, "2026-10-20", 3.85), (SPARE, "2026-11-20", 4.0)
    ) == {"2026-10-02": 3.85, "2026-11-20": 4.0}


def test_a_fallback_that_came_apart_leaves_a_gap() -> None:
    """A catalogue that stands still is no price of today: 2.95 against 3.85."""
    still = ((SPARE, "2026-10-20", 2.95), (SPARE, "2026-11-20", 2.95))
    assert continued((LIVE, "2026-10-02", 3.85), *still) == {"2026-10-02": 3.85}


def test_a_fallback_that_was_never_read_beside_the_first_is_taken_as_declared() -> None:
    assert continued((SPARE, "2026-10-20", 3.85)) == {"2026-10-20": 3.85}


def test_a_withdrawn_figure_takes_no_month_from_the_fallback() -> None:
    assert continued(
        (LIVE, "2026-10-02", 3.85), (SPARE, "2026-10-20", 3.85),
        (LIVE, "2026-11-06", float("nan")), (SPARE, "2026-11-20", 3.9),
    )["2026-11-20"] == 3.9  # fmt: skip


def test_a_history_without_live_figures_is_left_as_it_is() -> None:
    stored = figures((HISTORY, "2026-09-01", 3.542))
    pd.testing.assert_frame_equal(
        splices.apply(stored, splices.load()).drop(columns="origin"), stored
    )


def test_growth_goes_on_and_leads_to_the_figures_that_were_read() -> None:
    rented = [splice for splice in splices.load() if splice.series.startswith("gpu.h100-sxm.neo")]
    assert len(rented) == 3  # fewer members give no growth
    stored = figures(
        *((rent.series, f"{month}-01", 3.0) for rent in rented for month in ("2025-11", "2026-09")),
        *((rent.continued_by, "2026-11-20", 3.6 / rent.factor) for rent in rented),
    )
    result = realtime.compute(
        splices.apply(stored, splices.load()), load(), [pd.Period("2026-11", "M")]
    )
    rows = result.values.set_index("key")
    assert rows.loc["chips.rental_growth", "value"] == pytest.approx(20.0)
    traced = result.lineage[result.lineage["key"].eq("chips.rental_growth")]
    assert set(traced["series"]) == {rent.series for rent in rented} | {
        rent.continued_by for rent in rented
    }


def test_every_splice_names_declared_series_and_a_live_source() -> None:
    owner = {series.key: source for source in registry().values() for series in source.series}
    read = {key for indicator in load().indicators.values() for key in indicator.series}
    for splice in splices.load():
        assert splice.series in read
        assert all(owner[key].requests for key in splice.live), splice.live


def test_units_agree_on_both_sides_of_a_splice() -> None:
    units = {
        declared.key: declared.unit for source in registry().values() for declared in source.series
    }
    for splice in splices.load():
        assert {units[key] for key in (splice.series, *splice.live)} == {"USD/GPU-h"}


def test_every_splice_has_a_second_publisher() -> None:
    """An indicator that rests on rents outlives the silence of any one of them."""
    owner = {series.key: source.key for source in registry().values() for series in source.series}
    for splice in splices.load():
        assert len({owner[key] for key in splice.live}) >= 2, splice.series


def test_every_rent_of_the_method_is_continued_or_left_with_a_reason() -> None:
    rents = {
        key for each in load().indicators.values() for key in each.series if key.startswith("gpu.")
    }
    declared = {splice.series for splice in splices.load()}
    left = {gap.series for gap in splices.gaps()}
    assert rents == declared | left
    assert not declared & left


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("factor = 0.92", "factor = 1.0"),
        ('since = "2026-10"', 'since = "2026-04"'),
        ("live = 2.95", "live = 0.0"),
        ("fallback = 2.95", "fallback = 3.85"),
    ],
)
def test_a_factor_that_does_not_follow_from_the_overlap_is_refused(
    tmp_path: Path, old: str, new: str
) -> None:
    declared = splices.BUNDLED.read_text(encoding="utf-8")
    start = declared.index(f'series = "{HISTORY}"')
    path = tmp_path / "splices.toml"
    path.write_text("[[splice]]\n" + declared[start:].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(splices.SpliceError):
        splices.load(path)
