"""The release and the site of another observatory, under its name."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tests.pipelines.conftest import NOW, at_home, ran
from tests.pipelines.observatory.conftest import ENGLISH, FRENCH, Dakar
from warehouse.publication import identity


@pytest.fixture
def dakar(dakar_once: Dakar) -> Dakar:
    """The observatory that both this file and that of own sources read."""
    return dakar_once


def page(dakar: Dakar, path: str) -> BeautifulSoup:
    """A page of the site."""
    return BeautifulSoup((dakar.site / path / "index.html").read_text("utf-8"), "html.parser")


def test_the_index_is_that_of_the_published_method(dakar: Dakar, shipped: Path) -> None:
    ours = pd.read_csv(next((shipped / "releases").glob("20*")) / "index.csv", index_col="period")
    own = pd.read_csv(dakar.release / "index.csv", index_col="period")
    same = own.index.intersection(ours.index)
    figures = [name for name in ours.columns if name not in ("low", "high", "reason")]
    assert len(same) > 30
    pd.testing.assert_frame_equal(own.loc[same, figures], ours.loc[same, figures])
    card = json.loads((dakar.release / "edition.json").read_text("utf-8"))
    assert card["framework_version"] == "2026.1+sn"


def test_the_panel_is_in_the_tables_under_its_own_key(dakar: Dakar) -> None:
    keys = set(pd.read_csv(dakar.release / "indicators.csv")["key"])
    assert {"senegal.diffusion_gap", "senegal.currency_fall", "frugality.frugal_price"} <= keys
    assert not [key for key in keys if key.startswith(f"{identity.shipped().panel}.")]


def test_what_is_published_goes_by_its_name(dakar: Dakar) -> None:
    package = json.loads((dakar.release / "datapackage.json").read_text("utf-8"))
    assert package["licenses"][0]["name"] == "CC-BY-SA-4.0"
    named = {
        dakar.release / "CITATION.cff": ENGLISH,
        dakar.release / "bulletin.fr.html": FRENCH,
        dakar.release / "bulletin.en.html": ENGLISH,
        dakar.release / "dcat.jsonld": FRENCH,
        dakar.home / "releases/editions.fr.atom": FRENCH,
        dakar.site / "editions.en.atom": ENGLISH,
        dakar.site / "en/cite/index.html": ENGLISH,
        dakar.site / "404.html": ENGLISH,
        dakar.site / "index.html": ENGLISH,
    }
    ours = [identity.shipped().name(code) for code in ("fr", "en")]
    for path, name in named.items():
        text = path.read_text("utf-8")
        assert name in text, path
        assert not [old for old in ours if old in text], path
    assert "tag:example.sn,2026:" in (dakar.site / "editions.en.atom").read_text("utf-8")


def test_every_page_has_its_name_its_menu_and_its_foot(dakar: Dakar) -> None:
    assert 'url=en/index.html"' in (dakar.site / "index.html").read_text("utf-8")
    assert {path.name for path in dakar.site.iterdir() if (path / "index.html").exists()} == {
        "fr", "en",
    }  # fmt: skip
    for path in [*dakar.site.glob("fr/**/index.html"), *dakar.site.glob("en/**/index.html")]:
        text = path.read_text("utf-8")
        assert (FRENCH if "/fr/" in str(path) else ENGLISH) in text, path
        if path.parent.name == "embed":  # a frame for other sites: neither menu nor foot
            continue
        assert "senegal/index.html" in text, path
        assert "/morocco/index.html" not in text, path
        assert "desk@example.sn" in text, path
        assert "CC BY-SA 4.0" in text, path
    assert "From Dakar" in page(dakar, "en").get_text()


def test_the_page_of_the_panel_says_what_it_follows_and_what_not(dakar: Dakar) -> None:
    shown = page(dakar, "fr/senegal")
    text = shown.get_text(" ", strip=True)
    assert shown.h1 is not None
    assert shown.h1.get_text() == "Sénégal"
    for part in (
        "Mesures publiques suivies ici",
        "Sénégal : diffusion de l’IA rapportée à l’économie médiane",
        "Ce qui n’est pas suivi ici",
        "Ember n’est lu que pour douze pays d’Europe",
        "Ailleurs en Afrique",
    ):
        assert part in text.replace("\N{NO-BREAK SPACE}", " "), part
    # 13.9 % of people use generative AI in Senegal, 0.94 of the median: Microsoft, 2026.
    assert "0,94" in text


def test_the_page_of_others_has_the_index_and_the_panels_of_both(dakar: Dakar) -> None:
    shown = page(dakar, "en/peers")
    links = page(dakar, "en").select("footer a")
    assert "Other observatories" in [link.get_text() for link in links]
    observatories, index, pilots, _ = shown.select("main table")
    row = observatories.select("tbody tr")[1]
    assert row.get_text("|", strip=True).startswith(identity.shipped().name("en"))
    assert "2026.1|" in row.get_text("|", strip=True)
    assert row.select("td")[-1].get_text(strip=True) == "23 November 2026"
    # By 2026.1 and by 2026.1+sn, which have one index: the figures are the same and compared.
    for month in index.select("tbody tr"):
        ours, theirs = month.select("td")
        assert ours.get_text("|").partition("|")[0] == theirs.get_text("|").partition("|")[0]
    assert "another method" not in shown.get_text()
    [gap] = [row for row in pilots.select("tbody tr") if "diffusion" in row.th.get_text()]
    assert [cell.contents[0] for cell in gap.select("td")] == ["0.94", "0.79"]


def test_its_calendar_gives_way_to_its_holidays_and_gives_its_hours(dakar: Dakar) -> None:
    shown = page(dakar, "en/calendar")
    text = shown.get_text(" ", strip=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "Public holidays observed: Senegal." in text
    assert "UTC · 09:00 Dakar" in text
    assert not [city for city in ("Paris", "Rabat", "Morocco") if city in text]
    assert "Coming editions" in page(dakar, "en").get_text()


def test_the_same_process_is_the_shipped_observatory_again(dakar: Dakar) -> None:
    with at_home(dakar.home) as patch:
        patch.setenv("SILENTCRASH_TRUST", "1")
        assert "Senelec" in ran("sources", "list").out
    assert identity.in_force() is identity.shipped()


def test_a_process_of_its_own_reads_the_folder(dakar: Dakar) -> None:
    code = "from pipelines.cli.main import main; main()"
    arguments = ["--folder", str(dakar.home), "register", "form"]
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": ":".join(sys.path), "SILENTCRASH_NOW": NOW, "SILENTCRASH_TRUST": "1"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "senegal_public_compute" in answer.stdout
