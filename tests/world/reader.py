"""The scripted reader: keeps the registers as a person would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.world.economy import Economy, Path, later

DRAM = "dram.contract.ddr4_8gb"
# Auctions and tariffs stand until changed, and are as old as their last reading: the pages are
# looked at on the first of each quarter.
QUARTERS = {1, 4, 7, 10}
REVIEWED = ("pjm_capacity", "morocco_tariffs")


@dataclass(frozen=True)
class Entry:
    """A figure that a person reads, and the day on which it was published."""

    register: str
    series: str
    period: date
    value: float
    known_from: date

    def options(self) -> list[str]:
        """The options of `silentcrash register add`."""
        return [
            self.register,
            "--series",
            self.series,
            "--period",
            f"{self.period}",
            "--value",
            f"{self.value:g}",
            "--status",
            "final",
            "--known-from",
            f"{self.known_from}",
            "--source",
            "the world of the tests",
            "--address",
            "https://world.example/page",
            "--licence",
            "made up for a test",
            "--reader",
            "scripted reader",
        ]


def due(economy: Economy, day: date) -> list[Entry]:
    """What was published in the month that ended, read on this first of a month."""
    entries = [_dram(economy, later(day, -1, "M"), day)]
    if day.month in {2, 5, 8, 11}:
        entries += _leases(economy, day)
    if day.month == 8:
        entries += _auction(economy, day)
    if day.month == 3:
        entries.append(_tariff(economy, day))
    if day.month in {7, 12}:
        entries.append(_list(economy, day))
    return entries


def _dram(economy: Economy, month: date, day: date) -> Entry:
    path = Path(0.25, 0.05, decimals=2, low=0.5)
    return Entry("dram_contract", DRAM, month, economy.figure(DRAM, "M", month, path), day)


def _auction(economy: Economy, day: date) -> list[Entry]:
    """The auction of July, for the delivery year that begins two years later."""
    year = date(day.year + 1, 6, 1)
    published = later(day, -1, "M").replace(day=20)
    price = Path(0.02, 0.05, decimals=2, low=20, high=400)
    names = ("pjm.capacity.rto", "pjm.capacity.dom")
    return [
        Entry("pjm_capacity", name, year, economy.figure(name, "A", year, price), published)
        for name in names
    ]


def _leases(economy: Economy, day: date) -> list[Entry]:
    """What both firms have signed and not begun, by their quarterly reports."""
    quarter = later(day, -4, "M")
    path = Path(0.5, 0.05, decimals=0, low=1e9)
    names = ("sec_leases.not_begun.MSFT", "sec_leases.not_begun.AMZN")
    published = later(day, -1, "M").replace(day=29)
    return [
        Entry("lease_commitments", name, quarter, economy.figure(name, "Q", quarter, path),
              min(published, day))
        for name in names
    ]  # fmt: skip


def _tariff(economy: Economy, day: date) -> Entry:
    name = "morocco.tariff.network_turt"
    path = Path(0.01, 0.01, decimals=4)
    return Entry("morocco_tariffs", name, day, economy.figure(name, "A", day, path), day)


def _list(economy: Economy, day: date) -> Entry:
    month = later(day, -1, "M")
    name = "top500.rmax_share.MAR"
    path = Path(-0.2, 0.02, decimals=4)
    return Entry(
        "top500", name, month, economy.figure(name, "S", month, path), month.replace(day=20)
    )


Reader = Callable[[Economy, date], list[Entry]]
