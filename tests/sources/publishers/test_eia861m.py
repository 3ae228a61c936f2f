"""EIA's real workbook: prices quoted elsewhere, units, price and revenue."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.eia861m import SOURCE, parse
from sources.tidy import read_history

AT = datetime(2025, 7, 1, tzinfo=UTC)


def read(body: bytes) -> pd.DataFrame:
    return parse(Payload(body, SOURCE.requests[0], AT))


def value(frame: pd.DataFrame, series: str, month: str) -> float:
    actual = frame["series"].eq(series) & frame["period"].eq(f"{month}-01")
    return float(frame.loc[actual, "value"].iloc[0])


def workbook(price: float = 10.0, unit: str = "Cents/kWh") -> bytes:
    """A workbook made up for the tests, in the layout of the real one."""
    book = openpyxl.Workbook()
    for name, key in (
        ("Monthly-States", ["Year", "Month", "State", "Data Status"]),
        ("US-YTD", ["Year", "MONTH", "Data Status"]),
    ):
        sheet = book.create_sheet(name)
        sectors = ["RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL", "TRANSPORTATION", "TOTAL"]
        blank: list[object] = [None] * len(key)
        sheet.append(blank + [cell for sector in sectors for cell in (sector, None, None, None)])
        sheet.append(blank + ["Revenue", "Sales", "Customers", "Price"] * 5)
        sheet.append([*key, *["Thousand Dollars", "Megawatthours", "Count", unit] * 5])
        position: list[object] = ["VA", "Preliminary"] if len(key) == 4 else ["Preliminary"]
        sheet.append([2025, 4, *position, *[100.0, 1000.0, 5, price] * 5])
        sheet.append(["A note at the foot of the sheet."])
    del book["Sheet"]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def april(payloads: Path) -> pd.DataFrame:
    """The figures of a real workbook, read once: it takes a second."""
    return read((payloads / "eia861m" / "sales_revenue.2025-04.xlsx").read_bytes())


@pytest.mark.shared
@pytest.mark.parametrize(
    ("series", "expected"),
    [("eia.price.VA.COM", 9.22), ("eia.price.VA.IND", 9.11), ("eia.price.TX.COM", 9.00),
     ("eia.price.TX.IND", 6.51), ("eia.price.US.COM", 13.088276)],
)  # fmt: skip
def test_prices_of_april_2025(april: pd.DataFrame, series: str, expected: float) -> None:
    assert value(april, series, "2025-04") == expected
    assert april["value"].notna().all()
    assert april["status"].isin(["preliminary", "final"]).all()


@pytest.mark.shared
def test_commercial_load_grew_where_the_notes_say(april: pd.DataFrame) -> None:
    year = april["period"].dt.year
    sold = april.groupby(["series", year])["value"].sum().unstack()
    growth = 100 * (sold[2024] / sold[2019] - 1)
    assert growth["eia.sales.VA.COM"] == pytest.approx(40, abs=0.5)
    assert growth["eia.sales.ND.COM"] == pytest.approx(61, abs=0.5)
    assert growth["eia.sales.US.COM"] == pytest.approx(5.4, abs=0.1)


def test_the_restatement_of_early_2025_is_in_the_shipped_history() -> None:
    assert SOURCE.history is not None
    frame = read_history(SOURCE.history)
    rows = frame.loc[frame["series"].eq("eia.price.US.COM") & frame["period"].eq("2025-04-01")]
    first, last = rows.sort_values("known_from")["value"].tolist()
    assert 100 * (last / first - 1) == pytest.approx(-1.52, abs=0.05)


def test_a_price_that_is_not_revenue_over_sales_has_no_value() -> None:
    frame = read(workbook(price=12.0))
    assert frame.loc[frame["series"].eq("eia.price.VA.COM"), "value"].isna().all()
    assert value(frame, "eia.sales.VA.COM", "2025-04") == 1000.0
    assert value(read(workbook()), "eia.price.VA.COM", "2025-04") == 10.0


def test_a_changed_unit_is_refused() -> None:
    with pytest.raises(SchemaDrift):
        read(workbook(unit="Dollars/MWh"))
