"""Put a built site where the public reads it: a folder, a store, or a branch.

Everything new is written aside first, which is what takes time and may fail; then it takes its
place. A folder and a branch switch in one step. An object store has no such step: copies within
the store follow each other, pages after what they show and the front page last.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from dashboards.publish.staging import Staging, put
from pipelines.errors import RunError, UsageError
from warehouse.publication import identity

# What was published, by name with its SHA-256: what a later site lacks is removed, and nothing of
# others. It is written last, so that after a kill everything is compared again.
MANIFEST = "published.json"
GIT = "git+"
BRANCH = "pages"
SECONDS = 900  # of one command of git; a push of two years of editions takes seconds


@dataclass(frozen=True)
class Publication:
    """What was done: files written and removed, and the SHA-256 of the whole."""

    written: int
    removed: int
    digest: str


def publish(site: Path, target: str, message: str) -> Publication:
    """Bring a target up to the site in a folder; hidden files stay at home.

    Args:
        site: the folder of a built site.
        target: a folder, an fsspec URL, or `git+URL#branch` (`pages` if none is named).
        message: what the commit of a branch says.

    Raises:
        UsageError: there is no site in the folder.
        RunError: the target cannot be written; what was published before is whole.
    """
    if not (site / "index.html").is_file():
        raise UsageError(f"{site} holds no site: `silentcrash site build --out {site}` makes one")
    files = digests(site)
    try:
        if target.startswith(GIT):
            return _branch(site, files, target.removeprefix(GIT), message)
        return _folder(site, files, target) if "://" not in target else _store(site, files, target)
    except OSError as error:
        raise RunError(_public(f"the site cannot be published in {target}: {error}")) from error


def digests(site: Path) -> dict[str, str]:
    """The SHA-256 of every file of a site by name, but for hidden ones."""
    paths = (path for path in site.rglob("*") if path.is_file())
    names = {path.relative_to(site).as_posix(): path for path in paths}
    return {
        name: sha256(path.read_bytes()).hexdigest()
        for name, path in sorted(names.items())
        if not any(part.startswith(".") for part in name.split("/")) and name != MANIFEST
    }


def _public(message: str) -> str:
    """The message without the user and the password of an address."""
    return re.sub(r"//[^/\s@]*@", "//", message)


def _done(files: dict[str, str], written: int, removed: int) -> Publication:
    return Publication(written, removed, sha256(_manifest(files)).hexdigest())


def _manifest(files: dict[str, str]) -> bytes:
    return json.dumps(files, indent=0, sort_keys=True).encode()


def _folder(site: Path, files: dict[str, str], target: str) -> Publication:
    """Swap a folder for a copy that is up to date."""
    folder = Path(target).absolute()
    before = _read(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}
    gone = [name for name in before if name not in files]
    with Staging(folder.parent) as staging:
        draft = staging.folder(folder.name)
        written = sum(put(draft / name, (site / name).read_bytes()) for name in files)
        for name in gone:
            (draft / name).unlink(missing_ok=True)
        put(draft / MANIFEST, _manifest(files))
    return _done(files, written, len(gone))


def _read(path: Path) -> dict[str, str]:
    before: dict[str, str] = json.loads(path.read_bytes())
    return before


def _store(site: Path, files: dict[str, str], target: str) -> Publication:
    """Upload what changed aside, copy it to its place, and remove what is gone."""
    import fsspec

    store, root = fsspec.url_to_fs(target)
    listed = f"{root}/{MANIFEST}"
    before: dict[str, str] = json.loads(store.cat_file(listed)) if store.exists(listed) else {}
    for left in (path for path in _names(store, root) if ".draft-" in path):  # of a killed run
        store.rm(left, recursive=True)
    changed = sorted((name for name in files if files[name] != before.get(name)), key=_order)
    gone = [name for name in before if name not in files]
    draft = f"{root}/.draft-{uuid4().hex}"
    for name in changed:
        _parent(store, f"{draft}/{name}")
        store.put_file(str(site / name), f"{draft}/{name}")
    for name in changed:
        _parent(store, f"{root}/{name}")
        store.cp_file(f"{draft}/{name}", f"{root}/{name}")
    for name in gone:
        if store.exists(f"{root}/{name}"):
            store.rm_file(f"{root}/{name}")
    store.pipe_file(listed, _manifest(files))
    if changed:
        store.rm(draft, recursive=True)
    return _done(files, len(changed), len(gone))


def _names(store: Any, root: str) -> list[str]:
    return [str(name) for name in store.ls(root, detail=False)] if store.exists(root) else []


def _parent(store: Any, path: str) -> None:
    """Make the folder of a file, for stores that have folders."""
    store.makedirs(path.rsplit("/", 1)[0], exist_ok=True)


def _order(name: str) -> tuple[int, str]:
    """What pages show before the pages, and the front page last."""
    return (name == "index.html") + name.endswith(".html"), name


def _branch(site: Path, files: dict[str, str], target: str, message: str) -> Publication:
    """Push the site as the next commit of a branch; nothing if it has not changed."""
    url, _, name = target.partition("#")
    branch = f"refs/heads/{name or BRANCH}"
    with TemporaryDirectory() as folder:
        git = _Git(Path(folder) / "site.git", site)
        git("init", "--quiet", "--bare", str(git.folder))
        git("config", "core.excludesFile", os.devnull)
        tip = git("ls-remote", url, branch)
        parent = tip.split()[0] if tip else ""
        if parent:
            git("fetch", "--quiet", "--depth", "1", url, branch)
        git("add", "--all", "--force", "--", ".", ":(exclude,glob)**/.*", f":(exclude){MANIFEST}")
        tree = git("write-tree")
        written = removed = 0
        if not parent or git("rev-parse", f"{parent}^{{tree}}") != tree:
            changes = git("diff-tree", "-r", "--name-status", parent, tree) if parent else ""
            removed = sum(line.startswith("D") for line in changes.splitlines())
            written = len(changes.splitlines()) - removed if parent else len(files)
            commit = git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", message)
            git("push", "--quiet", url, f"{commit}:{branch}")
    return _done(files, written, removed)


class _Git:
    """The commands of git on a bare repository, with the site as its work tree."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder, self.site = folder, site
        roles = ("GIT_AUTHOR", "GIT_COMMITTER")
        self.environment = os.environ | {
            **{f"{role}_NAME": identity.in_force().name("en") for role in roles},
            **{f"{role}_EMAIL": "observatory@localhost" for role in roles},
            # Nobody is there to be asked for a password.
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -o BatchMode=yes"),
        }

    def __call__(self, *arguments: str) -> str:
        places = [f"--git-dir={self.folder}", f"--work-tree={self.site}"]
        options = [] if arguments[0] == "init" else places
        try:
            ran = subprocess.run(  # noqa: S603
                ["git", *options, *arguments],  # noqa: S607
                capture_output=True, text=True, check=False, timeout=SECONDS,
                env=self.environment, cwd=self.site,
            )  # fmt: skip
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise RunError(f"the branch of the site cannot be written: {error}") from None
        if ran.returncode:
            lines = ran.stderr.strip().splitlines() or ["git gives no reason"]
            raise RunError(_public(f"the branch of the site cannot be written: {lines[-1]}"))
        return ran.stdout.strip()
