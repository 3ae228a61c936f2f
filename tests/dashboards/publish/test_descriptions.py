"""The descriptions of a release, read by the tools of each standard."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from csvw import CSVW
from jsonschema import Draft202012Validator
from pyshacl import validate
from rdflib import Graph

from dashboards.publish import files
from dashboards.publish.publication import prepare
from tests.dashboards.publish.shapes import SHAPES
from warehouse.edition import Edition

BASE = "https://observatory.example/2026-10"
TEXT = {"type": "string", "minLength": 1}
NAMED_ITEM = {"type": "object", "required": ["@type", "name"]}
NAMED_ITEMS = {"type": "array", "items": NAMED_ITEM}
# What search engines for data ask of a Dataset; what schema.org does not have is shut out.
DATASET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["@context", "@type", "name", "description", "license", "creator", "distribution"],
    "properties": {
        "@context": {"const": "https://schema.org/"},
        "@type": {"const": "Dataset"},
        **dict.fromkeys(["@id", "identifier", "name", "inLanguage", "version", "license"], TEXT),
        "description": {"type": "string", "minLength": 50, "maxLength": 5000},
        "keywords": {"type": "array", "items": TEXT},
        "dateCreated": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "datePublished": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "temporalCoverage": {"type": "string", "pattern": r"^\d{4}-\d\d/\d{4}-\d\d$"},
        "isAccessibleForFree": {"const": True},
        **dict.fromkeys(["creator", "publisher"], NAMED_ITEM),
        **dict.fromkeys(["variableMeasured", "isBasedOn"], NAMED_ITEMS),
        "distribution": {
            "type": "array",
            "minItems": 20,
            "items": {
                "required": ["@type", "contentUrl", "encodingFormat", "sha256"],
                "properties": {"@type": {"const": "DataDownload"}},
            },
        },
    },
}


@pytest.fixture(scope="module")
def at_an_address(shipped_edition: Edition) -> dict[str, bytes]:
    """The files of the release when it is known where they will be served."""
    return {file.name: file.body for file in files(prepare(shipped_edition, BASE))}


def test_csvw_finds_its_tables_valid(folder: Path) -> None:
    assert CSVW(str(folder / "csvw.json"), validate=True).is_valid


def test_csvw_sees_a_word_in_place_of_a_figure(folder: Path, tmp_path: Path) -> None:
    _spoil(folder, tmp_path, "index.csv", "calm,0.8", "calm,much")
    assert not CSVW(str(tmp_path / "csvw.json"), validate=True).is_valid


def test_csvw_sees_a_key_twice(folder: Path, tmp_path: Path) -> None:
    _spoil(folder, tmp_path, "contributions.csv", "09,dimension,chips", "09,dimension,cost")
    with pytest.raises(ValueError, match="duplicate primary key"):
        _ = CSVW(str(tmp_path / "csvw.json"), validate=True).is_valid


def test_croissant_loads_and_gives_the_figures(folder: Path) -> None:
    import mlcroissant  # here: every worker would import it to collect the tests

    data = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not data.metadata.issues.errors
    assert not data.metadata.issues.warnings
    last = list(data.records("index"))[-1]
    index = pd.read_csv(folder / "index.csv").iloc[-1]
    assert last["index/index"] == index["index"]
    assert last["index/period"] == index["period"].encode()


def test_dcat_passes_the_rules_of_the_profile(at_an_address: dict[str, bytes]) -> None:
    graph = Graph().parse(data=at_an_address["dcat.jsonld"], format="json-ld")
    conforms, _, text = validate(graph, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    assert conforms, text
    address = "SELECT ?a WHERE { ?d a dcat:Distribution ; dcat:accessURL ?a }"
    addresses = {str(row[0]) for row in graph.query(address)}
    assert f"{BASE}/index.csv" in addresses
    assert len(addresses) >= 20


def test_the_rules_of_dcat_can_fail(at_an_address: dict[str, bytes]) -> None:
    document = json.loads(at_an_address["dcat.jsonld"])
    del document["dcat:dataset"]["dcat:distribution"][3]["dcat:accessURL"]
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    conforms, _, text = validate(graph, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    assert not conforms
    assert "accessURL" in text


@pytest.mark.parametrize("code", ["fr", "en"])
def test_schema_org_has_what_search_engines_ask(
    folder: Path, at_an_address: dict[str, bytes], code: str
) -> None:
    schema = Draft202012Validator(DATASET)
    dataset = json.loads(at_an_address[f"dataset.{code}.jsonld"])
    schema.validate(dataset)
    schema.validate(_json(folder / f"dataset.{code}.jsonld"))
    assert dataset["distribution"][0]["contentUrl"] == f"{BASE}/index.csv"
    names = [variable["propertyID"] for variable in dataset["variableMeasured"]]
    assert names[:2] == ["index", "cost"]
    assert len(names) == len(set(names))


def test_each_hash_is_that_of_the_file(folder: Path) -> None:
    stated = json.loads((folder / "dataset.en.jsonld").read_bytes())["distribution"]
    stated += json.loads((folder / "croissant.json").read_bytes())["distribution"]
    for item in stated:
        body = (folder / item["contentUrl"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == item["sha256"]
        assert item["contentSize"] == f"{len(body)} B"


def test_the_citation_is_valid(folder: Path) -> None:
    assert _cff(folder / "CITATION.cff") == 0
    citation = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["title"].startswith("Silent Crash Index, 2026-")


def test_a_citation_without_its_message_is_seen(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "CITATION.cff"
    path.write_text("\n".join(line for line in lines if "message" not in line), encoding="utf-8")
    assert _cff(path) == 1


def test_one_description_serves_every_format(folder: Path) -> None:
    package, web = _json(folder / "datapackage.json"), _json(folder / "csvw.json")
    tables = {item["url"]: item["tableSchema"]["columns"] for item in web["tables"]}
    records = {
        item["name"]: item["field"] for item in _json(folder / "croissant.json")["recordSet"]
    }
    plain = [item for item in package["resources"] if item["name"] in records]
    assert len(plain) == len(tables) == len(records)
    for item in plain:
        described = [(field["name"], field["description"]) for field in item["schema"]["fields"]]
        assert described == [
            (field["name"], field["description"]) for field in records[item["name"]]
        ]
        of_csvw = [(c["name"], c["dc:description"][1]["@value"]) for c in tables[item["path"]]]
        assert described == of_csvw


def _spoil(folder: Path, out: Path, name: str, was: str, becomes: str) -> None:
    """The descriptions of CSVW with one table, spoilt in one place."""
    body = (folder / name).read_text(encoding="utf-8")
    assert was in body
    (out / name).write_text(body.replace(was, becomes, 1), encoding="utf-8")
    description = _json(folder / "csvw.json")
    description["tables"] = [table for table in description["tables"] if table["url"] == name]
    (out / "csvw.json").write_text(json.dumps(description), encoding="utf-8")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _cff(path: Path) -> int:
    schema = ["--builtin-schema", "vendor.citation-file-format"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode
