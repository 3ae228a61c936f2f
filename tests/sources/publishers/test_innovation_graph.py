"""GitHub Innovation Graph: two measures, and rows that are not an economy's."""

import pandas as pd
import pytest

from sources import SchemaDrift
from sources.publishers.innovation_graph import ECONOMIES, SOURCE, parse
from sources.tidy import read_history
from tests.server import Reply, Site
from tests.sources.publishers.helpers import archived_payload, checked, fetch_payload

# Published figures of 2020 Q1, in the publisher's order; the other economies are filled up.
REAL = {"US": 9763122, "EU": 6983489, "FR": 1067323, "ES": 650592, "EG": 236751, "MA": 142405,
        "DZ": 91819, "TN": 88631, "CI": 16280, "SN": 13736}  # fmt: skip


def body(measure: str = "developers", quarter: str = "1", **figures: int) -> bytes:
    rows = REAL | figures
    lines = [f"{value},{code},2020,{quarter}" for code, value in rows.items()]
    return "\n".join([f"{measure},iso2_code,year,quarter", *lines, "1,XX,2020,1", ""]).encode()


def test_the_real_first_quarter_is_that_of_the_shipped_history(site: Site) -> None:
    frame = parse(fetch_payload(site, SOURCE, Reply(body())))
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history)
    joined = frame.merge(shipped, on=["series", "period"], suffixes=("", "_shipped"))
    assert len(frame) == len(joined) == len(ECONOMIES)
    assert joined["value"].tolist() == joined["value_shipped"].tolist()
    assert set(frame["period"]) == {pd.Timestamp("2020-01-01")}


def test_quarters_begin_with_their_month_and_the_union_is_no_economy() -> None:
    frame = parse(archived_payload(SOURCE, body("git_pushes", quarter="3")))
    assert set(frame["period"]) == {pd.Timestamp("2020-07-01")}
    assert set(frame["series"]) == {f"github.git_pushes.{code}" for code in ECONOMIES.values()}
    assert checked(SOURCE, archived_payload(SOURCE, body("git_pushes", quarter="3"))).passed


@pytest.mark.parametrize(
    "changed",
    [body().replace(b"iso2_code", b"iso2"), body().replace(b"developers", b"repositories"),
     body(quarter="5"), body().replace(b",MA,", b",MR,"), body().replace(b"142405", b"n/a")],
    ids=["column", "measure", "quarter", "economy", "text"],
)  # fmt: skip
def test_a_changed_file_is_refused(changed: bytes) -> None:
    with pytest.raises(SchemaDrift):
        parse(archived_payload(SOURCE, changed))


def test_a_copy_answers_where_the_first_address_fails(site: Site) -> None:
    site.serve(SOURCE.requests[0].mirror, Reply(body()))
    frame = parse(fetch_payload(site, SOURCE, Reply(status=404)))
    assert len(frame) == len(ECONOMIES)


def test_moroccan_developers_as_they_were_first_published() -> None:
    assert SOURCE.history is not None
    shipped = read_history(SOURCE.history).set_index(["series", "period"])
    newest = shipped.loc[("github.developers.MAR", pd.Timestamp("2025-07-01"))]
    assert newest["value"] == 730_638
    assert f"{newest['known_from']:%Y-%m-%d}" == "2026-01-28"
    pushes = shipped.loc[("github.git_pushes.MAR", pd.Timestamp("2025-04-01")), "value"]
    assert pushes == 778_740
