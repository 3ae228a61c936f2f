"""Incremental builds: files are written only where something changed.

A chart is named by the hash of its specification and of the letters in it, so an existing one is
right, for several processes too. Files come in groups; a group whose stamp equals that of the last
build is left as it is. A file that a build no longer makes is removed if an earlier build made it:
nothing else in the folder is touched.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dashboards import chart_drawing, fonts, theme
from dashboards.i18n import Language
from dashboards.publish import CHECKSUMS, SIGNATURE
from dashboards.publish.signature import Signer
from dashboards.publish.staging import put

RECORD = ".build.json"


class OutputWriter:
    """Writes the files of one group into `out` and lists them with their SHA-256."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.files: dict[str, str] = {}
        self.written = 0

    def put(self, name: str, body: bytes | str) -> None:
        """Write a file unless it has these bytes already; whole or not at all."""
        content = body.encode() if isinstance(body, str) else body
        self.files[name] = sha256(content).hexdigest()
        self.written += put(self.out / name, content)

    def chart_urls(self, root: str) -> "ChartWriter":
        """What draws charts and gives their addresses, relative by `root`."""
        return ChartWriter(self, root)


@dataclass(frozen=True)
class ChartWriter:
    """Draws charts into the files of a group; each drawing once."""

    writer: OutputWriter
    root: str

    def __call__(self, chart: chart_drawing.Chart, lang: Language) -> str:
        """The address of the drawing."""
        return self.drawing(chart, lang)[0]

    def drawing(self, chart: chart_drawing.Chart, lang: Language) -> tuple[str, str]:
        """The address of the drawing, and the drawing."""
        spec = chart_drawing.specification(chart)
        name = f"charts/{_digest(spec, lang)}.svg"
        path = self.writer.out / name
        svg = path.read_text("utf-8") if path.is_file() else chart_drawing.render(spec, lang)
        self.writer.put(name, svg)
        return self.root + name, svg


class BuildRecord:
    """Records which groups of files the builds of a site made in `out`."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.written = 0
        self._before: dict[str, Any] = _read(out / RECORD)
        self._groups: dict[str, dict[str, Any]] = {}

    def stale(self, stamps: Mapping[str, str]) -> list[str]:
        """The groups to be made, given the stamp of each; the others stay as they are."""
        fresh = [name for name, stamp in stamps.items() if self._holds(name, stamp)]
        self._groups |= {name: self._before[name] for name in fresh}
        return [name for name in stamps if name not in self._groups]

    def note(self, name: str, stamp: str, files: Mapping[str, str], written: int) -> None:
        """Record a group that was made."""
        self._groups[name] = {"stamp": stamp, "files": dict(files)}
        self.written += written

    def close(self, signer: Signer | None = None) -> int:
        """Remove files that only earlier builds made; returns how many.

        The checksums of the others are signed where there is a `signer`.
        """
        now = _files(self._groups)
        gone = [name for name in sorted(_files(self._before) - now) if (self.out / name).is_file()]
        for name in gone:
            (self.out / name).unlink()
        for folder in sorted({(self.out / name).parent for name in gone}, reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
        record = OutputWriter(self.out)
        sums = self._checksums()
        record.put(CHECKSUMS, sums)
        if signer:
            record.put(SIGNATURE, signer.sign(sums.encode(), "site"))
        else:  # one of an earlier build would no longer fit
            (self.out / SIGNATURE).unlink(missing_ok=True)
        record.put(RECORD, json.dumps(self._groups, indent=1, sort_keys=True) + "\n")
        self.written += record.written
        return len(gone)

    def _checksums(self) -> str:
        digests = {
            name: digest
            for group in self._groups.values()
            for name, digest in group["files"].items()
        }
        return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))

    def _holds(self, name: str, stamp: str) -> bool:
        before = self._before.get(name, {"stamp": "", "files": []})
        paths = (self.out / file for file in before["files"])
        return before["stamp"] == stamp and bool(before["files"]) and all(map(Path.is_file, paths))


def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return record


def _files(groups: dict[str, Any]) -> set[str]:
    return {name for group in groups.values() for name in group["files"]}


def _digest(spec: dict[str, Any], lang: Language) -> str:
    renderer = _renderer(theme.dark_style())
    text = f"{json.dumps(spec, sort_keys=True)}{lang.code} {renderer}"
    return sha256(text.encode()).hexdigest()[:20]


@cache
def _renderer(dark_style: str) -> str:
    """What a drawing depends on besides its specification and its language."""
    return f"{version('vl-convert-python')} {dark_style} {fonts.digest()}"
