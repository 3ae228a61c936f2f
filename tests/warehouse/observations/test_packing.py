"""SQL packs versions into the bits that Python unpacks and the page draws."""

import re
from pathlib import Path

from sqlalchemy import Engine, text

from warehouse.observations.bulk import LATEST, VERSIONS, packing, read_versions
from warehouse.tables import STATUS

PAGE = (Path(__file__).parents[3] / "docs" / "bulk-loading.md").read_text(encoding="utf-8")
# The greatest and the least of each column that fits: 1900 to 2100, seconds of 1900 to 9999.
ROWS = [
    (1, -25_567, -2_208_988_800, 1, 0.0, 0),
    (1, -1, -1, 2**30 - 1, -0.5, 6),
    (2, 0, 0, 3, None, 3),
    (2**26 - 1, 47_846, 2**33 - 1, 2**30 - 1, 1.7976931348623157e308, 5),
]
INSERT = """insert into observation (series_id, period, known_from, fetch_id, value, status)
values (:series_id, :period, :known_from, :fetch_id, :value, :status)"""
NAMES = ["series_id", "period", "known_from", "fetch_id", "value", "status"]


def test_the_ends_of_every_column_are_packed_and_unpacked(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(INSERT), [dict(zip(NAMES, row, strict=True)) for row in ROWS])
    for queries in (VERSIONS, LATEST):
        with engine.connect() as connection:
            query = queries[engine.dialect.name].format(table="observation", where="true")
            versions = packing.in_order(read_versions(connection, query))
        rows = zip(*(versions[name].tolist() for name in NAMES), strict=True)
        assert [tuple(None if cell != cell else cell for cell in row) for row in rows] == ROWS


def test_every_status_fits_into_its_bits() -> None:
    assert max(STATUS.values()) < 2**packing.MESSAGE_STATUS_BITS < 2**packing.STATUS_BITS


def test_the_page_draws_the_bits_of_the_code() -> None:
    drawn = {name: int(bits) for name, bits in re.findall(r"\b([A-Z_]+_BITS) = (\d+)", PAGE)}
    assert drawn == {name: bits for name, bits in vars(packing).items() if name.endswith("_BITS")}
