"""Ember's real files: figures quoted elsewhere, revisions, and refusals."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.validate import check
from sources import Payload, SchemaDrift
from sources.publishers.ember import SOURCE, parse
from sources.tidy import read_history

FOLDER = "ember"
NAME = "european_wholesale_electricity_price_data_monthly"
HEADER = b"Country,ISO3 Code,Date,Price (EUR/MWhe)\n"


def read(body: bytes, seen: str) -> pd.DataFrame:
    at = datetime.fromisoformat(seen).replace(tzinfo=UTC)
    return parse(Payload(body, SOURCE.requests[0], at))


def at(frame: pd.DataFrame, country: str, month: str) -> pd.Series:
    rows = frame["series"].eq(f"ember.wholesale.{country}") & frame["period"].eq(f"{month}-01")
    return frame.loc[rows].iloc[0]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("country", "month", "price"),
    [("DEU", "2026-08", 126.14), ("FRA", "2026-08", 125.66), ("IRL", "2026-07", 155.29),
     ("NOR", "2026-08", 114.43), ("GBR", "2026-08", 149.45), ("AUT", "2015-01", 29.94)],
)  # fmt: skip
def test_prices_quoted_elsewhere(payloads: Path, country: str, month: str, price: float) -> None:
    frame = read(
        (payloads / FOLDER / "price_monthly_sample.2026-09-29.csv").read_bytes(), "2026-09-29"
    )
    assert at(frame, country, month)["value"] == price


@pytest.mark.shared
def test_the_month_still_running_is_partial_and_changes_later(payloads: Path) -> None:
    first = read((payloads / FOLDER / f"{NAME}.2025-10.csv").read_bytes(), "2025-09-18")
    later = read((payloads / FOLDER / f"{NAME}.2025-12-02.csv").read_bytes(), "2025-12-02")
    early, final = at(first, "FRA", "2025-09"), at(later, "FRA", "2025-09")
    assert (early["value"], early["status"]) == (31.85, "partial")
    assert (final["value"], final["status"]) == (57.24, "final")
    assert at(later, "SWE", "2025-11")["status"] == "partial"


@pytest.mark.shared
def test_rows_that_disappeared_between_two_copies(payloads: Path) -> None:
    first = read((payloads / FOLDER / f"{NAME}.2025-10.csv").read_bytes(), "2025-10-09")
    later = read((payloads / FOLDER / f"{NAME}.2025-12-02.csv").read_bytes(), "2025-12-02")
    gone = raw(payloads, "2025-10") - raw(payloads, "2025-12-02")
    assert len(gone) == 123
    read_first, read_later = (
        set(zip(f["series"], f["period"], strict=True)) for f in (first, later)
    )
    assert read_first < read_later  # they were one price for five years, and were never read


def raw(payloads: Path, copy: str) -> set[tuple[str, str]]:
    """The countries and months that have a price in a copy."""
    table = pd.read_csv(payloads / FOLDER / f"{NAME}.{copy}.csv").dropna()
    return set(zip(table["ISO3 Code"], table["Date"], strict=True))


def test_two_months_at_one_price_are_prices_and_a_year_is_a_filler() -> None:
    months = pd.date_range("2020-01-01", periods=16, freq="MS").strftime("%Y-%m-%d")
    prices = [50.0] * 11 + [60.0] * 2 + [70.0, 80.0, 90.0]
    for first, shipped in ((50.0, 16), (60.0, 3)):
        body = [f"France,FRA,{at},{price}" for at, price in zip(months, prices, strict=True)]
        body = [line.replace(",50.0", f",{first}") for line in body]
        assert len(read(HEADER + "\n".join(body).encode(), "2022-01-01")) == shipped


@pytest.mark.shared
def test_an_outlier_among_its_neighbours_is_set_aside(payloads: Path) -> None:
    frame = read(
        (payloads / FOLDER / "price_monthly_sample.2026-09-29.csv").read_bytes(), "2026-09-29"
    )
    earlier = frame.assign(known_from=pd.Timestamp("2026-09-29", tz="UTC"))
    checked = check(earlier, SOURCE, at=datetime(2026, 9, 29, tzinfo=UTC), before=earlier.head(0))
    quarantined = checked.rejected.loc[checked.rejected["period"].eq("2026-06-01")]
    assert quarantined[["series", "value"]].values.tolist() == [["ember.wholesale.SVN", 324.79]]


def test_the_shipped_months_are_whole_but_for_two_that_are_not_held() -> None:
    assert SOURCE.history is not None
    frame = read_history(SOURCE.history)
    begun = frame.groupby("series")["period"].min()
    # Ireland has had one market since October 2018; the United Kingdom is held from June 2016.
    late = {"ember.wholesale.GBR": "2016-06-01", "ember.wholesale.IRL": "2018-10-01"}
    assert begun[begun.ne("2015-01-01")].dt.strftime("%Y-%m-%d").to_dict() == late
    for country, periods in frame.groupby("series")["period"]:
        requested = set(pd.date_range(periods.min(), "2026-09-01", freq="MS"))
        missing = requested - set(periods)
        assert missing == {pd.Timestamp("2026-04-01"), pd.Timestamp("2026-05-01")}, country
    assert at(frame, "IRL", "2026-08")["value"] == 172.36


def test_a_blank_price_has_no_row() -> None:
    body = HEADER + b"North Macedonia,MKD,2025-03-01,\nGermany,DEU,2025-03-01,95.2\n"
    assert read(body, "2025-06-01")["series"].tolist() == ["ember.wholesale.DEU"]


@pytest.mark.parametrize(
    "header",
    [b"Country,ISO3,Date,Price (EUR/MWhe)\n", b"Country,ISO3 Code,Date,Price (USD/MWhe)\n",
     b"Country,ISO3 Code,Price (EUR/MWhe),Date\n"],
)  # fmt: skip
def test_a_changed_header_is_refused(header: bytes) -> None:
    with pytest.raises(SchemaDrift, match=r"ISO3|2026-01-31"):
        read(header + b"Germany,DEU,2025-03-01,95.2\n", "2025-06-01")
