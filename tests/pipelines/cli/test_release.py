"""`silentcrash release`: an editor approves, and what waits stays unsaid."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.pipelines.conftest import Command


def column(home: Path, sql: str) -> list[str]:
    with closing(sqlite3.connect(home / "warehouse.sqlite")) as store:
        return [row[0] for row in store.execute(sql)]


def test_an_edition_waits_for_its_editor(
    home: Path, silentcrash: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "silentcrash.toml").write_text("approval = true\n")
    refused = silentcrash("site", "build", "--out", str(tmp_path / "site"))
    assert refused.code == 1
    assert "silentcrash release approve 2026-10 --by NAME" in refused.err
    assert not (tmp_path / "site").exists()
    [row] = json.loads(silentcrash("release", "list", "--format", "json").out)
    assert (row["month"], row["state"]) == ("2026-10", "computed, waiting for approval")
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T08:00:00+00:00")
    done = silentcrash("release", "approve", "2026-10", "--by", "Amina", "--note", "read twice")
    assert (done.code, done.err) == (0, "")
    assert "2026-10 is approved by Amina" in done.out
    again = silentcrash("release", "approve", "2026-10", "--by", "Bruno")
    assert again.out == "2026-10 was approved by Amina on 2026-11-24 08:00 UTC already\n"
    assert column(home, "select by || ', ' || note from approval") == ["Amina, read twice"]
    [row] = json.loads(silentcrash("release", "list", "--format", "json").out)
    assert (row["state"], row["by"], row["note"]) == ("public", "Amina", "read twice")
    assert row["approved"] == "2026-11-24 08:00 UTC"
    # public since it was computed: approvals were not asked for then
    assert row["public"] == "2026-11-23 09:00 UTC"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2026-09", "--by", "Amina"], "compute it with `silentcrash release 2026-09`"),
        (["october", "--by", "Amina"], "YYYY-MM"),
        (["2026-10"], "--by"),
        (["2026-10", "--by", " "], "--by NAME"),
        (["--by", "Amina"], "MONTH"),
    ],
)
def test_what_cannot_be_approved_gets_a_line(
    home: Path, silentcrash: Command, arguments: list[str], says: str
) -> None:
    ended = silentcrash("release", "approve", *arguments)
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
    assert column(home, "select by from approval") == []


def test_the_group_is_explained(silentcrash: Command, home: Path) -> None:
    shown = silentcrash("release", "--help").out
    assert "approve" in shown
    assert "silentcrash release 2026-10" in shown
    assert "--as-of" in silentcrash("release", "compute", "--help").out


def test_a_run_announces_nothing_that_waits(
    empty_home: Path, shipped_history: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shipped_history, empty_home, dirs_exist_ok=True)
    monkeypatch.setenv("SILENTCRASH_APPROVAL", "true")
    ran = silentcrash("run", "--offline")
    assert "2026-09 waits for approval" in ran.out
    releases = empty_home / "releases"
    assert (releases / "2026-09_awaiting_approval" / "bulletin.fr.html").exists()
    assert not list(releases.glob("editions.*")) + list(releases.glob("api"))
    figures = "select rule from alert_event where vintage like 'release:%'"
    assert column(empty_home, figures) == []
    waiting = (releases / "2026-09_awaiting_approval" / "bulletin.en.html").read_text()
    assert "awaiting approval" in waiting
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-24T08:00:00+00:00")
    assert silentcrash("release", "approve", "2026-09", "--by", "Amina").code == 0
    assert sorted(path.name for path in releases.iterdir() if path.is_dir()) == ["2026-09", "api"]
    feed = (releases / "editions.en.atom").read_text(encoding="utf-8")
    assert "Reconstructed on 23 November 2026, data as of 10 October 2026" in feed
    assert column(empty_home, figures)
