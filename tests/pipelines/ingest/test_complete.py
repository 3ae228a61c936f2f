"""Wrong figures in a well-formed body: cut tables, doubles, flags, signs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import find_source
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import stored_figures
from tests.server import Reply, Site

EMBER = "ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv"
PRICE = "Price (EUR/MWhe)"
Fetch = Callable[..., str]


@pytest.fixture
def fetch(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Fetch:
    """Fetch a source whose request is answered so on a day; what was said."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setenv("EIA_API_KEY", "k" * 20)
    monkeypatch.setattr("sources.HISTORY", Path("/nowhere"))

    def fetched(key: str, day: str, *bodies: bytes | Reply, question: int = 0) -> str:
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        site.serve(public_url(find_source(key).requests[question]).split("?")[0], *bodies)
        ended = silentcrash("fetch", key)
        return "loaded" if ended.code == 0 else ended.err.strip().splitlines()[-1]

    return fetched


def stored(series: str) -> dict[str, tuple[float, str]]:
    """The newest value and status of each period of a series."""
    rows = stored_figures().query("series == @series")
    return {f"{row.period:%Y-%m-%d}": (row.value, row.status) for row in rows.itertuples()}


def last_detail(silentcrash: Command, key: str) -> str:
    [row] = [
        row
        for row in json.loads(silentcrash("status", "--format", "json").out)
        if row.get("key", row.get("source")) == key
    ]
    return str(row)


def table(payloads: Path) -> pd.DataFrame:
    return pd.read_csv(payloads / EMBER, dtype=str, keep_default_na=False)


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


@pytest.mark.shared
def test_a_month_lost_by_every_country_is_a_cut(fetch: Fetch, payloads: Path) -> None:
    """S55: it was 29 withdrawals."""
    prices = table(payloads)
    assert fetch("ember", "2025-12-02", as_csv(prices)) == "loaded"
    before = stored_figures()
    cut = prices[prices["Date"].ne("2024-05-01")]
    assert "no series has a figure of 2024-05-01" in fetch("ember", "2025-12-02", as_csv(cut))
    assert stored_figures().equals(before)


@pytest.mark.shared
def test_a_few_conflicting_rows_refuse_the_table(fetch: Fetch, payloads: Path) -> None:
    """S55: under 5 %, they were set aside and the rest went in."""
    prices = table(payloads)
    other = prices.tail(3).assign(**{PRICE: "77.7"})
    reason = fetch("ember", "2025-12-02", as_csv(pd.concat([prices, other])))
    assert "two figures for one period and one date" in reason
    assert stored_figures().empty


def workbook_rows(keys: list[tuple[str, str]], months: int) -> list[dict[str, str]]:
    """Rows in the shape of EIA's API, newest first, of figures that are made up."""
    periods = pd.period_range("2025-01", periods=months, freq="M")[::-1]
    units = {"price-units": "cents per kilowatt-hour", "sales-units": "million kilowatt hours"}
    return [
        {"period": str(period), "stateid": area, "sectorid": sector,
         "price": "11.5", "sales": "9000.5", **units}
        for period in periods
        for area, sector in keys
    ]  # fmt: skip


def eia_page(rows: list[dict[str, str]]) -> bytes:
    response = {"total": str(len(rows)), "frequency": "monthly", "data": rows}
    return json.dumps({"response": response}).encode()


SIX = [(area, sector) for area in ("US", "VA", "TX") for sector in ("COM", "IND")]


@pytest.mark.parametrize("first", [True, False], ids=["first fetch", "second fetch"])
@pytest.mark.parametrize("cut", ["head", "months", "keys"])
def test_a_cut_table_with_a_consistent_total_is_refused(
    fetch: Fetch, first: bool, cut: str
) -> None:
    """S54: 58 of 114 rows, and a total that says 58."""
    rows = workbook_rows(SIX, 19)
    cuts = {
        "head": rows[:58],
        "months": rows[:60],
        "keys": [row for row in rows if row["stateid"] != "TX"],
    }
    assert len(rows) == 114
    if not first:
        assert fetch("eia_v2", "2026-09-25", eia_page(rows)) == "loaded"
    before = None if first else stored_figures()
    ended = fetch("eia_v2", "2026-09-25", eia_page(cuts[cut]))
    if first and cut != "head":  # nothing says that there was more
        assert ended == "loaded"
    else:
        assert "eia_v2: refused" in ended
        assert stored_figures().empty if before is None else stored_figures().equals(before)


