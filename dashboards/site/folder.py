"""The folder of a site: written only where something changed, and drawn only once.

A drawing is named by what it shows, so one that is there is right. Files come in groups; a group
whose stamp is that of the last build is kept as it is. What a build no longer has is removed,
if an earlier build made it: nothing else in the folder is touched.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import altair as alt

from dashboards import charts, theme
from dashboards.figures import Draw
from dashboards.words import Language

RECORD = ".build.json"


class Folder:
    """Writes the files of a site into `out`."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.made = 0
        self._before: dict[str, Any] = _read(out / RECORD)
        self._groups: dict[str, dict[str, Any]] = {}
        self._open: set[str] = set()

    def group(self, name: str, stamp: str, make: Callable[[], None]) -> None:
        """Call `make`, unless the last build made this group with the same stamp."""
        before = self._before.get(name, {})
        files = set(before.get("files", ()))
        if not stamp or before.get("stamp") != stamp or not self._have(files):
            self._open = files = set()
            make()
        self._groups[name] = {"stamp": stamp, "files": files}

    def put(self, name: str, body: bytes | str) -> None:
        """Write a file of the open group, where its bytes are not these already."""
        path = self.out / name
        content = body.encode() if isinstance(body, str) else body
        self._open.add(name)
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.made += 1

    def pen(self, root: str) -> Draw:
        """Draws into the folder; gives the address of a drawing from where `root` leads up."""

        def draw(chart: alt.TopLevelMixin, said: Language) -> str:
            spec = charts.specification(chart)
            name = f"charts/{_digest(spec, said)}.svg"
            known = self.out / name
            self.put(name, known.read_bytes() if known.is_file() else charts.drawn(spec, said))
            return root + name

        return draw

    def close(self) -> int:
        """Remove what earlier builds made and this one has not, and record it; their number."""
        now = _files(self._groups)
        gone = [name for name in sorted(_files(self._before) - now) if (self.out / name).is_file()]
        for name in gone:
            (self.out / name).unlink()
        for place in sorted({(self.out / name).parent for name in gone}, reverse=True):
            if not any(place.iterdir()):
                place.rmdir()
        record = {
            name: {"stamp": one["stamp"], "files": sorted(one["files"])}
            for name, one in self._groups.items()
        }
        self._open = set()
        self.put(RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
        return len(gone)

    def _have(self, files: set[str]) -> bool:
        return bool(files) and all((self.out / name).is_file() for name in files)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def _files(groups: dict[str, Any]) -> set[str]:
    return {name for one in groups.values() for name in one["files"]}


def _digest(spec: dict[str, Any], said: Language) -> str:
    drawn_by = f"{said.code} {version('vl-convert-python')} {theme.dark_style()}"
    return sha256((json.dumps(spec, sort_keys=True) + drawn_by).encode()).hexdigest()[:20]
