"""Results of pure computations, for the next command of a campaign.

A kill of a release is one of what it writes; computing its figures anew each time took most of a
campaign. What is kept has the digest of all arguments as its name: the figures of a store stand
for the store. Nothing that writes is ever kept.
"""

import io
import os
import pickle
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pandas as pd
from sqlalchemy import Engine

from dashboards import chart_drawing
from dashboards.bulletin import document
from pipelines.index.framework import Framework
from pipelines.index.realtime import Readings
from pipelines.release import audit, compute, gauges, revisions
from warehouse.observations import read

PURE: dict[ModuleType, tuple[str, ...]] = {
    chart_drawing: ("_drawn",),
    document: ("pages",),
    compute: ("draft", "bounded", "_alerts"),
    revisions: ("change", "known_now", "mean_revision"),
    gauges: ("of_edition",),
    audit: ("with_audit",),
}


def use(folder: Path) -> None:
    """Keep the results of PURE in a folder from now on, in this process."""
    for module, names in PURE.items():
        for name in names:
            setattr(module, name, _remembering(getattr(module, name), folder))


def _remembering(function: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    @wraps(function)
    def answer(*arguments: Any, **named: Any) -> Any:
        question = (function.__module__, function.__qualname__, arguments, named)
        file = folder / _digest(question)
        if file.exists():
            return pickle.loads(file.read_bytes())
        result = function(*arguments, **named)
        draft = folder / uuid4().hex  # whoever is killed here leaves no half of a result
        draft.write_bytes(pickle.dumps(result))
        os.replace(draft, file)
        return result

    return answer


class _Digests(pickle.Pickler):
    """Pickles frames, readings and stores as digests of what is in them."""

    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, pd.DataFrame):
            return [*map(str, value.columns), *map(str, value.dtypes), _cells(value)]
        if isinstance(value, Framework):
            return "method", value.hash
        if isinstance(value, Readings):
            return "readings", _cells(value.history), sorted(value._keys)
        if isinstance(value, Engine):
            return "store", _cells(read.history(value)), read.newest_fetch(value)
        return None


def _cells(frame: pd.DataFrame) -> str:
    return sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()


def _digest(question: Any) -> str:
    out = io.BytesIO()
    _Digests(out).dump(question)
    return sha256(out.getvalue()).hexdigest()
