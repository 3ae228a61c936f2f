"""FRED's tables: real and rebuilt bodies, both headers, and gaps."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, SchemaDrift, find_source
from sources.publishers.fred import SOURCE, parse
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_payload, values

CHIPS, HOSTING = "fred.PCU334413334413", "fred.PCU518210518210"
REBUILT = "observation_date,PCU334413334413\n2026-05-01,30.187\n2026-06-01,.\n2026-07-01,28.987\n"


def rebuilt(old: str = "", new: str = "") -> Payload:
    """A short table in the publisher's shape, with `old` replaced by `new`."""
    assert old in REBUILT
    return archived_payload(SOURCE, REBUILT.replace(old, new).encode())


def dated(payload: Payload) -> pd.Series:
    return parse(payload).set_index("period")["value"]


@pytest.mark.shared
def test_the_rebuilt_table_of_chips_has_the_figures_of_the_bls(site: Site, payloads: Path) -> None:
    body = (payloads / "fred/RECONSTRUCTED_fredgraph_PCU334413334413.csv").read_bytes()
    figures = dated(fetch_payload(site, SOURCE, body))
    quoted = {
        "2021-07": 29.815,
        "2022-12": 31.862,
        "2024-06": 31.518,
        "2025-12": 29.668,
        "2026-04": 30.602,
        "2026-07": 28.987,
    }
    assert {month: figures[f"{month}-01"] for month in quoted} == quoted
    assert len(figures) == 61
    assert site.asked[-1].query == {"id": ["PCU334413334413"]}
    history = find_source("bls").history
    assert history is not None
    shipped = pd.read_csv(history, parse_dates=["period"])
    first = shipped[shipped["series"].eq("bls.ppi.PCU334413334413")].set_index("period")["value"]
    both = pd.concat([figures, first[~first.index.duplicated()]], axis=1).dropna()
    assert len(both) > 50
    assert both.iloc[:, 0].eq(both.iloc[:, 1]).all()


@pytest.mark.shared
def test_a_real_table_is_read_to_its_last_figure(site: Site, payloads: Path) -> None:
    body = (payloads / "fred/fredgraph_PCU518210518210.csv").read_bytes()
    figures = dated(fetch_payload(site, SOURCE, body, question=1))
    assert (figures["2000-12-01"], figures["2025-06-01"]) == (100.0, 123.659)


@pytest.mark.shared
def test_the_old_header_and_a_full_stop_are_read(payloads: Path) -> None:
    body = (payloads / "fred/APU000072610.fredgraph_old_header.csv").read_bytes()
    assert body.startswith(b"DATE,")
    assert b"1985-09-01,.\n" in body
    requested = replace(SOURCE.requests[0], params={"id": "APU000072610"})
    figures = dated(archived_payload(SOURCE, body, requested))
    assert (figures["1980-01-01"], figures["2022-01-01"]) == (0.053, 0.147)
    assert pd.Timestamp("1985-09-01") not in figures.index


def test_both_headers_give_the_same_and_a_hole_has_no_row() -> None:
    assert dated(rebuilt("observation_date", "DATE")).equals(dated(rebuilt()))
    assert values(SOURCE, rebuilt()) == {CHIPS: 28.987}
    assert len(dated(rebuilt())) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("observation_date", "date_of_observation"),
        ("PCU334413334413", "PCU518210518210"),
        ("30.187", "n/a"),
    ],
)
def test_another_table_or_no_number_is_refused(old: str, new: str) -> None:
    with pytest.raises(SchemaDrift):
        dated(rebuilt(old, new))


def test_dates_in_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="05/01/2026"):
        dated(rebuilt("2026-05-01", "05/01/2026"))


def test_added_and_reordered_columns_do_not_matter() -> None:
    lines = REBUILT.splitlines()
    swapped = "\n".join(f"{line.split(',')[1]},x,{line.split(',')[0]}" for line in lines)
    assert dated(archived_payload(SOURCE, swapped.encode())).equals(dated(rebuilt()))


def test_values_scaled_by_a_thousand_are_not_loaded() -> None:
    big = rebuilt("30.187", "30187").content.replace(b"28.987", b"28987")
    assert not checked(SOURCE, archived_payload(SOURCE, big)).passed
