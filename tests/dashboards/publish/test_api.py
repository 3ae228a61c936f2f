"""The static API: documents with the edition's figures, valid by schema."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from dashboards.edition_stats import EditionStats
from dashboards.publish import collection, edition_summary
from dashboards.publish.collection import Layout
from dashboards.publish.publication import Publication, prepare, to_json
from dashboards.publish.staging import Staging
from warehouse.edition import Edition

MONTHS = ("2026-08", "2026-09", "2026-10")


def until(edition: Edition, month: str) -> Edition:
    """The edition as it stood at an earlier month."""
    last = pd.Timestamp(f"{month}-01")
    tables = {
        name: rows.loc[rows["period"].le(last)]
        for name in ("values", "lineage")
        if (rows := getattr(edition, name)) is not None
    }
    as_of = edition.as_of - (pd.Timestamp(f"{edition.month}-01") - last).to_pytimedelta()
    return replace(edition, month=month, as_of=as_of, data_hash=f"of {month}", **tables)


def put(edition: Edition, root: Path, layout: Layout | None = None) -> list[Path]:
    """The card of an edition in its folder, and what stands over it."""
    publication = prepare(edition)
    lay(publication, root / edition.month)
    return stage(publication, root, layout or Layout())


def stage(publication: Publication, root: Path, layout: Layout) -> list[Path]:
    cards = collection.read_cards(root, layout)
    with Staging(root) as staging:
        return collection.stage(staging, publication, cards, layout)


def lay(publication: Publication, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / collection.CARD).write_bytes(to_json(edition_summary.document(publication)))


@pytest.fixture(scope="module")
def root(shipped_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three editions, written in the order of their months."""
    folder = tmp_path_factory.mktemp("tree")
    for month in MONTHS:
        put(until(shipped_edition, month), folder)
    return folder


def read(root: Path, name: str) -> Any:
    return json.loads((root / "api/v1" / f"{name}.json").read_text(encoding="utf-8"))


def schema_of(path: Path) -> str:
    named = {"latest": "edition"}
    return "indicator" if path.parent.name == "indicators" else named.get(path.stem, path.stem)


def test_every_document_is_what_its_schema_says(root: Path, folder: Path) -> None:
    api = root / "api/v1"
    documents = [*api.glob("*.json"), *api.glob("indicators/*.json")]
    documents += [folder / "edition.json", folder / "changelog.json"]
    checked = {schema_of(path) for path in documents if path.stem != "openapi"}
    assert checked == {path.stem for path in api.glob("schemas/*.json")}
    for path in documents:
        if path.stem != "openapi":
            schema = read(root, f"schemas/{schema_of(path)}")
            Draft202012Validator.check_schema(schema)
            Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("index", lambda document: document["months"][0].update(index=101)),
        ("index", lambda document: document["months"][0].update(unheard_of=1)),
        ("index", lambda document: document["months"][0].pop("coverage")),
        ("dimensions", lambda document: document["dimensions"][0]["title"].pop("fr")),
        ("editions", lambda document: document["editions"][0].update(month="October 2026")),
    ],
)
def test_the_schemas_can_fail(root: Path, name: str, spoil: Any) -> None:
    document = read(root, name)
    spoil(document)
    with pytest.raises(ValidationError):
        Draft202012Validator(read(root, f"schemas/{name}")).validate(document)


def test_openapi_is_valid_and_names_every_document(root: Path) -> None:
    description = read(root, "openapi")
    validate(description)
    assert description["openapi"].startswith("3.1")
    api = root / "api/v1"
    served = {f"/{path.name}" for path in api.glob("*.json")} - {"/openapi.json"}
    assert set(description["paths"]) == served | {"/indicators/{key}.json"}
    [key] = description["paths"]["/indicators/{key}.json"]["parameters"]
    assert sorted(key["schema"]["enum"]) == sorted(
        path.stem for path in api.glob("indicators/*.json")
    )


def test_the_figures_are_those_of_the_edition(root: Path, shipped_edition: Edition) -> None:
    values = shipped_edition.values.set_index(["key", "period"])
    for row in read(root, "index")["months"]:
        score = values.loc[("index", pd.Timestamp(f"{row['period']}-01")), "score"]
        assert row["index"] == (None if pd.isna(score) else score)
    for indicator in EditionStats(shipped_edition).indicators.to_dict("records"):
        months = read(root, f"indicators/{indicator['key']}")["months"]
        stored = shipped_edition.values.query("key == @indicator['key']").sort_values("period")
        assert [row["score"] for row in months] == [
            None if pd.isna(score) else score for score in stored["score"]
        ]
    parts = [row["months"][-1]["contribution"] for row in read(root, "dimensions")["dimensions"]]
    assert sum(parts) == pytest.approx(read(root, "latest")["index"]["score"], abs=1e-9)


def test_values_that_may_not_be_republished_are_not_served(root: Path) -> None:
    credit = read(root, "indicators/cost.credit_distress")
    assert credit["republished"] is False
    assert all(row["value"] is None for row in credit["months"])
    assert any(row["score"] is not None for row in credit["months"])
    assert [series["republished"] for series in credit["series"]] == [False]


def test_editions_are_listed_in_order_with_addresses_that_lead_there(root: Path) -> None:
    listed = read(root, "editions")["editions"]
    assert [item["name"] for item in listed] == list(MONTHS)
    for item in listed:
        card = (root / "api/v1" / item["address"] / "edition.json").resolve()
        assert json.loads(card.read_bytes())["month"] == item["month"]
    assert read(root, "latest")["month"] == MONTHS[-1]


def test_the_order_in_which_editions_are_written_does_not_matter(
    root: Path, shipped_edition: Edition, tmp_path: Path
) -> None:
    for month in reversed(MONTHS):
        put(until(shipped_edition, month), tmp_path)
    names = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {path.relative_to(root) for path in root.rglob("*") if path.is_file()}
    for path in names:
        assert (tmp_path / path).read_bytes() == (root / path).read_bytes(), path


def test_what_has_not_changed_is_not_written_again(root: Path, shipped_edition: Edition) -> None:
    assert put(until(shipped_edition, MONTHS[-1]), root) == []
    assert put(until(shipped_edition, MONTHS[0]), root) == []


def test_a_reissue_and_an_address_of_its_own(publication: Publication, tmp_path: Path) -> None:
    layout = Layout(
        folder="data/{name}/", page="{code}/bulletins/{name}/", base="https://observatory.example/"
    )
    for name in ("2026-10", "2026-10-r1", "2026-10_as_of_2026-11-01", "notes"):
        lay(publication, tmp_path / "data" / name)
    stage(publication, tmp_path, layout)
    listed = read(tmp_path, "editions")["editions"]
    assert [item["name"] for item in listed] == ["2026-10", "2026-10-r1"]
    assert listed[1]["address"] == "https://observatory.example/data/2026-10-r1/"
    feed = (tmp_path / "editions.fr.atom").read_text(encoding="utf-8")
    assert "https://observatory.example/fr/bulletins/2026-10-r1/" in feed
    assert not re.search(r"notes|as_of", feed)
