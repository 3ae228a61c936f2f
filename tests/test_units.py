"""Units and money, against rates and factors that others published."""

import pytest

from silentcrash.prices import real
from silentcrash.units import UnitError, amount, convert, euro_rates, merged, shipped_rates
from tests.sources.publishers.helpers import shipped_rows


def row(value: float | None, unit: str, period: str = "2024-01-01") -> dict[str, object]:
    return {"series": "made_up", "period": period, "value": value, "unit": unit}


# The ECB's own monthly averages of the dollar (EXR.M.USD.EUR.SP00.A).
@pytest.mark.parametrize(
    ("month", "rate"), [("2024-01", 1.0905), ("2024-02", 1.0795), ("2024-03", 1.0872)]
)
def test_the_shipped_rates_are_those_of_the_bank(month: str, rate: float) -> None:
    assert shipped_rates()["USD"][month][0] == pytest.approx(rate, abs=5e-5)


@pytest.mark.parametrize(
    ("value", "unit", "into", "expected"),
    [
        (14.53, "c/kWh", "USD/MWh", 145.3),
        (100.0, "EUR/MWh", "USD/MWh", 109.05),
        (0.1, "EUR/kWh", "USD/MWh", 109.05),
        (109.05, "USD/MWh", "EUR/MWh", 100.0),
        (2.5, "USD/mmbtu", "USD/mmbtu", 2.5),
        (3.6, "USD/MWh", "USD/GJ", 1.0),
        (5.0, "USD mn", "USD", 5e6),
        (1.0, "MWh", "kWh", 1000.0),
        (720.0, "USD/MW-day", "USD/MW-day", 720.0),
    ],
)
def test_a_figure_in_another_unit(value: float, unit: str, into: str, expected: float) -> None:
    [converted] = convert([row(value, unit)], into, shipped_rates())
    assert converted["value"] == pytest.approx(expected, rel=1e-4)
    assert (converted["published_value"], converted["published_unit"]) == (value, unit)


def test_the_rate_and_its_source_stand_beside_the_figure() -> None:
    [german] = convert([row(100.0, "EUR/MWh")], "USD/MWh", shipped_rates())
    assert german["rate_period"] == "2024-01"
    assert "European Central Bank" in german["rate_source"]
    [american] = convert([row(10.0, "c/kWh")], "USD/MWh", shipped_rates())
    assert (american["rate"], american["rate_source"]) == (None, "")


def test_a_currency_without_a_rate_is_said_and_not_guessed() -> None:
    [moroccan] = convert([row(1.3, "DH/kWh")], "USD/MWh", shipped_rates())
    assert moroccan["value"] is None
    assert moroccan["rate_source"] == "no rate of MAD is held for 2024-01 or the year before"


def of_customs(year: int) -> list[dict[str, object]]:
    """The shipped customs rates of a year, as a client reads them from a site."""
    rows = shipped_rows("hmrc_rates")
    units = rows["series"].str[-3:] + "/GBP"
    return rows.assign(unit=units)[rows["period"].str[:4].eq(str(year))].to_dict("records")


# The yearly averages of the United States' revenue service, dirhams for a dollar (irs.gov, "Yearly
# Average Currency Exchange Rates"). One publisher takes the rate of a Thursday a month, the other
# an average of its own: they are within two per cent.
@pytest.mark.parametrize(
    ("year", "average"),
    [(2019, 9.614), (2020, 9.495), (2021, 8.995), (2022, 10.275), (2023, 10.134)],
)
def test_dirhams_for_a_dollar_are_near_those_of_the_irs(year: int, average: float) -> None:
    rates = merged(shipped_rates(), euro_rates(of_customs(year)))
    months = [f"{year}-{month:02d}-01" for month in range(1, 13)]
    dollars = [convert([row(1.0, "USD", month)], "MAD", rates)[0]["value"] for month in months]
    assert sum(dollars) / 12 == pytest.approx(average, rel=0.02)


