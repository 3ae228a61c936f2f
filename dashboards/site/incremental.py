"""The folder of a site: written only where something changed, and drawn only once.

A drawing is named by what it shows, so one that is there is right: that holds for several
processes at work too. Files come in groups; a group whose stamp is that of the last build is
kept as it is. What a build no longer has is removed,
if an earlier build made it: nothing else in the folder is touched.
"""

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dashboards import charts, theme
from dashboards.bulletin.figures import Draw
from dashboards.i18n import Language

RECORD = ".build.json"


class OutputWriter:
    """Writes the files of one group into `out`, and knows which they are."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.files: set[str] = set()
        self.written = 0

    def put(self, name: str, body: bytes | str) -> None:
        """Write a file, where its bytes are not these already; whole or not at all."""
        path = self.out / name
        content = body.encode() if isinstance(body, str) else body
        self.files.add(name)
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        draft.write_bytes(content)
        draft.replace(path)
        self.written += 1

    def pen(self, root: str) -> Draw:
        """Draws into the folder; gives the address of a drawing from where `root` leads up."""

        def draw(chart: charts.Chart, lang: Language) -> str:
            spec = charts.specification(chart)
            name = f"charts/{_digest(spec, lang)}.svg"
            known = self.out / name
            self.put(name, known.read_bytes() if known.is_file() else charts.render(spec, lang))
            return root + name

        return draw


class Folder:
    """Remembers which groups of files the builds of a site made in `out`."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.written = 0
        self._before: dict[str, Any] = _read(out / RECORD)
        self._groups: dict[str, dict[str, Any]] = {}

    def stale(self, stamps: Mapping[str, str]) -> list[str]:
        """The groups to be made, given the stamp of each; the others are kept as they are."""
        fresh = [name for name, stamp in stamps.items() if self._holds(name, stamp)]
        self._groups |= {name: self._before[name] for name in fresh}
        return [name for name in stamps if name not in self._groups]

    def note(self, name: str, stamp: str, files: Iterable[str], written: int) -> None:
        """Remember a group that was made."""
        self._groups[name] = {"stamp": stamp, "files": sorted(files)}
        self.written += written

    def close(self) -> int:
        """Remove what earlier builds made and this one has not, and record it; their number."""
        now = _files(self._groups)
        gone = [name for name in sorted(_files(self._before) - now) if (self.out / name).is_file()]
        for name in gone:
            (self.out / name).unlink()
        for place in sorted({(self.out / name).parent for name in gone}, reverse=True):
            if not any(place.iterdir()):
                place.rmdir()
        record = OutputWriter(self.out)
        record.put(RECORD, json.dumps(self._groups, indent=1, sort_keys=True) + "\n")
        self.written += record.written
        return len(gone)

    def _holds(self, name: str, stamp: str) -> bool:
        before = self._before.get(name, {"stamp": "", "files": []})
        there = (self.out / file for file in before["files"])
        return before["stamp"] == stamp and bool(before["files"]) and all(map(Path.is_file, there))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def _files(groups: dict[str, Any]) -> set[str]:
    return {name for one in groups.values() for name in one["files"]}


def _digest(spec: dict[str, Any], lang: Language) -> str:
    drawn_by = f"{lang.code} {version('vl-convert-python')} {theme.dark_style()}"
    return sha256((json.dumps(spec, sort_keys=True) + drawn_by).encode()).hexdigest()[:20]
