"""The settings in docs/operations.md: `python -m tools.settings_page FILE`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import FILE, PREFIX, Settings
from pipelines.settings_tables import SourceSettings
from sources import registry
from tools import docs_markers

LEAD = f"""A line of `{FILE}` has the name of the variable without `{PREFIX}`, in lower case: \
`contact = "observatory@example.org"`. The file is looked for in `$SILENTCRASH_HOME`, then, unless \
that is the folder of an observatory, in the working directory; the environment wins. Keys and \
addresses of channels are only read from the environment."""
OF_SOURCE = SourceSettings.model_fields
TABLES = f"""A source that is asked in another way here than it is declared has a table in \
`{FILE}`, or a variable such as `{PREFIX}SOURCES__GDELT__OFF=true`:

```toml
contact = "observatory@example.org"
accept = ["feeds"]
keys = {{ EIA_API_KEY = "OUR_EIA_KEY" }}

[sources.skypilot]  # the next version of the catalogue
address = {{ "/catalogs/v8/" = "/catalogs/v9/" }}
mirror = {{ "https://raw.githubusercontent.com/" = "https://mirror.example.org/" }}

[sources.gdelt]
off = true
```"""


def table() -> str:
    """Every setting and every variable that a source needs, as Markdown."""
    rows = [*_settings(), *_needs(), f"| `{PREFIX}ALERT_…` | the channels of [alerts](alerts.md) |"]
    of_source = [f"| `{name}` | {field.description} |" for name, field in OF_SOURCE.items()]
    head = [LEAD, "", "| variable | meaning |", "|---|---|"]
    return "\n".join([*head, *rows, "", TABLES, "", "| line | meaning |", "|---|---|", *of_source])


def renewed(text: str) -> str:
    """The page with its table replaced. Raises ValueError without marks."""
    return docs_markers.renewed(text, "settings", table())


def _settings() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        usual = f"; by default `{default}`" if default and isinstance(default, (str, Path)) else ""
        yield f"| `{PREFIX}{name.upper()}` | {field.description}{usual} |"


def _needs() -> Iterator[str]:
    for source in registry().values():
        if not source.needs:
            continue
        link = f"[{source.key}](sources.md#{source.key})"
        accepts = source.needs.startswith(f"{PREFIX}ACCEPT_")
        what = "`1` says that you accept the terms of" if accepts else "the key that is asked of"
        yield f"| `{source.needs}` | {what} {source.publisher}: {link} is then fetched |"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
