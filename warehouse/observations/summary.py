"""Count what each load adds to a source, so that status reads no figures."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select, text

from warehouse.observations.encode import Catalogue
from warehouse.tables import Citation, FetchSummary, core

GROUP = ["source_id", "frequency", "known_from"]
Group: TypeAlias = tuple[int, str, int, int]
UNCITED = -1  # in place of the citation of a figure that was fetched
# For series that move to another source or frequency, which changes the groups of what is stored.
REBUILD = text("""
insert into fetch_summary (source_id, frequency, known_from, fetch_id, rows, newest, assumed)
select s.source_id, s.frequency, o.known_from, o.fetch_id, count(*), max(o.period),
  sum(case when z.assumed then 1 else 0 end)
from observation o join series s on s.id = o.series_id left join citation z on z.id = o.citation_id
where s.source_id in :sources group by s.source_id, s.frequency, o.known_from, o.fetch_id
""").bindparams(bindparam("sources", expanding=True))


class Summary:
    """The counts of a load, taken part by part as its rows go in."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._series = catalogue.series
        owners = (catalogue.series[name].tolist() for name in GROUP[:2])
        self._owners = list(zip(*owners, strict=True))
        # By source, frequency, date of knowledge and citation: how many rows, and the newest one.
        self._counts: dict[Group, tuple[int, int]] = {}

    def add(
        self,
        series_id: NDArray[np.int32],
        period: NDArray[np.int32],
        known_from: NDArray[np.int64],
        citation_id: "NDArray[np.float64] | None" = None,
    ) -> None:
        """Count rows that go in; `citation_id` is NaN where a row has none."""
        if not len(period):
            return
        cited = np.full(len(period), np.nan) if citation_id is None else citation_id
        numbers = [
            self._series.index.get_indexer(pd.Index(series_id)),
            known_from,
            np.nan_to_num(cited, nan=UNCITED).astype("int64"),
        ]
        order = np.lexsort(numbers)
        sorted_numbers = np.array([column[order] for column in numbers], "int64")
        first = np.append(True, (np.diff(sorted_numbers) != 0).any(axis=0))
        starts = np.flatnonzero(first)
        sizes = np.diff(np.append(starts, len(period)))
        newest = np.maximum.reduceat(np.asarray(period)[order], starts)
        for (position, since, citation), size, last in zip(
            sorted_numbers[:, starts].T.tolist(), sizes.tolist(), newest.tolist(), strict=True
        ):
            source, frequency = self._owners[position]
            group = (int(source), str(frequency), since, citation)
            rows, before = self._counts.get(group, (0, last))
            self._counts[group] = rows + size, max(before, last)

    def write(self, connection: Connection, fetch: int) -> None:
        """Store the counts under this fetch."""
        if not self._counts:
            return
        table, assumed = core(Citation), set[int]()
        if any(citation != UNCITED for *_, citation in self._counts):
            assumed = set(connection.scalars(select(table.c.id).where(table.c.assumed)))
        totals: dict[tuple[Any, ...], dict[str, Any]] = {}
        for (*group, citation), (rows, newest) in self._counts.items():
            total = totals.setdefault(tuple(group), {"rows": 0, "newest": newest, "assumed": 0})
            total["rows"] += rows
            total["newest"] = max(total["newest"], newest)
            total["assumed"] += rows if citation in assumed else 0
        records = [
            dict(zip(GROUP, group, strict=True), fetch_id=fetch) | total
            for group, total in totals.items()
        ]
        connection.execute(core(FetchSummary).insert(), records)


def rebuild(connection: Connection, sources: Iterable[int]) -> None:
    """Count again everything that is stored of these sources."""
    table, chosen = core(FetchSummary), list(sources)
    connection.execute(table.delete().where(table.c.source_id.in_(chosen)))
    connection.execute(REBUILD, {"sources": chosen})
