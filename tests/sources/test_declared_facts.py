"""Auctions and tariffs that a person read: figures, dates and limits."""

import pandas as pd

from sources import find_source
from sources.tidy import read_history


def shipped(key: str) -> pd.DataFrame:
    path = find_source(key).history
    assert path is not None
    return read_history(path)


def test_prices_of_the_pjm_auctions() -> None:
    wide = shipped("pjm_capacity").pivot(index="period", columns="series", values="value")
    system = wide["pjm.capacity.rto"].tolist()
    assert system == [164.77, 100.0, 76.53, 140.0, 50.0, 34.13, 28.92, 269.92, 329.17, 333.44]
    apart = wide["pjm.capacity.dom"].ne(wide["pjm.capacity.rto"])
    assert wide.loc[apart, "pjm.capacity.dom"].to_dict() == {pd.Timestamp("2025-06-01"): 444.26}


def test_auctions_that_ended_at_the_cap_are_marked() -> None:
    frame = shipped("pjm_capacity")
    capped = frame.loc[frame["status"].eq("capped")]
    assert sorted(zip(capped["period"].dt.year, capped["series"], strict=True)) == [
        (2026, "pjm.capacity.dom"),
        (2026, "pjm.capacity.rto"),
        (2027, "pjm.capacity.dom"),
        (2027, "pjm.capacity.rto"),
    ]


def test_an_auction_is_known_before_its_year_and_dated_where_the_date_was_read() -> None:
    frame = shipped("pjm_capacity")
    assert frame["period"].dt.strftime("%m-%d").eq("06-01").all()
    assert (frame["known_from"].dt.tz_localize(None) < frame["period"]).all()
    read = frame.loc[~frame["assumed"], "known_from"].dt.strftime("%Y-%m-%d")
    assert set(read) == {"2024-07-30", "2025-07-22", "2025-12-17"}


def test_moroccan_tariffs_keep_their_units_and_their_dates() -> None:
    units = {series.key: series.unit for series in find_source("morocco_tariffs").series}
    frame = shipped("morocco_tariffs")
    per_kwh = frame["series"].map(units).eq("DH/kWh")
    # A tariff read in centimes and stored in dirhams would be a hundred times too great.
    assert frame.loc[per_kwh, "value"].between(0.01, 3).all()
    assert frame.loc[~per_kwh, "value"].between(100, 5000).all()
    item = frame.set_index("series").loc["morocco.tariff.tht_power_very_long"]
    assert (item["value"], str(item["known_from"].date())) == (2128.6, "2014-07-30")
    assert item["period"] == pd.Timestamp("2017-01-01")


def test_leases_not_begun_are_those_that_both_firms_filed() -> None:
    frame = shipped("lease_commitments")
    wide = frame.pivot(index="period", columns="series", values="value").dropna() / 1e9
    assert wide.index.min() == pd.Timestamp("2025-04-01")
    assert wide.iloc[-1].tolist() == [137.214, 329.1]  # Amazon, Microsoft, June 2026
    assert not frame["assumed"].any()


def test_every_declared_fact_is_shipped_once() -> None:
    for key in ("pjm_capacity", "morocco_tariffs", "lease_commitments"):
        frame = shipped(key)
        assert set(frame["series"]) == {series.key for series in find_source(key).series}
        assert not frame.duplicated(["series", "period"]).any()
