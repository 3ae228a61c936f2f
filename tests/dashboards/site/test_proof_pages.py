"""The pages that let a reader judge: audit, telecom, governance, errata."""

import importlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from frictionless import Resource, Schema

from dashboards.site.context import SiteContext
from dashboards.site.locale import site_locale
from dashboards.site.page import html
from dashboards.site.pages import audit, governance, status_pages
from tests.dashboards.conftest import NOW
from tools import docs_markers, governance_page
from warehouse.edition import Edition
from warehouse.gauges.repository import Gauges

ROOT = Path(__file__).resolve().parents[3]
CODES = ("fr", "en")
FRAMEWORKS = governance.declared()["framework"]
EVIDENCE = sorted({item for entry in FRAMEWORKS for own in entry["principle"]
                   for item in own["evidence"]})  # fmt: skip


def soup(built: Path, code: str, path: str) -> BeautifulSoup:
    return BeautifulSoup((built / code / path / "index.html").read_text(), "html.parser")


@pytest.mark.parametrize("code", CODES)
def test_the_audit_prints_each_question_and_how_much_is_beyond(
    built: Path, shipped_edition: Edition, code: str
) -> None:
    rows, page = shipped_edition.gauges.audit, soup(built, code, "audit")
    assert [tag["id"] for tag in page.select("main h2")] == list(rows["topic"].unique())
    false = rows[rows["topic"].eq("false_alarm") & rows["key"].eq("watch")].set_index("measure")
    cells = [
        cell.get_text() for cell in page.select("#false_alarm ~ details table")[0].select("td")
    ]
    assert cells[:4] == [
        f"{false.loc[name, 'value']:.0f}"
        for name in ("alarm_months", "event_months", "false_months", "missed_months")
    ]
    words = site_locale(code).words
    signs = rows[rows["topic"].eq("conflict")]
    beyond, limited = signs["verdict"].eq("beyond").sum(), signs["verdict"].ne("").sum()
    overview = page.select("main table")[0].select("tbody tr")[0].get_text(" ")
    assert words["audit_count"].format(beyond=beyond, all=limited) in overview


def test_an_edition_without_an_audit_says_so(context: SiteContext) -> None:
    bare = replace(context, edition=replace(context.edition, gauges=Gauges()))
    lang = site_locale("en")
    assert "needs twelve months" in html(audit.page(bare, lang), bare, lang)


@pytest.mark.parametrize(("key", "count"), [("iosco", 19), ("espc", 16)])
def test_every_principle_has_a_verdict(built: Path, key: str, count: int) -> None:
    [framework] = [entry for entry in FRAMEWORKS if entry["key"] == key]
    assert len(framework["principle"]) == count
    assert {entry["status"] for entry in framework["principle"]} <= set(governance.STATUSES)
    for code in CODES:
        table = soup(built, code, "governance").select(f"#{key} ~ div table")[0]
        assert len(table.select("tbody tr")) == count


def test_what_is_missing_is_said() -> None:
    entries = {entry["number"]: entry["status"] for entry in FRAMEWORKS[0]["principle"]}
    # No oversight body, no auditor, no way to complain, no declaration of interests.
    assert {number for number, status in entries.items() if status == "not"} == {
        *("3", "5", "16", "17")
    }


@pytest.mark.parametrize("item", EVIDENCE)
def test_every_evidence_can_be_looked_at(built: Path, item: str) -> None:
    kind, _, where = item.partition(":")
    if kind == "page":
        assert (built / "en" / where / "index.html").is_file()
    elif kind == "command":
        assert _is_a_command(where.split()[1:])
    else:
        path, _, test = where.partition("::")
        assert (ROOT / path).is_file()
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")


def _is_a_command(words: list[str]) -> bool:
    import typer

    command = typer.main.get_command(importlib.import_module("pipelines.cli.main").app)
    for word in words:
        commands = getattr(command, "commands", {})
        if word not in commands:
            return False
        command = commands[word]
    return True


def test_the_page_of_docs_is_made_from_the_same_file() -> None:
    text = (ROOT / "docs" / "governance.md").read_text(encoding="utf-8")
    fresh = docs_markers.renewed(text, "principles", governance_page.table().rstrip())
    for part in ("consultation", "errata"):
        fresh = docs_markers.renewed(fresh, part, governance_page.rules(part))
    assert fresh == text


def test_the_list_of_errata_fits_its_schema_and_is_published(built: Path) -> None:
    schema = Schema.from_descriptor(json.loads(governance.SCHEMA.read_text(encoding="utf-8")))
    assert list(governance.errata()) == schema.field_names
    assert Resource(path=governance.ERRATA.name, basepath=str(governance.ERRATA.parent),
                    schema=schema).validate().valid  # fmt: skip
    for path in (governance.ERRATA, governance.SCHEMA):
        assert (built / path.name).read_bytes() == path.read_bytes()


def test_an_erratum_is_shown_newest_first_and_escaped(
    context: SiteContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "errata.csv"
    row = "2026-12-0{0},2026-10,index.csv,<b>4{0}</b>,42,typing,2026-11\n"
    own.write_text(governance.ERRATA.read_text() + row.format(1) + row.format(2))
    monkeypatch.setattr(governance, "ERRATA", own)
    lang = site_locale("en")
    text = html(status_pages.corrections(context, lang), context, lang)
    assert text.index("2026-12-02") < text.index("2026-12-01")
    assert "&lt;b&gt;42&lt;/b&gt;" in text
    assert "<b>42" not in text
    assert lang.words["errata_none"] not in text
    assert "Errors on the list: 2." in html(governance.page(lang), context, lang)
    assert context.now == NOW
