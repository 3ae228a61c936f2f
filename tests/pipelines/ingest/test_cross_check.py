"""Cross-checks: two publishers of a figure that agree, differ, or lack it."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.errors import UsageError
from pipelines.ingest import cross_check, ingestion
from pipelines.settings import from_environment
from sources.tidy import tidy
from tests.pipelines.conftest import Command
from warehouse import load

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BLS, FRED = "bls.ppi.PCU334413334413", "fred.PCU334413334413"
EMBER, CHARTS = "ember.wholesale.DEU", "energy_charts.DE-LU.mean"


@pytest.fixture
def engine(empty_home: Path) -> Engine:
    """A store of its own that knows the declared sources and holds no figure."""
    return ingestion.open_store(from_environment())


def store(engine: Engine, source: str, *rows: tuple[str, str, float], **more: str) -> None:
    """Load made-up figures (series, period, value) of a declared source."""
    fetch = load.record(
        engine, source, url="https://example.org/", at=NOW, outcome="new", sha256="00"
    )
    frame = tidy(pd.DataFrame(rows, columns=["series", "period", "value"]).assign(**more))
    load.append(engine, fetch, frame.assign(known_from=pd.Timestamp(NOW)))


def test_two_publishers_that_agree_are_compared_and_not_reported(engine: Engine) -> None:
    store(engine, "bls", (BLS, "2026-08-01", 60.0), (BLS, "2026-09-01", 61.0))
    store(engine, "fred", (FRED, "2026-08-01", 60.0), (FRED, "2026-09-01", 61.1))
    table = cross_check.comparisons(engine)
    assert table["month"].tolist() == ["2026-08", "2026-09"]
    assert table["difference"].tolist() == pytest.approx([0.0, 0.1 / 61.1])
    assert cross_check.disagreements(engine).empty


def test_a_difference_beyond_the_tolerance_is_a_row_that_names_both(engine: Engine) -> None:
    store(engine, "bls", (BLS, "2026-08-01", 60.0), (BLS, "2026-09-01", 61.0))
    store(engine, "fred", (FRED, "2026-08-01", 30.0), (FRED, "2026-09-01", 61.0))
    (row,) = cross_check.disagreements(engine).to_dict("records")
    assert row == {
        "check": "semiconductor_prices",
        "month": "2026-08",
        "series": BLS,
        "value": 60.0,
        "other_series": FRED,
        "other_value": 30.0,
        "difference": 0.5,
        "tolerance": 0.002,
    }


def test_months_that_one_of_them_lacks_and_running_ones_are_not_compared(engine: Engine) -> None:
    store(engine, "bls", (BLS, "2026-09-01", 61.0), (BLS, "2026-10-01", 70.0))
    store(engine, "fred", (FRED, "2026-08-01", 30.0))
    assert cross_check.comparisons(engine).empty
    store(engine, "fred", (FRED, "2026-10-01", 30.0), status="partial")
    assert cross_check.comparisons(engine).empty


def test_a_family_is_compared_series_by_series(engine: Engine) -> None:
    store(engine, "eia861m", ("eia.price.VA.COM", "2026-07-01", 9.0))
    store(
        engine,
        "eia_v2",
        ("eia_v2.price.VA.COM", "2026-07-01", 9.5),
        ("eia_v2.price.TX.COM", "2026-07-01", 9.0),
    )
    (row,) = cross_check.disagreements(engine).to_dict("records")
    assert (row["series"], row["other_series"]) == ("eia.price.VA.COM", "eia_v2.price.VA.COM")
    assert row["difference"] == pytest.approx(0.5 / 9.5)


@pytest.mark.parametrize(("days", "months"), [(26, []), (27, ["2026-09"]), (1, [])])
def test_a_mean_of_days_needs_nearly_all_of_them(
    engine: Engine, days: int, months: list[str]
) -> None:
    store(engine, "ember", (EMBER, "2026-09-01", 100.0))
    daily = [(CHARTS, f"2026-09-{day:02d}", 80.0) for day in range(1, days + 1)]
    store(engine, "energy_charts", *daily)
    apart = cross_check.disagreements(engine)
    assert apart["month"].tolist() == months
    assert apart["difference"].tolist() == pytest.approx([0.2] * len(months))


def test_only_the_last_year_is_compared(engine: Engine) -> None:
    months = [f"{period}-01" for period in pd.period_range("2025-01", "2026-09", freq="M")]
    store(engine, "bls", *((BLS, month, 60.0) for month in months))
    store(engine, "fred", *((FRED, month, 30.0) for month in months))
    apart = cross_check.disagreements(engine)
    assert len(apart) == cross_check.MONTHS
    assert (apart["month"].iloc[0], apart["month"].iloc[-1]) == ("2026-09", "2025-10")


def test_a_correction_ends_the_disagreement_and_as_of_still_shows_it(engine: Engine) -> None:
    store(engine, "bls", (BLS, "2026-09-01", 61.0))
    store(engine, "fred", (FRED, "2026-09-01", 16.0))
    assert len(cross_check.disagreements(engine, as_of=NOW)) == 1
    before = datetime(2026, 11, 1, tzinfo=UTC)
    assert cross_check.disagreements(engine, as_of=before).empty
    store(engine, "fred", (FRED, "2026-09-01", 61.0))
    assert cross_check.disagreements(engine).empty


def test_two_measures_of_one_market_are_compared_by_their_year(engine: Engine) -> None:
    chip, maker = "dram.contract.ddr4_8gb", "twse.revenue.2408"
    store(engine, "dram_contract", (chip, "2025-08-01", 5.7), (chip, "2026-08-01", 21.0))
    store(engine, "twse_revenue", (maker, "2025-08-01", 1e6), (maker, "2026-08-01", 6.6e6),
          (maker, "2026-07-01", 1e9))  # fmt: skip
    (row,) = cross_check.comparisons(engine).to_dict("records")
    assert (row["month"], row["check"]) == ("2026-08", "memory_market")
    assert (row["value"], row["other_value"]) == pytest.approx((21 / 5.7, 6.6))
    assert cross_check.disagreements(engine).empty
    store(engine, "dram_contract", (chip, "2026-08-01", 5.7))
    assert len(cross_check.disagreements(engine)) == 1


@pytest.mark.parametrize(
    "text", ["[[pair]]\nkey = 'a'", "pair = 1 1", "[[pair]]\nkey='a'\nfirst='b'\nsecond='c'\n"]
)
def test_a_declaration_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cross_checks.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"cross_checks\.toml"):
        cross_check.load(file)


def test_the_command_shows_no_disagreement_of_the_shipped_history(
    home: Path, silentcrash: Command
) -> None:
    ran = silentcrash("sources", "crosscheck", "--format", "csv")
    assert (ran.code, home.is_dir()) == (0, True)
    assert ran.out.splitlines() == [",".join(cross_check.COLUMNS)]
