"""A publisher's bad days, one after the other, for each family of source.

Each family loads a good body first. After every bad day the store holds exactly what it held.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.pipelines.ingest.bad_days import Family, Trial, csv_scaled, in_book, in_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EMBER = "Price (EUR/MWhe)"


def _every_number(book: Any, factor: float) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)) and cell.value > 3000:
                    cell.value *= factor


def _down_a_row(book: Any) -> None:
    """Every month gets the figures of the month above it, and keeps its name."""
    sheet = book.worksheets[0]
    rows = [row for row in sheet.iter_rows() if isinstance(row[2].value, (int, float))]
    for row, above in reversed(list(zip(rows[1:], rows[:-1], strict=True))):
        for cell, source in zip(row[1:], above[1:], strict=True):
            cell.value = source.value


def _dated(written: str) -> Callable[[bytes], bytes]:
    return in_csv(
        lambda frame: frame.assign(Date=pd.to_datetime(frame["Date"]).dt.strftime(written))
    )


def _year_before(date: str) -> str:
    return f"{int(date[:4]) - 1}{date[4:]}"


def _as_text(book: Any, written: str, most: int = 10_000) -> None:
    """The newest figures as text."""
    cells = [
        cell
        for row in book["Private SA"].iter_rows(min_row=5)
        for cell in row[1:]
        if isinstance(cell.value, (int, float))
    ]
    for cell in cells[:most]:
        cell.value = written.format(cell.value)


def _worded(book: Any) -> None:
    """The figures of one month of the past as a word for what is not disclosed."""
    [month] = [row for row in book["Private SA"].iter_rows() if "Mar-20" in str(row[0].value)]
    for cell in month[1:]:
        cell.value = "(D)"


def _redated(book: Any, date: object) -> None:
    for row in book["Private SA"].iter_rows(min_row=5, max_col=1):
        row[0].value = date


def _exchange(book: Any) -> None:
    """The name of the sheet is given to an empty one."""
    book["Private SA"].title = "Private"
    book.create_sheet("Private SA")


FAMILIES = [
    Family(
        "ember",
        "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv",
        "text/csv",
        "2025-12-02",
        csv_scaled(EMBER),
        lambda body: body.replace(b"Price (EUR/MWhe)", b"Price (GBP/MWhe)", 1),
        in_csv(lambda frame: frame.loc[frame["Date"] < "2020"]),
        in_csv(lambda frame: frame.assign(remark="new")),
        in_csv(lambda frame: frame.assign(**{EMBER: frame[EMBER].shift(1).bfill()})),
        in_csv(
            lambda frame: frame.assign(
                **{"ISO3 Code": frame["ISO3 Code"].replace({"FRA": "DEU", "DEU": "FRA"})}
            )
        ),
        refused={
            "another currency, not said": lambda body: csv_scaled(EMBER)(body, 0.8617),
            "another sign": lambda body: csv_scaled(EMBER)(body, -1.0),
            "infinities": in_csv(lambda frame: frame.assign(**{EMBER: "inf"})),
            "zeros": in_csv(lambda frame: frame.assign(**{EMBER: "0"})),
            "nothing for each": in_csv(lambda frame: frame.assign(**{EMBER: ""})),
            "words for what is missing": in_csv(lambda frame: frame.assign(**{EMBER: "n/e"})),
            "decimal commas": in_csv(
                lambda frame: frame.assign(**{EMBER: frame[EMBER].str.replace(".", ",")})
            ),
            "semicolons": lambda body: body.replace(b",", b";").replace(b".", b","),
            "dates in US order": _dated("%m/%d/%Y"),
            "dates as days since 1900": in_csv(lambda frame: frame.assign(Date="45931")),
            "the last days of months": in_csv(
                lambda frame: frame.assign(
                    Date=(pd.to_datetime(frame["Date"]) + pd.offsets.MonthEnd(0)).astype(str)
                )
            ),
            "the year before": in_csv(
                lambda frame: frame.assign(Date=frame["Date"].map(_year_before))
            ),
            "one country": in_csv(lambda frame: frame[frame["ISO3 Code"].eq("FRA")]),
            "codes moved by one": in_csv(
                lambda frame: frame.assign(**{"ISO3 Code": frame["ISO3 Code"].shift(1).bfill()})
            ),
            "a comma at the end of rows": lambda body: body.replace(b"\n", b",\n").replace(
                b",\n", b"\n", 1
            ),
            "the header again in the middle": lambda body: body.replace(
                b"\nFrance,", b"\n" + body.split(b"\n")[0] + b"\nFrance,", 1
            ),
            "the header without rows": lambda body: body.split(b"\n")[0] + b"\n",
            "countries without their newest half": in_csv(
                lambda frame: frame[
                    frame["Date"].lt("2024-01-01") | frame["ISO3 Code"].isin(["FRA", "DEU"])
                ]
            ),
        },
        alike={
            "a byte-order mark": lambda body: b"\xef\xbb\xbf" + body,
            "line ends of Windows": lambda body: body.replace(b"\n", b"\r\n"),
            "quotes": in_csv(lambda frame: frame.assign(Country='"' + frame["Country"] + '"')),
            "columns in another order": in_csv(lambda frame: frame[list(frame.columns)[::-1]]),
            "rows in another order": in_csv(lambda frame: frame.iloc[::-1]),
            "every row twice": in_csv(lambda frame: pd.concat([frame, frame])),
            "empty lines and a footnote": lambda body: body + b"\n\nSource: Ember,,,\n",
            "a country that is not declared": lambda body: body + b"Atlantis,ATL,2025-10-01,50\n",
            "a forecast": lambda body: body + b"France,FRA,2026-03-01,50\n",
        },
    ),
    Family(
        "census_c30",
        "census_c30/privsatime.xlsx",
        XLSX,
        "2026-07-02",
        lambda body, factor: in_book(lambda book: _every_number(book, factor))(body),
        lambda body: in_book(
            lambda book: [
                setattr(cell, "value", "Computer halls")
                for sheet in book
                for row in sheet.iter_rows()
                for cell in row
                if isinstance(cell.value, str) and "ata center" in cell.value
            ]
            and None
        )(body),
        in_book(lambda book: book.worksheets[0].delete_rows(5, 200)),
        in_book(lambda book: book.create_sheet("Notes of the editor")),
        in_book(_down_a_row),
        refused={
            "commas at thousands": in_book(lambda book: _as_text(book, "{:,}")),
            "the newest figures as words": in_book(lambda book: _as_text(book, "(D)", most=40)),
            "a month of the past as words": in_book(_worded),
            "another sheet under the name": in_book(_exchange),
            "a sheet renamed": in_book(lambda book: setattr(book["Private SA"], "title", "SA")),
            "dates as dates": in_book(lambda book: _redated(book, pd.Timestamp("2026-05-01"))),
            "months in French": in_book(lambda book: _redated(book, "févr.-26")),
            "a footnote for each": in_book(lambda book: _redated(book, "* revised")),
            "another currency, not said": in_book(lambda book: _every_number(book, 0.92)),
            "without years": in_book(lambda book: book["Private SA"].delete_rows(60, 150)),
        },
    ),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("family", FAMILIES, ids=[family.key for family in FAMILIES])
def test_bad_days_change_nothing(trial: Trial, family: Family) -> None:
    trial(family)
