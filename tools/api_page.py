"""The page of public functions: `python -m tools.api_page docs/api.md`.

What is public is listed in `PUBLIC`: the reads of the warehouse, the declaration of a source and
the engine. Signatures and texts come from the code, so that the page cannot say anything else.
"""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

PUBLIC = {
    "Reading the warehouse": ("warehouse.observations.read", "warehouse.query", "warehouse.export"),
    "Declaring a source": ("sources", "sources.tidy"),
    "The engine": (
        "pipelines.index.transform",
        "pipelines.index.normalise",
        "pipelines.index.aggregate",
        "pipelines.index.contribute",
        "pipelines.index.regimes",
        "pipelines.index.realtime",
        "pipelines.index.linked",
    ),
    "How sure an index is": (
        "pipelines.index.robustness.monte_carlo",
        "pipelines.index.robustness.bands",
        "pipelines.index.robustness.sobol",
        "pipelines.index.robustness.revisions",
    ),
    "The toolkit": (
        "pipelines.index.toolkit.chain",
        "pipelines.index.toolkit.coherence",
        "pipelines.index.toolkit.copeland",
        "pipelines.index.toolkit.leave_one_out",
        "pipelines.index.toolkit.outliers",
        "pipelines.index.toolkit.weights",
    ),
}
HEAD = """# Public functions

Made from the code by `python -m tools.api_page docs/api.md`. Shapes, units and errors are those
of the docstrings.
[The engine page](engine.md) has an example that runs.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for title, names in PUBLIC.items():
        parts.append(f"\n## {title}\n")
        for name in names:
            parts += _module(importlib.import_module(name))
    return "\n".join(parts).rstrip() + "\n"


def _module(module: ModuleType) -> Iterator[str]:
    title = (inspect.getdoc(module) or "").splitlines()[0]
    yield f"\n### `{module.__name__}`\n\n{title}\n"
    for name, function in _functions(module):
        yield f"#### `{name}`\n\n```python\n{name}{_signature(function)}\n```\n"
        yield f"```text\n{inspect.getdoc(function) or ''}\n```\n"


def _functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions that a module defines, in the order of its text."""
    own = [
        (name, entry)
        for name, entry in vars(module).items()
        if inspect.isfunction(entry)
        and entry.__module__ == module.__name__
        and not name.startswith("_")
    ]
    return iter(sorted(own, key=lambda pair: inspect.getsourcelines(pair[1])[1]))


def _signature(function: Callable[..., Any]) -> str:
    """The signature without the names of modules, on one line."""
    text = str(inspect.signature(function))
    for module in ("pandas.core.frame.", "pandas.core.series.", "pandas.", "collections.abc.",
                   "datetime.", "typing.", "sqlalchemy.engine.base."):  # fmt: skip
        text = text.replace(module, "")
    return re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", text)  # an address of memory


def main() -> int:
    """Write the page to the file given."""
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
