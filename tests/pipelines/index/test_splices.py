"""A series whose history ends is continued by a live one, lineage included."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.index import realtime
from pipelines.index.framework import load
from pipelines.index.inputs import splices
from sources import registry

LIVE = "skypilot.gpu.h100-sxm-80gb.nebius.on_demand"
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
        assert owner[splice.continued_by].requests, splice.continued_by


def test_units_agree_on_both_sides_of_a_splice() -> None:
    units = {
        declared.key: declared.unit for source in registry().values() for declared in source.series
    }
    for splice in splices.load():
        assert units[splice.series] == units[splice.continued_by] == "USD/GPU-h"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("factor = 0.92", "factor = 1.0"),
        ('since = "2026-10"', 'since = "2026-04"'),
        ("live = 2.95", "live = 0.0"),
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
