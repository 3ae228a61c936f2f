"""Sources that serve a span of time are asked from the last stored figure on."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from sources import find_source
from sources.http.credentials import public_url
from sources.publishers import energy_charts, gdelt, hmrc_rates, sec_filings
from tests.pipelines.conftest import Command
from tests.server import Received, Reply, Site
from tests.sources.publishers.test_hmrc_rates import rebuilt

MARKET = "https://api.energy-charts.info/price"
SEARCH = sec_filings.ADDRESS


def day_prices(first: str, last: str, price: float = 50.0) -> bytes:
    """Whole days of Berlin in the publisher's shape, at a price that is made up."""
    end = pd.Timestamp(last, tz="Europe/Berlin") + pd.DateOffset(days=1)
    at = pd.date_range(pd.Timestamp(first, tz="Europe/Berlin"), end, freq="15min", inclusive="left")
    body = {
        "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0) from SMARD.de",
        "unix_seconds": [int(item.timestamp()) for item in at],
        "price": [price] * len(at),
        "unit": "EUR / MWh",
        "deprecated": False,
    }
    return json.dumps(body).encode()


class Publisher:
    """Answers every question from its query, as the publisher does."""

    def __init__(self, site: Site, patch: pytest.MonkeyPatch, answer: Any) -> None:
        self.questions: list[dict[str, str]] = []

        def reply(received: Received, target: str) -> Reply:
            site.asked.append(received)
            query = parse_qs(urlsplit(target).query)
            if not query:
                return Reply(b"", 404)
            self.questions.append({name: values[0] for name, values in query.items()})
            return Reply(answer(self.questions[-1]))

        patch.setattr(site, "reply", reply)
        patch.setenv("SILENTCRASH_GATEWAY", site.url)


def fetch_on(silentcrash: Command, patch: pytest.MonkeyPatch, key: str, day: str) -> None:
    patch.setenv("SILENTCRASH_NOW", f"{day}T14:00:00+00:00")
    ended = silentcrash("fetch", key)
    assert ended.code == 0, ended.err + ended.out


def stored(silentcrash: Command, series: str) -> dict[str, float]:
    sql = f"select period, value from v_observation where series = '{series}' order by period"
    rows = json.loads(silentcrash("query", sql, "--format", "json").out)
    return {str(row["period"])[:10]: row["value"] for row in rows}


