"""The shipped history: files fit their schemas, and every citation is used."""

import csv
import json
from pathlib import Path

import pytest
from frictionless import Package, Resource, Schema

from sources import HISTORY, own, registry
from sources.citations import CITATIONS, CITED, citations, cited_csv
from sources.tidy import STATUSES, read_history

SOURCES = {key: source.history for key, source in registry().items() if source.history}


FOLDERS = [HISTORY, own.SHIPPED]


def schema(name: str) -> Schema:
    return Schema.from_descriptor(json.loads((HISTORY / name).read_text("utf-8")))


def package(figures: Path, citations_of: Path) -> Package:
    """A history file with the citations beside another, as one data package."""
    resource = Resource(
        path=figures.name,
        basepath=str(figures.parent),
        name="figures",
        schema=schema("history.schema.json"),
    )
    cited = Resource(
        path=CITATIONS.name,
        basepath=str(citations_of.parent),
        name="citations",
        schema=schema("citations.schema.json"),
    )
    return Package(resources=[resource, cited])


def faults(figures: Path, citations_of: Path) -> list[str]:
    report = package(figures, citations_of).validate()
    return [row[-1] for row in report.flatten(["rowNumber", "message"])]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_the_folder_belongs_to_a_source(folder: Path) -> None:
    names = {path.stem for path in SOURCES.values() if path.parent == folder}
    assert {path.stem for path in folder.glob("*.csv")} == {*names, CITATIONS.stem}


@pytest.mark.parametrize("key", SOURCES)
def test_a_history_file_fits_its_schema_and_its_citations_resolve(key: str) -> None:
    assert faults(SOURCES[key], SOURCES[key]) == []


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
    assert faults(spoilt, SOURCES["pjm_capacity"]) != []


def test_every_citation_is_used_by_the_source_of_its_id() -> None:
    used: dict[Path, set[str]] = {folder: set() for folder in FOLDERS}
    for key, path in SOURCES.items():
        with path.open(encoding="utf-8", newline="") as file:
            names = {row["citation"] for row in csv.DictReader(file)}
        assert {name.rpartition("-")[0] for name in names} == {key}
        used[path.parent] |= names
    assert used == {folder: set(citations(folder / CITATIONS.name)) for folder in FOLDERS}


def test_no_two_citations_of_a_source_are_the_same() -> None:
    rows = [
        (name.rpartition("-")[0], *(row[field] for field in CITED))
        for folder in FOLDERS
        for name, row in citations(folder / CITATIONS.name).items()
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
