"""A site is published whole, in a folder, a store or a branch, or not at all."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipelines.errors import RunError, UsageError
from pipelines.release import targets

STORE = "memory://made-up-site"
SECRET = "s3cr3t"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A small site, with the record of its build."""
    folder = tmp_path / "site"
    for name in ("index.html", "style.css", "fr/index.html", "fr/old/index.html", ".build.json"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}, first\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def nothing_stored() -> Iterator[None]:
    """Empty the store after the test, which is one for the whole process."""
    yield
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(params=["folder", "store", "branch"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty target of each kind."""
    if request.param == "branch":
        return f"{remote(tmp_path)}#site"
    return STORE if request.param == "store" else str(tmp_path / "www" / "site")


def remote(folder: Path) -> str:
    """The address of an empty repository."""
    git(folder, "init", "--quiet", "--bare", "remote.git")
    return f"git+file://{folder}/remote.git"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def shown(target: str) -> dict[str, str]:
    """What the public reads there, without the list of what was published."""
    if target.startswith("git+"):
        folder = Path(target.removeprefix("git+file://").partition("#")[0])
        names = git(folder, "ls-tree", "-r", "--name-only", "site").splitlines()
        return {name: git(folder, "show", f"site:{name}") + "\n" for name in names}
    store, root = fsspec.url_to_fs(target)
    paths = {path: path.removeprefix(root).strip("/") for path in store.find(root)}
    return {
        name: store.cat_file(path).decode()
        for path, name in paths.items()
        if name != targets.MANIFEST
    }


def change(pages: Path) -> dict[str, str]:
    """Change a page, add one and remove one; what is public of the site then."""
    (pages / "index.html").write_text("index.html, second\n", encoding="utf-8")
    (pages / "fr" / "new.html").write_text("new\n", encoding="utf-8")
    (pages / "fr" / "old" / "index.html").unlink()
    return public(pages)


def public(pages: Path) -> dict[str, str]:
    return {name: (pages / name).read_text("utf-8") for name in targets.digests(pages)}


def test_what_is_published_is_the_site_and_only_changes_are_written(
    pages: Path, target: str
) -> None:
    first = targets.publish(pages, target, "First")
    assert (first.written, first.removed) == (4, 0)
    assert shown(target) == public(pages)
    again = targets.publish(pages, target, "Again")
    assert (again.written, again.removed, again.digest) == (0, 0, first.digest)
    expected = change(pages)
    second = targets.publish(pages, target, "Second")
    assert (second.written, second.removed) == (2, 1)
    assert shown(target) == expected
    assert second.digest != first.digest
    assert ".build.json" not in expected


def test_files_of_others_stay(pages: Path, tmp_path: Path) -> None:
    other = tmp_path / "www" / "robots.txt"
    other.parent.mkdir()
    other.write_text("of another\n", encoding="utf-8")
    targets.publish(pages, str(other.parent), "First")
    change(pages)
    targets.publish(pages, str(other.parent), "Second")
    assert other.read_text("utf-8") == "of another\n"


def test_an_upload_that_breaks_changes_nothing_that_is_read(
    pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets.publish(pages, STORE, "First")
    before, expected = shown(STORE), change(pages)
    with monkeypatch.context() as patch:
        uploads = 0
        upload = MemoryFileSystem.put_file

        def breaks(self: MemoryFileSystem, *arguments: object, **options: object) -> None:
            nonlocal uploads
            uploads += 1
            if uploads == 2:
                raise ConnectionResetError("the line is dead")
            upload(self, *arguments, **options)

        patch.setattr(MemoryFileSystem, "put_file", breaks)
        with pytest.raises(RunError, match="the line is dead"):
            targets.publish(pages, STORE, "Second")
        drafts = {name: body for name, body in shown(STORE).items() if not name.startswith(".")}
        assert drafts == before
    targets.publish(pages, STORE, "Third")
    assert shown(STORE) == expected  # and what the broken upload left is gone


def test_a_branch_keeps_its_past(pages: Path, tmp_path: Path) -> None:
    target = remote(tmp_path)
    targets.publish(pages, target, "The site of October")
    targets.publish(pages, target, "The same site")
    change(pages)
    targets.publish(pages, target, "The site of November")
    log = git(tmp_path / "remote.git", "log", "--format=%s", targets.BRANCH).splitlines()
    assert log == ["The site of November", "The site of October"]


def test_what_cannot_be_published_says_so_in_a_line_without_the_password(
    pages: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="holds no site: `silentcrash site build"):
        targets.publish(tmp_path / "nothing", STORE, "First")
    closed = f"git+http://editor:{SECRET}@127.0.0.1:9/site.git"
    with pytest.raises(RunError, match="cannot be written") as failed:
        targets.publish(pages, closed, "First")
    assert SECRET not in str(failed.value)
    assert "\n" not in str(failed.value)
