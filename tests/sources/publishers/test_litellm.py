"""LiteLLM's catalogue: real copies of two days, and the table of models."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sources import Payload, SchemaDrift, find_source
from sources.publishers.litellm import SOURCE
from sources.publishers.token_prices import current_models
from sources.tidy import read_history
from tests.server import Site
from tests.sources.publishers.helpers import AT, archived_payload, checked, fetch_payload, values

DAY = datetime(2025, 1, 13, 12, tzinfo=UTC)


def catalogue(payloads: Path, day: str) -> bytes:
    return gzip.decompress((payloads / f"litellm/model_prices.{day}.json.gz").read_bytes())


def model(**changed: Any) -> dict[str, Any]:
    """A model in the publisher's shape, at round prices."""
    return {
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 1e-05,
        "litellm_provider": "openai",
        "mode": "chat",
    } | changed


def rebuilt(flagship: dict[str, Any] | None = None, **others: Any) -> Payload:
    """A catalogue in the publisher's shape that has the models of the day."""
    names = current_models(AT.date())
    models = {names["frugal"]: model(), names["flagship"]: flagship or model(), **others}
    return archived_payload(SOURCE, json.dumps(models).encode())


@pytest.mark.shared
def test_a_real_copy_gives_the_price_of_a_million_tokens(site: Site, payloads: Path) -> None:
    payload = fetch_payload(site, SOURCE, catalogue(payloads, "2025-01-13"), at=DAY)
    assert values(SOURCE, payload) == {
        "litellm.flagship": pytest.approx((3 * 2.5 + 10) / 4),
        "litellm.frugal": pytest.approx((3 * 0.15 + 0.6) / 4),
    }


@pytest.mark.shared
def test_both_catalogues_agree_on_the_same_day(payloads: Path) -> None:
    path = find_source("token_prices").history
    assert path is not None
    shipped = read_history(path)
    before = (
        shipped[shipped["period"].le(DAY.replace(tzinfo=None))].groupby("series")["value"].last()
    )
    body = Payload(catalogue(payloads, "2025-01-13"), SOURCE.requests[0], DAY)
    for key, value in values(SOURCE, body).items():
        assert before[key.replace("litellm", "tokens")] == pytest.approx(value)


@pytest.mark.shared
def test_a_real_copy_from_before_the_model_is_refused(payloads: Path) -> None:
    day = datetime(2024, 3, 25, tzinfo=UTC)
    old = Payload(catalogue(payloads, "2024-03-25"), SOURCE.requests[0], day)
    with pytest.raises(SchemaDrift, match=r"token_models\.csv, found no gpt-4-turbo$"):
        values(SOURCE, old)


def test_prices_of_batches_caches_and_resellers_are_not_read() -> None:
    name = current_models(AT.date())["flagship"]
    other = model(input_cost_per_token=9e-06, litellm_provider="azure")
    extra = model(input_cost_per_token_batches=1e-09, cache_read_input_token_cost=1e-09)
    actual = rebuilt(extra, **{f"azure/{name}": other, f"openrouter/openai/{name}": other})
    assert values(SOURCE, actual) == {"litellm.flagship": 4.0, "litellm.frugal": 4.0}


@pytest.mark.parametrize(
    "changed",
    [
        {"input_cost_per_token": None},
        {"output_cost_per_token": None},
        {"litellm_provider": "azure"},
    ],
)
def test_a_model_without_its_price_or_of_another_vendor_is_refused(changed: Any) -> None:
    with pytest.raises(SchemaDrift, match="input_cost_per_token and"):
        values(SOURCE, rebuilt(model(**changed)))


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_a_price_per_million_taken_for_one_per_token_is_not_loaded(factor: float) -> None:
    scaled = model(input_cost_per_token=2e-06 * factor, output_cost_per_token=1e-05 * factor)
    # Of two figures it is lost, and the other one is read.
    assert list(checked(SOURCE, rebuilt(scaled)).accepted["series"]) == ["litellm.frugal"]
