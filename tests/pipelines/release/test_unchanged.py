"""What a run leaves alone, and what makes it compute or write again."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from pipelines.index import framework
from pipelines.ingest import store
from pipelines.release import compute, unchanged
from pipelines.settings import Settings
from tests.conftest import NOW

Patch = pytest.MonkeyPatch
OCTOBER = compute.parse_month("2026-10")


class Again(Exception):
    """Raised in the place of the work that must not be done again."""


def refuse(*_: object, **__: object) -> None:
    raise Again


def opened(home: Path) -> Engine:
    return store.open_for_writing(Settings(home=home, now=NOW))


@pytest.fixture
def engine(first_edition: Path, tmp_path: Path, monkeypatch: Patch) -> Engine:
    """A store with an edition, where computing another one is an error."""
    shutil.copytree(first_edition, tmp_path / "home")
    monkeypatch.setattr(compute, "draft", refuse)
    return opened(tmp_path / "home")


def another_fetch(engine: Engine, _: Patch) -> None:
    with engine.begin() as connection:
        columns = "source_id, url, at, outcome, detail, bytes, parser_version, loaded"
        connection.execute(
            text(f'insert into "fetch" ({columns}) select {columns} from "fetch" where id = 1')
        )


def another_method(_: Engine, monkeypatch: Patch) -> None:
    newest = framework.newest()
    rules = newest.rules.model_copy(update={"confirm": newest.rules.confirm + 1})
    other = newest.model_copy(update={"rules": rules})
    monkeypatch.setattr(framework, "newest", lambda: other)


def another_software(_: Engine, monkeypatch: Patch) -> None:
    monkeypatch.setattr(unchanged, "software", lambda: "of another version")


def test_the_same_figures_are_not_computed_again(engine: Engine) -> None:
    assert compute.compute(engine, OCTOBER, now=NOW) == 1
    # Of a day on which no further cut-off has passed, too.
    assert compute.compute(engine, OCTOBER, now=NOW + timedelta(days=1)) == 1


@pytest.mark.parametrize("change", [another_fetch, another_method, another_software])
def test_another_store_method_or_version_is_computed(
    engine: Engine, monkeypatch: Patch, change: Callable[[Engine, Patch], None]
) -> None:
    change(engine, monkeypatch)
    with pytest.raises(Again):
        compute.compute(engine, OCTOBER, now=NOW)


def test_another_date_of_knowledge_is_computed(engine: Engine) -> None:
    """A month later one more cut-off has passed, and an earlier day knew less."""
    with pytest.raises(Again):
        compute.compute(engine, OCTOBER, now=NOW + timedelta(days=31))
    with pytest.raises(Again):
        compute.compute(engine, OCTOBER, now=NOW, as_of=NOW - timedelta(days=3))


@pytest.fixture(scope="module")
def published(first_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an edition that is published into its folder `releases`."""
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(first_edition, home)
    engine = opened(home)
    compute.publish(engine, 1, home / "releases")
    engine.dispose()
    return home


@pytest.fixture
def copied(published: Path, tmp_path: Path, monkeypatch: Patch) -> Path:
    """A copy of it, where writing the edition is an error."""
    shutil.copytree(published, tmp_path / "home")
    monkeypatch.setattr(compute, "_write", refuse)
    return tmp_path / "home"


def test_files_that_are_there_are_not_written_again(copied: Path) -> None:
    files = compute.publish(opened(copied), 1, copied / "releases").files
    assert {path.name for path in files} >= {"bulletin.fr.html", "index.csv", "SHA256SUMS"}
    assert all(path.is_file() for path in files)
    # Another folder with the same files needs nothing either; an empty one does.
    shutil.copytree(copied / "releases", copied / "elsewhere")
    assert len(compute.publish(opened(copied), 1, copied / "elsewhere").files) == len(files)
    with pytest.raises(Again):
        compute.publish(opened(copied), 1, copied / "nowhere")


def edit(name: str) -> Callable[[Path], object]:
    return lambda releases: (releases / name).write_bytes(b"edited")


def another_edition(releases: Path) -> None:
    card = json.loads((releases / "2026-10" / "edition.json").read_text())
    (releases / "2026-09").mkdir()
    earlier = json.dumps(card | {"month": "2026-09"})
    (releases / "2026-09" / "edition.json").write_text(earlier)


@pytest.mark.parametrize(
    "change",
    [
        edit("2026-10/index.csv"),
        edit("2026-10/SHA256SUMS"),
        edit("2026-10/notes.txt"),
        edit("api/v1/latest.json"),
        edit("editions.fr.atom"),
        lambda releases: (releases / "2026-10" / "bulletin.en.html").unlink(),
        lambda releases: (releases / ".0123.draft").mkdir(),
        another_edition,
    ],
)
def test_what_was_changed_or_lost_is_written_again(
    copied: Path, change: Callable[[Path], object]
) -> None:
    change(copied / "releases")
    with pytest.raises(Again):
        compute.publish(opened(copied), 1, copied / "releases")


def test_files_are_written_again_by_another_version(copied: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(unchanged, "software", lambda: "of another version")
    with pytest.raises(Again):
        compute.publish(opened(copied), 1, copied / "releases")


@pytest.mark.parametrize(
    "change",
    [
        "update source set attribution = 'another credit line'",
        "update index_value set score = score + 0.001 where key = 'index'",
        "delete from index_value where period = (select min(period) from index_value)",
    ],
)
def test_files_are_written_again_when_the_store_says_otherwise(copied: Path, change: str) -> None:
    engine = opened(copied)
    with engine.begin() as connection:
        connection.execute(text(change))
    with pytest.raises(Again):
        compute.publish(engine, 1, copied / "releases")


def test_the_software_is_its_files_and_its_packages(tmp_path: Path, monkeypatch: Patch) -> None:
    """A template that differs by a byte is other software, as is a package."""

    digest = unchanged.software.__wrapped__  # what is cached is that of the process
    monkeypatch.setattr(unchanged, "PACKAGES", ("made_up",))
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "made_up").mkdir()
    template = tmp_path / "made_up" / "page.html"
    (tmp_path / "made_up" / "__init__.py").touch()
    template.write_text("one")
    first = digest()
    assert digest() == first
    template.write_text("two")
    second = digest()
    (tmp_path / "pandas_of_another_version-9.9.dist-info").mkdir()
    assert len({first, second, digest()}) == 3
