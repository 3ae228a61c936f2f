"""The announcements on the Morocco page: all of them, their fate, or none."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboards.site.context import SiteContext
from dashboards.site.incremental import OutputWriter
from dashboards.site.locale import CODES, site_locale
from dashboards.site.page import html
from dashboards.site.pages import groups, projects
from tests.dashboards.conftest import NOW
from tests.dashboards.site.conftest import AFRICA
from tests.dashboards.site.test_pages import page
from tests.pipelines.conftest import at_home, ran
from warehouse import query

HOSTILE = "<script>alert(1)</script>\u202e"


def morocco(context: SiteContext, code: str, out: Path) -> str:
    lang = site_locale(code)
    pages = groups.pages(context, lang, OutputWriter(out).chart_urls, AFRICA)
    [morocco_page] = [candidate for candidate in pages if candidate.path == "morocco/"]
    return html(morocco_page, context, lang)


@pytest.mark.parametrize("code", CODES)
def test_every_project_of_the_warehouse_is_listed_once(
    built: Path, context: SiteContext, code: str
) -> None:
    content = page(built, code, "morocco")
    listed, reports = context.projects, context.reports
    here = listed.loc[listed["country"].eq("Morocco")]
    assert len(here) >= 6
    for region, mine in (("morocco", here), ("africa", listed.drop(here.index))):
        table = content.find("h3", id=f"projects-{region}").find_next("table")
        assert len(table.find("tbody").find_all("tr")) == len(mine)
        links = [link["href"] for link in table.find_all("a")]
        own = reports.loc[reports["project"].isin(mine["project"])]
        assert sorted(links) == sorted(own["address"])


def test_command_line_site_and_view_count_the_same(built: Path, alerted: Engine) -> None:
    with at_home(Path(str(alerted.url.database)).parent):
        listed, fates = (
            json.loads(ran("announcements", *question, "--format", "json").out)
            for question in (("list", "--country", "Maroc"), ("fate", "--country", "MA"))
        )
    counted = "select count(*) as n from v_project where country_code = 'MA'"
    by_view = int(query.run(alerted, counted, as_of=NOW)["n"].iloc[0])
    table = page(built, "fr", "morocco").find("h3", id="projects-morocco").find_next("table")
    assert len(listed) == by_view == len(table.find("tbody").find_all("tr")) > 1
    assert sum(row["projects"] for row in fates) == by_view


def test_french_names_and_figures(built: Path) -> None:
    section = page(built, "fr", "morocco").find("h2", id="projects").parent.get_text(" ")
    assert "Afrique du Sud" in section
    assert "Johannesburg, Afrique du Sud" in section
    assert "1\u202f200\u00a0USD" in section


@pytest.mark.parametrize("code", CODES)
def test_the_page_counts_its_measures(built: Path, code: str) -> None:
    for path in ("morocco", "frugality"):
        content = page(built, code, path)
        count = len(content.find("ul", class_="points").find_all("li"))
        assert f" {count} " in content.find("h2", id="indicators").find_previous("p").get_text()


def test_nothing_known_is_said_plainly(context: SiteContext, tmp_path: Path) -> None:
    text = morocco(replace(context, projects=context.projects.head(0)), "fr", tmp_path)
    assert text.count("Aucune annonce n’est connue à ce jour.") == 2
    assert "Aucun projet n’est connu" in text


def test_the_fate_of_projects_is_a_table(context: SiteContext, tmp_path: Path) -> None:
    [first, *_] = context.projects.index
    projects = pd.concat([context.projects.loc[[first]]] * 2).assign(
        country="Morocco", state="announced", power_mw=[500.0, None], usd=[1.2e9, None]
    )
    text = morocco(replace(context, projects=projects), "en", tmp_path)
    assert '<th scope="row">announced</th><td>2</td><td>500</td><td>1,200</td>' in text
    assert '<th scope="row">cancelled</th>' not in text


def test_hostile_announcements_are_text(context: SiteContext, tmp_path: Path) -> None:
    hostile = {"operator": HOSTILE, "place": HOSTILE, "last_address": "javascript:alert(1)"}
    reports = context.reports.assign(address="javascript:alert(2)")
    seen = replace(context, projects=context.projects.assign(**hostile), reports=reports)
    text = morocco(seen, "fr", tmp_path)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>" not in text
    assert "javascript:" not in text
    assert "\u202e" not in text


def test_a_list_is_cut_at_its_newest_and_says_so(context: SiteContext, tmp_path: Path) -> None:
    repeated = pd.concat([context.projects] * 20, ignore_index=True).assign(country="Morocco")
    text = morocco(replace(context, projects=repeated), "en", tmp_path)
    assert f"Projects shown: {projects.SHOWN} of {len(repeated)}, newest report first" in text
    assert len(text.encode()) < 150_000
