"""The figures of the edition as structure-specific SDMX-ML 2.1."""

from xml.etree.ElementTree import Element, QName, SubElement

import pandas as pd

from dashboards.publish.formats import sdmx_xml as xml
from dashboards.publish.publication import Publication

MEASURES = {"value": "VALUE", "score": "SCORE", "contribution": "CONTRIBUTION"}
SERIES = ["code", "measure", "unit"]
# An observation of a series as `xml.written` writes it, and what stands before each of them.
INDENT = "\n      "
EMPTY = f"{INDENT}<Obs />".encode()
STATUS = {"observed": "A", "carried": "I", "estimated": "E", "withheld": "M"}


def document(publication: Publication) -> bytes:
    """Every month of the index, its dimensions and indicators, a series a measure."""
    root = xml.message("StructureSpecificData", publication)
    _typed(root[0])
    dataset = xml.add(root, "message:DataSet")
    dataset.set(xml.name("ss:dataScope"), "DataStructure")
    dataset.set(xml.name("ss:structureRef"), xml.FLOW)
    dataset.set(xml.name("xsi:type"), QName(xml.DEFINED, "DataSetType"))  # type: ignore[arg-type]
    observations = []
    for names, rows in _observations(publication).groupby(SERIES, sort=False):
        key = dict(zip(("INDICATOR", "MEASURE", "UNIT_MEASURE"), map(str, names), strict=True))
        SubElement(xml.add(dataset, "Series", FREQ="M", **key), "Obs")
        observations.append(_written(rows))
    parts = xml.written(root).split(EMPTY)
    return b"".join(part + filled for part, filled in zip(parts, [*observations, b""], strict=True))


def _typed(header: Element) -> None:
    """Name in the header the structure of the data."""
    structure = xml.add(header, "message:Structure", structureID=xml.FLOW, namespace=xml.DEFINED,
                    dimensionAtObservation="TIME_PERIOD")  # fmt: skip
    xml.refer(xml.add(structure, "common:Structure"), xml.FLOW, "datastructure", "DataStructure")
    xml.add(header, "message:DataSetAction").text = "Replace"


def _written(rows: pd.DataFrame) -> bytes:
    """The observations of a series as text: elements take three times as long."""
    columns = (rows[name].tolist() for name in ("period", "value", "status"))
    lines = (
        f'{INDENT}<Obs TIME_PERIOD="{month}"{_value(value)} OBS_STATUS="{status}" />'
        for month, value, status in zip(*columns, strict=True)
    )
    return "".join(lines).encode()


def _value(figure: float) -> str:
    return f' OBS_VALUE="{figure}"' if figure == figure else ""


def _observations(publication: Publication) -> pd.DataFrame:
    """A row for each month and measure, with its code, unit, value and status.

    A missing figure has the status M; a series without any figure has no rows.
    """
    values = publication.edition.values
    hidden = {indicator["key"] for indicator in publication.indicators() if indicator["hidden"]}
    units = {indicator["key"]: indicator["unit_en"] for indicator in publication.indicators()}
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
