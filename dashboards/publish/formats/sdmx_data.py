"""The figures of the edition as structure-specific SDMX-ML 2.1."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from xml.etree.ElementTree import Element, QName, SubElement

from dashboards.publish.formats import sdmx_xml as xml
from dashboards.publish.publication import Publication

MEASURES = {"value": "VALUE", "score": "SCORE", "contribution": "CONTRIBUTION"}
SERIES = ("INDICATOR", "MEASURE", "UNIT_MEASURE")
# The indicator, the measure and the unit of an observation, its month, value and status.
Observation = tuple[str, str, str, str, float, str]
# An observation of a series as `xml.written` writes it, and what stands before each of them.
INDENT = "\n      "
EMPTY = f"{INDENT}<Obs />".encode()
STATUS = {
    "observed": "A",
    "carried": "I",
    "estimated": "E",
    "provisional": "P",
    "withheld": "M",
}


def document(publication: Publication) -> bytes:
    """Every month of the index, its dimensions and indicators, a series a measure."""
    root = xml.message("StructureSpecificData", publication)
    _typed(root[0])
    dataset = xml.add(root, "message:DataSet")
    dataset.set(xml.name("ss:dataScope"), "DataStructure")
    dataset.set(xml.name("ss:structureRef"), xml.FLOW)
    dataset.set(xml.name("xsi:type"), QName(xml.DEFINED, "DataSetType"))  # type: ignore[arg-type]
    observations = []
    for names, rows in groupby(_observations(publication), itemgetter(*range(len(SERIES)))):
        key = dict(zip(SERIES, names, strict=True))
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


def _written(rows: Iterable[Observation]) -> bytes:
    """The observations of a series as text: elements take three times as long."""
    lines = (
        f'{INDENT}<Obs TIME_PERIOD="{month}"{_value(value)} OBS_STATUS="{status}" />'
        for *_, month, value, status in rows
    )
    return "".join(lines).encode()


def _value(figure: float) -> str:
    return f' OBS_VALUE="{figure}"' if figure == figure else ""


def _observations(publication: Publication) -> Iterator[Observation]:
    """Each month and measure, by series, with its value and status.

    A missing figure has the status M; a series without any figure has no rows, and an indicator
    that the newest version of the method left out has its scores and no values.
    """
    values = publication.edition.values
    hidden = {indicator["key"] for indicator in publication.indicators() if indicator["hidden"]}
    units = {indicator["key"]: indicator["unit_en"] for indicator in publication.indicators()}
    shown = values.assign(value=values["value"].mask(values["key"].isin(hidden)))
    long = shown.melt(["key", "period", "state"], list(MEASURES), "of", "figure")
    ever = long.groupby(["key", "of"])["figure"].transform("count").gt(0)
    # the values of an indicator that only an earlier version of the method had have no unit here
    named = long["of"].ne("value") | long["key"].isin(units)
    long = long.loc[ever & named].sort_values(["key", "of", "period"], kind="stable")
    months = {period: f"{period:%Y-%m}" for period in long["period"].unique()}
    columns = (long[name].tolist() for name in ("key", "of", "period", "figure", "state"))
    # plain rows: half of the time went into frames of the two hundred series
    for key, of, period, figure, state in zip(*columns, strict=True):
        unit = units[key] if of == "value" else "points"
        status = STATUS[state] if figure == figure else "M"
        yield xml.code(key), MEASURES[of], unit, months[period], figure, status
