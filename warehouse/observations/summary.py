"""Count what each load adds to a source, so that status reads no figures."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select, text

from warehouse.observations.encode import Catalogue
from warehouse.tables import Citation, FetchSummary, core

GROUP = ["source_id", "frequency", "known_from"]
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
        self._parts: list[pd.DataFrame] = []

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
        rows = self._series.loc[series_id, ["source_id", "frequency"]].reset_index(drop=True)
        rows = rows.assign(known_from=known_from, period=period, citation_id=citation_id)
        grouped = rows.groupby([*GROUP, "citation_id"], dropna=False, observed=True)["period"]
        self._parts.append(grouped.agg(["size", "max"]).reset_index())

    def write(self, connection: Connection, fetch: int) -> None:
        """Store the counts under this fetch."""
        if not self._parts:
            return
        parts = pd.concat(self._parts, ignore_index=True)
        parts["assumed"] = 0
        if parts["citation_id"].notna().any():
            table = core(Citation)
            assumed = connection.scalars(select(table.c.id).where(table.c.assumed)).all()
            parts["assumed"] = parts["size"].where(parts["citation_id"].isin(assumed), 0)
        named = parts.drop(columns="citation_id").rename(columns={"size": "rows", "max": "newest"})
        # A fetch comes in one part and cites nothing: its groups are counted already.
        totals = named
        if named.duplicated(GROUP).any():
            grouped = named.groupby(GROUP, as_index=False, observed=True)
            totals = grouped.agg({"rows": "sum", "newest": "max", "assumed": "sum"})
        records: list[dict[str, Any]] = totals.assign(fetch_id=fetch).to_dict("records")  # type: ignore[assignment]
        connection.execute(core(FetchSummary).insert(), records)


def rebuild(connection: Connection, sources: Iterable[int]) -> None:
    """Count again everything that is stored of these sources."""
    table, chosen = core(FetchSummary), list(sources)
    connection.execute(table.delete().where(table.c.source_id.in_(chosen)))
    connection.execute(REBUILD, {"sources": chosen})
