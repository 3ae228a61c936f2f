"""The page of other observatories, beside a site that is read over HTTP."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser

from dashboards.publish.api import peer
from dashboards.publish.api.peer import PeerReading
from dashboards.publish.publication import prepare
from dashboards.site.context import SiteContext
from dashboards.site.locale import site_locale
from dashboards.site.page import html
from dashboards.site.pages import peers
from pipelines.observatory.peers import reading
from pipelines.settings import Settings
from tests.conftest import NOW
from tests.dashboards.site.conftest import serving
from warehouse.publication import identity
from warehouse.publication.identity import Peer

DAKAR, LYON, GONE = "https://dakar.example/ia", "https://lyon.example", "https://gone.example"
SCRIPT = "<script>alert(1)</script>"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def ours(built: Path) -> Document:
    """What the built site says of itself to others."""
    document: Document = json.loads((built / "api/v1/observatory.json").read_bytes())
    return document


def changed(document: Document, change: Callable[[Document], None]) -> peer.Published:
    copy = json.loads(json.dumps(document))
    change(copy)
    return peer.read(json.dumps(copy).encode())


def as_dakar(document: Document) -> None:
    """The same method with a panel of its own, without our newest month."""
    document["name"] = {"fr": "Observatoire de Dakar", "en": "Dakar Observatory"}
    document["licence"] = {"key": "CC-BY-SA-4.0", "title": "x", "url": "javascript:alert(1)"}
    document["months"].pop()
    document["month"] = document["months"][-1]["period"]
    document["reconstructed"] = True
    for month in (*document["methods"], *document["months"]):
        name = "version" if "version" in month else "method"
        month[name] += "+sn"
    [pilot] = [panel for panel in document["panels"] if panel["pilot"]]
    pilot["key"] = "senegal"
    pilot["indicators"] = [own for own in pilot["indicators"] if own["key"].endswith("n_gap")]
    for own in pilot["indicators"]:
        own["key"] = own["key"].replace("morocco", "senegal")
        own["title"] = {"fr": "Sénégal : diffusion", "en": "Senegal: diffusion"}
        own["months"][-2]["value"] = 0.94


def as_hostile(document: Document) -> None:
    """Another method, and a name that would be run."""
    document["name"] = dict.fromkeys(("fr", "en"), f"{SCRIPT}\u202e\ue000fr\ue001&")
    document["methods"][0]["index_hash"] = "0" * 64
    document["panels"][0]["indicators"][0]["title"]["en"] = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def others(ours: Document) -> list[PeerReading]:
    """Three peers: one read today, one that is down, one that was never read."""
    return [
        PeerReading(DAKAR, "", changed(ours, as_dakar), NOW),
        PeerReading(
            LYON, "", changed(ours, as_hostile),
            datetime(2026, 10, 2, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC),
        ),
        PeerReading(GONE, "Gone", None, None, datetime(2026, 10, 4, tzinfo=UTC), refused=True),
    ]  # fmt: skip


@pytest.fixture
def declared() -> Iterator[None]:
    """The shipped observatory with three peers in force."""
    house = replace(identity.shipped(), peers=(Peer(DAKAR), Peer(LYON), Peer(GONE, "Gone")))
    with identity.handed_down(house):
        yield


def text_of(context: SiteContext, others: list[PeerReading], code: str) -> str:
    lang = site_locale(code)
    return html(peers.page(prepare(context.edition), others, lang), context, lang)


def cells(page: BeautifulSoup, rank: int) -> dict[str, list[str]]:
    """The cells of a table by the head of their row."""
    rows = page.select("main table")[rank].select("tbody tr")
    return {
        row.th.get_text("|", strip=True): [cell.get_text("|", strip=True) for cell in row("td")]
        for row in rows
        if row.th
    }


def test_a_site_says_of_itself_what_others_read(built: Path, ours: Document) -> None:
    schema = json.loads((built / "api/v1/schemas/observatory.json").read_bytes())
    Draft202012Validator(schema).validate(ours)
    read = peer.read((built / "api/v1/observatory.json").read_bytes())
    index = json.loads((built / "api/v1/index.json").read_bytes())["months"]
    assert [month.index for month in read.months] == [month["index"] for month in index[-24:]]
    assert [month.high for month in read.months] == [month["high"] for month in index[-24:]]
    for panel in read.panels:
        for own in panel.indicators:
            single = json.loads((built / f"api/v1/indicators/{own.key}.json").read_bytes())
            assert [month.value for month in own.months] == [
                month["value"] for month in single["months"][-24:]
            ]
    assert {panel.key: panel.pilot for panel in read.panels} == {
        "frugality": False, "morocco": True,
    }  # fmt: skip


def test_a_site_is_read_over_http_and_is_there_when_it_is_down(
    built: Path, ours: Document, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, now=NOW)
    with serving(built) as address:
        house = replace(identity.shipped(), peers=(Peer(address),))
        with identity.handed_down(house):
            [entry] = reading.fetch_all(settings).values()
            assert entry.outcome == "new"
            [entry] = reading.fetch_all(settings).values()
            assert (entry.outcome, entry.detail) == ("unchanged", "")
    later = datetime(2026, 12, 1, tzinfo=UTC)
    with identity.handed_down(house):
        [entry] = reading.fetch_all(Settings(home=tmp_path, now=later)).values()
        [own] = reading.readings(settings)
    assert (entry.outcome, own.read_at, own.failing_since) == ("failed", NOW, later)
    assert own.published is not None
    assert own.published.by_month["2026-09"].index == ours["months"][-2]["index"]


@pytest.mark.usefixtures("declared")
def test_the_index_stands_side_by_side_with_interval_and_state(
    context: SiteContext, others: list[PeerReading]
) -> None:
    page = BeautifulSoup(text_of(context, others, "en"), "html.parser")
    index = cells(page, 1)
    assert list(index)[:2] == ["October 2026", "September 2026"]
    assert len(index) == peers.SHOWN
    assert index["October 2026"] == ["–|no reading", "–", "–|no reading|another method (2026.1)"]
    read = "49.0|37.0 to 58.4|provisional, reconstructed"
    assert index["September 2026"] == [read, read, f"{read}|another method (2026.1)"]
    assert "cannot be compared with ours" in page.select("main")[0].get_text()
    others = others[:1]
    alone = BeautifulSoup(text_of(context, others, "en"), "html.parser")
    assert "cannot be compared" not in alone.select("main")[0].get_text()
    assert cells(alone, 1)["September 2026"] == [read, read]
    assert "October 2026" not in cells(alone, 1)


@pytest.mark.usefixtures("declared")
def test_the_panels_stand_side_by_side_by_what_they_measure(
    context: SiteContext, others: list[PeerReading]
) -> None:
    page = BeautifulSoup(text_of(context, others[:1], "en"), "html.parser")
    captions = [own.get_text() for own in page.select("main caption")]
    assert captions[2:] == ["The pilot countries, September 2026", "Frugal path, September 2026"]
    pilots = cells(page, 2)
    assert pilots["AI diffusion in Morocco over the median economy|ratio"] == [
        "0.79|carried forward", "0.94|Senegal: diffusion|carried forward",
    ]  # fmt: skip
    assert pilots["Transmission network tariff|DH/kWh"] == ["0.0639", "–"]
    assert cells(page, 3)["Price of the frugal model|USD per million tokens"] == ["0.200"] * 2


@pytest.mark.usefixtures("declared")
def test_each_observatory_has_its_date_its_licence_and_when_it_was_read(
    context: SiteContext, others: list[PeerReading]
) -> None:
    page = BeautifulSoup(text_of(context, others, "fr"), "html.parser")
    rows = {head.replace("\N{NO-BREAK SPACE}", " "): own for head, own in cells(page, 0).items()}
    assert rows["Observatoire du krach silencieux|cet observatoire"] == [
        "octobre 2026|pas de lecture", "publiée le 23 novembre 2026", "2026.1", "CC BY 4.0", "–",
    ]  # fmt: skip
    assert rows["Observatoire de Dakar|dakar.example"] == [
        "septembre 2026|provisoire, reconstitué", "calculée le 23 novembre 2026", "2026.1+sn",
        "CC BY-SA 4.0", "23 novembre 2026",
    ]  # fmt: skip
    assert rows["Gone|gone.example"] == [
        "–", "–", "–", "–", "jamais lu|répond par des données illisibles depuis le 4 octobre 2026",
    ]  # fmt: skip
    [hostile] = [own for head, own in rows.items() if head.endswith("lyon.example")]
    assert hostile[-1] == "2 octobre 2026|ne répond plus depuis le 3 octobre 2026"


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize("code", ["fr", "en"])
def test_what_a_peer_says_is_text_and_links_lead_where_it_was_declared(
    code: str, context: SiteContext, others: list[PeerReading]
) -> None:
    page = BeautifulSoup(text_of(context, others, code), "html.parser")
    assert page.select("script, img, iframe") == []
    assert not [sign for sign in "\u202e\ue000\ue001" if sign in str(page)]
    assert f"{SCRIPT}fr&" in page.get_text()
    outside = [str(own["href"]) for own in page.select("main a[href^=http], main a[href*=script]")]
    assert [own for own in outside if "creativecommons.org" not in own] == [
        f"{address}/" for address in (DAKAR, LYON, GONE)
    ]


@pytest.mark.usefixtures("declared")
def test_a_peer_that_was_never_read_leaves_nothing_to_compare(
    context: SiteContext, others: list[PeerReading]
) -> None:
    for some in (others[2:], []):
        page = BeautifulSoup(text_of(context, some, "en"), "html.parser")
        assert len(page.select("main table")) == 1
        assert "nothing to compare" in page.get_text() or "no figure to compare" in page.get_text()


def test_a_site_without_peers_has_neither_page_nor_link(built: Path) -> None:
    assert not list(built.glob("*/peers"))
    assert 'peers/"' not in (built / "en/index.html").read_text("utf-8")


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_finds_nothing_to_mend(
    scheme: str, chromium: Browser, built: Path, context: SiteContext, others: list[PeerReading],
    tmp_path: Path,
) -> None:  # fmt: skip
    shutil.copy(built / "style.css", tmp_path)
    shutil.copytree(built / "fonts", tmp_path / "fonts")
    for code in ("fr", "en"):
        folder = tmp_path / code / "peers"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(text_of(context, others, code), "utf-8")
    browser = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    tab = browser.new_page()
    with serving(tmp_path) as address:
        for code in ("fr", "en"):
            for width in (390, 1280):
                tab.set_viewport_size({"width": width, "height": 900})
                tab.goto(f"{address}/{code}/peers/index.html")
                assert tab.evaluate("document.documentElement.scrollWidth") <= width
                assert Axe().run(tab).response["violations"] == []
    browser.close()
