"""The figures of the edition as SDMX-ML 2.1, structure-specific: data.sdmx.xml."""

from xml.etree.ElementTree import Element, QName, SubElement

import pandas as pd

from dashboards.publish.formats import sdmx_xml as xml
from dashboards.publish.publication import Publication

MEASURES = {"value": "VALUE", "score": "SCORE", "contribution": "CONTRIBUTION"}
SERIES = ["code", "measure", "unit"]
STATUS = {"observed": "A", "carried": "I", "estimated": "E", "withheld": "M"}


def document(publication: Publication) -> bytes:
    """Every month of the index, its dimensions and indicators, a series a measure."""
    root = xml.message("StructureSpecificData", publication)
    _typed(root[0])
    made = xml.add(root, "message:DataSet")
    made.set(xml.name("ss:dataScope"), "DataStructure")
    made.set(xml.name("ss:structureRef"), xml.FLOW)
    made.set(xml.name("xsi:type"), QName(xml.DEFINED, "DataSetType"))  # type: ignore[arg-type]
    for names, rows in _observations(publication).groupby(SERIES, sort=False):
        key = dict(zip(("INDICATOR", "MEASURE", "UNIT_MEASURE"), map(str, names), strict=True))
        _filled(xml.add(made, "Series", FREQ="M", **key), rows)
    return xml.written(root)


def _typed(header: Element) -> None:
    """Say in the header of which structure the data are."""
    about = xml.add(header, "message:Structure", structureID=xml.FLOW, namespace=xml.DEFINED,
                    dimensionAtObservation="TIME_PERIOD")  # fmt: skip
    xml.refer(xml.add(about, "common:Structure"), xml.FLOW, "datastructure", "DataStructure")
    xml.add(header, "message:DataSetAction").text = "Replace"


def _filled(series: Element, rows: pd.DataFrame) -> None:
    for month, value, status in rows[["period", "value", "status"]].itertuples(index=False):
        # Our own figures and codes have nothing that would have to be cleaned away.
        told = {} if pd.isna(value) else {"OBS_VALUE": str(value)}
        SubElement(series, "Obs", {"TIME_PERIOD": month, **told, "OBS_STATUS": status})


def _observations(publication: Publication) -> pd.DataFrame:
    """A row a month and measure: code, measure, unit, period, value, status.

    A figure that is not there has the status M; a series that never is has no rows.
    """
    values = publication.edition.values
    hidden = {one["key"] for one in publication.indicators() if one["hidden"]}
    units = {one["key"]: one["unit_en"] for one in publication.indicators()}
    shown = values.assign(value=values["value"].mask(values["key"].isin(hidden)))
    long = shown.melt(["key", "period", "state"], list(MEASURES), "of", "figure")
    ever = long.groupby(["key", "of"])["figure"].transform("count").gt(0)
    long = long.loc[ever].sort_values(["key", "of", "period"], kind="stable")
    return pd.DataFrame(
        {
            "code": long["key"].map(xml.code),
            "measure": long["of"].map(MEASURES),
            "unit": long["key"].map(units).where(long["of"].eq("value"), "points"),
            "period": long["period"].dt.strftime("%Y-%m"),
            "value": long["figure"],
            "status": long["state"].map(STATUS).mask(long["figure"].isna(), "M"),
        }
    )
