"""The announcements on the Morocco page: all of them, their fate, or none."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboards.site.context import SiteContext, site_context
from dashboards.site.incremental import OutputWriter
from dashboards.site.locale import CODES, site_locale
from dashboards.site.page import html
from dashboards.site.pages import groups, projects
from tests.dashboards.conftest import NOW
from tests.dashboards.site.conftest import AFRICA
from tests.dashboards.site.test_pages import page
from warehouse import events

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def site_read(alerted: Engine) -> SiteContext:
    return site_context(alerted, NOW)


def morocco(site_read: SiteContext, code: str, out: Path) -> str:
    lang = site_locale(code)
    pages = groups.pages(site_read, lang, OutputWriter(out).chart_urls, AFRICA)
    [morocco_page] = [candidate for candidate in pages if candidate.path == "morocco/"]
    return html(morocco_page, site_read, lang)


@pytest.mark.parametrize("code", CODES)
def test_every_announcement_of_the_warehouse_is_listed(
    built: Path, site_read: SiteContext, code: str
) -> None:
    content = page(built, code, "morocco")
    announced = site_read.announcements.loc[
        site_read.announcements["event_type"].ne("not_announcement")
    ]
    here = announced.loc[announced["country"].eq("Morocco")]
    assert len(here) >= 9
    for region, mine in (("morocco", here), ("africa", announced.drop(here.index))):
        table = content.find("h3", id=f"projects-{region}").find_next("table")
        links = [link["href"] for link in table.find_all("a")]
        assert sorted(links) == sorted(mine["address"])


def test_french_names_and_figures(built: Path) -> None:
    section = page(built, "fr", "morocco").find("h2", id="projects").parent.get_text(" ")
    assert "Afrique du Sud" in section
    assert "Johannesburg, Afrique du Sud" in section
    assert "1\u202f200\u00a0USD" in section


@pytest.mark.parametrize("code", CODES)
def test_the_page_counts_its_measures(built: Path, code: str, site_read: SiteContext) -> None:
    for path in ("morocco", "frugality"):
        content = page(built, code, path)
        count = len(content.find("ul", class_="points").find_all("li"))
        assert f" {count} " in content.find("h2", id="indicators").find_previous("p").get_text()


def test_nothing_known_is_said_plainly(site_read: SiteContext, tmp_path: Path) -> None:
    text = morocco(
        replace(site_read, announcements=site_read.announcements.head(0)), "fr", tmp_path
    )
    assert text.count("Aucune annonce n’est connue à ce jour.") == 2
    assert "Aucun décompte par étape" in text


def test_the_fate_of_projects_is_a_table(site_read: SiteContext, tmp_path: Path) -> None:
    fate = pd.DataFrame(
        {"projects": [2.0, 0.0], "mw": [500.0, 0.0], "usd": [1.2e9, 0.0]},
        index=pd.Index(["announced", "cancelled"]),
    ).reindex(events.STATES)
    text = morocco(replace(site_read, fates={**site_read.fates, "morocco": fate}), "en", tmp_path)
    assert '<th scope="row">announced</th><td>2</td><td>500</td><td>1,200</td>' in text
    assert '<th scope="row">cancelled</th>' not in text


def test_hostile_announcements_are_text(site_read: SiteContext, tmp_path: Path) -> None:
    announcements = site_read.announcements.assign(
        operator=HOSTILE, place=HOSTILE, address="javascript:alert(1)"
    )
    text = morocco(replace(site_read, announcements=announcements), "fr", tmp_path)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>" not in text
    assert "javascript:" not in text
    assert "\u202e" not in text


def test_a_list_is_cut_at_its_newest_and_says_so(site_read: SiteContext, tmp_path: Path) -> None:
    repeated = pd.concat([site_read.announcements] * 20, ignore_index=True)
    repeated = repeated.assign(country="Morocco", id=range(len(repeated)))
    text = morocco(replace(site_read, announcements=repeated), "en", tmp_path)
    assert f"{projects.SHOWN} announcements of {len(repeated)}, newest first" in text
    assert len(text.encode()) < 150_000
