"""The bond distress index: the real workbook, its layout, shipped weeks."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.nyfed_cmdi import COLUMNS, FRIDAY, SOURCE, parse
from sources.tidy import read_history


def payload(content: bytes) -> Payload:
    return Payload(content, SOURCE.requests[0], datetime(2026, 11, 23, tzinfo=UTC))


def workbook(table: pd.DataFrame, sheet: str = "Sheet1") -> bytes:
    out = BytesIO()
    table.to_excel(out, sheet_name=sheet, index=False)
    return out.getvalue()


def one_week(friday: str) -> pd.DataFrame:
    values = {column: [0.2] for column in COLUMNS}
    return pd.DataFrame({FRIDAY: [pd.Timestamp(friday)], **values})


@pytest.fixture
def real(payloads: Path) -> pd.DataFrame:
    return parse(payload((payloads / "nyfed_cmdi/market_cmdi_2026-07-29.xlsx").read_bytes()))


@pytest.mark.shared
def test_the_real_workbook_is_read_from_2005(real: pd.DataFrame) -> None:
    market = real[real["series"].eq("nyfed.cmdi.market")].set_index("period")["value"]
    assert len(market) == 1125
    assert (market.index[0], market.iloc[0]) == (pd.Timestamp("2005-01-03"), 0.35)
    assert market.tail(4).tolist() == [0.14, 0.17, 0.18, 0.15]
    assert real["known_from"].isna().all()


@pytest.mark.shared
def test_the_worst_weeks_are_those_of_the_great_recession(real: pd.DataFrame) -> None:
    market = real[real["series"].eq("nyfed.cmdi.market")].set_index("period")["value"]
    assert market.idxmax().year in {2008, 2009}
    assert market["2020-03"].max() > 3 * market["2020-01"].max()


@pytest.mark.shared
def test_history_is_what_the_workbook_held(real: pd.DataFrame) -> None:
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history)
    columns = ["series", "period", "value"]
    merged = shipped[columns].merge(real[columns], how="left", indicator=True)
    assert merged["_merge"].eq("both").all()
    assert len(shipped) == real["period"].ge("2020-01-01").sum() == 1026


def test_no_week_is_known_before_it_is_over_nor_after_the_file_that_gave_it() -> None:
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history)
    waited = (shipped["known_from"].dt.tz_localize(None) - shipped["period"]).dt.days - 4
    assert waited.between(5, SOURCE.lag_days).all()
    assert shipped["known_from"].max() == pd.Timestamp("2026-07-29", tz="UTC")
    assert shipped.loc[~shipped["assumed"], "known_from"].nunique() == 1


def test_another_sheet_with_the_same_columns_is_read() -> None:
    frame = parse(payload(workbook(one_week("2026-08-07"))))
    assert frame["period"].unique().tolist() == [pd.Timestamp("2026-08-03")]
    assert sorted(frame["series"]) == sorted(COLUMNS.values())


def test_a_renamed_column_is_refused() -> None:
    table = one_week("2026-08-07").rename(columns={"IG CMDI": "Investment grade"})
    with pytest.raises(SchemaDrift, match=r"IG CMDI.* found sheets \['Data'\]"):
        parse(payload(workbook(table, "Data")))


def test_a_week_that_does_not_end_on_friday_is_refused() -> None:
    with pytest.raises(SchemaDrift, match="2026-08-06"):
        parse(payload(workbook(one_week("2026-08-06"))))
