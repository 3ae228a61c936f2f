"""Kinds of misreading that were mended, in texts invented for the tests."""

import pytest

from sources.announcements import classifier, extract
from sources.announcements.clean import READ, language, prepared
from sources.announcements.event_type import ABSTAINED, NONE
from sources.announcements.extract import read
from tools import train_announcements as train

# text, kind, operator, country
TEXTS = [
    ("Ouverture prévue en 2027 du data center de Maroc Telecom à Benguerir", "announced",
     "Maroc Telecom", "Morocco"),
    ("Inwi ouvre en 2027 un data center de 12 MW à Bouskoura", "announced", "Inwi", "Morocco"),
    ("MTN lancera un data center de 20 MW à Lagos", "announced", "MTN", "Nigeria"),
    ("Signé à Paris, l'accord prévoit un data center de 100 MW à Nouakchott", "announced", "",
     "Mauritania"),
    ("CASABLANCA, Morocco, June 3, 2026 -- Northbridge today announced the construction of a 20MW "
     "data center in Agadir", "announced", "Northbridge", "Morocco"),
    ("NEW YORK--(BUSINESS WIRE)--Westmoor Digital, a developer of data centers, announced plans "
     "for a 120 MW campus in Lyon, France", "announced", "Westmoor Digital", "France"),
    ("Nigerian Eastfield Backbone opens Kano data centre", "operational", "Eastfield Backbone",
     "Nigeria"),
    ("Moroccan authorities approve 500 MW data center", "announced", "", "Morocco"),
    ("Ground broken for Zenith's 30MW data centre in Kigali", "under_construction", "Zenith",
     "Rwanda"),
    ("Rogers County commissioners deny rezoning for 800-acre data center", "cancelled", "",
     "United States"),
    ("Guinée : le ministre des Télécoms lance la construction du data center de Conakry",
     "under_construction", "", "Guinea"),
    ("Tunisie : Westmoor Telecom met en service un data center de 2 MW à Kalaa Kebira",
     "operational", "Westmoor Telecom", "Tunisia"),
    ("Site: Socorro County, New Mexico. Developer: Windlass. Scope: three data-center halls.",
     "announced", "Windlass", "United States"),
]  # fmt: skip
NO_NEWS = [
    "No, Northbridge is not building a 900MW data center in Iowa",
    "Five years ago, Northbridge opened its 60MW data center in Uruguay. What has changed since?",
]


@pytest.mark.parametrize(("text", "kind", "operator", "country"), TEXTS)
def test_who_where_and_whether_it_is_done(
    text: str, kind: str, operator: str, country: str
) -> None:
    event = extract(text)
    assert (event.kind, "; ".join(event.operators), event.country) == (kind, operator, country)


@pytest.mark.parametrize("text", NO_NEWS)
def test_what_is_denied_or_long_past_is_no_event(text: str) -> None:
    event = extract(text)
    assert (event.kind, event.power) == ("not_announcement", None)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Westmoor investit 3,5 milliards de FCFA dans un datacenter à Sikasso", 3.5e9, "XOF"),
        ("Westmoor choisit Libreville pour son datacenter de 15 milliards FCFA", 15e9, "XAF"),
        ("Westmoor va injecter 1,2 MMDH dans un campus de serveurs près de Settat", 1.2e9, "MAD"),
        ("Maroc : Westmoor lancera un data center de 450 MDH à Had Soualem", 4.5e8, "MAD"),
        ("Westmoor to build data centre worth 500 mln USD in Nakuru", 5e8, "USD"),
        ("Westmoor to spend R2.5bn on a 40MW data center in Durban", 2.5e9, "ZAR"),
        ("Westmoor invests 1.2 billion rand in Midrand data centre", 1.2e9, "ZAR"),
    ],
)
def test_amounts_as_african_papers_write_them(text: str, amount: float, currency: str) -> None:
    money = extract(text).money
    assert money is not None
    assert (money.amount, money.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Amazon invertirá 2.500 millones de euros en centros de datos en Aragón", "es"),
        ("Microsoft baut neues Rechenzentrum in Nordrhein-Westfalen für 3 Milliarden Euro", "de"),
        ("Nuovo data center a Milano: investimento da 1 miliardo di euro", "it"),
        ("SoftBank、北海道に300MWのデータセンターを建設", "ja"),
        ("شركة تعلن عن إنشاء مركز بيانات في الدار البيضاء بقدرة 50 ميغاواط", "ar"),
        ("Компания построит дата-центр в Казахстане", "ru"),
    ],
)
def test_another_language_is_named_and_not_read(text: str, code: str) -> None:
    event = extract(text)
    assert (event.language, event.kind, event.note) == (code, "abstained", "not my language")


@pytest.mark.parametrize(
    ("text", "kind", "operator", "country"),
    [
        (
            "Le ministre a inauguré jeudi à Ségou un centre de données construit par Sahelnet",
            "operational", "", "Mali",
        ),
        (
            "Le Niger a lancé hier à Niamey, la construction de son premier centre de données",
            "under_construction", "", "Niger",
        ),
        (
            "Despite pushback from residents, the Plainview City Commission approved a data "
            "center campus in Hale County, Texas",
            "announced", "", "United States",
        ),
        (
            "The appeals board approved two data centers in Naas, overruling the council's refusal",
            "announced", "", "Ireland",
        ),
        (
            "A new 10 megawatt (MW) data centre has been opened in Kano by Sahara Data Centres",
            "operational", "Sahara", "Nigeria",
        ),
        (
            "US trust Orvane has unveiled plans to expand into Oman with its first data centre",
            "announced", "Orvane", "Oman",
        ),
        ("Orvane plans data center in Dourdan", "announced", "Orvane", "France"),
        (
            "We also began construction of a 75 MW data center in Minot, North Dakota",
            "under_construction", "", "United States",
        ),
        ("Orvane arrête le développement d'un centre de données", "cancelled", "Orvane", ""),
    ],
)  # fmt: skip
def test_sentences_are_read(text: str, kind: str, operator: str, country: str) -> None:
    """Sentences of press and filings, as titles were before; all are worded."""
    event = extract(text)
    assert (event.kind, event.country) == (kind, country)
    assert operator in "; ".join(event.operators)


