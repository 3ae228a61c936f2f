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
    """The sources that come with the software, by key: SOURCE of each module.

    The watcher of pages has those of their registers.
    """
    from sources.publishers import tariff_pages

    modules = pkgutil.iter_modules(__path__, f"{__name__}.")
    ours = (getattr(importlib.import_module(own.name), "SOURCE", None) for own in modules)
    by_key = {source.key: source for source in filter(None, ours)}
    watcher = tariff_pages.watching(by_key.values())
    return by_key | {watcher.key: watcher}