def test_a_tariff_in_dirhams_is_given_in_dollars_with_both_rates() -> None:
    rates = merged(shipped_rates(), euro_rates(of_customs(2024)))
    [moroccan] = convert([row(1.30486, "DH/kWh")], "USD/MWh", rates)
    # 12.6982 dirhams and 1.1567 euros for a pound, 1.0905 dollars for a euro
    assert moroccan["value"] == pytest.approx(1304.86 / (12.6982 / 1.1567) * 1.0905, rel=1e-4)
    assert moroccan["rate_source"].startswith("hmrc.rate.MAD and hmrc.rate.EUR of 2024-01; Euro")


def test_a_rate_for_a_pound_without_its_euro_is_not_used() -> None:
    alone = [figure for figure in of_customs(2024) if figure["unit"] != "EUR/GBP"]
    assert euro_rates(alone) == {}
    euros = [figure for figure in of_customs(2024) if figure["unit"] == "EUR/GBP"]
    elsewhere = [figure | {"series": "other.rate.EUR"} for figure in euros]
    assert euro_rates([*alone, *elsewhere]) == {}


def test_a_rate_is_that_of_the_period_and_never_of_later() -> None:
    assert "2024-03" not in shipped_rates("2024-03-15")["USD"]
    assert "2024-02" in shipped_rates("2024-03-15")["USD"]
    [later] = convert([row(1.0, "EUR", "2027-03-01")], "USD", shipped_rates())
    assert later["rate_period"] == "2026-10"
    [too_late] = convert([row(1.0, "EUR", "2030-03-01")], "USD", shipped_rates())
    assert too_late["value"] is None


@pytest.mark.parametrize(
    ("unit", "into"), [("c/kWh", "USD/GPU-h"), ("%", "USD"), ("MWh", "MW"), ("USD", "USD/MWh")]
)
def test_what_is_not_alike_is_refused(unit: str, into: str) -> None:
    with pytest.raises(UnitError):
        convert([row(1.0, unit)], into, shipped_rates())


def test_units_of_publishers_are_read() -> None:
    assert amount("c/kWh") == ("USD", 0.01, "1/kWh")
    assert amount("DH/kWh") == ("MAD", 1.0, "1/kWh")
    assert amount("thousand TWD") == ("TWD", 1000.0, "1")
    assert amount("index, 2020 = 100") == ("", 1.0, "index, 2020 = 100")


# The bureau's own calculator: 100 dollars of January 2015 bought what 135.93 did in January 2025.
@pytest.mark.parametrize(
    ("period", "month", "expected"),
    [
        ("2015-01-01", "2025-01", 135.93),
        ("2025-01-01", "2025-01", 100.0),
        ("1980-01-01", "2020-01", 331.58),
    ],
)
def test_an_amount_in_the_prices_of_a_month(period: str, month: str, expected: float) -> None:
    [deflated] = real([row(100.0, "USD/MWh", period)], month)
    assert deflated["value"] == pytest.approx(expected, abs=5e-3)
    assert (deflated["nominal_value"], deflated["deflator_period"]) == (100.0, period[:7])
    assert deflated["unit"] == f"USD/MWh, prices of {month}"
    assert "U.S. Bureau of Labor Statistics" in deflated["deflator_source"]


def test_a_month_that_was_never_collected_is_that_of_the_one_before() -> None:
    [october] = real([row(100.0, "USD", "2025-10-01")], "2025-09")
    assert (october["value"], october["deflator_period"]) == (100.0, "2025-09")
    [unknown] = real([row(100.0, "USD", "2030-01-01")], "2025-09")
    assert unknown["value"] is None
    assert "no consumer prices of 2030-01" in unknown["deflator_source"]


def test_prices_are_those_published_by_the_day() -> None:
    with pytest.raises(UnitError, match="to 2025-11 as YYYY-MM"):
        real([row(100.0, "USD", "2025-01-01")], "2025-12", as_of="2026-01-21T23:59:59Z")
    assert real([row(100.0, "USD", "2025-01-01")], "2025-12", as_of="2026-01-22T23:59:59Z")


def test_only_dollars_are_deflated() -> None:
    with pytest.raises(UnitError, match="convert it to US dollars"):
        real([row(100.0, "EUR/MWh")], "2025-01")
