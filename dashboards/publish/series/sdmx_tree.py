"""The series at the addresses of the SDMX 3.0 REST interface, as files.

sdmx/v2/structure/dataflow/SCO/SERIES/1.0.0      what is in it, SDMX-JSON 2.0
sdmx/v2/structure/dataflow/SCO/SERIES/1.0.0.xml  the same as SDMX-ML 3.0
sdmx/v2/data/dataflow/SCO/SERIES/1.0.0/<key>     the latest figures of a series, SDMX-CSV 2.0

A key is the frequency and the series, M.ember-wholesale-DEU: codes allow no point. A server of
files answers no query and negotiates no format: neither c[…], asOf nor attributes, and the XML has
a name of its own; every version is in series/<key>.csv.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from dashboards import metadata
from dashboards.i18n import LANGUAGES
from dashboards.publish.formats.sdmx_xml import AGENCY, code
from dashboards.publish.formats.tables_csv import cells, lines
from dashboards.publish.publication import File, both, to_json
from dashboards.publish.series import sdmx_ml
from dashboards.publish.series.store import SeriesStore

FLOW, VERSION = "SERIES", "1.0.0"
ROOT = "sdmx/v2"
ADDRESS = f"dataflow/{AGENCY}/{FLOW}/{VERSION}"
URN = "urn:sdmx:org.sdmx.infomodel"
CONCEPTS = f"{URN}.conceptscheme.Concept={AGENCY}:CS_{FLOW}({VERSION})"
SCHEMA = "https://json.sdmx.org/2.0.0/sdmx-json-structure-schema.json"
Words = Mapping[str, str]
BIWEEKLY = "B"  # as the warehouse writes it; in SDMX this is the code of business days
# SDMX has no code for an auction that ended at its cap, whose price is as final as another.
STATUS = {"final": "A", "preliminary": "P", "partial": "P", "estimated": "E", "interpolated": "I",
          "capped": "A"}  # fmt: skip


def files(store: SeriesStore) -> Iterator[File]:
    """The structure, and a file for each series that may be republished."""
    described = {row["series"]: row for row in store.catalogue if row["republished"]}
    defined = structure(described.values(), store)
    yield File(f"{ROOT}/structure/{ADDRESS}", to_json(defined))
    xml = sdmx_ml.document(defined["meta"], defined["data"])
    yield File(f"{ROOT}/structure/{ADDRESS}.xml", xml)
    yield from _data({key: _frequency(str(row["frequency"])) for key, row in described.items()},
                     store.latest)  # fmt: skip


def _data(frequencies: Mapping[Any, str], figures: pd.DataFrame) -> Iterator[File]:
    """The figures of each series as SDMX-CSV 2.0, the newest version of each."""
    series = figures["series"]
    own = [frequencies[key] for key in series]
    columns = {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": f"{AGENCY}:{FLOW}({VERSION})",
        "ACTION": "R",
        "FREQ": own,
        "SERIES": series.map(code),
        "TIME_PERIOD": [_period(*cell) for cell in zip(figures["period"], own, strict=True)],
        "OBS_VALUE": figures["value"],
        "OBS_STATUS": figures["status"].map(STATUS),
        "UNIT_MEASURE": figures["unit"],
    }
    table = pd.DataFrame(columns, figures.index)
    head, *csv = lines({str(name): cells(column) for name, column in table.items()})
    for key, rows in sorted(figures.groupby("series").indices.items()):
        body = "".join([head, *(csv[row] for row in rows)])
        yield File(f"{ROOT}/data/{ADDRESS}/{frequencies[key]}.{code(key)}", body.encode())


def structure(rows: Iterable[Mapping[str, Any]], store: SeriesStore) -> dict[str, Any]:
    """The dataflow, its structure, concepts and code lists, in SDMX-JSON 2.0."""
    series = {code(row["series"]): {"fr": row["title_fr"], "en": row["title_en"]} for row in rows}
    concepts, codes = (metadata.words("sdmx_series", part) for part in ("concepts", "codes"))
    lists = {"FREQ": codes["FREQ"], "SERIES": series, "OBS_STATUS": codes["OBS_STATUS"]}
    title = both(lambda language: str(metadata.dataset(language)["title"]))
    definition = f"{URN}.datastructure.DataStructure={AGENCY}:{FLOW}({VERSION})"
    content = {
        "dataflows": [{**_owned(FLOW, title), "structure": definition}],
        "dataStructures": [{**_owned(FLOW, title), "dataStructureComponents": _components()}],
        "conceptSchemes": [
            {**_owned(f"CS_{FLOW}", title), "concepts": _items(concepts)},
        ],
        "codelists": [
            {**_owned(f"CL_{name}", concepts[name]), "codes": _items(own)}
            for name, own in lists.items()
        ],
    }
    head = {
        "schema": SCHEMA,
        "id": FLOW,
        "test": False,
        "prepared": f"{store.newest:%Y-%m-%dT%H:%M:%SZ}",
        "contentLanguages": list(LANGUAGES),
        "sender": {"id": AGENCY},
    }
    return {"meta": head, "data": content}


def _components() -> dict[str, Any]:
    dimensions = [
        {"id": name, "position": position, **_component(name, f"CL_{name}")}
        for position, name in enumerate(("FREQ", "SERIES"))
    ]
    period = {"id": "TIME_PERIOD", **_component("TIME_PERIOD", text="ObservationalTimePeriod")}
    observed: dict[str, Any] = {"usage": "optional", "attributeRelationship": {"observation": {}}}
    attributes = [
        {"id": "OBS_STATUS", **_component("OBS_STATUS", "CL_OBS_STATUS"), **observed},
        {"id": "UNIT_MEASURE", **_component("UNIT_MEASURE", text="String"), **observed},
    ]
    measure = {"id": "OBS_VALUE", "usage": "mandatory", **_component("OBS_VALUE", text="Double")}
    return {
        "dimensionList": {
            "id": "DimensionDescriptor", "dimensions": dimensions, "timeDimension": period,
        },
        "attributeList": {"id": "AttributeDescriptor", "attributes": attributes},
        "measureList": {"id": "MeasureDescriptor", "measures": [measure]},
    }  # fmt: skip


def _component(concept: str, listed: str = "", text: str = "") -> dict[str, Any]:
    """The concept of a component, and its values: a code list or a type."""
    values = (
        {"enumeration": f"{URN}.codelist.Codelist={AGENCY}:{listed}({VERSION})"}
        if listed
        else {"format": {"dataType": text}}
    )
    return {"conceptIdentity": f"{CONCEPTS}.{concept}", "localRepresentation": values}


def _owned(name: str, words: Words) -> dict[str, Any]:
    return {**_item(name, words), "agencyID": AGENCY, "version": VERSION}


def _items(named: Mapping[str, Words]) -> list[dict[str, Any]]:
    return [_item(name, words) for name, words in named.items()]


def _item(name: str, words: Words) -> dict[str, Any]:
    names = {language: str(words[language]) for language in LANGUAGES}
    return {"id": name, "name": names["en"], "names": names}


def _frequency(letter: str) -> str:
    return "W2" if letter == BIWEEKLY else letter


def _period(day: str, frequency: str) -> str:
    """The period that begins on a day, as SDMX writes it."""
    year, month = day[:4], int(day[5:7])
    forms = {
        "A": year,
        "S": f"{year}-S{(month + 5) // 6}",
        "Q": f"{year}-Q{(month + 2) // 3}",
        "M": day[:7],
    }
    return forms.get(frequency, day)
