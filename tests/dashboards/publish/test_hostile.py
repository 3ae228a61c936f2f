"""Hostile titles, units and notes stay text in every format, and never run."""

import copy
import csv
import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from frictionless import Package
from openpyxl.workbook import Workbook
from playwright.sync_api import Browser

from dashboards import publish
from dashboards.bulletin import document
from dashboards.bulletin.figures import figures
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from dashboards.publish import collection
from dashboards.publish.formats import tables_csv
from dashboards.publish.publication import prepare
from warehouse.edition import Edition

HOSTILE = "=cmd('/c calc')!A1</script><script>alert(1)</script>\u202e\x07\"'&;\n]]>"
READS = "=cmd('/c calc')!A1</script><script>alert(1)</script>\"'&; ]]>"


@pytest.fixture(scope="module")
def hostile(shipped_edition: Edition) -> Edition:
    """The edition with hostile text wherever text from outside can be."""
    framework = copy.deepcopy(shipped_edition.framework)
    for item in (framework["dimension"][0], framework["dimension"][0]["indicator"][0]):
        item.update(fr=HOSTILE, en=HOSTILE)
    framework["dimension"][0]["indicator"][0].update(unit_fr=HOSTILE, unit_en=HOSTILE)
    framework["regimes"] = [
        regime | {"fr": HOSTILE, "en": HOSTILE} for regime in framework["regimes"]
    ]
    gauges = shipped_edition.gauges
    return replace(
        shipped_edition,
        framework=framework,
        # with all that is due observed, the headline names the zone, whose name is hostile
        gauges=replace(gauges, rows=gauges.rows.assign(coverage=1.0, state="observed")),
        sources=shipped_edition.sources.assign(
            publisher=HOSTILE, title_fr=HOSTILE, title_en=HOSTILE, homepage="javascript:alert(1)"
        ),
        series=shipped_edition.series.assign(title_fr=HOSTILE, title_en=HOSTILE, unit=HOSTILE),
        lineage=shipped_edition.lineage.assign(cite_note=HOSTILE, cite_source=HOSTILE),
    )


