"""US labour statistics: real responses, refusals, and shipped vintages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, Request, SchemaDrift
from sources.publishers.bls import PPI, SOURCE, parse
from tests.sources.publishers.helpers import shipped_rows

FETCHED = datetime(2026, 11, 23, tzinfo=UTC)


def payload(body: object, *requested: str) -> Payload:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = SOURCE.requests[0].url
    return Payload(content, Request(url, json={"seriesid": list(requested)}), FETCHED)


def rebuilt(series: str, *points: tuple[str, str, str]) -> dict[str, object]:
    """An answer in the service's shape; points are (year, period, value)."""
    data = [{"year": y, "period": p, "value": v, "footnotes": [{}]} for y, p, v in points]
    answer = {"series": [{"seriesID": series, "data": data}]}
    return {"status": "REQUEST_SUCCEEDED", "message": [], "Results": answer}


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return shipped_rows("bls", parse_dates=["period", "known_from"])


@pytest.mark.shared
def test_real_monthly_figures_are_read_and_the_annual_average_is_not(payloads: Path) -> None:
    body = (payloads / "bls/bls_v2_response_APU0000701111_2022.json").read_bytes()
    frame = parse(payload(body, "APU0000701111"))
    assert frame["period"].tolist() == list(pd.date_range("2022-01-01", periods=12, freq="MS"))
    assert frame.set_index("period")["value"]["2022-12-01"] == 0.522
    assert set(frame["status"]) == {"final"}


@pytest.mark.shared
def test_a_real_preliminary_figure_is_marked(payloads: Path) -> None:
    body = (payloads / "bls/real_sample_LAUST_v2.json").read_bytes()
    frame = parse(payload(body, "LAUST080000000000006"))
    assert frame["status"].tolist() == ["final", "final", "preliminary"]
    assert frame["value"].iloc[-1] == 3178070


@pytest.mark.shared
def test_a_real_missing_value_is_left_out(payloads: Path) -> None:
    body = (payloads / "bls/real_sample_dash_value_OEWS.json").read_bytes()
    assert parse(payload(body, "OEUN000000000000029102313")).empty


@pytest.mark.shared
def test_a_real_refusal_served_as_success_is_refused(payloads: Path) -> None:
    body = (payloads / "bls/real_sample_not_processed_HTTP200.json").read_bytes()
    with pytest.raises(SchemaDrift, match=r"REQUEST_NOT_PROCESSED: .*daily threshold"):
        parse(payload(body, PPI))


@pytest.mark.shared
def test_the_rebuilt_answer_agrees_with_the_kept_figures(
    payloads: Path, shipped: pd.DataFrame
) -> None:
    body = (payloads / "bls/RECONSTRUCTED_ppi_semis_v2_shape.json").read_bytes()
    ours = f"bls.ppi.{PPI}"
    frame = parse(payload(body, PPI)).query("series == @ours").set_index("period")["value"]
    assert frame["2026-07-01"] == 28.987
    assert (
        frame.to_dict()
        == shipped[shipped["series"].eq(ours)].set_index("period")["value"].to_dict()
    )


def test_quarters_begin_in_their_first_month() -> None:
    body = rebuilt(
        "PRS85006091",
        ("2026", "Q02", "2.2"),
        ("2025", "Q05", "2.3"),
        ("2025", "A01", "2.3"),
        ("2025", "Q04", "-"),
        ("2025", "Q01", "-2.0"),
    )
    frame = parse(payload(body, "PRS85006091"))
    assert frame["series"].unique().tolist() == ["bls.productivity.PRS85006091"]
    assert frame["period"].tolist() == [pd.Timestamp("2025-01-01"), pd.Timestamp("2026-04-01")]
    assert frame["value"].tolist() == [-2.0, 2.2]


def test_success_without_a_series_that_was_asked_for_is_refused() -> None:
    answered = rebuilt(PPI, ("2026", "M07", "28.987"))
    with pytest.raises(SchemaDrift, match=r"none of .*PRS85006091"):
        parse(payload(answered, PPI, "PRS85006091"))
    nothing = {"status": "REQUEST_SUCCEEDED", "message": [], "Results": {}}
    with pytest.raises(SchemaDrift, match=PPI):
        parse(payload(nothing, PPI))


def test_what_is_declared_is_what_is_asked_for() -> None:
    requested = SOURCE.requests[0].json
    assert requested is not None
    assert [series.key.split(".")[-1] for series in SOURCE.series] == requested["seriesid"]


@pytest.mark.parametrize(
    ("month", "value"),
    [
        ("2021-07", 29.815),
        ("2022-12", 31.862),
        ("2024-06", 31.518),
        ("2025-07", 29.798),
        ("2026-04", 30.602),
        ("2026-07", 28.987),
    ],
)
def test_kept_semiconductor_prices(shipped: pd.DataFrame, month: str, value: float) -> None:
    prices = shipped[shipped["series"].eq(f"bls.ppi.{PPI}")]
    assert prices.set_index("period")["value"][f"{month}-01"] == value
    assert len(prices) == 61


def test_a_revised_quarter_is_kept_in_both_vintages(shipped: pd.DataFrame) -> None:
    quarter = shipped[
        shipped["series"].str.endswith("PRS85006093") & shipped["period"].eq("2026-01-01")
    ]
    assert quarter.sort_values("known_from")["value"].tolist() == [119.576, 119.437]


def test_no_quarter_is_known_before_it_is_over(shipped: pd.DataFrame) -> None:
    over = shipped["period"] + pd.offsets.MonthEnd(1)
    assert (shipped["known_from"] > over).all()
    yearly = shipped[shipped["series"].str.endswith("PRS85006091")].set_index("period")["value"]
    assert yearly["2026-04-01"] == 2.2
