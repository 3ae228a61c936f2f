"""Eurostat: real JSON-stat bodies, and how the table misleads."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.eurostat import SOURCE, parse, stat
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_payload, values

FILE = "eurostat/nrg_pc_205_nonhousehold.json"


def rebuilt(**changed: Any) -> dict[str, Any]:
    """A table in the publisher's form, of two countries, taxes and half-years."""
    codes = {
        "siec": ["E7000"],
        "nrg_cons": ["MWH2000-19999"],
        "unit": ["KWH"],
        "tax": ["X_TAX", "X_VAT"],
        "currency": ["EUR"],
        "geo": ["FR", "DE"],
        "time": ["2025-S1", "2025-S2"],
    }
    dimension = {
        name: {"category": {"index": {code: position for position, code in enumerate(item)}}}
        for name, item in codes.items()
    }
    sizes = [len(item) for item in codes.values()]
    cells = {"7": 0.8, "0": 0.1, "4": 0.5, "3": 0.4}  # neither sorted nor whole
    body = {"id": list(codes), "size": sizes, "dimension": dimension, "value": cells}
    return body | changed


def payload(body: Any) -> Payload:
    return Payload(json.dumps(body).encode(), SOURCE.requests[0], datetime(2026, 5, 1, tzinfo=UTC))


@pytest.mark.shared
def test_the_real_body_gives_the_prices_of_firms(site: Site, payloads: Path) -> None:
    frame = parse(fetch_payload(site, SOURCE, (payloads / FILE).read_bytes()))
    wide = frame.pivot(index="period", columns="series", values="value").round(4)
    assert list(wide["eurostat.power.EU27_2020.ex_vat"]) == [0.1630, 0.1712, 0.1640, 0.1596]
    assert list(wide["eurostat.power.EU27_2020.ex_tax"]) == [0.1389, 0.1471, 0.1387, 0.1349]
    assert list(wide.index) == list(pd.to_datetime(["2024-01", "2024-07", "2025-01", "2025-07"]))
    last = wide.iloc[-1]
    by_country = {
        "DE": 0.1922,
        "NL": 0.1811,
        "IT": 0.1948,
        "PL": 0.1735,
        "FR": 0.1212,
        "ES": 0.1191,
    }
    for country, price in by_country.items():
        assert last[f"eurostat.power.{country}.ex_vat"] == price
    assert set(frame["status"]) == {"final"}


@pytest.mark.shared
def test_flags_say_what_is_preliminary(payloads: Path) -> None:
    body = json.loads((payloads / "eurostat/nrg_cb_e_consumption_with_flags.json").read_bytes())
    cells = stat(body)
    assert set(cells["flag"]) > {"p"}
    assert len(cells) == len(body["value"])


@pytest.mark.shared
def test_another_band_is_not_taken_for_ours(payloads: Path) -> None:
    with pytest.raises(SchemaDrift, match="MWH500-1999"):
        parse(
            archived_payload(SOURCE, (payloads / "eurostat/nrg_pc_205_band_ic.json").read_bytes())
        )


def test_a_sparse_table_in_no_order_is_read_by_its_index() -> None:
    frame = parse(payload(rebuilt(status={"7": "p"})))
    actual = dict(
        zip(zip(frame["series"], frame["period"], strict=True), frame["value"], strict=True)
    )
    first, second = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-07-01")
    assert actual == {
        ("eurostat.power.FR.ex_tax", first): 0.1,
        ("eurostat.power.DE.ex_tax", second): 0.4,
        ("eurostat.power.FR.ex_vat", first): 0.5,
        ("eurostat.power.DE.ex_vat", second): 0.8,
    }
    flagged = frame.set_index("series")["status"]
    assert flagged["eurostat.power.DE.ex_vat"] == "preliminary"


def test_a_country_that_is_not_ours_and_a_null_are_left_out() -> None:
    body = rebuilt(value={"0": None, "4": 0.5})
    body["dimension"]["geo"]["category"]["index"] = {"XX": 0, "FR": 1}
    assert values(SOURCE, payload(body)) == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error": [{"status": 400}]}, "JSON-stat"),
        (rebuilt(value={}), "values"),
        (rebuilt(value={"99": 0.1}), "cells"),
        (rebuilt(size=[1, 1, 1, 2, 1, 2, 3]), "sizes"),
        ({**rebuilt(), "id": ["siec"]}, "sizes"),
    ],
)
def test_a_changed_shape_is_refused(body: Any, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload(body))


def test_months_in_place_of_half_years_are_refused() -> None:
    body = rebuilt()
    body["dimension"]["time"]["category"]["index"] = {"2025-01": 0, "2025-02": 1}
    with pytest.raises(SchemaDrift, match="half-years"):
        parse(payload(body))


def test_a_price_without_taxes_may_be_the_higher_one() -> None:
    higher = payload(rebuilt(value={"0": 0.2, "4": 0.1}))  # France, without taxes, then with
    assert values(SOURCE, higher) == {
        "eurostat.power.FR.ex_tax": 0.2,
        "eurostat.power.FR.ex_vat": 0.1,
    }
    assert checked(SOURCE, higher).passed
