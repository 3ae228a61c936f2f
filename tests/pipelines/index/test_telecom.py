"""The gauges on the telecom build-out: figures, zones, goalposts, the page."""

import gzip
import io
from datetime import UTC, datetime

import pandas as pd
import pytest

from dashboards.site.locale import site_locale
from dashboards.site.pages import telecom
from pipelines.index import framework, realtime
from pipelines.index.framework import Framework
from sources import find_source
from sources.tidy import read_history
from tests.conftest import SHARED
from tests.pipelines.conftest import Command
from tools import telecom_table

FIGURES = SHARED / "figures" / "us_long_history_fred.csv.gz"


@pytest.fixture(scope="module")
def own() -> Framework:
    return framework.load(framework.TELECOM)


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    path = find_source("us_telecom").history
    assert path is not None
    return read_history(path)


def test_the_table_of_the_page_is_what_the_engine_gives() -> None:
    assert telecom.TABLE.read_text(encoding="utf-8") == telecom_table.table()


def test_figures_are_those_that_the_publishers_print(figures: pd.DataFrame) -> None:
    by_key = figures.set_index(["series", figures["period"].dt.strftime("%Y-%m")])["value"]
    assert by_key["us_telecom.A679RC1Q027SBEA", "2000-10"] == 465.497
    assert by_key["us_telecom.CAPUTLG3344S", "2000-10"] == 88.5053
    # FRED-QD gives the quarterly mean of Baa less ten years: 3.1533 points in the fourth of 2001.
    spread = by_key["us_telecom.BAA"] - by_key["us_telecom.GS10"]
    assert spread[["2001-10", "2001-11", "2001-12"]].mean() == pytest.approx(3.1533, abs=1e-3)


def test_the_peak_and_the_trough_of_spending_are_where_they_were_set(figures: pd.DataFrame) -> None:
    own = figures[figures["series"].eq("us_telecom.A679RC1Q027SBEA")].set_index("period")["value"]
    peak = own[:"2003"].idxmax()  # type: ignore[misc]
    assert f"{peak + pd.DateOffset(months=2):%Y-%m}" == telecom.PEAK
    assert f"{own['2001':'2003'].idxmin():%Y}" == telecom.TROUGH  # type: ignore[misc]


def test_zones_phases_and_rules_are_those_of_the_next_method(own: Framework) -> None:
    following = framework.load(framework.NEXT)
    assert own.phase is not None
    assert following.phase is not None
    assert [(zone.key, zone.enter, zone.leave) for zone in own.regimes] == [
        (zone.key, zone.enter, zone.leave) for zone in following.regimes
    ]
    assert own.phase.memory == following.phase.memory
    assert own.phase.retreat.enter == following.phase.retreat.enter
    assert own.phase.recovery.leave == following.phase.recovery.leave
    shared = ["cutoff_day", "coverage_dimension", "coverage_index", "missing", "confirm"]
    rules, others = own.rules.model_dump(), following.rules.model_dump()
    assert {name: rules[name] for name in shared} == {name: others[name] for name in shared}


def test_months_end_with_the_figures(own: Framework) -> None:
    months = realtime.closed_months(own, datetime(2026, 11, 23, tzinfo=UTC))
    assert (str(months[0]), str(months[-1])) == ("1995-01", "2004-12")
    assert len(realtime.closed_months(own, datetime(1995, 3, 11, tzinfo=UTC))) == 2


# Key, series of the long history, whether over a year, and what each goalpost is of it up to 1994.
GOALPOSTS = [
    ("cost.spending_growth", "FRED/A679RC1Q027SBEA", True, "median", "max", 0.2),
    ("cost.capacity_growth", "FRED/CAPG3342S", True, "median", "max", 0.5),
    ("chips.chip_utilisation", "FRED/CAPUTLG3344S", False, "median", "max", 0.2),
    ("chips.order_backlog", "FRED/A34SUS", False, "median", "max", 0.01),
    ("infrastructure.equipment_utilisation", "FRED/CAPUTLG3342S", False, "median", "max", 0.05),
    ("infrastructure.industry_utilisation", "FRED-QD/TCU", False, "median", "max", 0.1),
    ("retreat.spending_falls", "FRED-QD/Y033RC1Q027SBEAx", True, "", "min", 0.1),
    ("retreat.construction_falls", "FRED-QD/PNFIx", True, "", "min", 0.1),
    ("retreat.orders_fall", "FRED-QD/AMDMNOx", True, "", "min", 0.1),
    ("retreat.idle_equipment", "FRED/CAPUTLG3342S", False, "median", "min", 0.1),
    ("retreat.idle_chip_plants", "FRED/CAPUTLG3344S", False, "median", "min", 0.2),
]


@pytest.mark.shared
@pytest.mark.parametrize(("key", "series", "yearly", "low", "high", "rounding"), GOALPOSTS)
def test_a_goalpost_is_what_the_rule_gives_up_to_1994(
    own: Framework, key: str, series: str, yearly: bool, low: str, high: str, rounding: float
) -> None:
    rows = pd.read_csv(io.BytesIO(gzip.decompress(FIGURES.read_bytes())))
    values = rows[rows["series"].eq(series)].set_index("period")["value"].astype("float64")
    steps = 4 if "Q" in values.index[0] else 12
    measured = 100 * (values / values.shift(steps) - 1) if yearly else values
    before = measured[measured.index < "1995"].dropna()
    indicator = own.indicators[key]
    assert indicator.high == pytest.approx(getattr(before, high)(), abs=rounding)
    assert indicator.low == pytest.approx(getattr(before, low)() if low else 0, abs=rounding)


def test_the_page_says_when_the_gauges_turned_and_where_they_failed() -> None:
    sentences = telecom.page(site_locale("en")).content["sentences"]
    assert "highest in June 2000, at 52.5 out of 100" in sentences["showed"][0]
    assert "strain lasts from June 2000 to September 2000" in sentences["showed"][0]
    assert "Retreat is confirmed in October 2001, 10 months after" in sentences["showed"][1]
    assert "until August 2003, and its gauge rises to 87.9" in sentences["showed"][1]
    assert "never reaches 70" in sentences["failed"][0]
    assert "From May 2001 to September 2001, 5 months read “calm”" in sentences["failed"][1]
    assert "2 watches before 1999, 22 months in all" in sentences["failed"][2]
    french = telecom.page(site_locale("fr")).content["sentences"]
    assert "en juin 2000 à 52,5 sur 100" in french["showed"][0]
    assert "confirmé en octobre 2001, 10" in french["showed"][1]


def test_the_command_shows_the_same_months(home: object, silentcrash: Command) -> None:
    text = silentcrash("index", "gauges", "--method", "telecom", "--format", "csv").out
    rows = pd.read_csv(io.StringIO(text), index_col="period")
    assert rows.loc["2001-10", "phase"] == "retreat"
    assert rows.loc["2001-10", "retreat"] == telecom.months().loc["2001-10", "retreat"].item()
    ended = silentcrash("index", "gauges", "--method", "telecon")
    assert ended.code == 2
    assert "there is no method 'telecon'" in ended.err
