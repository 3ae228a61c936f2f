"""The publishers of the world, each in its true wire shape.

A new source is one `Publisher` in one of these modules: what is true on a day (`figures`), and how
the publisher writes it down (`render`). `figures` is the model's word for what the store must
hold, by series and period; `render` writes the body from the same figures, so that an accident of
the script changes both by one rule. Neither uses a parser of the product.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from tests.server import Received
from tests.world.economy import Economy

Figures = dict[tuple[str, date], float]


@dataclass(frozen=True)
class Context:
    """What a body is written from: the figures, the days, the question.

    `edition` is the day on which the body was published, `day` the day of the question. `news`
    are names of machines, models or economies that nobody knew before, to be listed as well.
    """

    economy: Economy
    figures: Figures
    edition: date
    day: date
    received: Received
    news: tuple[str, ...] = ()

    def series(self, prefix: str) -> Figures:
        """The figures of the series that start so."""
        return {key: value for key, value in self.figures.items() if key[0].startswith(prefix)}

    def by_period(self, series: str) -> dict[date, float]:
        """The figures of one series."""
        return {period: value for (key, period), value in self.figures.items() if key == series}


@dataclass(frozen=True)
class Publisher:
    """A source as it is served.

    Attributes:
        source: the key of the source.
        edition: the day on which what is served on a day was published.
        figures: what is public after that day: series and period -> value.
        render: the body, or None where the address does not exist.
        addresses: the beginnings of its addresses, without https://.
        daily: whether it answers with today's figures, and not with those of an edition.
        undated: whether its body says nothing of its day, so that it is of the day of the question.
        file_of: which of its files a series stands in, where it has several.
        headers: of each reply, besides the date and the tag.
    """

    source: str
    edition: Callable[[date], date]
    figures: Callable[[Economy, date], Figures]
    render: Callable[[Context], bytes | None]
    addresses: tuple[str, ...]
    daily: bool = False
    undated: bool = False
    file_of: Callable[[str], str] = lambda series: ""
    headers: Mapping[str, str] = field(default_factory=dict)


def price_list(series: str) -> str:
    """The provider or the region of a price: <source>.gpu.<gpu>.<place>.<basis>."""
    return series.split(".")[-2]


@cache
def publishers() -> dict[str, Publisher]:
    """Every publisher by the key of its source."""
    loaded: dict[str, Publisher] = {}
    for module in pkgutil.iter_modules(__path__):
        imported = importlib.import_module(f"{__name__}.{module.name}")
        loaded |= {each.source: each for each in getattr(imported, "PUBLISHERS", ())}
    return loaded