@pytest.fixture(scope="module")
def hostile_release(hostile: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of it, with the API and the feeds."""
    root = tmp_path_factory.mktemp("hostile")
    publish.write(prepare(hostile), root / hostile.month, layout=collection.Layout())
    return root


def suffixed(root: Path, *suffixes: str) -> list[Path]:
    paths = [path for path in root.rglob("*") if path.name.endswith(suffixes)]
    assert paths
    return paths


def test_nothing_that_disguises_text_is_in_any_file(hostile_release: Path) -> None:
    for path in hostile_release.rglob("*"):
        if path.is_file() and path.suffix != ".parquet":
            text = path.read_text(encoding="utf-8")
            assert "\u202e" not in text, path
            assert "\\u202e" not in text, path
            assert "\x07" not in text, path


def test_json_cannot_close_the_script_that_it_stands_in(hostile_release: Path) -> None:
    seen = 0
    for path in suffixed(hostile_release, ".json", ".jsonld"):
        text = path.read_text(encoding="utf-8")
        assert "<" not in text, path
        assert ">" not in text, path
        seen += READS in _texts(json.loads(text))
    assert seen > 10


@pytest.mark.parametrize("suffix", [".csv", ".fr.csv"])
def test_no_cell_is_a_formula_to_a_spreadsheet(hostile_release: Path, suffix: str) -> None:
    quoted = 0
    for path in suffixed(hostile_release, suffix):
        delimiter = ";" if path.name.endswith(".fr.csv") else ","
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines, delimiter=delimiter):
                quoted += sum(cell == f"'{READS}" for cell in row)
                assert not any(_runs(cell) for cell in row)
    assert quoted > 100


def test_a_spreadsheet_keeps_the_cell_as_text(hostile_release: Path, tmp_path: Path) -> None:
    """A formula in a workbook becomes a string behind our quote."""
    with (hostile_release / "2026-10" / "sources.fr.csv").open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        rows = list(csv.reader(lines, delimiter=";"))
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.active.append([HOSTILE.split("<")[0]])
    book.save(tmp_path / "sources.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "sources.xlsx").active
    kinds = [cell.data_type for row in sheet.iter_rows(max_row=len(rows)) for cell in row]
    assert "f" not in kinds
    assert sheet.cell(len(rows) + 1, 1).data_type == "f"


def test_xml_holds_it_as_text(hostile_release: Path) -> None:
    for path in suffixed(hostile_release, ".xml", ".atom"):
        root = ElementTree.parse(path).getroot()
        assert not [element for element in root.iter() if element.tag.endswith("script")]
    structure = ElementTree.parse(hostile_release / "2026-10" / "structure.sdmx.xml").getroot()
    assert READS in [element.text for element in structure.iter()]
    data = ElementTree.parse(hostile_release / "2026-10" / "data.sdmx.xml").getroot()
    assert READS in [element.get("UNIT_MEASURE") for element in data.iter()]
    feed = feedparser.parse(
        (hostile_release / "editions.en.atom").read_bytes(), sanitize_html=False
    )
    assert not feed.bozo
    assert READS in feed.entries[0].title


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_bulletin_shows_it_and_nothing_runs(
    hostile: Edition, chromium: Browser, tmp_path: Path, code: str
) -> None:
    """The policy of the page is taken out first: the text alone must not run."""
    body = document.page(EditionStats(hostile), language(code))
    address = tmp_path / "bulletin.html"
    address.write_text(body.replace("Content-Security-Policy", "x-no-policy"), encoding="utf-8")
    page = chromium.new_page()
    page.add_init_script("window.ran = 0; window.alert = () => { window.ran += 1 }")
    page.goto(address.as_uri())
    assert page.evaluate("window.ran") == 0
    assert page.locator("script, [onload], [onerror], [href^='javascript:' i]").count() == 0
    shown = language(code).typeset(READS)
    assert shown in page.locator("h1").inner_text()
    assert shown in page.locator("#sources + p + div").inner_text()
    page.close()


def test_a_drawing_holds_it_as_text(hostile: Edition, chromium: Browser, tmp_path: Path) -> None:
    lang, shown = language("fr"), 0
    page = chromium.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a drawing ran: {dialog.message}"))
    for figure in figures(EditionStats(hostile), lang):
        for image in (figure.wide, figure.narrow):
            drawn = b64decode(image.removeprefix("data:image/svg+xml;base64,"))
            root = ElementTree.fromstring(drawn)
            tags = {element.tag.rpartition("}")[2] for element in root.iter()}
            assert not tags & {"script", "foreignObject", "a", "image", "use"}
            assert not [
                name for element in root.iter() for name in element.attrib if name.startswith("on")
            ]
            assert "\u202e" not in drawn.decode()
            shown += "</script><script>" in "".join(root.itertext())
            (tmp_path / "drawn.svg").write_bytes(drawn)
            page.goto((tmp_path / "drawn.svg").as_uri())
    page.close()
    assert shown > 4


def test_a_text_file_holds_no_tag(hostile_release: Path) -> None:
    for path in suffixed(hostile_release, ".md"):
        assert not re.search(r"(?<!\\)</?script", path.read_text(encoding="utf-8")), path


def test_parquet_holds_it_as_it_reads(hostile_release: Path) -> None:
    series = pq.read_table(hostile_release / "2026-10" / "series.parquet").to_pandas()
    assert series["unit"].eq(READS).all()


def test_no_address_runs(hostile_release: Path) -> None:
    for path in suffixed(hostile_release, ".json", ".jsonld"):
        addresses = _values(json.loads(path.read_text(encoding="utf-8")), {"path", "url", "@id"})
        assert not [address for address in addresses if str(address).startswith("javascript:")], (
            path
        )


def test_the_release_is_still_valid(hostile_release: Path) -> None:
    folder = hostile_release / "2026-10"
    assert Package(str(folder / "datapackage.json")).validate().valid
    assert yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))["title"]


@pytest.mark.parametrize("start", ["＝cmd()", " =cmd()", "\n=cmd()", "@SUM(1)", "-2+3", "+1"])
def test_every_start_of_a_formula_is_quoted(shipped_edition: Edition, start: str) -> None:
    sources = shipped_edition.sources.assign(publisher=start)
    publication = prepare(replace(shipped_edition, sources=sources))
    [table] = [candidate for candidate in publication.tables if candidate.name == "sources"]
    body = tables_csv.standard(publication.frames["sources"], table).decode()
    rows = list(csv.DictReader(body.splitlines()))
    assert {row["publisher"] for row in rows} == {f"'{start.replace(chr(10), ' ')}"}


def _runs(cell: str) -> bool:
    if cell.lstrip()[:1] not in {"=", "+", "-", "@", "\t", "\r"}:
        return False
    return pd.isna(pd.to_numeric(cell.replace(",", "."), errors="coerce"))


def _texts(content: Any) -> set[str]:
    if isinstance(content, dict):
        return set().union(*map(_texts, content.values()), content)
    if isinstance(content, list):
        return set().union(*map(_texts, content))
    return {content} if isinstance(content, str) else set()


def _values(content: Any, names: set[str]) -> list[Any]:
    if isinstance(content, list):
        return [value for part in content for value in _values(part, names)]
    if not isinstance(content, dict):
        return []
    own = [value for name, value in content.items() if name in names]
    return own + [value for part in content.values() for value in _values(part, names)]
