"""Company accounts: real bodies of the SEC, their traps, shipped history."""

import gzip
import json
from datetime import UTC, datetime
from time import perf_counter

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.sec import CONCEPTS, PRODUCTIVE, SOURCE, parse
from sources.tidy import read_history
from tests.conftest import SHARED

FETCHED = datetime(2026, 11, 23, tzinfo=UTC)
ALPHABET = "companyfacts_CIK0001652044_GOOGL_2026-08.full.json.gz"
BODIES = {
    "GOOGL": ALPHABET,
    "META": "companyfacts_CIK0001326801_META.full.json.gz",
    "NVDA": "companyfacts_CIK0001045810.full.json.gz",
    "MSFT": "msft_companyfacts_trimmed.json",
}
Fact = tuple[str, str, int, str] | tuple[str, str, int, str, str]  # start, end, value, filed, form


def payload(content: bytes) -> Payload:
    return Payload(content, SOURCE.requests[0], FETCHED)


def body(name: str) -> bytes:
    content = (SHARED / "payloads/sec" / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


def accounts(name: str) -> pd.DataFrame:
    return parse(payload(body(name)))


def quarter(frame: pd.DataFrame, series: str, period: str) -> list[tuple[str, float]]:
    """The vintages of one quarter: (day it was filed, USD million)."""
    rows = frame[frame["series"].eq(series) & frame["period"].eq(pd.Timestamp(period))]
    return [(f"{row.known_from:%Y-%m-%d}", row.value / 1e6) for row in rows.itertuples()]


def rebuilt(cik: object, **facts: list[Fact]) -> bytes:
    """A body in the SEC's shape; a concept that is not given has one old quarter."""
    old: list[Fact] = [("2001-01-01", "2001-03-31", 1, "2001-05-01")]
    concepts = {names[0] for names in CONCEPTS.values()} | set(facts)
    units = {
        concept: {
            "units": {
                "USD": [
                    dict(zip(("start", "end", "val", "filed"), fact[:4], strict=True))
                    | {"form": fact[4] if len(fact) > 4 else "10-Q"}
                    for fact in facts.get(concept, old)
                ]
            }
        }
        for concept in concepts
    }
    return json.dumps({"cik": cik, "facts": {"us-gaap": units}}).encode()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("ticker", "cells"), [("GOOGL", 98), ("META", 111), ("NVDA", 63), ("MSFT", 36)]
)
def test_every_quarter_equals_the_independent_computation(ticker: str, cells: int) -> None:
    figures = pd.read_csv(SHARED / "figures/hyperscaler_quarterly.csv").query("ticker == @ticker")
    figures["series"] = "sec." + figures["item"] + "." + ticker
    figures["period"] = pd.PeriodIndex(figures["calendar_quarter"], freq="Q").start_time
    newest = accounts(BODIES[ticker]).groupby(["series", "period"])["value"].last() / 1e6
    both = figures.join(newest, on=["series", "period"])
    assert len(both) == cells
    assert (both["value"] - both["usd_m"]).abs().max() == 0


@pytest.mark.shared
def test_capital_expenditure_passes_operating_cash_flow_at_alphabet() -> None:
    newest = accounts(ALPHABET).groupby(["series", "period"])["value"].last() / 1e6
    capex = newest["sec.capex.GOOGL"]["2026-04-01"]
    ocf = newest["sec.ocf.GOOGL"]["2026-04-01"]
    assert (round(capex / ocf, 2), ocf - capex) == (1.15, -5855)


@pytest.mark.shared
def test_a_restated_quarter_is_kept_in_both_vintages() -> None:
    actual = quarter(accounts(BODIES["META"]), "sec.capex.META", "2023-01-01")
    assert actual == [("2023-04-27", 6842), ("2024-04-25", 6823)]


@pytest.mark.shared
def test_a_restatement_enters_a_difference_only_with_its_counterpart() -> None:
    """The first quarter of 2023 was restated in April 2024, its half in August."""
    actual = quarter(accounts(BODIES["META"]), "sec.capex.META", "2023-04-01")
    assert actual == [("2023-07-27", 6216), ("2024-08-01", 6134)]


