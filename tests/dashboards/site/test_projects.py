"""The announcements of the Morocco page: all of them, their fate, and none where none is known."""

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

pytestmark = pytest.mark.xdist_group("site")  # which is built once

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def read(alerted: Engine) -> SiteContext:
    return site_context(alerted, NOW)


def morocco(read: SiteContext, code: str, out: Path) -> str:
    said = site_locale(code)
    made = groups.pages(read, said, OutputWriter(out).pen, AFRICA)
    [found] = [one for one in made if one.path == "morocco/"]
    return html(found, read, said)


@pytest.mark.parametrize("code", CODES)
def test_every_announcement_of_the_warehouse_is_listed(
    built: Path, read: SiteContext, code: str
) -> None:
    content = page(built, code, "morocco")
    known = read.told.loc[read.told["event_type"].ne("not_announcement")]
    here = known.loc[known["country"].eq("Morocco")]
    assert len(here) >= 9
    for place, mine in (("morocco", here), ("africa", known.drop(here.index))):
        table = content.find("h3", id=f"projects-{place}").find_next("table")
        links = [one["href"] for one in table.find_all("a")]
        assert sorted(links) == sorted(mine["address"])


def test_french_names_and_figures(built: Path) -> None:
    told = page(built, "fr", "morocco").find("h2", id="projects").parent.get_text(" ")
    assert "Afrique du Sud" in told
    assert "Johannesburg, Afrique du Sud" in told
    assert "1\u202f200\u00a0USD" in told


@pytest.mark.parametrize("code", CODES)
def test_the_page_counts_its_measures(built: Path, code: str, read: SiteContext) -> None:
    for path in ("morocco", "frugality"):
        content = page(built, code, path)
        held = len(content.find("ul", class_="points").find_all("li"))
        assert f" {held} " in content.find("h2", id="indicators").find_previous("p").get_text()


def test_nothing_known_is_said_plainly(read: SiteContext, tmp_path: Path) -> None:
    text = morocco(replace(read, told=read.told.head(0)), "fr", tmp_path)
    assert text.count("Aucune annonce n’est connue à ce jour.") == 2
    assert "Aucun décompte par étape" in text


def test_the_fate_of_projects_is_a_table(read: SiteContext, tmp_path: Path) -> None:
    fate = pd.DataFrame(
        {"projects": [2.0, 0.0], "mw": [500.0, 0.0], "usd": [1.2e9, 0.0]},
        index=pd.Index(["announced", "cancelled"]),
    ).reindex(events.STATES)
    text = morocco(replace(read, fates={**read.fates, "morocco": fate}), "en", tmp_path)
    assert '<th scope="row">announced</th><td>2</td><td>500</td><td>1,200</td>' in text
    assert '<th scope="row">cancelled</th>' not in text


def test_hostile_announcements_are_text(read: SiteContext, tmp_path: Path) -> None:
    told = read.told.assign(operator=HOSTILE, place=HOSTILE, address="javascript:alert(1)")
    text = morocco(replace(read, told=told), "fr", tmp_path)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>" not in text
    assert "javascript:" not in text
    assert "\u202e" not in text


def test_a_list_is_cut_at_its_newest_and_says_so(read: SiteContext, tmp_path: Path) -> None:
    many = pd.concat([read.told] * 20, ignore_index=True)
    many = many.assign(country="Morocco", id=range(len(many)))
    text = morocco(replace(read, told=many), "en", tmp_path)
    assert f"{projects.SHOWN} announcements of {len(many)}, newest first" in text
    assert len(text.encode()) < 150_000
