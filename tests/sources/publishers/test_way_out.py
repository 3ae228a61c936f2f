"""Frugality sources: energy of an answer, clusters and diffusion by country."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sources import Payload, SchemaDrift, find_source, tidy
from sources.publishers import epoch_clusters, ml_energy
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, fetch_payload, values

SMALL, LARGE = "ml_energy.chat.llama-3-1-8b", "ml_energy.chat.llama-3-1-405b"


def rebuilt(**energies: list[float]) -> bytes:
    """A task file in the publisher's shape, of round energies by model."""
    configurations: list[dict[str, Any]] = [
        {"model_id": f"meta-llama/{model}", "energy_per_request_joules": joules,
         "gpu_model": "H100", "num_gpus": 1}
        for model, all_of in energies.items()
        for joules in all_of
    ]  # fmt: skip
    return json.dumps({"configurations": configurations}).encode()


BODY = {
    "Llama-3.1-8B-Instruct": [40.0, 20.0, 90.0],
    "Llama-3.1-405B-Instruct": [900.0],
    "Llama-3.1-405B-Instruct-FP8": [400.0, 5000.0],
    "Llama-3.1-70B-Instruct": [1.5],
}


def test_the_least_energy_of_a_model_counts_in_whatever_precision(site: Site) -> None:
    payload = fetch_payload(site, ml_energy.SOURCE, rebuilt(**BODY))
    assert values(ml_energy.SOURCE, payload) == {SMALL: 20.0, LARGE: 400.0}


@pytest.mark.parametrize(
    "body",
    [
        b'{"configurations": []}',
        b"[]",
        rebuilt(**{**BODY, "Llama-3.1-8B-Instruct": [0.0, -1.0]}),
        rebuilt(**{"Llama-3.1-8B-Instruct": [20.0]}),
        rebuilt(**BODY).replace(b"energy_per_request_joules", b"energy_per_request_wh"),
    ],
)
def test_energies_that_cannot_be_told_are_refused(body: bytes) -> None:
    with pytest.raises(SchemaDrift):
        ml_energy.parse(archived_payload(ml_energy.SOURCE, body))


def test_the_energies_shipped_are_those_of_version_3() -> None:
    path = ml_energy.SOURCE.history
    assert path
    shipped = tidy.read_history(path).set_index("series")["value"]
    assert (shipped[SMALL], shipped[LARGE]) == (18.5, 376)
    assert 20 < shipped[LARGE] / shipped[SMALL] < 28  # the spread that the leaderboard shows


@pytest.mark.shared
@pytest.mark.parametrize("copy", ["zanmadit_2025-11", "sr3-k_2025-12"])
def test_two_real_copies_give_the_same_shares(site: Site, payloads: Path, copy: str) -> None:
    body = (payloads / f"epoch/gpu_clusters.{copy}.csv").read_bytes()
    actual = values(epoch_clusters.SOURCE, fetch_payload(site, epoch_clusters.SOURCE, body))
    rounded = {key.rpartition(".")[2]: round(share, 1) for key, share in actual.items()}
    assert rounded == {"us": 76.9, "china": 12.8, "morocco": 0.0, "non_us": 23.1}


def clusters(count: int = 500, head: str = "Status,Country,H100 equivalents") -> Payload:
    """A table in the publisher's form: one cluster in five is American."""
    where = ["United States of America", *["France"] * 4]
    rows = [f"Existing,{where[n % 5]},10" for n in range(count)]
    rows += ["Planned,China,1000000", "Decommissioned,China,1000000", "Existing,,1000000"]
    return archived_payload(epoch_clusters.SOURCE, "\n".join([head, *rows, ""]).encode())


def test_only_clusters_that_exist_in_a_country_count() -> None:
    shares = values(epoch_clusters.SOURCE, clusters())
    assert shares["epoch_clusters.share.us"] == pytest.approx(20)
    assert shares["epoch_clusters.share.china"] == 0


@pytest.mark.parametrize(
    "payload", [clusters(399), clusters(head="Status,Where,H100 equivalents"), clusters(0)]
)
def test_a_table_of_clusters_cut_short_or_renamed_is_refused(payload: Payload) -> None:
    with pytest.raises(SchemaDrift):
        epoch_clusters.parse(payload)


@pytest.mark.parametrize("key", ["ml_energy", "epoch_clusters", "top500"])
def test_shipped_figures_are_of_declared_series_and_cited(key: str) -> None:
    source = find_source(key)
    assert source.history
    rows = tidy.read_history(source.history)
    assert set(rows["series"]) <= {series.key for series in source.series}
    assert rows["address"].str.startswith("https://").all()
    assert (rows["known_from"] <= datetime(2026, 11, 23, tzinfo=UTC)).all()