@pytest.mark.shared
def test_a_difference_is_known_when_its_last_fact_is_filed() -> None:
    """Microsoft's nine months were first filed nine months after the year."""
    actual = quarter(accounts(BODIES["MSFT"]), "sec.depreciation.MSFT", "2025-04-01")
    assert actual == [("2026-04-29", 6300)]


@pytest.mark.shared
def test_amazons_twelve_months_are_not_its_years() -> None:
    excerpt = json.loads(body("amzn_capex_excerpt_verbatim.json"))
    for names in (*CONCEPTS.values(), ("Revenues",)):
        excerpt["facts"]["us-gaap"].setdefault(names[0], excerpt["facts"]["us-gaap"][PRODUCTIVE])
    capex = parse(payload(json.dumps(excerpt).encode())).query("series == 'sec.capex.AMZN'")
    actual = (capex.groupby("period")["value"].last() / 1e6).to_dict()
    assert {f"{period:%Y-%m}": value for period, value in actual.items()} == {
        "2016-07": 1841,
        "2017-01": 1861,
        "2024-07": 22620,
        "2025-01": 25019,
        "2025-04": 32183,
        "2025-07": 35095,
        "2025-10": 39522,
        "2026-01": 44203,
    }


@pytest.mark.shared
def test_a_full_body_is_read_within_a_second() -> None:
    content = body(ALPHABET)
    began = perf_counter()
    parse(payload(content))
    assert perf_counter() - began < 1


@pytest.mark.shared
def test_a_body_of_another_company_is_refused() -> None:
    name = "companyfacts_CIK0001878848_IREN_string_cik_ifrs.full.json.gz"
    with pytest.raises(SchemaDrift, match="found 0001878848"):
        accounts(name)


def test_a_cik_may_be_text_and_a_fact_without_a_start_is_left_out() -> None:
    content = json.loads(rebuilt("0000789019"))
    facts = content["facts"]["us-gaap"]["Depreciation"]["units"]["USD"]
    facts.append({"end": "2026-06-30", "val": 5, "filed": "2026-07-29", "form": "10-K"})
    frame = parse(payload(json.dumps(content).encode()))
    assert frame["series"].str.endswith(".MSFT").all()
    assert len(frame) == 4


def test_a_fiscal_quarter_is_filed_under_the_calendar_quarter_of_its_middle() -> None:
    operating = CONCEPTS["ocf"][0]
    ends = {"2025-11-30": "2025-10-01", "2026-02-28": "2026-01-01", "2026-05-31": "2026-04-01"}
    starts = ["2025-09-01", "2025-12-01", "2026-03-01"]
    facts: list[Fact] = [
        (start, end, 7, "2026-06-22") for start, end in zip(starts, ends, strict=True)
    ]
    frame = parse(payload(rebuilt(1341439, **{operating: facts})))
    actual = frame[frame["series"].eq("sec.ocf.ORCL")]["period"]
    assert actual.dt.strftime("%Y-%m-%d").tolist() == list(ends.values())


def test_a_concept_that_replaces_another_is_followed_and_never_left() -> None:
    old: list[Fact] = [
        ("2019-01-01", "2019-03-31", 10, "2019-05-01"),
        ("2020-01-01", "2020-03-31", 11, "2020-05-01"),
        ("2020-01-01", "2020-03-31", 14, "2022-05-01"),
    ]
    new: list[Fact] = [("2020-01-01", "2020-03-31", 12, "2021-05-01")]
    content = rebuilt(
        1045810,
        **{CONCEPTS["capex"][0]: old, PRODUCTIVE: new},
        DepreciationDepletionAndAmortization=old,
    )
    frame = parse(payload(content))
    assert quarter(frame, "sec.capex.NVDA", "2019-01-01") == [("2019-05-01", 10 / 1e6)]
    assert quarter(frame, "sec.capex.NVDA", "2020-01-01") == [
        ("2020-05-01", 11 / 1e6),
        ("2021-05-01", 12 / 1e6),
    ]


