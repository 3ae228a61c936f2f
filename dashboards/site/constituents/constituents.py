"""What an edition saw: series of its indicators, unused rents, counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from dashboards.edition_stats import EditionStats
from dashboards.site.constituents.members import Member, members
from dashboards.site.constituents.seen import Counts, Rent, by_source, unused_rents


@dataclass(frozen=True)
class Constituents:
    """What an edition saw, for the pages in every language.

    `newest` is the first day of the newest period of each series that it could know.
    """

    stats: EditionStats
    newest: Mapping[str, date]

    @cached_property
    def inside(self) -> dict[str, list[Member]]:
        """The series of each indicator."""
        return members(self.stats, self.newest)

    @cached_property
    def rents(self) -> list[Rent]:
        """The rents that are not used."""
        return unused_rents(self.stats, self.newest)

    @cached_property
    def counts(self) -> list[Counts]:
        """The series by source."""
        return by_source(self.stats, self.newest)

    @cached_property
    def readings(self) -> list[dict[Any, Any]]:
        """The indicators in the month, a row each."""
        return self.stats.readings.to_dict("records")

    @cached_property
    def catalogue(self) -> dict[str, dict[Any, Any]]:
        """The sources by key."""
        return {row["key"]: row for row in self.stats.edition.sources.to_dict("records")}
