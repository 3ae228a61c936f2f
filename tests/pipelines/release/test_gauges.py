"""The gauges that an edition stores and shows, and the commands on them."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from tests.pipelines.conftest import Command

STORED = """
select period, reading, score, coverage, true_dates, state, phase from v_index_gauge
where key = 'index' order by period, reading
"""


@pytest.fixture
def pressure(answer: Command) -> pd.DataFrame:
    text = answer("query", STORED, "--format", "csv").out
    rows = pd.read_csv(io.StringIO(text), parse_dates=["period"], keep_default_na=True)
    return rows.set_index([rows.pop("period").dt.strftime("%Y-%m"), "reading"])


def test_an_edition_stores_its_path_and_the_later_readings_of_two_months(
    pressure: pd.DataFrame,
) -> None:
    later = [month for month in pressure.index if month[1] > 1]
    assert later == [("2026-07", 3), ("2026-09", 2)]
    # The third reading of July rests on more of what was due than the first.
    coverage = pressure["coverage"]
    assert coverage["2026-07", 3] > coverage["2026-07", 1]
    assert pressure.loc[("2026-10", 1), "state"] == "withheld"
    assert pd.isna(pressure.loc[("2026-10", 1), "score"])
    assert pressure.loc[("2026-09", 1), "phase"] == "watch"


def test_the_share_on_true_dates_is_that_of_what_is_not_assumed(pressure: pd.DataFrame) -> None:
    shares = pressure.xs(1, level="reading")["true_dates"].dropna()
    assert shares.between(0.2, 0.6).all()


def test_the_bulletin_says_what_has_no_reading_and_what_is_reconstructed(
    home: Path,
) -> None:
    [english] = home.glob("releases/2026-10/bulletin.en.html")
    text = english.read_text(encoding="utf-8")
    assert "No reading for October 2026: only 21% of the weight that is due is observed." in text
    assert "Last month that can be read, September 2026 (provisional): pressure 43.6" in text
    rows = list(csv.DictReader((english.parent / "gauges.csv").open(encoding="utf-8")))
    late = {row["period"] for row in rows if row["reconstructed"] == "true"}
    assert "2026-09" in late
    assert "2026-10" not in late


def test_a_scenario_that_does_not_exist_names_those_that_do(
    home: Path, silentcrash: Command
) -> None:
    ended = silentcrash("index", "scenario", "boom")
    assert ended.code == 2
    assert "all_pressures, bust" in ended.err


def test_a_scenario_of_ones_own_says_what_it_expected(
    home: Path, silentcrash: Command, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'fr = "Rien"\nen = "Nothing"\nmonths = 2\nphase = "retreat"\n[signs]\nindex = "still"\n'
        '[[shock]]\nseries = "dram.*"\nfactor = 1\n',
        encoding="utf-8",
    )
    ended = silentcrash("index", "scenario", str(own), "--format", "csv")
    assert ended.code == 0
    assert "Otherwise than expected: phase: expected retreat, calm." in ended.err
