"""The figures of the edition as SDMX-ML 2.1, structure-specific: data.sdmx.xml."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import QName

import pandas as pd

from dashboards.publish import sdmx_xml as xml
from dashboards.publish.publication import Publication

MEASURES = {"value": "VALUE", "score": "SCORE", "contribution": "CONTRIBUTION"}
STATUS = {"observed": "A", "carried": "I", "estimated": "E", "withheld": "M"}


def document(publication: Publication) -> bytes:
    """Every month of the index, its dimensions and indicators, a series a measure."""
    root = xml.message("StructureSpecificData", publication)
    header = root[0]
    about = xml.add(header, "message:Structure", structureID=xml.FLOW, namespace=xml.DEFINED,
                 dimensionAtObservation="TIME_PERIOD")  # fmt: skip
    xml.refer(xml.add(about, "common:Structure"), xml.FLOW, "datastructure", "DataStructure")
    xml.add(header, "message:DataSetAction").text = "Replace"
    made = xml.add(root, "message:DataSet")
    made.set(xml.name("ss:dataScope"), "DataStructure")
    made.set(xml.name("ss:structureRef"), xml.FLOW)
    made.set(xml.name("xsi:type"), QName(xml.DEFINED, "DataSetType"))  # type: ignore[arg-type]
    for key, observations in _series(publication):
        series = xml.add(made, "Series", **key)
        for one in observations:
            xml.add(series, "Obs", **one)
    return xml.written(root)


def _series(publication: Publication) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """Each series with its observations; a series that is never there is left out."""
    rows = _observations(publication)
    for (code, measure, unit), mine in rows.groupby(["code", "measure", "unit"], sort=False):
        key = {"FREQ": "M", "INDICATOR": str(code), "MEASURE": str(measure)}
        told = mine[["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]].to_dict("records")
        yield key | {"UNIT_MEASURE": str(unit)}, [_present(one) for one in told]


def _observations(publication: Publication) -> pd.DataFrame:
    """A row a month and measure; a figure that is not there has the status M and no value."""
    values = publication.edition.values
    hidden = {one["key"] for one in publication.indicators() if one["hidden"]}
    units = {one["key"]: one["unit_en"] for one in publication.indicators()}
    shown = values.assign(value=values["value"].mask(values["key"].isin(hidden)))
    long = shown.melt(["key", "period", "state"], list(MEASURES), "measure", "OBS_VALUE")
    ever = long.groupby(["key", "measure"])["OBS_VALUE"].transform("count").gt(0)
    long = long.loc[ever].sort_values(["key", "measure", "period"], kind="stable")
    status = long["state"].map(STATUS).mask(long["OBS_VALUE"].isna(), "M")
    unit = long["key"].map(units).where(long["measure"].eq("value"), "points")
    return long.assign(
        code=long["key"].map(xml.code),
        measure=long["measure"].map(MEASURES),
        unit=unit,
        TIME_PERIOD=long["period"].dt.strftime("%Y-%m"),
        OBS_STATUS=status,
    )


def _present(one: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in one.items() if not pd.isna(value)}
