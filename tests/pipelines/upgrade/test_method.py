"""A changed method leaves the published months alone."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from pipelines.index import framework
from pipelines.observatory import folder
from tests.pipelines.conftest import Command
from tests.pipelines.observatory.test_apart import content
from warehouse.database import open_for_reading
from warehouse.query import run

BEFORE, PUBLISHED, NEXT = "2026-08", "2026-09", "2026-10"
WEIGHTED, DROPPED = "chips.memory_growth", "productivity.unit_labour_costs"
STORED = (
    "select * from v_release where month <= '{m}' order by release",
    "select * from v_index where month <= '{m}' order by release, period, key",
    "select * from v_index_change where month <= '{m}' order by release, key",
    "select * from v_index_gauge where month <= '{m}' order by release, period, key, reading",
    "select * from v_lineage where month <= '{m}' order by release, key, period, series, "
    "series_period",
)


def second_method(folder: Path) -> Path:
    """The file of the newest method, with a version in force from October 2026 on.

    By the mechanism of the published methods: a file that names the one it succeeds, and since
    when.
    """
    shutil.copy(framework.BUNDLED, folder / framework.BUNDLED.name)
    text = framework.BUNDLED.read_text("utf-8").replace('version = "2026.1"', 'version = "2026.2"')
    text = text.replace("enter = 35", "enter = 36", 1)
    text, [dropped] = part(text, DROPPED), re.findall(block(DROPPED), text)
    weighted = re.search(block(WEIGHTED), text)
    assert dropped
    assert weighted
    doubled = re.sub(r"\nweight = \S+", "\nweight = 3.0", weighted[0])
    text = text.replace(weighted[0], doubled)
    text += f'\n[succeeds]\nsince = "{NEXT}"\nmethod = "{framework.BUNDLED.name}"\n'
    (folder / "framework_2026.2.toml").write_text(text, "utf-8")
    newest = folder / framework.NEXT.name
    named = framework.NEXT.read_text("utf-8")
    newest.write_text(named.replace(f'"{framework.BUNDLED.name}"', '"framework_2026.2.toml"'))
    return newest


def block(key: str) -> str:
    """A pattern of an indicator in the file of a method."""
    name = key.partition(".")[2]
    return rf'\[\[dimension\.indicator\]\]\nkey = "{name}"\n(?:(?!\[\[).*\n)*'


def part(text: str, key: str) -> str:
    return re.sub(block(key), "", text)


def rows(home: Path) -> list[object]:
    """What the store has of the months published before the change."""
    store = open_for_reading(f"sqlite:///{home / 'warehouse.sqlite'}")
    answers = [run(store, sql.format(m=PUBLISHED)) for sql in STORED]
    store.dispose()
    assert all(len(answer) for answer in answers)
    return [answer.to_csv() for answer in answers]


def made_by(home: Path, month: str) -> tuple[str, str]:
    card = json.loads((home / "releases" / month / "edition.json").read_bytes())
    return card["framework_version"], card["framework_hash"]


def test_published_months_stay_and_new_ones_are_of_the_new_method(
    shipped_history: Path,
    empty_home: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = empty_home / "dakar"
    assert silentcrash("init", str(home), "--country", "SN").code == 0
    shutil.copytree(shipped_history, home, dirs_exist_ok=True)
    monkeypatch.setenv("SILENTCRASH_HOME", str(home))
    for month in (BEFORE, PUBLISHED):
        ended = silentcrash("release", month)
        assert ended.code == 0, ended.err
    name, digest = made_by(home, PUBLISHED)
    assert (name, made_by(home, BEFORE)) == ("2026.1+sn", (name, digest))
    files = {month: content(home / "releases" / month) for month in (BEFORE, PUBLISHED)}
    stored = rows(home)

    # The software is another one from here on.
    methods = empty_home / "methods"
    methods.mkdir()
    monkeypatch.setattr(framework, "NEXT", second_method(methods))
    plan = silentcrash("upgrade")
    assert plan.code == 0, plan.err
    for line in (
        f"method: 2026.2+sn makes the index from {NEXT} on; months before it keep their method",
        f"method: 2026.2+sn: indicator {DROPPED} is dropped",
        f"method: 2026.2+sn: indicator {WEIGHTED}: weight 1 → 3",
        "method: 2026.2+sn: enter of watch 35 → 36",
        "method: 2027.1+sn is not what it was under the same name; it is in no published month "
        "before 2027-01",
        f"store: 2 months by 2026.1+sn, {BEFORE} to {PUBLISHED}: they stay as they are",
    ):
        assert line in plan.out.splitlines(), plan.out
    assert not [line for line in plan.out.splitlines() if line.startswith("wrong")]
    assert silentcrash("upgrade", "--yes").code == 0
    assert rows(home) == stored

    ended = silentcrash("release", NEXT)
    assert ended.code == 0, ended.err
    own = folder.load(home).panel
    from pipelines.observatory.panel import method_with

    assert made_by(home, NEXT) == (
        "2026.2+sn",
        framework.in_force(NEXT, method_with(own)).hash,
    )
    again = silentcrash("release", PUBLISHED)
    assert again.code == 0, again.err
    assert {month: content(home / "releases" / month) for month in files} == files
    assert rows(home) == stored
    index = [
        {row["period"]: row["index"] for row in csv.DictReader(path.open(encoding="utf-8"))}
        for path in (home / f"releases/{month}/index.csv" for month in (PUBLISHED, NEXT))
    ]
    assert {period: index[1][period] for period in index[0]} == index[0]
    assert [*index[1]][-1] == NEXT
    listed = silentcrash("query", "select month, framework_version from v_release order by month")
    assert listed.out.count("2026.1+sn") == 2
    assert listed.out.count("2026.2+sn") == 1
