"""PJM capacity auctions: price of a year of guaranteed power; history only.

PJM serves the region with most US data centres. A delivery year runs from June to May. The last
two auctions ended at an administrative cap: those prices are `capped`, and that they are equal
says nothing of demand. Facts from the published results.
"""

from __future__ import annotations

from datetime import date

from sources import Series, Source, WatchedPage

SOURCE = Source(
    key="pjm_capacity",
    publisher="PJM Interconnection",
    fr="Enchères de capacité électrique de PJM",
    en="PJM capacity auctions",
    homepage="https://www.pjm.com/markets-and-operations/rpm",
    licence="Facts, cited",
    licence_url="https://www.pjm.com/",
    attribution="PJM Interconnection, Base Residual Auction results",
    cadence="yearly",
    lag_days=0,
    stale_days=400,
    role="reference",
    reference="the price of the whole region, beside that of Virginia",
    redistribute=True,
    series=(
        Series(
            "pjm.capacity.rto",
            "USD/MW-day",
            "E",
            "Prix de capacité, PJM, zone RTO",
            "Capacity price, PJM, RTO zone",
        ),
        Series(
            "pjm.capacity.dom",
            "USD/MW-day",
            "E",
            "Prix de capacité, PJM, zone Dominion (Virginie)",
            "Capacity price, PJM, Dominion zone (Virginia)",
        ),
    ),
    register="https://www.pjm.com/markets-and-operations/rpm",
    # The results of the auction for 2028/29 were read of that day; the next is due in December.
    read_through=(
        ("pjm.capacity.rto", date(2026, 7, 14)),
        ("pjm.capacity.dom", date(2026, 7, 14)),
    ),
    watched=WatchedPage("pjm", "enchères de PJM", "PJM auctions"),
    traps=(
        "The last two auctions ended at an administrative cap: flat there is censored.",
        "A delivery year runs from June to May.",
    ),
)