def test_the_days_of_an_outage_are_asked_for_in_one_question(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(question: dict[str, str]) -> bytes:
        assert question["bzn"] == "DE-LU"
        return day_prices(max(question["start"], "2026-08-20"), question["end"])

    publisher = Publisher(site, monkeypatch, answer)
    fetch_on(silentcrash, monkeypatch, "energy_charts", "2026-09-01")
    [first] = publisher.questions
    assert (first["start"], first["end"]) == ("2025-09-02", "2026-09-02")
    fetch_on(silentcrash, monkeypatch, "energy_charts", "2026-10-12")
    span = publisher.questions[-1]
    assert (span["start"], span["end"]) == ("2026-08-02", "2026-10-13")
    assert len(publisher.questions) == 2
    days = pd.date_range("2026-08-20", "2026-10-13").strftime("%Y-%m-%d")
    assert list(stored(silentcrash, "energy_charts.DE-LU.mean")) == list(days)


def test_a_long_outage_takes_as_many_questions_as_the_window_needs() -> None:
    today, last = date(2026, 11, 24), date(2024, 11, 1)
    spans = [request.params for request in energy_charts.windows([last], today)]
    assert len(spans) == 3
    assert spans[0]["start"] == str(last - timedelta(days=31))
    assert spans[-1]["end"] == "2026-11-25"
    for before, after in pairwise(spans):
        assert date.fromisoformat(after["start"]) - date.fromisoformat(before["end"]) == (
            timedelta(days=1)
        )


def hits(question: dict[str, str], each_month: int) -> list[dict[str, Any]]:
    """So many filings a month of the span, in the publisher's shape."""
    months = pd.period_range(question["startdt"], question["enddt"], freq="M")
    today = "2026-11-24"
    return [
        {
            "_id": f"{month}-{number:06d}:release.htm",
            "_source": {
                "adsh": f"{month}-{number:06d}",
                "file_date": f"{month}-05",
                "file_type": "EX-99.1",
                "ciks": ["0000000001"],
                "display_names": ["Made Up Power Inc.  (MUP)  (CIK 0000000001)"],
            },
        }
        for month in months
        for number in range(each_month)
        if f"{month}-05" <= today
    ]


def page_of(question: dict[str, str], each_month: int) -> bytes:
    """The hundred hits from that place on; the total is capped as the search does."""
    every, start = hits(question, each_month), int(question["from"])
    relation = "eq" if len(every) < sec_filings.MOST else "gte"
    total = {"value": min(len(every), sec_filings.MOST), "relation": relation}
    body = {"total": total, "hits": every[start : start + sec_filings.PER_PAGE]}
    return json.dumps({"timed_out": False, "hits": body}).encode()


def test_a_search_moves_with_time_pages_and_never_reaches_its_cap(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 300 a month since 2024 are over 10,000 in one question, and 900 in that of a quarter.
    publisher = Publisher(site, monkeypatch, lambda question: page_of(question, 300))
    fetch_on(silentcrash, monkeypatch, "sec_filings", "2026-11-24")
    first = [question for question in publisher.questions if question["from"] == "0"]
    assert (first[0]["startdt"], first[0]["enddt"]) == ("2024-01-01", "2024-03-31")
    assert (first[-1]["startdt"], first[-1]["enddt"]) == ("2026-10-01", "2026-11-30")
    assert len(first) == 12
    counts = stored(silentcrash, "sec_filings.data_centre")
    months = pd.date_range("2024-01-01", "2026-10-01", freq="MS").strftime("%Y-%m-%d")
    assert counts == dict.fromkeys(months, 300.0)
    before = len(publisher.questions)
    fetch_on(silentcrash, monkeypatch, "sec_filings", "2026-11-27")
    spans = {(question["startdt"], question["enddt"]) for question in publisher.questions[before:]}
    assert spans == {("2026-10-01", "2026-11-30")}


def test_a_month_that_is_missing_is_asked_for_again() -> None:
    today = date(2026, 11, 24)
    months = [day.date() for day in pd.date_range("2024-01-01", "2026-10-01", freq="MS")]
    lost = [month for month in months if month not in {date(2025, 5, 1), date(2026, 9, 1)}]
    spans = [
        (request.params["startdt"], request.params["enddt"])
        for request in sec_filings.windows(lost, today)
    ]
    assert spans == [
        ("2025-05-01", "2025-05-31"),
        ("2026-09-01", "2026-09-30"),
        ("2026-10-01", "2026-11-30"),
    ]


def test_missed_weeks_of_papers_are_asked_for_as_far_back_as_the_interface_reaches() -> None:
    today = date(2026, 11, 24)
    spans = [
        (request.params["startdatetime"][:8], request.params["enddatetime"][:8])
        for request in gdelt.windows([date(2026, 11, 3)], today)
    ]
    assert spans[::2] == spans[1::2]  # Africa and France
    assert spans[::2] == [
        ("20261104", "20261110"),
        ("20261111", "20261117"),
        ("20261118", "20261124"),
    ]
    assert len(gdelt.windows([date(2026, 1, 1)], today)) == 2 * 12
    assert len(gdelt.windows([], today)) == 2
    assert all("timespan" not in request.params for request in gdelt.windows([], today))


def test_the_status_names_what_a_monthly_run_loses(empty_home: Path, silentcrash: Command) -> None:
    silentcrash("fetch", "ecb_rates")
    rows = json.loads(silentcrash("status", "--format", "json").out)
    loses = {row["key"]: row["monthly_run"] for row in rows}
    assert loses["vast"] == "keeps 1 of 4 readings"
    assert loses["energy_charts"] == "loses nothing"
    assert loses["sec_filings"] == "loses nothing"
    assert loses["feeds"] == "loses what has left the feed"
    assert loses["pjm_capacity"] == "loses nothing"


def test_the_questions_of_the_declaration_are_those_of_the_windows() -> None:
    for key in ("energy_charts", "sec_filings", "gdelt"):
        source = find_source(key)
        assert source.windows is not None
        declared = {public_url(request).split("?")[0] for request in source.requests}
        spans = source.windows([], date(2026, 11, 24))
        assert {public_url(request).split("?")[0] for request in spans} == declared


def test_the_rates_of_the_months_since_the_history_are_asked_for(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made-up rates of December 2026, a little off those of November."""
    months = {
        "11": rebuilt(span="01/11/2026,30/11/2026", EUR="1.193", MAD="13.1013", TWD="43.3869"),
        "12": rebuilt(span="01/12/2026,31/12/2026", EUR="1.2", MAD="13.2", TWD="43.5"),
    }
    for month, body in months.items():
        site.serve(f"{hmrc_rates.FILES}/monthly_csv_2026-{month}.csv", body)
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-12-05T09:00:00+00:00")
    ended = silentcrash("fetch", "hmrc_rates")
    assert ended.code == 0, ended.err + ended.out
    files = [received.path for received in site.asked if "monthly_csv" in received.path]
    assert [path.rpartition("_")[2] for path in files] == ["2026-11.csv", "2026-12.csv"]
    csv = silentcrash("series", "get", "hmrc.rate.MAD", "--vintages", "--format", "csv").out
    newest = csv.splitlines()[-1]
    assert newest.startswith("hmrc.rate.MAD,2026-12-01,13.2,MAD/GBP,final,2026-12-05T09:00:00Z")
    assert csv.count(",2026-11-01,") == 1  # the same rate again is no new version
