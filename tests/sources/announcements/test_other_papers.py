"""What other papers taught: title case, French, sites by other words.

Every text is worded for its test; none is a real headline.
"""

import pytest

from sources.announcements import extract
from sources.announcements.places import find as locate


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Northbridge Plans $5 Billion Data Center in Ohio", 5e9, "USD"),
        ("Northbridge to build $4B data center in Ohio", 4e9, "USD"),
        ("Northbridge va investir 1,2 Md€ dans un centre de données à Lyon", 1.2e9, "EUR"),
        ("Northbridge va investir 170 M€ dans un data center à Lyon", 1.7e8, "EUR"),
        ("Northbridge va investir un milliard d'euros dans un data center", 1e9, "EUR"),
        ("Northbridge Unveils US$2.4 Billion Data Centre in Thailand", 2.4e9, "USD"),
    ],
)
def test_amounts_in_title_case_and_french_short_forms(
    text: str, amount: float, currency: str
) -> None:
    money = extract(text).money
    assert money is not None
    assert money.amount == pytest.approx(amount)
    assert money.currency == currency


def test_a_brand_new_site_is_not_paid_in_rand() -> None:
    assert extract("Northbridge plans 5 brand new data centers in Ohio").money is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Northbridge breaks ground on US$ 2.4 billion data center in Thailand", "Thailand"),
        ("Les travaux du data center d'Abidjan ont débuté", "Ivory Coast"),
        ("Northbridge ouvre un data center dans l'Oise", "France"),
        ("La mairie de Northbridge débat d'un data center", ""),
        ("Northbridge Plans Expansion of Spanish Data Centre", "Spain"),
        ("Rezoning for data center approved in Larkfield Township", "United States"),
    ],
)
def test_places_behind_an_elision_a_currency_or_a_township(text: str, country: str) -> None:
    assert locate(text)[0] == country


def test_who_does_nothing_else_needs_no_mention_of_a_data_center() -> None:
    assert extract("Equinix to build 20MW in Lagos, Nigeria").kind == "announced"
    assert extract("Equinix appoints head of sales in Lagos, Nigeria").kind == "not_announcement"
    assert extract("Equinix to build on its success").kind == "not_announcement"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Northbridge puts UK data center on hold", "delayed"),
        ("Northbridge pauses some construction at Ohio data center", "delayed"),
        ("Northbridge pulls out of data center project in Ohio", "cancelled"),
        ("Board votes unanimously to deny Northbridge data center in Ohio", "cancelled"),
        ("Le maire de Valmerange refuse le permis d'un data center", "cancelled"),
        ("Refus du maire pour le data center de Northbridge", "cancelled"),
        ("Northbridge met en pause la construction de son data center", "delayed"),
        ("Northbridge would build data center reportedly in Ohio", "announced"),
        ("Northbridge lands data center in Leeds, UK", "announced"),
        ("Northbridge forms joint venture to develop 100MW data center in Thailand", "announced"),
        ("Northbridge signs land purchase agreement for data center in Hanau", "announced"),
        ("Northbridge opens second Lyon data center and starts work on a third", "operational"),
        (
            "Northbridge starts work on Lyon data center, opens another in Metz",
            "under_construction",
        ),
        ("Northbridge is expanding two data centers in Iceland; one opened last year", "expanded"),
        ("Second phase of Northbridge data center opens in Lyon", "operational"),
        ("Northbridge secures regulatory approvals for its planned data center", "announced"),
    ],
)
def test_the_life_of_a_project_in_other_words(text: str, kind: str) -> None:
    assert extract(text).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Lawmakers reject statewide pause on new data centers",
        "Council launches consultation on data centre energy rules in Leeds",
        "Data centre sector gains momentum in Vietnam",
        "Northbridge expands data centre footprint in Qatar with Eastfield deal",
        "Northbridge raises A$1.5bn for Sydney data centre expansion",
        "Northbridge Secures 600 Million Euros to Expand Data Centres in Sweden",
        "Northbridge signs $6 billion cable deal for US data centre build-out",
        "Why Singapore is building data centers",
        "The country's data center capacity reached almost 1,500 MW in 2025",
        "Northbridge to face intense scrutiny over a proposed AI data center in Leeds",
        "Un data center divise les habitants de Valmerange",
        "Northbridge obtient une nouvelle certification pour son data center de Lyon",
    ],
)
def test_what_other_papers_tell_beside_projects(text: str) -> None:
    event = extract(text)
    assert (event.kind, event.power, event.money) == ("not_announcement", None, None)