def test_a_renamed_concept_is_refused_by_name() -> None:
    content = rebuilt(789019).replace(b'"Depreciation"', b'"DepreciationOfThings"')
    with pytest.raises(SchemaDrift, match="expected one of Depreciation in USD"):
        parse(payload(content))
    with pytest.raises(SchemaDrift, match="us-gaap"):
        parse(payload(b'{"cik": 789019, "facts": {"ifrs-full": {}}}'))


def test_each_company_is_asked_for_once_and_every_series_is_declared() -> None:
    requested = {request.url[-19:] for request in SOURCE.requests}
    assert len(requested) == len(SOURCE.requests) == 6
    assert "/CIK0001341439.json" in requested
    assert len({series.key for series in SOURCE.series}) == 6 * len(CONCEPTS)


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    assert SOURCE.history is not None
    return read_history(SOURCE.history)


def test_history_holds_only_declared_series_and_public_addresses(shipped: pd.DataFrame) -> None:
    assert set(shipped["series"]) <= {series.key for series in SOURCE.series}
    assert shipped["address"].str.startswith("https://www.sec.gov/Archives/edgar/data/").all()
    assert not shipped.duplicated(["series", "period", "known_from"]).any()
    assert (
        shipped["known_from"].dt.tz_localize(None) > shipped["period"] + pd.Timedelta(days=60)
    ).all()


@pytest.mark.parametrize(
    ("ticker", "period", "ratio", "free"),
    [
        ("GOOGL", "2026-04-01", 1.15, -5855),
        ("ORCL", "2025-10-01", 5.82, -9967),
        ("MSFT", "2026-04-01", 0.65, 19639),
        ("AMZN", "2026-01-01", 1.70, -18171),
    ],
)
def test_history_gives_the_published_ratios(
    shipped: pd.DataFrame, ticker: str, period: str, ratio: float, free: float
) -> None:
    newest = shipped.groupby(["series", "period"])["value"].last() / 1e6
    capex, ocf = (newest[f"sec.{item}.{ticker}"][period] for item in ("capex", "ocf"))
    assert (round(capex / ocf, 2), ocf - capex) == (ratio, free)


def test_four_quarters_of_history_add_up_to_the_years_that_amazon_filed(
    shipped: pd.DataFrame,
) -> None:
    flow = shipped[shipped["series"].eq("sec.ocf.AMZN")].set_index("period")["value"] / 1e6
    years = flow.groupby(flow.index.year).sum()
    assert years[[2021, 2022, 2023, 2024, 2025]].tolist() == [46327, 46752, 84946, 115877, 139514]


@pytest.mark.shared
@pytest.mark.parametrize("ticker", ["GOOGL", "META", "MSFT"])
def test_history_is_what_the_parser_reads_from_the_real_body(
    shipped: pd.DataFrame, ticker: str
) -> None:
    columns = ["series", "period", "known_from", "value"]
    read = accounts(BODIES[ticker])[columns]
    mine = shipped[
        shipped["series"].str.endswith(ticker) & ~shipped["note"].str.contains("tabulation")
    ]
    merged = mine[columns].merge(read, how="left", indicator=True)
    assert merged["_merge"].eq("both").all()
    assert len(mine) == read["period"].ge("2016-01-01").sum()


def test_figures_not_read_in_a_filing_are_told_apart(shipped: pd.DataFrame) -> None:
    doubtful = shipped[shipped["status"].eq("estimated")]
    assert sorted(doubtful["series"]) == ["sec.capex.AMZN", "sec.ocf.AMZN"]
    assert doubtful["note"].str.contains("not read in the filing").all()


OCF, CONTRACT = CONCEPTS["ocf"][0], CONCEPTS["revenue"][1]
ENDS = {1: "2025-03-31", 2: "2025-06-30", 3: "2025-09-30", 4: "2025-12-31"}
FILED = {1: "2025-05-01", 2: "2025-08-01", 3: "2025-11-01", 4: "2026-02-01"}
STARTS = {1: "2025-01-01", 2: "2025-04-01", 3: "2025-07-01", 4: "2025-10-01"}


