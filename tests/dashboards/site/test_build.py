"""The build of the site: bytes, changes, embargo, reissues and hostile text."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from icalendar import Calendar
from sqlalchemy import Engine, create_engine, text

from dashboards.site import parallel
from dashboards.site.build import build
from dashboards.site.context import Issue, issues
from tests.dashboards.conftest import NOW
from tests.dashboards.site.conftest import AFRICA, take_drawings
from tests.pipelines.conftest import at_home, ran
from warehouse import edition, release_calendar
from warehouse.publication import repository

HOSTILE = "<script>alert(1)</script>\u202e\"'&=cmd()"


def digests(out: Path) -> dict[str, str]:
    files = [path for path in out.rglob("*") if path.is_file()]
    return {str(path.relative_to(out)): sha256(path.read_bytes()).hexdigest() for path in files}


def copied(store: Engine, path: Path) -> Engine:
    """The same warehouse as a file of its own."""
    origin = sqlite3.connect(str(store.url.database))
    with closing(origin), closing(sqlite3.connect(path)) as target:
        origin.backup(target)
    return create_engine(f"sqlite:///{path}")


def shown(store: Engine) -> list[Issue]:
    """What the site shows, newest first."""
    return issues(store, repository.timelines(store), NOW)


def issued_again(store: Engine) -> None:
    """The newest edition with the index of its month a tenth of a point higher."""
    newest = edition.load(store)
    values = newest.values.copy()
    here = values["key"].eq("index") & values["period"].eq(values["period"].max())
    values.loc[here, "score"] += 0.1
    same = {name: getattr(newest, name) for name in ("month", "as_of", "recorded_by", "framework",
             "framework_version", "framework_hash")}  # fmt: skip
    lineage = newest.lineage.drop(columns=["value"])
    edition.save(store, values=values, lineage=lineage, data_hash="b" * 64, created_at=NOW, **same)


def test_the_same_warehouse_gives_the_same_bytes_and_nothing_is_written_twice(
    alerted: Engine, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tmp_path / "fresh"
    shutil.copytree(built / "charts", fresh / "charts")  # test_bulletin draws twice
    monkeypatch.setattr(
        parallel.os, "cpu_count", lambda: 1
    )  # one process, where `built` had several
    build(alerted, fresh, NOW, countries=AFRICA)
    assert digests(fresh) == digests(built)
    again = build(alerted, fresh, NOW, countries=AFRICA)
    assert (again.written, again.removed) == (0, 0)


def test_a_reissue_keeps_the_old_one_and_is_said(
    alerted: Engine, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
    store, out = copied(alerted, tmp_path / "store.sqlite"), tmp_path / "site"
    shutil.copytree(built, out)
    before = digests(out)
    issued_again(store)
    assert [issue.name for issue in shown(store)] == ["2026-10-r1", "2026-10"]
    build(store, out, NOW)
    after = digests(out)
    assert not [name for name in set(before) - set(after) if not name.startswith("charts/")]
    changed = {name for name in before if before[name] != after.get(name)}
    assert {name for name in changed if "indicators/" in name and name.endswith("csv")} == set()
    assert not [name for name in changed if name.startswith("data/2026-10/")]
    old = (out / "fr/bulletins/2026-10/index.html").read_text(encoding="utf-8")
    new = (out / "fr/bulletins/2026-10-r1/index.html").read_text(encoding="utf-8")
    assert "Cette édition a été remplacée." in old
    assert "48,9" in old
    assert "49,0" in new
    assert "(R)" in new
    corrections = (out / "fr/corrections/index.html").read_text(encoding="utf-8")
    assert "48,90" in corrections
    assert "49,00" in corrections


def test_an_edition_is_not_shown_before_its_hour(alerted: Engine, tmp_path: Path) -> None:
    [issue] = shown(alerted)
    # due on 11 November, computed on the 23rd: it was not public before it was made
    assert issue.timeline.due.publication == datetime(2026, 11, 11, 9, tzinfo=UTC)
    assert issue.timeline.public_at == NOW
    early = NOW - timedelta(seconds=1)
    with pytest.raises(LookupError, match="hour of release"):
        build(alerted, tmp_path / "early", early)
    assert not (tmp_path / "early").exists()


BASE = "https://observatory.example/it's\"<b>"


@dataclass(frozen=True)
class ForcedBuild:
    """A home with hostile texts, and its builds before the hour of release.

    Of each refused build the exit code, and whether it left a folder.
    """

    home: Path
    refused: list[tuple[int, bool]]
    forced: int


@pytest.fixture(scope="module")
def forced_build(
    alerted: Engine, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> ForcedBuild:
    home = tmp_path_factory.mktemp("hostile")
    hostile(copied(alerted, home / "warehouse.sqlite"))
    command = ["site", "build", "--out", str(home / "out")]
    with at_home(home) as patch:
        patch.setenv("SILENTCRASH_NOW", "2026-11-11T08:59:59Z")
        patch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
        refused = [
            (ran(*command, *more).code, (home / "out").exists()) for more in ((), ("--force",))
        ]
        take_drawings(built, home / "out")
        reason = ("--force", "--reason", "lecture par les membres")
        return ForcedBuild(home, refused, ran(*command, *reason, "--base", BASE).code)


def test_the_embargo_is_lifted_only_with_a_reason_that_is_kept(forced_build: ForcedBuild) -> None:
    assert forced_build.refused == [(1, False), (2, False)]
    assert forced_build.forced == 0
    assert (forced_build.home / "out/fr/index.html").is_file()
    [line] = (forced_build.home / "embargo.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["reason"] == "lecture par les membres"
    assert json.loads(line)["at"] == "2026-11-11T08:59:59+00:00"


def hostile(store: Engine) -> None:
    """Put markup and hidden characters into the texts of a store."""
    with store.begin() as connection:
        connection.execute(
            text("update source set title_fr = :t, title_en = :t, publisher = :t, licence = :t, "
                 "homepage = 'javascript:alert(1)'"), {"t": HOSTILE})  # fmt: skip
        connection.execute(
            text("update alert_event set text_fr = :t, text_en = :t"), {"t": HOSTILE}
        )
    store.dispose()


def test_hostile_text_is_shown_as_text(forced_build: ForcedBuild) -> None:
    out = forced_build.home / "out"
    not_found = BeautifulSoup((out / "404.html").read_text(encoding="utf-8"), "html.parser")
    assert {link["href"].startswith(BASE) for link in not_found.find_all(href=True)} == {True}
    for path in out.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<script>" not in page, path
        assert "javascript:" not in page, path
        assert "\u202e" not in page, path
    assert "&lt;script&gt;" in (out / "fr/alerts/index.html").read_text(encoding="utf-8")


def test_only_what_an_earlier_build_made_is_removed(
    alerted: Engine, built: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    shutil.copytree(built, out)
    (out / "CNAME").write_text("example.org")
    (out / "fr/old").mkdir()
    (out / "fr/old/index.html").write_text("old")
    record = json.loads((out / ".build.json").read_text())
    record["site"]["files"]["fr/old/index.html"] = sha256(b"old").hexdigest()
    (out / ".build.json").write_text(json.dumps(record))
    assert build(alerted, out, NOW).removed == 1
    assert not (out / "fr/old").exists()
    assert (out / "CNAME").read_text() == "example.org"


@pytest.mark.parametrize(
    ("month", "release"),
    [
        ("2026-10", datetime(2026, 11, 11, 9, tzinfo=UTC)),  # the 10th is a Tuesday
        ("2026-06", datetime(2026, 7, 13, 9, tzinfo=UTC)),  # a Friday: the Monday after
        ("2026-09", datetime(2026, 10, 12, 9, tzinfo=UTC)),  # a Saturday
        ("2026-12", datetime(2027, 1, 12, 9, tzinfo=UTC)),  # a Sunday, then Morocco's 11 January
    ],
)
def test_the_rule_of_release(month: str, release: datetime) -> None:
    due = release_calendar.edition_dates(month, 10)
    assert due.publication == release
    assert due.cutoff < due.publication
    before = release - timedelta(seconds=1)
    assert release_calendar.coming_editions(before, 10, 1)[0].month == month
    assert release_calendar.coming_editions(release, 10, 1)[0].month > month


def test_the_calendar_can_be_read_by_a_calendar(built: Path) -> None:
    body = (built / "fr/calendar/releases.ics").read_bytes()
    events = Calendar.from_ical(body).walk("VEVENT")
    dates = [event["dtstart"].dt for event in events]
    assert dates == sorted(dates)
    assert dates[:2] == [NOW, datetime(2026, 12, 11, 9, tzinfo=UTC)]
    assert "10 h 00 à Rabat" in events[1]["description"].replace("\u00a0", " ")
    assert len(events) == 13
    assert len({str(event["uid"]) for event in events}) == 13
    assert all(event["summary"].startswith("Indice du krach silencieux") for event in events)


BUILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from dashboards.site.build import build
from sqlalchemy import create_engine

build(create_engine(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 11, 23, 9, tzinfo=UTC))
"""


def test_a_killed_build_leaves_the_site_as_it_was(
    alerted: Engine, built: Path, tmp_path: Path
) -> None:
    site, page = tmp_path / "site", "fr/bulletins/2026-10/index.html"
    shutil.copytree(built, site)
    for name in (".build.json", page):  # so that all is made again, this page among the first
        (site / name).unlink()
    before = digests(site)
    url = alerted.url.render_as_string(hide_password=False)
    builder = subprocess.Popen([sys.executable, "-c", BUILD, url, str(site)])
    while not list(tmp_path.glob(f".*.draft/site/{page}")):
        with suppress(subprocess.TimeoutExpired):
            builder.wait(0.02)
        assert builder.poll() is None, "the build ended before it was seen to write"
    builder.kill()
    builder.wait()
    assert digests(site) == before


def test_the_checksums_of_the_site_are_of_every_page_and_file(built: Path) -> None:
    lines = (built / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = dict(reversed(line.split("  ")) for line in lines)
    assert listed == {
        name: digest
        for name, digest in digests(built).items()
        if name not in ("SHA256SUMS", ".build.json")
    }
