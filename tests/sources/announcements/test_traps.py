"""The traps of announcements, in texts worded for these tests."""

import pytest

from sources.announcements import extract
from sources.announcements.places import find as locate

SITE = "Northbridge plans data center in Ohio"


@pytest.mark.parametrize(
    ("text", "mw", "qualifier"),
    [
        ("Northbridge to expand Lagos data center to 400MW", 400, ""),
        ("Northbridge expands Lagos data center by 200MW", 200, "increment"),
        ("Northbridge plans data center of up to 60 MW in Ohio", 60, "up to"),
        ("Northbridge plans ~150MW data center in Norfolk, UK", 150, ""),
        ("Northbridge plans gigawatt-scale data center in Texas", 1000, "scale"),
        ("Northbridge plans 1.2GW data center campus in Texas", 1200, ""),
        ("Northbridge plans 750kW data center in Oslo, Norway", 0.75, ""),
        ("Northbridge va construire un centre de données de deux gigawatts à Dakhla", 2000, ""),
        ("Northbridge va construire un centre de données de 1,5 mégawatts à Rabat", 1.5, ""),
    ],
)
def test_power_is_read_with_its_qualifier(text: str, mw: float, qualifier: str) -> None:
    power = extract(text).power
    assert power is not None
    assert power.mw == pytest.approx(mw)
    assert qualifier in {"", power.qualifier}


@pytest.mark.parametrize(
    "text",
    [
        "Northbridge plans multi-gigawatt data center campus in Texas",
        "Northbridge plans three gigawatt-scale data center campuses in Texas",
        f"{SITE} beside 500MW solar farm",
        f"{SITE}, 1000000000000 MW",
    ],
)
def test_power_that_is_not_the_projects_is_left_out(text: str) -> None:
    assert extract(text).power is None


@pytest.mark.parametrize(
    "text",
    [
        "Northbridge secures $5bn loan for 200MW data center in Ohio",
        "Northbridge signs $19bn compute contract at 300MW data center",
        "Northbridge sold to Eastfield Capital in $40bn data center deal",
        "Northbridge buys 30MW data center from Eastfield",
        "Ohio lawmakers propose bill to end $1bn data center tax exemption",
        "Utility Eastfield signs 1GW power purchase agreement with data center",
        "Eastfield plans 2GW gas plant to feed data centers in Ohio",
        "Northbridge orders 4,000 chips for 50MW data center",
        "Northbridge denies data center delays in Ohio",
        "County rejects data center moratorium in Ohio",
        "Residents protest against $3bn data center in Ohio",
        "Sponsored: cooling the 100MW data center",
        "Northbridge lève 170 millions de dollars pour ses centres de données",
        "Eastfield scraps hydrogen project and looks at data center demand",
    ],
)
def test_what_stands_beside_a_project_is_no_event_and_gives_no_figure(text: str) -> None:
    event = extract(text)
    assert event.kind == "not_announcement"
    assert (event.power, event.money, event.operators, event.country) == (None, None, (), "")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Northbridge plans AU$2.5bn data center in Sydney", 2.5e9, "AUD"),
        ("Northbridge plans R$500m data center in Fortaleza", 5e8, "BRL"),
        ("Northbridge plans S$1bn data center in Singapore", 1e9, "SGD"),
        ("Northbridge plans GBP £62 million data center in Leeds", 62e6, "GBP"),
        ("Northbridge to invest €600 million ($703m) in data center in Sweden", 6e8, "EUR"),
        ("Northbridge to invest Rs 1,500 crore in data center in Mumbai", 1.5e10, "INR"),
        ("Northbridge investit 1,22 milliard d'euros dans un centre de données", 1.22e9, "EUR"),
        ("Northbridge va investir 500 millions $ dans un centre de données", 5e8, "USD"),
    ],
)
def test_money_has_its_own_currency(text: str, amount: float, currency: str) -> None:
    money = extract(text).money
    assert money is not None
    assert (money.amount, money.currency) == (pytest.approx(amount), currency)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Canada's Northbridge plans data center in California", "United States"),
        ("Northbridge plans data center in Toledo, Spain", "Spain"),
        ("Northbridge plans data center in Cameron County, Texas", "United States"),
        ("Data center approved in Spalding County, Georgia", "United States"),
        ("Northbridge plans data center in Tbilisi, Georgia", "Georgia"),
        ("Northbridge plans data center in Quincy, Washington", "United States"),
        ("Northbridge plans data center in Virginia's Louisa County", "United States"),
        ("Northbridge ouvre un centre de données à Casablanca", "Morocco"),
    ],
)
def test_nationality_is_not_the_place(text: str, country: str) -> None:
    assert locate(text)[0] == country


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Council refuses Northbridge data center in Leeds", "cancelled"),
        ("Northbridge withdraws data center application in Ohio", "cancelled"),
        ("Vote on Northbridge data center postponed in Ohio", "delayed"),
        ("Northbridge breaks ground on data center in Ohio", "under_construction"),
        ("Northbridge opens data center in Kigali, Rwanda", "operational"),
        ("Northbridge to open data center in Kigali, Rwanda", "announced"),
        ("Northbridge revealed as tenant of planned data center in Ohio", "announced"),
        ("Northbridge expands data center in Nairobi", "expanded"),
        ("Première pierre posée pour le data center de Northbridge à Rabat", "under_construction"),
        ("Northbridge inaugure un data center à Abidjan", "operational"),
        ("Le projet de centre de données de Northbridge est abandonné", "cancelled"),
        ("Le projet de centre de données de Northbridge est suspendu", "delayed"),
    ],
)
def test_the_life_of_a_project(text: str, kind: str) -> None:
    assert extract(text).kind == kind


def test_the_subject_is_the_operator_and_the_tenant_is_not() -> None:
    event = extract(
        "Northbridge and Eastfield plan data center in Ohio, will host CoreWeave servers"
    )
    assert event.operators == ("Northbridge", "Eastfield")


def test_fields_say_where_they_were_read() -> None:
    text = "Northbridge plans $3bn, 80MW data center in Leeds, UK"
    spans = extract(text).spans
    assert text[slice(*spans["operator"])] == "Northbridge"
    assert text[slice(*spans["power"])] == "80MW"
    assert text[slice(*spans["amount"])].strip() == "$3bn"
