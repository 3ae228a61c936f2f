"""Leases that Microsoft and Amazon have signed and not begun, from filings.

A lease enters the balance sheet on the day on which it begins. What is signed before stands in a
note to the accounts, in a sentence and not in a tag that the SEC's facts carry, so that a person
reads it there each quarter.
"""

from __future__ import annotations

from sources import Series, Source

SOURCE = Source(
    key="lease_commitments",
    publisher="U.S. Securities and Exchange Commission",
    fr="Loyers signés et non commencés de Microsoft et d’Amazon",
    en="Leases of Microsoft and Amazon signed and not begun",
    homepage="https://www.sec.gov/edgar/search/",
    licence="Public domain (US government work)",
    licence_url="https://www.sec.gov/privacy.htm",
    attribution="U.S. Securities and Exchange Commission, notes to the accounts",
    cadence="quarterly",
    lag_days=35,
    stale_days=130,
    series=(
        Series(
            "sec_leases.not_begun.MSFT",
            "USD",
            "Q",
            "Microsoft, loyers signés et non commencés",
            "Microsoft, leases signed and not begun",
        ),
        Series(
            "sec_leases.not_begun.AMZN",
            "USD",
            "Q",
            "Amazon, loyers signés et non commencés",
            "Amazon, leases signed and not begun",
        ),
    ),
    register="https://www.sec.gov/edgar/search/",
    traps=(
        "The sum is in a sentence of a note: the SEC's machine-readable facts drop it.",
        "Purchase commitments stand beside it and change their definition; they are left out.",
        "A lease that begins leaves this sum and enters the balance sheet: a fall is no relief.",
    ),
)
