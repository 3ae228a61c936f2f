"""Whether what a step of a run would make is there already.

A step is not run again where everything that decides its result is the same: the figures, the
method, the software with the packages it runs on, and, of files, what is in their place.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from warehouse import computations
from warehouse.publication import identity

# Whatever is in them may decide a figure, a word or a byte: code, methods, templates, vocabulary.
PACKAGES = ("dashboards", "pipelines", "sources", "warehouse")


def once(engine: Engine, inputs: str, run: Callable[[], int]) -> int:
    """The stored result of these inputs; without one, `run` gives it."""
    stored: int | None = computations.find(engine, inputs)
    if stored is not None:
        return stored
    result = run()
    computations.save(engine, inputs, result)
    return result


def key(*parts: object) -> str:
    """SHA-256 of the parts, of the observatory and of the software."""
    house = identity.in_force().fingerprint
    return sha256("\n".join([software(), house, *map(_text, parts)]).encode()).hexdigest()


def files(
    engine: Engine,
    inputs: str,
    folder: Path,
    beside: Iterable[str],
    write: Callable[[], list[Path]],
) -> list[Path]:
    """The files of `folder`, written again unless they are what these inputs gave.

    `beside` names files and folders next to it that are written with it. Each of them is read: who
    changed or lost one gets it back.
    """
    places = [folder.name, *beside]
    stored = computations.find(engine, inputs)
    if stored is not None and stored["state"] == _state(folder.parent, places):
        return [folder / name for name in stored["files"]]
    written = write()
    names = [path.name for path in written if path.parent == folder]
    result = {"files": names, "state": _state(folder.parent, places)}
    computations.save(engine, inputs, result)
    return written


def _state(root: Path, places: Iterable[str]) -> str:
    """SHA-256 of what is in these files and folders of `root`, names included.

    Drafts that a killed writer left in `root` count, so that the next one clears them away.
    """
    paths = [path for name in places for path in (root / name, *(root / name).rglob("*"))]
    drafts = sorted(path.name for path in root.glob(".*"))
    lines = [f"{path.relative_to(root)} {_bytes(path)}" for path in sorted(paths)]
    return sha256("\n".join([*drafts, *lines]).encode()).hexdigest()


@cache
def software() -> str:
    """SHA-256 of the files of PACKAGES and the versions of what they run on."""
    hashed = sha256(sys.version.encode())
    installed = {path.name for entry in sys.path for path in Path(entry).glob("*.dist-info")}
    hashed.update("\n".join(sorted(installed)).encode())
    for name in PACKAGES:
        [root] = import_module(name).__path__
        for path in sorted(Path(root).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                hashed.update(f"{name} {path.relative_to(root)} {_bytes(path)}".encode())
    return hashed.hexdigest()


def _bytes(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"


def _text(part: object) -> str:
    """A part as text that differs where the part does."""
    if isinstance(part, pd.DataFrame):
        cells = pd.util.hash_pandas_object(part.reset_index()).to_numpy().tobytes()
        return f"{list(part.dtypes.astype(str).items())} {sha256(cells).hexdigest()}"
    if is_dataclass(part):
        named: dict[str, Any] = {
            each.name: _text(getattr(part, each.name)) for each in fields(part)
        }
        return json.dumps(named)
    return json.dumps(part, default=str)
