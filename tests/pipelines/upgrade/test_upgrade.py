"""What an upgrade changes for a folder is shown first, then done."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic

from pipelines.upgrade import record
from tests.pipelines.conftest import Command
from warehouse.database import config, connect
from warehouse.database.dump import revision_of
from warehouse.database.revision import HEAD, MIGRATIONS

REVISIONS = sorted(
    path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")
)


@pytest.fixture
def dakar(empty_home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an observatory of Senegal, with a sentence of its own."""
    folder = empty_home / "dakar"
    assert silentcrash("init", str(folder), "--country", "SN").code == 0
    (folder / "words").mkdir()
    (folder / "words/en.toml").write_text('[names]\n"calendar/" = "Coming editions"\n', "utf-8")
    monkeypatch.setenv("SILENTCRASH_HOME", str(folder))
    return folder


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Make the record one of another software."""
    file = folder / record.FILE
    content = json.loads(file.read_bytes())
    change(content)
    file.write_text(json.dumps(content), "utf-8")


def test_a_new_folder_is_up_to_date(dakar: Path, silentcrash: Command) -> None:
    ended = silentcrash("upgrade")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == f"{dakar} is up to date with this software"
    assert "software.json" in (dakar / ".gitignore").read_text("utf-8")


def test_every_topic_is_told_and_nothing_is_done(dakar: Path, silentcrash: Command) -> None:
    def older(content: dict[str, Any]) -> None:
        content["software"] = "0.0.9"
        content["words"]["en"]["names.calendar/"] = "0" * 16
        content["sources"]["ghost"] = {"homepage": "https://gone.example", "series": ["ghost.a"]}
        content["sources"]["embers"] = content["sources"].pop("ember")
        content["sources"]["hmrc_rates"]["series"].append("hmrc.rate.XXX")
        method = content["method"][0]
        method["hash"] = "0" * 64
        method["since"] = "2026-12"
        key = "productivity.hope_ahead_of_use"
        method["indicators"][key]["weight"] = 0.25
        method["indicators"]["chips.gone"] = method["indicators"][key]
        method["numbers"]["enter of watch"] = 36.0
        del method["indicators"]["chips.memory_growth"]

    rewrite(dakar, older)
    before = (dakar / record.FILE).read_bytes()
    ended = silentcrash("upgrade", str(dakar))
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    for line in (
        "software: 0.0.9 → 0.1.0",
        "method: 2027.1+sn makes the index from 2027-01 on, not from 2026-12",
        "method: 2027.1+sn is not what it was under the same name; it is in no published month "
        "before 2027-01",
        "method: 2027.1+sn: indicator productivity.hope_ahead_of_use: weight 0.25 → 0.5",
        "method: 2027.1+sn: indicator chips.gone is dropped",
        "method: 2027.1+sn: indicator chips.memory_growth is new, weight 0.5",
        "method: 2027.1+sn: enter of watch 36 → 35",
        "sources: ghost is gone: it is asked no more, its figures stay",
        "sources: embers is now ember",
        "sources: hmrc_rates has no longer hmrc.rate.XXX",
        "words: words/en.toml: names.calendar/ stands in place of a sentence that has changed; "
        "ours is now: Calendar",
        "nothing was done: --yes does it",
    ):
        assert line in lines, ended.out
    assert (dakar / record.FILE).read_bytes() == before
    assert "`silentcrash upgrade` shows what that changes" in silentcrash("doctor").out
    assert silentcrash("upgrade", "--yes").code == 0
    assert silentcrash("upgrade").out.splitlines()[-1].endswith("is up to date with this software")


def test_what_has_to_be_mended_by_hand_stops_an_upgrade(dakar: Path, silentcrash: Command) -> None:
    def older(content: dict[str, Any]) -> None:
        content["sources"]["ember"]["series"].append("ember.wholesale.SEN")

    panel = dakar / "panels/sn.toml"
    text = panel.read_text("utf-8")
    assert text.count('"hmrc.rate.EUR"') == 1
    panel.write_text(text.replace('"hmrc.rate.EUR"', '"ember.wholesale.SEN"'), "utf-8")
    (dakar / "words/fr.toml").write_text('not_there = "x"\nhours_utc = "{place} {utc}"\n', "utf-8")
    (dakar / "silentcrash.toml").write_text("[sources.ghost]\noff = true\n", "utf-8")
    rewrite(dakar, older)
    before = (dakar / record.FILE).read_bytes()
    for arguments in ((), ("--yes",)):
        ended = silentcrash("upgrade", *arguments)
        assert ended.code == 2
        wrong = [line for line in ended.out.splitlines() if line.startswith("wrong: ")]
        for part in (
            "words/fr.toml: not_there is no sentence any more: take the line out; did you mean",
            "words/fr.toml: hours_utc has {place}, which the sentence has not any more: ",
            "silentcrash.toml names the source ghost, which is gone",
        ):
            assert [line for line in wrong if part in line], ended.out
        assert f"{len(wrong)} to mend before an upgrade" in ended.err
    (dakar / "words/fr.toml").unlink()
    (dakar / "silentcrash.toml").unlink()
    ended = silentcrash("upgrade")
    assert (
        "wrong: panels/sn.toml: indicator currency_fall reads ember.wholesale.SEN, which no source "
        "has any more; did you mean" in ended.out
    )
    assert (dakar / record.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "has no software.json"),
        (b"", "is not what this software writes"),
        (b"\xff\xfe", "is not what this software writes"),
        (b"[" * 100_000, "is not what this software writes"),
        (b"[]", "is not what this software writes"),
        (b'{"format": 2}', "is of a newer software: install that one"),
        (b'{"format": 1, "software": "a\\u001b[31mb"}', "is not what this software writes at soft"),
        (b'"' + b"x" * 4_000_001 + b'"', "leads out of the folder, or is too large"),
    ],
)
def test_a_record_that_cannot_be_read_is_one_clear_line(
    dakar: Path, silentcrash: Command, content: bytes | None, says: str
) -> None:
    file = dakar / record.FILE
    file.unlink() if content is None else file.write_bytes(content)
    ended = silentcrash("upgrade")
    assert (ended.code, ended.err) == (0, "")
    [line] = [line for line in ended.out.splitlines() if line.startswith("software: ")]
    assert says in line
    assert "is not known; --yes records this one" in line
    assert "\x1b" not in ended.out
    assert silentcrash("doctor").code == 0
    assert silentcrash("upgrade", "--yes").code == 0
    assert "up to date" in silentcrash("upgrade").out


def test_a_record_that_leads_out_of_the_folder_is_not_read(
    dakar: Path, empty_home: Path, silentcrash: Command
) -> None:
    other = empty_home / "other.json"
    (dakar / record.FILE).rename(other)
    (dakar / record.FILE).symlink_to(other)
    before = other.read_bytes()
    assert "leads out of the folder" in silentcrash("upgrade").out
    assert silentcrash("upgrade", "--yes").code == 0
    assert other.read_bytes() == before
    assert not (dakar / record.FILE).is_symlink()


def test_a_store_is_backed_up_then_migrated(dakar: Path, silentcrash: Command) -> None:
    url = f"sqlite:///{dakar / 'warehouse.sqlite'}"
    engine = connect(url)
    alembic.upgrade(config(engine), REVISIONS[-2])
    engine.dispose()
    shown = silentcrash("upgrade")
    assert shown.code == 0, shown.err
    meaning = "Tell the editions of one framework from those of another in the same store"
    assert f"store: revision {HEAD}: {meaning}" in shown.out.splitlines()
    assert f"is backed up into {dakar / 'backups'} before its tables change" in shown.out
    assert revision_of(url) == REVISIONS[-2]
    assert not (dakar / "backups").exists()
    ended = silentcrash("upgrade", "--yes")
    assert ended.code == 0, ended.err
    assert f"store: revision {REVISIONS[-2]} → {HEAD}" in ended.out
    assert revision_of(url) == HEAD
    [backup] = (dakar / "backups/backups").glob("*.json")
    assert json.loads(backup.read_bytes())["backup"]["revision"] == REVISIONS[-2]
    assert silentcrash("restore", "--check", str(dakar / "backups")).code == 0
    assert silentcrash("doctor").out.count("ignored:") == 0


def test_a_store_of_a_newer_software_is_left_alone(dakar: Path, silentcrash: Command) -> None:
    engine = connect(f"sqlite:///{dakar / 'warehouse.sqlite'}")
    alembic.upgrade(config(engine), "head")
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    engine.dispose()
    ended = silentcrash("upgrade", "--yes")
    assert ended.code == 2
    assert "the store is of a newer software (revision 9999, this one knows" in ended.out


def test_a_home_without_a_folder_is_upgraded_too(empty_home: Path, silentcrash: Command) -> None:
    ended = silentcrash("upgrade", "--yes")
    assert ended.code == 0, ended.err
    assert f"recorded: {empty_home / record.FILE}" in ended.out
    assert "up to date" in silentcrash("upgrade").out
