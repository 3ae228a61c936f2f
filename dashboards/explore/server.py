"""Run Datasette on a file of SQLite; the extra `explore` brings it."""

import json
import logging
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dashboards.explore.words import SCRIPTS
from dashboards.site.explore import vega
from warehouse.database.query_limits import LONGEST_VALUE

DRAW = Path(__file__).parent / "static" / "draw.js"
# Facets on views would read the history of every series for each column.
SETTINGS = {
    "max_returned_rows": "20000",
    "suggest_facets": "off",
    "facet_time_limit_ms": "2000",
    "default_page_size": "100",
}


def installed() -> bool:
    """True if the extra is installed."""
    return find_spec("datasette") is not None


def is_free(host: str, port: int) -> bool:
    """True if nothing listens there yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(
    file: Path,
    metadata: Mapping[str, Any],
    folder: Path,
    *,
    host: str,
    port: int,
    fixed: bool,
    seconds: float,
) -> None:
    """Serve the file until it is interrupted; nothing can be written.

    `folder` takes the metadata and the scripts. `fixed` says that nobody writes the file
    meanwhile: it may then be downloaded too. A query may take so many `seconds`.
    """
    from datasette import hookimpl
    from datasette.cli import serve as command
    from datasette.plugins import pm

    class Limits:
        """No question makes a value that is larger than any here."""

        @staticmethod
        @hookimpl  # type: ignore[untyped-decorator]
        def prepare_connection(conn: sqlite3.Connection) -> None:
            """Bound the values of a connection: no clock is looked at while one is made."""
            conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)

    pm.register(Limits)  # the class: Datasette asks for its name
    # With Rich, each query that is refused or ended prints some 1,900 lines: its traceback with the
    # values of every variable.
    pm.get_plugin("datasette.handle_exception").rich = None
    # A line for every request says nothing to the one reader of this server.
    logging.getLogger("uvicorn.access").addFilter(lambda record: False)
    described = folder / "metadata.json"
    described.write_text(json.dumps(metadata, ensure_ascii=False), encoding="utf-8")
    scripts = _scripts(folder / SCRIPTS)
    database = ["--immutable", str(file)] if fixed else [str(file)]
    chosen = SETTINGS | {"sql_time_limit_ms": str(round(seconds * 1000))}
    options = [part for pair in chosen.items() for part in ("--setting", *pair)]
    arguments = [*database, "--metadata", str(described), "--host", host, "--port", str(port)]
    arguments += ["--static", f"{SCRIPTS}:{scripts}"]
    command.main(args=[*arguments, *options], standalone_mode=False)


def _scripts(folder: Path) -> Path:
    """The folder with the script of the drawings and Vega-Lite in it."""
    folder.mkdir()
    (folder / DRAW.name).write_bytes(DRAW.read_bytes())
    (folder / vega.name()).write_bytes(vega.bundle(folder / vega.name()))
    return folder
