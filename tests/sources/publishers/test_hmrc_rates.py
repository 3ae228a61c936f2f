"""Customs rates: the publisher's figures, in a body rebuilt in its shape."""

from datetime import date

import pytest

from sources import SchemaDrift
from sources.http.credentials import public_url
from sources.publishers.hmrc_rates import SOURCE, parse, windows
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_payload, shipped_rows
from tests.sources.publishers.helpers import values as values_of

HEAD = "Country/Territories,Currency,Currency Code,Currency Units per £1,Start date,End date\n"
# Of the file of August 2026 (exrates-monthly-0826.csv), as it was served on 2026-09-11.
AUGUST = {"EUR": "1.1719", "MAD": "12.5477", "TWD": "43.3972", "USD": "1.3367"}
NAMES = {"EUR": "Eurozone,Euro", "MAD": "Morocco,Dirham", "TWD": "Taiwan,Dollar"}


def rebuilt(*further: str, span: str = "01/08/2026,31/08/2026", **rates: str) -> bytes:
    """A file of a month with the rates of August 2026, those given in their place."""
    lines = [
        f"{NAMES.get(code, 'USA,Dollar')},{code},{rate},{span}\n"
        for code, rate in (AUGUST | rates).items()
        if rate
    ]
    return (HEAD + "".join(lines) + "".join(further)).encode()


def test_rates_of_august_2026(site: Site) -> None:
    assert values_of(SOURCE, fetch_payload(site, SOURCE, rebuilt())) == {
        "hmrc.rate.EUR": 1.1719,
        "hmrc.rate.MAD": 12.5477,
        "hmrc.rate.TWD": 43.3972,
    }


def test_the_shipped_history_has_the_rates_of_the_file() -> None:
    rows = shipped_rows("hmrc_rates").set_index(["series", "period"])["value"]
    for code in NAMES:
        assert rows[f"hmrc.rate.{code}", "2026-08-01"] == float(AUGUST[code])


# Bank Al-Maghrib's own rates of 25 March 2026, as its interface gave them on 2026-03-30 (recorded
# by the public code of Frankfurter): 10.8057 dirhams for a euro, 12.48 for a pound.
def test_the_rate_of_april_is_near_that_of_the_moroccan_bank_in_march() -> None:
    rows = shipped_rows("hmrc_rates").set_index(["series", "period"])["value"]
    dirham, euro = (rows[f"hmrc.rate.{code}", "2026-04-01"] for code in ("MAD", "EUR"))
    assert dirham == pytest.approx(12.48, rel=0.005)
    assert dirham / euro == pytest.approx(10.8057, rel=0.005)


def test_the_rate_is_dated_by_the_first_of_its_month() -> None:
    """It was fixed days before: the date is never too early."""
    rows = shipped_rows("hmrc_rates")
    assert rows["known_from"].eq(rows["period"]).all()
    assert rows["assumed"].all()


def test_a_corrected_rate_within_the_month_leaves_that_of_the_month() -> None:
    later = "Morocco,Dirham,MAD,14.0000,12/08/2026,31/08/2026\n"
    assert values_of(SOURCE, archived_payload(SOURCE, rebuilt(later)))["hmrc.rate.MAD"] == 12.5477


def test_the_address_writes_the_month_without_a_zero() -> None:
    addresses = [public_url(request) for request in windows([date(2026, 8, 1)], date(2026, 10, 2))]
    assert [url.rpartition("_")[2] for url in addresses] == [
        "2026-8.csv",
        "2026-9.csv",
        "2026-10.csv",
    ]
    assert len(windows([], date(2026, 11, 23))) == 71  # all since January 2021


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (rebuilt(MAD=""), "MAD"),
        (rebuilt(MAD="n/a"), "numbers"),
        (rebuilt(span="2026-08-01,2026-08-31"), "first day"),
        (rebuilt().replace("Units per £1".encode(), b"Units per 1"), "Units per"),
        (rebuilt("Morocco,Dirham,MAD,12.9,01/08/2026,31/08/2026\n"), "one month"),
    ],
)
def test_a_changed_file_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(archived_payload(SOURCE, body))


def test_a_rate_of_another_currency_is_set_aside() -> None:
    verdict = checked(SOURCE, archived_payload(SOURCE, rebuilt(MAD="1.3367")))
    assert "hmrc.rate.MAD" not in set(verdict.accepted["series"])