def to_date(each: int, quarters: int = 4) -> list[Fact]:
    """A year's flows to date as they are filed, each quarter the same."""
    form = {4: "10-K"}
    return [
        (STARTS[1], ENDS[n], each * n, FILED[n], form.get(n, "10-Q"))
        for n in range(1, quarters + 1)
    ]


def by_quarter(content: bytes, series: str) -> dict[str, float]:
    """The last value of each quarter of 2025, in millions."""
    frame = parse(payload(content))
    rows = frame[frame["series"].eq(series) & frame["period"].dt.year.eq(2025)]
    newest = rows.groupby("period")["value"].last() / 1e6
    return {f"Q{period.quarter}": value for period, value in newest.items()}


YEAR = {"Q1": 5000, "Q2": 5000, "Q3": 5000, "Q4": 5000}


@pytest.mark.parametrize("form", ["DEF 14A", "S-4", "8-K", "424B2"])
def test_only_periodic_reports_are_read(form: str) -> None:
    """S20: a proxy statement in thousands made a quarter of -14.98 bn."""
    proxy: Fact = (STARTS[1], ENDS[4], 20_000_000, "2026-04-10", form)
    content = rebuilt(1341439, **{OCF: [*to_date(5_000_000_000), proxy]})
    assert by_quarter(content, "sec.ocf.ORCL") == YEAR


@pytest.mark.parametrize("form", ["10-K/A", "20-F", "40-F", "10-KT"])
def test_an_amendment_and_the_report_of_a_foreign_filer_are_read(form: str) -> None:
    restated: Fact = (STARTS[1], ENDS[4], 21_000_000_000, "2026-04-10", form)
    content = rebuilt(1341439, **{OCF: [*to_date(5_000_000_000), restated]})
    assert by_quarter(content, "sec.ocf.ORCL") == YEAR | {"Q4": 6000}


def test_a_quarter_that_does_not_add_up_to_its_year_has_no_figure() -> None:
    """S20: the year says 20 bn, its last quarter alone 50."""
    last: Fact = (STARTS[4], ENDS[4], 50_000_000_000, FILED[4], "10-K")
    content = rebuilt(1341439, **{OCF: [*to_date(5_000_000_000), last]})
    assert by_quarter(content, "sec.ocf.ORCL") == {"Q1": 5000, "Q2": 5000, "Q3": 5000}


@pytest.mark.parametrize("quarters", [3, 4])
def test_a_concept_that_is_a_part_does_not_replace_the_total(quarters: int) -> None:
    """S21: `Revenues` of 25 bn, where contracts bring 70 bn a quarter."""
    part: list[Fact] = [
        (STARTS[4], ENDS[4], 25_000_000_000, FILED[4], "10-K"),
        (STARTS[1], ENDS[4], 100_000_000_000, FILED[4], "10-K"),
    ]
    totals = {"Revenues": part, CONTRACT: to_date(70_000_000_000, quarters)}
    expected = {f"Q{n}": 70_000 for n in range(1, quarters + 1)}
    assert by_quarter(rebuilt(789019, **totals), "sec.revenue.MSFT") == expected


def test_two_values_of_one_day_give_no_figure() -> None:
    """S22: 20 and 21 for one quarter; the next was 19 by order."""
    first = (STARTS[1], ENDS[1], 20_000_000_000, FILED[1], "10-Q")
    other = (STARTS[1], ENDS[1], 21_000_000_000, FILED[1], "10-Q/A")
    half = (STARTS[1], ENDS[2], 40_000_000_000, FILED[2], "10-Q")
    for facts in ([first, other, half], [other, first, half]):
        assert by_quarter(rebuilt(1341439, **{OCF: facts}), "sec.ocf.ORCL") == {}
    earnings = (*other[:4], "8-K")  # the periodic report comes before it
    content = rebuilt(1341439, **{OCF: [earnings, first, half]})
    assert by_quarter(content, "sec.ocf.ORCL") == {"Q1": 20_000, "Q2": 20_000}
