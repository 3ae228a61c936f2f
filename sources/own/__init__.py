"""The sources of an observatory's folder: `sources.own.<file>`.

Their code is handed over as text by who has read and trusted it, and is run from that text alone:
no file and no compiled file of the folder is opened again. The process of the parsers gets the
same text with each call.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType

PREFIX = f"{__name__}."


@dataclass(frozen=True)
class Code:
    """The text of a module, and the path that a traceback names."""

    path: str
    text: bytes


class _Importer(MetaPathFinder, InspectLoader):
    """Imports the modules that were installed."""

    def __init__(self) -> None:
        self.modules: dict[str, Code] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of this name if it was installed."""
        name = fullname.removeprefix(PREFIX)
        if name == fullname or name not in self.modules:
            return None
        return spec_from_loader(fullname, self, origin=self.modules[name].path)

    def get_source(self, fullname: str) -> str:
        """The text of a module, for a traceback."""
        return self.modules[fullname.removeprefix(PREFIX)].text.decode(errors="replace")

    def get_code(self, fullname: str) -> CodeType:
        """The code of a module. Raises SyntaxError and ValueError."""
        code = self.modules[fullname.removeprefix(PREFIX)]
        return self.source_to_code(code.text, code.path)


_importer = _Importer()
sys.meta_path.append(_importer)


def installed() -> Mapping[str, Code]:
    """The modules that can be imported from here, by name."""
    return _importer.modules


def install(modules: Mapping[str, Code]) -> None:
    """Make these modules importable, for those before them."""
    if modules == _importer.modules:
        return
    _importer.modules = dict(modules)
    for name in [name for name in sys.modules if name.startswith(PREFIX)]:
        del sys.modules[name]
        vars(sys.modules[__name__]).pop(name.removeprefix(PREFIX), None)
