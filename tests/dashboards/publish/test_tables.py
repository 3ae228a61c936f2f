"""The tables of a release agree with the edition, in every format."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from jsonschema import Draft202012Validator

from dashboards import metadata, publish
from dashboards.edition_stats import EditionStats
from dashboards.publish.publication import Publication, prepare
from dashboards.tables import HIDDEN
from pipelines.index.framework import Framework
from warehouse.edition import Edition

TABLES = (
    "index",
    "gauges",
    "audit",
    "contributions",
    "indicators",
    "vintages",
    "lineage",
    "origins",
    "series",
    "sources",
)


def test_contributions_add_up_to_the_index(folder: Path) -> None:
    index = pd.read_csv(folder / "index.csv").set_index("period")["index"]
    parts = pd.read_csv(folder / "contributions.csv")
    for kind in ("dimension", "indicator"):
        total = parts.loc[parts["kind"].eq(kind)].groupby("period")["contribution"].sum()
        assert np.abs(total - index).max() < 1e-9


def test_frictionless_finds_the_data_package_valid(folder: Path) -> None:
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    assert len(report.tasks) == 2 * len(TABLES)


def test_frictionless_sees_a_figure_that_was_changed(folder: Path, tmp_path: Path) -> None:
    for name in ("datapackage.json", *(f"{item}.csv" for item in TABLES)):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    body = (tmp_path / "index.csv").read_text(encoding="utf-8")
    (tmp_path / "index.csv").write_text(body.replace("calm,", "calm,9", 1), encoding="utf-8")
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [item for item in package["resources"] if item["name"] == "index"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    errors = Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["constraint-error"] in errors
    assert ["hash-count"] in errors


@pytest.mark.parametrize("name", TABLES)
def test_parquet_and_french_csv_hold_what_the_csv_holds(folder: Path, name: str) -> None:
    plain = pd.read_csv(folder / f"{name}.csv", low_memory=False)
    arrow = pq.read_table(folder / f"{name}.parquet")
    french = pd.read_csv(
        folder / f"{name}.fr.csv", sep=";", decimal=",", encoding="utf-8-sig", low_memory=False,
        true_values=["VRAI"], false_values=["FAUX"],
    )  # fmt: skip
    pd.testing.assert_frame_equal(french, plain)
    assert arrow.column_names == list(plain.columns)
    for column in plain.select_dtypes("number"):
        twin = arrow[column].to_pandas().astype("float64")
        np.testing.assert_array_equal(twin, plain[column].astype("float64"))


def test_parquet_is_typed_and_described(folder: Path) -> None:
    schema = pq.read_schema(folder / "index.parquet")
    assert str(schema.field("period").type) == "date32[day]"
    assert schema.field("index").metadata[b"unit"] == b"points"
    assert all(
        column.metadata[b"description"] and column.metadata[b"description_fr"] for column in schema
    )
    assert str(pq.read_schema(folder / "lineage.parquet").field("known_from").type) == (
        "timestamp[ms, tz=UTC]"
    )


def test_an_interval_is_published_where_the_edition_has_one(
    shipped_edition: Edition, tmp_path: Path
) -> None:
    score = shipped_edition.values["score"]
    wide = shipped_edition.values.assign(low=score - 1, high=score + 1)
    written = prepare(replace(shipped_edition, values=wide))
    publish.write(written, tmp_path)
    index = pd.read_csv(tmp_path / "index.csv")
    np.testing.assert_allclose(index["high"] - index["low"], 2)
    assert list(index)[:4] == ["period", "index", "low", "high"]
    brief = json.loads((tmp_path / "edition.json").read_bytes())["index"]
    assert brief["low"] < brief["score"] < brief["high"]
    [table] = [candidate for candidate in written.tables if candidate.name == "index"]
    assert [candidate.unit for candidate in table.columns][1:4] == ["points"] * 3


def test_the_method_is_published_as_it_is_used(folder: Path) -> None:
    body = (folder / "framework.json").read_bytes()
    Draft202012Validator(Framework.model_json_schema()).validate(json.loads(body))
    assert Framework.model_validate_json(body).as_dict() == json.loads(body)


def test_every_column_is_described_in_both_languages(publication: Publication) -> None:
    assert [table.name for table in publication.tables] == list(TABLES)
    for table in publication.tables:
        assert [column.name for column in table.columns] == list(publication.frames[table.name])
        for column in table.columns:
            assert len(column.fr) > 3
            assert len(column.en) > 3
            assert "{" not in column.fr + column.en


def test_a_column_that_nobody_described_is_refused(publication: Publication) -> None:
    frames = {"index": publication.frames["index"].assign(unheard_of=1)}
    with pytest.raises(KeyError, match=r"unheard_of.*description\.toml"):
        metadata.describe(frames, publication.edition)


@pytest.mark.parametrize("suffix", ["csv", "fr.csv", "parquet"])
def test_raw_values_that_may_not_be_republished_are_nowhere(
    folder: Path, shipped_edition: Edition, suffix: str
) -> None:
    closed = EditionStats(shipped_edition).not_republished
    assert {"dram.contract.ddr4_8gb", "nyfed.cmdi.market"} <= closed
    rows = _read(folder, "lineage", suffix)
    shut = rows["series"].isin(closed)
    assert shut.sum() > 100
    assert rows.loc[shut, "value"].isna().all()
    notes = rows["origin"].map(_read(folder, "origins", suffix).set_index("origin")["cite_note"])
    assert notes[shut].str.startswith("not republished").all()
    assert notes[~shut].ne(HIDDEN).all()
    credit = _read(folder, "indicators", suffix).query("key == 'cost.credit_distress'")
    assert credit["value"].isna().all()
    assert credit["score"].notna().any()


def test_vintages_hold_scores_in_place_of_closed_values(
    folder: Path, shipped_edition: Edition
) -> None:
    wide = pd.read_csv(folder / "vintages.csv", dtype={"period": str})
    assert not set(wide["series"]) & EditionStats(shipped_edition).not_republished
    scores = wide.query("measure == 'score' and series == 'cost.credit_distress'")
    stored = shipped_edition.values.query("key == 'cost.credit_distress'").iloc[-1]
    row = scores.loc[scores["period"].eq(f"{stored['observed']}-01")]
    assert row[shipped_edition.month].item() == stored["score"]


def test_vintages_give_each_figure_as_each_cutoff_knew_it(
    folder: Path, shipped_edition: Edition
) -> None:
    wide = pd.read_csv(folder / "vintages.csv", dtype={"period": str})
    months = [column for column in wide if column[:2] == "20"]
    assert months == sorted(months)
    assert months[-1] == shipped_edition.month
    lineage = shipped_edition.lineage
    row = lineage.loc[lineage["series"].eq("census.c30.data_center")].iloc[-1]
    published = wide.loc[
        wide["series"].eq(row["series"]) & wide["period"].eq(f"{row.series_period:%F}")
    ]
    assert published[f"{row['period']:%Y-%m}"].item() == row["value"]


def test_every_figure_leads_to_the_bytes_that_it_was_read_from(
    folder: Path, shipped_edition: Edition
) -> None:
    traced = pd.read_csv(folder / "lineage.csv").merge(pd.read_csv(folder / "origins.csv"))
    assert len(traced) == len(shipped_edition.lineage)
    key = ["key", "period", "series", "series_period"]
    stored = shipped_edition.lineage.assign(
        period=shipped_edition.lineage["period"].dt.strftime("%Y-%m"),
        series_period=shipped_edition.lineage["series_period"].dt.strftime("%Y-%m-%d"),
    )
    both = traced.merge(stored, on=key, suffixes=("", "_stored"), validate="1:1")
    for name in ("url", "sha256", "cite_source", "cite_address", "cite_licence", "assumed"):
        assert both[name].fillna("").eq(both[f"{name}_stored"].fillna("")).all(), name


def test_frictionless_sees_an_origin_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    for name in ("lineage", "origins", "series", "sources"):
        (tmp_path / f"{name}.csv").write_bytes((folder / f"{name}.csv").read_bytes())
    lines = (tmp_path / "origins.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "origins.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resources = [item for item in package["resources"] if (tmp_path / item["path"]).exists()]
    (tmp_path / "datapackage.json").write_text(json.dumps(package | {"resources": resources}))
    errors = Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["foreign-key"] in errors


def test_checksums_are_of_every_file(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert len(lines) == len(list(folder.iterdir())) - 1


def test_the_same_edition_gives_the_same_files(
    folder: Path, shipped_edition: Edition, tmp_path: Path
) -> None:
    again = publish.write(prepare(shipped_edition), tmp_path)
    assert len(again) == len(list(folder.iterdir()))
    for path in again:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def _read(folder: Path, name: str, suffix: str) -> pd.DataFrame:
    path = folder / f"{name}.{suffix}"
    if suffix == "parquet":
        return pd.read_parquet(path)
    french = {"sep": ";", "decimal": ",", "encoding": "utf-8-sig"} if suffix == "fr.csv" else {}
    return pd.read_csv(path, low_memory=False, **french)