@pytest.mark.shared
def test_a_table_of_shares_cut_to_three_quarters_moves_no_median(
    fetch: Fetch, site: Site, payloads: Path
) -> None:
    """R10: the world median of AI diffusion went from 14.8 to 20.1."""
    body = (payloads / "msft_ai_diffusion/AI_Diffusion_Q12026_Update.csv").read_bytes()
    lines = body.splitlines(keepends=True)
    cut = Reply(b"".join(lines[: len(lines) * 3 // 4]), length=False)
    path = "data/AI_Diffusion_Q12026_Update.csv"
    listing = json.dumps({"tree": [{"path": path, "type": "blob"}], "truncated": False}).encode()
    newest = f"https://raw.githubusercontent.com/microsoft/ai-diffusion-report/main/{path}"
    site.serve(newest, body)
    assert fetch("msft_ai_diffusion", "2026-06-01", listing) == "loaded"
    before = stored_figures()
    site.serve(newest, cut)
    assert "msft_ai_diffusion: refused" in fetch("msft_ai_diffusion", "2026-06-02", listing)
    assert stored_figures().equals(before)


@pytest.mark.shared
def test_a_table_of_chips_cut_on_a_first_fetch_is_refused(fetch: Fetch, payloads: Path) -> None:
    """R11: 60 % of the chips that the publisher listed in December 2025."""
    chips = pd.read_csv(payloads / "epoch_ml_hardware/ml_hardware_2025-12.csv", dtype=str)
    cut = as_csv(chips.head(len(chips) * 6 // 10))
    assert "entries" in fetch("epoch_hardware", "2026-01-10", cut)
    assert fetch("epoch_hardware", "2026-01-10", as_csv(chips)) == "loaded"


# Accounts


def accounts(*flows: int) -> bytes:
    """The SEC's answer for Oracle: operating cash flows from 2025 Q1 on."""
    from tests.sources.publishers.test_sec import (
        CONCEPTS,
        ENDS,
        FILED,
        OCF,
        STARTS,
        rebuilt,
        to_date,
    )

    facts = [(STARTS[n], ENDS[n], flow, FILED[n], "10-Q") for n, flow in enumerate(flows, start=1)]
    same = {names[0]: to_date(6_000_000_000) for names in CONCEPTS.values()}
    return rebuilt(1341439, **same | {OCF: facts})


def test_a_flow_that_changes_its_sign_is_doubted(fetch: Fetch) -> None:
    """S23: the ratio of a negative figure says nothing."""
    oracle = [request.url[-15:] for request in find_source("sec").requests].index("0001341439.json")
    good = accounts(5_000_000_000, 5_100_000_000, 5_200_000_000)
    fetch("sec", "2025-11-20", good, question=oracle)
    assert len(stored("sec.ocf.ORCL")) == 3
    flipped = accounts(5_000_000_000, -5_100_000_000, 5_200_000_000)
    fetch("sec", "2025-11-21", flipped, question=oracle)
    assert stored("sec.ocf.ORCL")["2025-04-01"] == (5_100_000_000, "final")


# Eurostat


def eurostat(payloads: Path, change: Callable[[Any], object]) -> bytes:
    content = json.loads((payloads / "eurostat/nrg_pc_205_nonhousehold.json").read_bytes())
    change(content)
    return json.dumps(content).encode()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("flag", "status"),
    [("bp", "preliminary"), ("ep", "estimated"), ("b", "final"), ("du", "final"), ("f", None)],
)
@pytest.mark.parametrize("listed", [False, True], ids=["table", "list"])
def test_flags_of_two_letters_are_read(
    fetch: Fetch, payloads: Path, flag: str, status: str | None, listed: bool
) -> None:
    """S50: `bp` was final, a list was an error of Python."""

    def flagged(content: Any) -> None:
        cells = 1
        for size in content["size"]:
            cells *= size
        table = dict.fromkeys(content["value"], flag)
        content["status"] = [table.get(str(index)) for index in range(cells)] if listed else table

    ended = fetch("eurostat", "2026-05-01", eurostat(payloads, flagged))
    assert (ended == "loaded") == (status is not None)
    statuses = set(stored_figures()["status"])
    assert statuses == ({status} if status else set())


@pytest.mark.shared
def test_a_flag_that_nobody_knows_is_refused(fetch: Fetch, payloads: Path) -> None:
    def flagged(content: Any) -> None:
        content["status"] = "q"

    assert "flags" in fetch("eurostat", "2026-05-01", eurostat(payloads, flagged))


# The day-ahead market

MEAN, STRESS = "energy_charts.DE-LU.mean", "energy_charts.DE-LU.stress"


def market(days: int = 1, **changed: Any) -> bytes:
    """Days of Berlin from 4 May 2026 in the publisher's shape, at 50 EUR/MWh."""
    start = pd.Timestamp("2026-05-04", tz="Europe/Berlin")
    at = pd.date_range(start, start + pd.DateOffset(days=days), freq="15min", inclusive="left")
    body = {
        "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0)",
        "unix_seconds": [int(item.timestamp()) for item in at],
        "price": [50.0] * len(at),
        "unit": "EUR / MWh",
        "deprecated": False,
    }
    return json.dumps(body | changed).encode()


def energy(fetch: Fetch, *bodies: bytes | Reply) -> str:
    return fetch("energy_charts", "2026-05-05", *bodies)


@pytest.mark.parametrize("last", [0, 95])
def test_an_instant_with_two_prices_is_refused(fetch: Fetch, last: int) -> None:
    """S51: the first of 100 and 500 was taken."""
    body = json.loads(market())
    for price, loaded in ((500.0, False), (50.0, True)):
        twice = {
            "unix_seconds": [*body["unix_seconds"], body["unix_seconds"][last]],
            "price": [*body["price"], price],
        }
        ended = energy(fetch, market(**twice))
        assert (ended == "loaded") == loaded, ended
    assert stored(MEAN) == {"2026-05-04": (50.0, "final")}


def test_days_of_zeros_are_flagged(fetch: Fetch) -> None:
    """S52: eight zero quarters, or a day of zeros, were averaged."""
    assert "nothing but zeros" in energy(fetch, market(price=[0.0] * 96))
    assert energy(fetch, market(price=[0.0] * 8 + [48.0] * 88)) == "loaded"
    assert stored(MEAN)["2026-05-04"] == (44.0, "preliminary")
    assert energy(fetch, market(price=[0.0] * 7 + [48.0] * 89)) == "loaded"
    assert stored(MEAN)["2026-05-04"][1] == "final"
    assert "nothing but zeros" in energy(fetch, market(price=[0.0] * 96))
    assert stored(MEAN)["2026-05-04"][0] == 44.5


@pytest.mark.parametrize("unit", ["EUR/MWh", "EUR / MWh", "€/MWh", "No Unit"])
def test_known_words_of_the_unit_are_read(fetch: Fetch, unit: str) -> None:
    """S53."""
    assert energy(fetch, market(unit=unit)) == "loaded"
    assert "EUR/MWh" in energy(fetch, market(unit="ct/kWh"))


def test_a_404_of_the_api_is_no_data_and_one_of_a_server_a_fault(
    fetch: Fetch, silentcrash: Command
) -> None:
    """S53: an empty day failed."""
    assert energy(fetch, market()) == "loaded"
    before = stored_figures()
    kind = {"Content-Type": "application/json"}
    empty = Reply(b'{"detail": "no content available"}', 404, kind)
    assert energy(fetch, empty) == "loaded"
    assert "no figure for this yet" in last_detail(silentcrash, "energy_charts")
    page = Reply(b"<html><body>Not Found</body></html>", 404, {"Content-Type": "text/html"})
    assert "energy_charts: failed" in energy(fetch, page)
    assert stored_figures().equals(before)


def test_an_address_that_is_called_deprecated_is_told(fetch: Fetch, silentcrash: Command) -> None:
    """S53: nothing was said of it."""
    assert energy(fetch, market(deprecated=True)) == "loaded"
    assert "deprecated" in last_detail(silentcrash, "energy_charts")


# Several questions


def fred(series: str, value: str = "50.5") -> bytes:
    rows = "".join(f"2025-{month:02}-01,{value}\n" for month in range(1, 13))
    return f"observation_date,{series}\n{rows}".encode()


def test_the_state_of_a_source_is_the_worst_of_its_questions(
    fetch: Fetch, site: Site, silentcrash: Command
) -> None:
    """R12: the first question was refused, and the status said unchanged."""
    _, hosting = find_source("fred").requests
    site.serve(public_url(hosting), fred("PCU518210518210", "110.5"))
    assert fetch("fred", "2026-01-20", fred("PCU334413334413")) == "loaded"
    for _ in range(2):  # both orders of arrival happen
        assert "refused" in fetch("fred", "2026-01-21", fred("PCU334413334413", "n/a"))
        assert "refused" in last_detail(silentcrash, "fred")
    assert fetch("fred", "2026-01-22", fred("PCU334413334413")) == "loaded"
    assert "refused" not in last_detail(silentcrash, "fred")
