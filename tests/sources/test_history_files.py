"""The shipped history: files fit their schemas, and every citation is used."""

import csv
import json
from pathlib import Path

import pytest
from frictionless import Package, Resource, Schema

from sources import HISTORY, registry
from sources.citations import CITATIONS, CITED, citations, cited_csv
from sources.tidy import STATUSES, read_history

SOURCES = {key: source.history for key, source in registry().items() if source.history}


def schema(name: str) -> Schema:
    return Schema.from_descriptor(json.loads((HISTORY / name).read_text("utf-8")))


def package(figures: Path) -> Package:
    """A history file with the citations, as one data package."""
    resource = Resource(
        path=figures.name,
        basepath=str(figures.parent),
        name="figures",
        schema=schema("history.schema.json"),
    )
    cited = Resource(
        path=CITATIONS.name,
        basepath=str(HISTORY),
        name="citations",
        schema=schema("citations.schema.json"),
    )
    return Package(resources=[resource, cited])


def faults(figures: Path) -> list[str]:
    report = package(figures).validate()
    return [row[-1] for row in report.flatten(["rowNumber", "message"])]


def test_every_file_of_the_folder_belongs_to_a_source() -> None:
    assert {path.stem for path in HISTORY.glob("*.csv")} == {*SOURCES, CITATIONS.stem}


@pytest.mark.parametrize("key", SOURCES)
def test_a_history_file_fits_its_schema_and_its_citations_resolve(key: str) -> None:
    assert faults(SOURCES[key]) == []


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("citation", "nowhere-1"),
        ("status", "guessed"),
        ("period", "2026-13-01"),
        ("known_from", ""),
        ("assumed", "perhaps"),
        ("value", "n/a"),
    ],
)
def test_a_wrong_cell_is_reported(tmp_path: Path, column: str, cell: str) -> None:
    with SOURCES["pjm_capacity"].open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    rows[1][header.index(column)] = cell
    spoilt = tmp_path / "pjm_capacity.csv"
    with spoilt.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    assert faults(spoilt) != []


def test_every_citation_is_used_by_the_source_of_its_id() -> None:
    used = set()
    for key, path in SOURCES.items():
        with path.open(encoding="utf-8", newline="") as file:
            names = {row["citation"] for row in csv.DictReader(file)}
        assert {name.rpartition("-")[0] for name in names} == {key}
        used |= names
    assert used == set(citations())


def test_no_two_citations_of_a_source_are_the_same() -> None:
    rows = [
        (name.rpartition("-")[0], *(row[field] for field in CITED))
        for name, row in citations().items()
    ]
    assert len(rows) == len(set(rows))


def test_the_statuses_of_the_schema_are_those_of_the_tidy_frame() -> None:
    fields = {field.name: field for field in schema("history.schema.json").fields}
    assert tuple(fields["status"].constraints["enum"]) == STATUSES


def test_a_figure_is_read_with_its_citation() -> None:
    frame = read_history(SOURCES["top500"])
    row = frame.iloc[0]
    assert (row["value"], row["source"]) == (0.0228, "TOP500, list of June 2025")
    assert cited_csv(SOURCES["top500"]).splitlines()[0] == (
        "series,period,value,status,known_from,assumed,source,address,licence,note"
    )