def test_the_name_of_a_small_town_alone_is_no_place() -> None:
    assert extract("Dourdan Partners plans data center in Ohio").country == "United States"
    assert not extract("Sedalia signs data center deal for 40MW campus").country


@pytest.mark.parametrize(
    ("text", "kind", "operator", "country"),
    [
        (
            "GRANVILLE, Ohio (WKLM) — The planning commission voted Monday to approve the site "
            "plan for a data center.",
            "announced", "", "United States",
        ),
        ("Orvane plans data center in Wexbury, TX", "announced", "Orvane", "United States"),
        (
            "West Manchester Township, Pennsylvania, approves data center campus",
            "announced", "", "United States",
        ),
        ("Orvane plans data center in Belgian Limburg", "announced", "Orvane", "Belgium"),
        ("Orvane plans data center in Stoke-on-Trent, UK", "announced", "Orvane", "United Kingdom"),
        (
            "Orvane va construire un data center à Corbeil-Essonnes, près d'Evry-Courcouronnes",
            "announced", "Orvane", "France",
        ),
        ("Orvane breaks ground on data center in Bizkaia", "under_construction", "Orvane", "Spain"),
        (
            "Orvane, City of Takasaki sign MoU to develop data center at Takasaki port, Japan",
            "announced", "Orvane", "Japan",
        ),
        (
            "Google-linked Pellwood Group files for data center in Ohio",
            "announced", "Pellwood Group", "United States",
        ),
        ("Summit Group plans data center in Ohio", "announced", "Summit Group", "United States"),
        (
            "Spanish firm Envision says it has commissioned 20MW data center in Kenya",
            "operational", "Envision", "Kenya",
        ),
        (
            "University of Zaragoza to build data center in Huesca, Spain",
            "announced", "University of Zaragoza", "Spain",
        ),
        (
            "Plans for data center outside Allentown, Pennsylvania, dropped after officials deny",
            "cancelled", "", "United States",
        ),
        (
            "Orvane completes second building at North Dakota data center campus",
            "operational", "Orvane", "United States",
        ),
        (
            "Orvane launches, plans data center campus in Ontario, Canada",
            "announced", "Orvane", "Canada",
        ),
        ("Macon, Georgia, rejects Bitcoin mining data center", "cancelled", "", "United States"),
        ("Orvane tops off data center in Batam, Indonesia", "under_construction", "Orvane",
         "Indonesia"),
    ],
)  # fmt: skip
def test_titles_of_trade_and_local_press_are_read(
    text: str, kind: str, operator: str, country: str
) -> None:
    event = extract(text)
    assert (event.kind, "; ".join(event.operators), event.country) == (kind, operator, country)


@pytest.mark.parametrize(
    "text",
    [
        "Chemicals maker launches immersion fluid for data centers",
        "Orvane announces plans to attract a $4 billion data center",
        "Orvane announced a new 190-megawatt agreement to serve a data center",
        "La capacité totale des centres de données annoncés atteindrait 2 gigawatts",
    ],
)
def test_a_product_a_supply_or_a_fleet_gives_no_figure(text: str) -> None:
    event = extract(text)
    assert (event.power, event.money) == (None, None)


@pytest.mark.parametrize(
    ("text", "operator", "country"),
    [
        ("Après le Togo, Orvane ouvre un data center à Cotonou, au Bénin", "Orvane", "Benin"),
        ("Après le Mali et le Togo, le Bénin aura bientôt son datacenter", "", "Benin"),
        ("After Kenya, Orvane opens data center in Uganda", "Orvane", "Uganda"),
        ("Burkina : Orvane inaugure un data center", "Orvane", "Burkina Faso"),
        ("Orvane plans 50MW data center in Lebanon, Indiana", "Orvane", "United States"),
        ("AI data centre planned on outskirts of Canterbury by Orvane", "Orvane", "United Kingdom"),
        (
            "Un Datacenter va être construit par Orvane, qui a choisi la ville de Thiès au Sénégal",
            "Orvane", "Senegal",
        ),
    ],
)  # fmt: skip
def test_where_others_stand_is_not_where_the_site_is(
    text: str, operator: str, country: str
) -> None:
    event = extract(text)
    assert ("; ".join(event.operators), event.country) == (operator, country)


def test_a_doubtful_event_gives_no_figure_that_may_be_of_a_loan_or_a_lease() -> None:
    doubtful, certain = [], 0
    for text in train.read_labels([train.WORDED])["text"]:
        event, plain = extract(text), prepared(text)
        if event.kind in {NONE, ABSTAINED} or language(plain) not in READ:
            continue
        reading = read(plain, event.language)
        named = {name for chunk in reading.chunks for name in (chunk.meaning, chunk.head)}
        if not named & classifier.MONEY_OF_OTHERS or not (reading.powers or reading.amounts):
            continue
        if event.confidence < classifier.SURE_OF_FIGURES:
            doubtful.append((event.power, event.money, {"power", "amount"} & event.spans.keys()))
        else:
            certain += event.power is not None or event.money is not None
    assert doubtful
    assert set(map(str, doubtful)) == {str((None, None, set()))}
    assert certain > len(doubtful)
