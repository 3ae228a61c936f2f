"""Serve the warehouse, or a copy for the public, to a browser by Datasette."""

import ipaddress
import tempfile
from pathlib import Path

from sqlalchemy import Engine, inspect

from pipelines.errors import RunError, UsageError
from pipelines.settings import Settings

EXTRA = (
    "Datasette is not installed: `pip install 'silent-crash-observatory[explore]'`, or "
    "`uv sync --inexact --extra explore` in a checkout"
)


def serve(settings: Settings, *, host: str, port: int, public: bool, timeout: float = 10.0) -> None:
    """Serve until it is interrupted; a query may take `timeout` seconds.

    Raises UsageError for what would show closed values to others and for a limit of time that is
    none, and RunError where Datasette is missing, the warehouse is not a file of SQLite, or the
    port is taken.
    """
    from dashboards.explore import public_copy, server, words
    from pipelines.ingest import store
    from warehouse.database import query_limits

    try:
        seconds = query_limits.seconds(timeout)
    except query_limits.LimitError as fault:
        raise UsageError(str(fault)) from None
    if not public and not _is_loopback(host):
        raise UsageError(f"{host} is open to others: add --public, which leaves out closed values")
    if not server.installed():
        raise RunError(EXTRA)
    engine = store.open_for_reading(settings)
    if not public and engine.dialect.name != "sqlite":
        raise RunError(
            "Datasette reads SQLite, and this warehouse is PostgreSQL: use psql or `silentcrash "
            "query`, or add --public for a copy of what may be republished"
        )
    if not server.is_free(host, port):
        raise RunError(f"port {port} is taken on {host}: choose another with --port")
    with tempfile.TemporaryDirectory(prefix="silentcrash-explore-") as name:
        folder = Path(name)
        file, hidden = Path(str(engine.url.database)), []
        if public:
            file = folder / "observatory.sqlite"
            views = public_copy.write(engine, file, settings.now, approval=settings.approval)
        else:
            views, hidden = _views(engine), inspect(engine).get_table_names()
        sources = _sources(engine)
        engine.dispose()
        text = words.metadata(file.stem, views, sources, hidden=hidden, public=public)
        print(f"http://{host}:{port}/ (Ctrl+C ends it)", flush=True)
        server.serve(file, text, folder, host=host, port=port, fixed=public, seconds=seconds)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _views(engine: Engine) -> dict[str, list[str]]:
    """The views of the warehouse and their columns."""
    from warehouse import views

    inspector = inspect(engine)
    names = views.bodies(engine.dialect.name)
    return {view: [str(column["name"]) for column in inspector.get_columns(view)] for view in names}


def _sources(engine: Engine) -> list[dict[str, object]]:
    from warehouse import query

    columns, rows = query.rows(engine, "select * from v_source order by source")
    return [dict(zip(columns, row, strict=True)) for row in rows]
