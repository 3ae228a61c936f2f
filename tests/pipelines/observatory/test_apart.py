"""Two observatories on one machine: their files, locks and messages are apart."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pipelines import metrics
from pipelines.alerts import messages
from pipelines.alerts.rules import Channel
from pipelines.settings import Settings, from_environment
from tests.pipelines.conftest import Command, ran
from warehouse.database import connect, writing
from warehouse.publication import identity

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVENT = {
    "rule": "index-in-silent-crash", "series": "index", "vintage": "2026-10", "kind": "firing",
    "period": 20_727, "rule_kind": "index", "severity": "critical", "value": 71.0, "note": "",
    "as_of": NOW, "at": NOW, "title_fr": "t", "text_fr": "t", "title_en": "t", "text_en": "t",
}  # fmt: skip


class Owned:
    """What a message says of its rule."""

    owner = "desk"
    runbook = "docs/alerts.md"


@pytest.fixture
def pair(tmp_path: Path, empty_home: Path) -> tuple[Path, Path]:
    """The folders of two observatories."""
    homes = tmp_path / "dakar", tmp_path / "nairobi"
    for home, code in zip(homes, ("SN", "KE"), strict=True):
        name = f"Observatory of {home.name.title()}"
        created = ran("init", str(home), "--country", code, "--name", name)
        assert created.code == 0, created.err
    return homes


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_one_runs_while_the_other_holds_its_store(
    pair: tuple[Path, Path],
    shipped_history: Path,
    tmp_path: Path,
    silentcrash: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dakar, nairobi = pair
    for home in pair:
        shutil.copytree(shipped_history, home, dirs_exist_ok=True)
    # A working directory with the settings of another installation, and a folder for what is
    # temporary: neither is of either observatory.
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    (work / "silentcrash.toml").write_text(f'releases = "{dakar / "releases"}"\napproval = true\n')
    monkeypatch.chdir(work)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.delenv("SILENTCRASH_HOME")
    dakar_store = connect(f"sqlite:///{dakar / 'warehouse.sqlite'}")
    with writing(dakar_store):
        before, beside = content(dakar), content(work)
        ended = silentcrash("--folder", str(nairobi), "run", "--offline")
        assert ended.code == 0, ended.err
        assert content(dakar) == before
    dakar_store.dispose()
    assert content(work) == beside
    assert content(temporary) == {}
    assert len([*(nairobi / "releases").glob("20*")]) == 1
    assert not (dakar / "releases").exists()
    listed = silentcrash("--folder", str(dakar), "release", "list", "--format", "csv")
    assert len(listed.out.splitlines()) <= 1
    assert "SILENTCRASH_HOME" not in os.environ


def test_settings_of_the_working_directory_are_not_those_of_a_folder(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    (tmp_path / "silentcrash.toml").write_text(f'warehouse = "{other}"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path / "plain"))
    assert from_environment().warehouse == other
    monkeypatch.setenv("SILENTCRASH_HOME", str(pair[0]))
    assert from_environment().warehouse == f"sqlite:///{pair[0] / 'warehouse.sqlite'}"


def ids(channel: Channel) -> list[str]:
    """The ids of the messages about the same event."""
    return [own["message_id"] for own in messages.batches(channel, [(EVENT, Owned())], NOW)]  # type: ignore[list-item]


def test_a_receiver_of_two_observatories_drops_no_message(pair: tuple[Path, Path]) -> None:
    """A receiver of webhooks drops what comes under an id that it has seen."""
    rules = yaml.safe_load(Path("pipelines/alerts/alerts.yaml").read_text("utf-8"))
    hook = Channel.model_validate(rules["channels"][-1])
    for channel in (hook, hook.model_copy(update={"digest": "daily"})):
        seen = [ids(channel)]
        for home in pair:
            with identity.handed_down(identity.read(home)):
                seen += [ids(channel), ids(channel)]
        house, dakar, again, nairobi, _ = seen
        assert dakar == again
        assert len({*house, *dakar, *nairobi}) == 3
    assert house == ["sc-digest-2026-11-24"]


def test_two_write_no_series_of_metrics_twice(
    pair: tuple[Path, Path], shipped_history: Path
) -> None:
    settings = Settings(home=shipped_history, now=NOW)
    exposed = [metrics.exposition(settings)]
    for home in pair:
        with identity.handed_down(identity.read(home)):
            exposed.append(metrics.exposition(settings))
    house, dakar, nairobi = (
        {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
        for text in exposed
    )
    assert len(house) == len(dakar) == len(nairobi) > 40
    assert not house & dakar
    assert not dakar & nairobi
    assert all('observatory="observatory-of-dakar"' in line for line in dakar)
    assert not [line for line in house if "observatory=" in line]
