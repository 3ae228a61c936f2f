"""The bodies that a campaign damages: real ones and rebuilt ones."""

import io
import json
from dataclasses import dataclass

import openpyxl
import pandas as pd

from sources import Source, find_source
from tests.conftest import SHARED
from tests.pipelines.ingest.bad_days import body_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Target:
    """A source, a good body of its first question, and how it was served."""

    key: str
    kind: str
    day: str
    body: bytes

    @property
    def source(self) -> Source:
        """The declaration of the source."""
        return find_source(self.key)


REAL = (
    ("ember", "text/csv", "2025-12-02",
     "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv"),
    ("eurostat", "application/json", "2026-05-01", "eurostat/nrg_pc_205_nonhousehold.json"),
    ("census_c30", XLSX, "2026-07-02", "census_c30/privsatime.xlsx"),
    ("gcp_pricing", "text/plain", "2026-07-30", "gcp_pricing/pricing_2026-07-30_head3449.yml"),
    ("trendforce", "text/html", "2026-09-12", "trendforce/trendforce_spot.html"),
    ("feeds", "application/xml", "2022-03-06", "amazon_press_rss/news-releases_2022-03-05.xml"),
)  # fmt: skip


def targets() -> list[Target]:
    """A body of every family of format that is here."""
    real = [
        Target(key, kind, day, body_of(SHARED / "payloads" / file))
        for key, kind, day, file in REAL
        if (SHARED / "payloads" / file).exists()
    ]
    return [*real, rebuilt_rates(), rebuilt_market(), rebuilt_workbook()]


def rebuilt_rates() -> Target:
    """Two exchange rates in the ECB's form, of figures that are made up."""
    head = "FREQ,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,CURRENCY,TIME_PERIOD,OBS_VALUE\n"
    months = pd.period_range("2022-01", "2026-10", freq="M")
    rows = [
        f"M,EUR,SP00,A,{currency},{month},{level + number / 100:.4f}\n"
        for currency, level in (("USD", 1.05), ("GBP", 0.85))
        for number, month in enumerate(months)
    ]
    return Target("ecb_rates", "text/csv", "2026-11-05", (head + "".join(rows)).encode())


def rebuilt_market() -> Target:
    """Two days of the German market in its form, of made-up prices."""
    start = pd.Timestamp("2026-05-04", tz="Europe/Berlin")
    at = pd.date_range(start, periods=192, freq="15min")
    body = {
        "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0)",
        "unix_seconds": [int(item.timestamp()) for item in at],
        "price": [50.0 + number % 7 for number in range(192)],
        "unit": "EUR / MWh",
        "deprecated": False,
    }
    return Target("energy_charts", "application/json", "2026-05-06", json.dumps(body).encode())


def rebuilt_workbook() -> Target:
    """Three years in the form of Census, of figures that are made up."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Private SA"
    for row in ([], [], [], ["Date", "Nonresidential", "Data center"]):
        sheet.append(row)
    for number, month in enumerate(pd.period_range("2023-06", "2026-05", freq="M")[::-1]):
        sheet.append([f"{month:%b-%y}", 700_000 + 100 * number, 40_000 - 300 * number])
    out = io.BytesIO()
    book.save(out)
    return Target("census_c30", XLSX, "2026-07-02", out.getvalue())
