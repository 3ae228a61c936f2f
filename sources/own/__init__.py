"""The sources of an observatory's folder: `sources.own.<file>`.

Those of the observatory that comes with the software are in force until others are declared.
Their code is handed over as text by who has read and trusted it, and is run from that text alone:
no file and no compiled file of the folder is opened again. The process of the parsers gets the
same text with each call.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources import Source

PREFIX = f"{__name__}."
SHIPPED = Path(__file__).parents[2] / "observatory" / "sources"


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


_declared: tuple[Source, ...] | None = None


def declare(sources: Iterable[Source] | None) -> None:
    """Put the sources of an observatory beside ours, for those before them.

    None stands for those of the observatory that comes with the software.
    """
    from sources import registry

    global _declared
    _declared = None if sources is None else tuple(sources)
    registry.cache_clear()


def declared() -> tuple[Source, ...]:
    """The sources of the observatory in force."""
    return _shipped() if _declared is None else _declared


def _shipped() -> tuple[Source, ...]:
    files = sorted(SHIPPED.glob("*.py"))
    install({file.stem: Code(str(file), file.read_bytes()) for file in files})
    modules = [import_module(f"{PREFIX}{file.stem}") for file in files if file.stem[0] != "_"]
    return tuple(replace(module.SOURCE, folder=SHIPPED) for module in modules)
