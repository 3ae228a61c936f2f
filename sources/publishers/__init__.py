"""One file a publisher: a declaration and a pure parser."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources import Source


@cache
def shipped() -> Mapping[str, Source]:
    """The sources that come with the software, by key: SOURCE of each module."""
    modules = pkgutil.iter_modules(__path__, f"{__name__}.")
    ours = (getattr(importlib.import_module(own.name), "SOURCE", None) for own in modules)
    return {source.key: source for source in filter(None, ours)}
