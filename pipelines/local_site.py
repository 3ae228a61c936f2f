"""A warehouse as if it were a published site: the files that a client reads.

The package `silentcrash` finds `open_site` by an entry point. The bytes are made by the code that
publishes the site, so that both give the same answers. Figures that may not be republished are
readable here: who has the warehouse has them.
"""

from functools import cached_property
from typing import Any

from sqlalchemy import Engine

from dashboards.publish.formats import tables_csv
from dashboards.publish.publication import Publication, prepare, records, to_json
from dashboards.publish.series import files, store
from pipelines.ingest.store import open_for_reading
from pipelines.observatory import folder
from pipelines.settings import from_environment
from warehouse import edition
from warehouse.database import open_for_reading as open_url


class LocalSite:
    """Makes the files of a site from a warehouse, one at a time."""

    def __init__(self, engine: Engine) -> None:
        settings = from_environment()
        folder.put_in_force(settings.home, settings.framework)
        self._engine, self._now = engine, settings.now

    def read(self, path: str) -> bytes:
        """The bytes of a file: a list of api/v1/, a series, a table of data/."""
        made_of: dict[str, Any] = {
            "api/v1/series.json": self._catalogue_json,
            "api/v1/events.json": self._events,
            "api/v1/editions.json": self._editions,
        }
        if path in made_of:
            body: bytes = made_of[path]()
            return body
        name = path.rpartition("/")[2]
        if path.startswith("series/"):
            return self._series(name.removesuffix(".json"))
        return self._table(name.removesuffix(".csv"))

    @cached_property
    def _catalogue(self) -> list[dict[str, Any]]:
        return store.catalogue(self._engine)

    @cached_property
    def _publication(self) -> Publication:
        return prepare(edition.load(self._engine))

    def _catalogue_json(self) -> bytes:
        rows = [{**row, "address": f"series/{row['series']}.csv"} for row in self._catalogue]
        return to_json({"series": rows})

    def _events(self) -> bytes:
        return to_json({"events": records(store.events(self._engine, self._now))})

    def _editions(self) -> bytes:
        return to_json({"editions": [{"name": self._publication.edition.month}]})

    def _series(self, key: str) -> bytes:
        [row] = [row for row in self._catalogue if row["series"] == key]
        return files.document(row, store.versions(self._engine, [row], self._now))

    def _table(self, name: str) -> bytes:
        [table] = [table for table in self._publication.tables if table.name == name]
        return tables_csv.standard(self._publication.frames[name], table)


def open_site(url: str | None = None) -> LocalSite:
    """The warehouse at a database URL, or the one of this installation."""
    return LocalSite(open_url(url) if url else open_for_reading(from_environment()))
