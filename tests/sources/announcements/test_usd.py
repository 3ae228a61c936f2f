"""Amounts in dollars at the rate of their month, with made-up rates."""

import pandas as pd

from sources.announcements.series import in_usd, monthly

RATES = pd.DataFrame(
    {
        "series": ["ecb.rate.USD", "ecb.rate.GBP", "ecb.rate.USD"],
        "period": pd.to_datetime(["2026-01-01", "2026-01-01", "2026-02-01"]),
        "value": [1.25, 0.8, 1.5],
    }
)


def announced(*amounts: tuple[str, float, str]) -> pd.DataFrame:
    """Announced projects: day, amount, currency."""
    days, amount, currency = zip(*amounts, strict=True)
    return pd.DataFrame(
        {
            "known_from": pd.to_datetime(list(days), utc=True),
            "amount": amount,
            "currency": currency,
            "event_type": "announced",
            "country": "France",
            "address": [f"https://made.up/{number}" for number in range(len(days))],
            "project": range(len(days)),
            "power_mw": float("nan"),
        }
    )


def test_an_amount_converts_at_the_rate_of_its_month() -> None:
    events = announced(
        ("2026-02-10", 100.0, "EUR"),
        ("2026-01-10", 80.0, "GBP"),
        ("2026-01-10", 7.0, "USD"),
        ("2026-01-10", 100.0, "EUR"),
        ("2026-03-20", 100.0, "EUR"),
    )
    assert list(in_usd(events, RATES)) == [150.0, 125.0, 7.0, 125.0, 150.0]


def test_without_a_rate_nothing_is_invented() -> None:
    events = announced(
        ("2025-06-10", 100.0, "EUR"), ("2026-01-10", 100.0, "MAD"), ("2026-06-01", 1.0, "EUR")
    )
    assert in_usd(events, RATES).isna().all()


def test_the_series_add_what_converts_and_say_its_share() -> None:
    events = announced(
        ("2026-01-10", 100.0, "EUR"), ("2026-01-11", 5.0, "USD"), ("2026-01-12", 9.0, "MAD")
    )
    frame = monthly(events, RATES).set_index("series")["value"]
    assert frame["announcements.world.usd"] == 130.0
    assert frame["announcements.world.usd_coverage"] == 2 / 3
    alone = monthly(events).set_index("series")["value"]
    assert alone["announcements.world.usd"] == 5.0
    assert alone["announcements.world.usd_coverage"] == 1 / 3
