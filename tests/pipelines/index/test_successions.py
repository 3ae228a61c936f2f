"""A live series is read in the place of another, under its own name and past."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.errors import MethodError
from pipelines.index import realtime
from pipelines.index.framework import load
from pipelines.index.inputs import successions
from pipelines.index.realtime import Result
from sources import registry
from sources.tidy import read_history

OLD, NEW = "dram.contract.ddr4_8gb", "bok.ppi.dram"
KEY = "chips.memory_growth"


def figures(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["series", "period", "value"])
    dated = pd.to_datetime(frame["period"])
    stamps = dated.dt.tz_localize("UTC") + pd.Timedelta(days=1)
    return frame.assign(period=dated, status="final", known_from=stamps, fetch_id=7)


QUOTED = ((OLD, "2025-08-01", 5.7), (OLD, "2026-08-01", 21.0))


def read(month: str, *rows: tuple[str, str, float]) -> tuple[pd.Series, Result]:
    result = realtime.compute(figures(*QUOTED, *rows), load(), [pd.Period(month, "M")])
    return result.values.set_index("key").loc[KEY], result


def test_the_follower_is_read_with_its_own_past_and_leads_to_its_own_figures() -> None:
    row, result = read("2026-11", (NEW, "2025-10-01", 150.0), (NEW, "2026-10-01", 600.0))
    assert row["value"] == pytest.approx(2.0)  # fourfold: no factor, and none of the quoted price
    assert row["observed"] == "2026-10"
    assert row["reason"] == (
        "bok.ppi.dram in the place of dram.contract.ddr4_8gb since 2026-10, which would give 1.9"
    )
    traced = result.lineage[result.lineage["key"].eq(KEY)]
    assert set(traced["series"]) == {NEW}


def test_until_the_follower_has_a_year_the_quoted_price_stands() -> None:
    row, _ = read("2026-11", (NEW, "2026-10-01", 600.0))
    assert row["value"] == pytest.approx(1.8813, abs=1e-4)
    assert (row["observed"], row["reason"]) == ("2026-08", "")


def test_months_before_the_declared_one_are_never_read_from_the_follower() -> None:
    past = ((NEW, "2025-08-01", 100.0), (NEW, "2026-08-01", 800.0))
    row, _ = read("2026-09", *past)
    assert row["value"] == pytest.approx(1.8813, abs=1e-4)
    assert read("2026-10", *past)[0]["value"] == pytest.approx(3.0)


def test_the_declared_series_are_read_and_one_is_live_without_a_key() -> None:
    owner = {series.key: source for source in registry().values() for series in source.series}
    used = {key for indicator in load().indicators.values() for key in indicator.series}
    for step in successions.load():
        assert step.series in used
        assert owner[step.followed_by].requests
        assert not owner[step.followed_by].needs


def test_the_changes_that_forbid_a_factor_are_those_of_the_shipped_figures() -> None:
    (step,) = successions.load()
    stored = {}
    for key in ("dram_contract", "bank_of_korea"):
        path = registry()[key].history
        assert path is not None
        frame = read_history(path)
        months = frame["period"].dt.strftime("%Y-%m")
        stored |= dict(zip(zip(frame["series"], months, strict=True), frame["value"], strict=True))
    for change in step.overlap:
        quoted = stored[OLD, change.end] / stored[OLD, change.start]
        assert change.history == pytest.approx(quoted, abs=5e-4)
        if (NEW, change.start) in stored:
            live = stored[NEW, change.end] / stored[NEW, change.start]
            assert change.live == pytest.approx(live, abs=5e-4)


@pytest.mark.parametrize(
    ("old", "new"),
    [("live = 1.912", "live = -1"), ('since = "2026-10"', 'since = "October"'), ("why_en", "why")],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "successions.toml"
    declared = successions.BUNDLED.read_text(encoding="utf-8")
    path.write_text(declared.replace(old, new), encoding="utf-8")
    with pytest.raises(MethodError, match=r"successions\.toml"):
        successions.load(path)


def test_series_that_change_alike_are_to_be_spliced(tmp_path: Path) -> None:
    path = tmp_path / "successions.toml"
    declared = successions.BUNDLED.read_text(encoding="utf-8")
    alike = declared.replace("1.912", "6.889").replace("1.084", "1.25").replace("1.027", "1.05")
    path.write_text(alike, encoding="utf-8")
    with pytest.raises(MethodError, match="a splice can be declared"):
        successions.load(path)
