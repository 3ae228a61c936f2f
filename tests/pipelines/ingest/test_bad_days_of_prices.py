"""Bad days for tables of prices that others keep: no bad price is hidden."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.pipelines.ingest.bad_days import Family, Trial

FLAGSHIP = "gpt-5.2"  # of OpenAI, by the registry, on the day of the catalogue


def _yaml_scaled(body: bytes, factor: float) -> bytes:
    def times(content: re.Match[bytes]) -> bytes:
        return content[1] + str(float(content[2]) * factor).encode()

    return re.sub(rb"((?:hour|month)[a-z0-9_]*: )([0-9.]+)", times, body)


def _json_scaled(body: bytes, factor: float) -> bytes:
    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: walk(value) for name, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        # Prices are floats or integers; true and false are integers to Python.
        return node * factor if type(node) in {int, float} else node

    return json.dumps(walk(json.loads(body))).encode()


def _h100(pattern: bytes, by: bytes) -> Callable[[bytes], bytes]:
    """The H100 machine with every match of the pattern replaced."""

    def changed(body: bytes) -> bytes:
        head, name, rest = body.partition(b"\n    a3-highgpu-8g:")
        own, after, others = rest.partition(b"\n    a3-")
        return head + name + re.sub(pattern, by, own) + after + others

    return changed


def _stamped(stamp: bytes) -> Callable[[bytes], bytes]:
    return lambda body: re.sub(rb"timestamp: [0-9]+", b"timestamp: " + stamp, body, count=1)


def _model(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[bytes], bytes]:
    """The flagship model of the day after `change`."""

    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        [vendor] = [entry for entry in content if entry["id"] == "openai"]
        vendor["models"] = [
            change(entry) if entry["id"] == FLAGSHIP else entry for entry in vendor["models"]
        ]
        return json.dumps(content).encode()

    return changed


def _priced(price: object) -> Callable[[bytes], bytes]:
    return _model(lambda entry: entry | {"prices": entry["prices"] | {"input_mtok": price}})


def _conditional(condition: dict[str, str]) -> Callable[[bytes], bytes]:
    return _model(
        lambda entry: entry | {"prices": [{"constraint": condition, "prices": entry["prices"]}]}
    )


def _listed(**changed: object) -> Callable[[bytes], bytes]:
    """LiteLLM's flagship model of the day with these fields."""

    def change(body: bytes) -> bytes:
        content = json.loads(body)
        return json.dumps(content | {"gpt-4o": content["gpt-4o"] | changed}).encode()

    return change


FAMILIES = [
    Family(
        "gcp_pricing",
        "gcp_pricing/pricing_2026-07-30_head3449.yml",
        "text/plain",
        "2026-07-30",
        _yaml_scaled,
        lambda body: body.replace(b"hour", b"hours"),
        lambda body: body[: len(body) // 3].rsplit(b"\n", 1)[0],
        lambda body: body + b"\n# a comment\n",
        refused={
            "prices in cents": lambda body: _yaml_scaled(body, 100),
            "a price in words": _h100(rb"hour: [0-9.]+", b"hour: on request"),
            "a price that is not a number": _h100(rb"hour: [0-9.]+", b"hour: .nan"),
            "a price below zero": _h100(rb"hour: ", b"hour: -"),
            "a machine without GPUs": _h100(rb"h100-80gb: 8", b"h100-80gb: 0"),
            "a table of milliseconds": _stamped(b"1785391997000"),
            "a table of next year": _stamped(b"1817000000"),
            "a date in words": _stamped(b"yesterday"),
            "machines as a list": lambda body: body.replace(b"\n  instance:", b"\n  machine:", 1),
        },
        alike={"quoted prices": _h100(rb"hour: ([0-9.]+)", rb"hour: '\1'")},
    ),
    Family(
        "token_prices",
        "genai_prices/data_slim.2025-12-31.json.gz",
        "text/plain",
        "2025-12-31",
        _json_scaled,
        lambda body: body.replace(b"input_mtok", b"input_1m"),
        lambda body: json.dumps(json.loads(body)[:1]).encode(),
        lambda body: json.dumps(json.loads(body), indent=2).encode(),
        refused={
            "prices in cents": lambda body: _json_scaled(body, 100),
            "a vendor under another name": lambda body: body.replace(b'"openai"', b'"open-ai"'),
            "a model that is gone": _model(lambda entry: entry | {"id": "gone"}),
            "no price": _model(lambda entry: entry | {"prices": []}),
            "a price in words": _priced("free"),
            "a price that is null": _priced(None),
            "a price that is not a number": _priced(float("nan")),
            "a price below zero": _priced(-1.0),
            "a price by the hour": _conditional({"start_time": "00:30:00Z"}),
            "a date in words": _conditional({"start_date": "soon"}),
            "one object for the list": lambda body: json.dumps({"data": json.loads(body)}).encode(),
        },
        alike={"a condition already met": _conditional({"start_date": "2025-01-01"})},
    ),
    Family(
        "litellm",
        "litellm/model_prices.2025-01-13.json.gz",
        "text/plain",
        "2025-01-13",
        _json_scaled,
        lambda body: body.replace(b"input_cost_per_token", b"input_cost"),
        lambda body: json.dumps(dict(list(json.loads(body).items())[:1])).encode(),
        lambda body: json.dumps(json.loads(body), indent=2).encode(),
        refused={
            "prices of a million": lambda body: _json_scaled(body, 1e6),
            "another vendor": _listed(litellm_provider="azure"),
            "a price in words": _listed(input_cost_per_token="free"),
            "a price that is null": _listed(output_cost_per_token=None),
            "a price that is not a number": _listed(input_cost_per_token=float("nan")),
            "a price below zero": _listed(input_cost_per_token=-1e-06),
            "a list for the object": lambda body: json.dumps([json.loads(body)]).encode(),
        },
        alike={"prices in quotes": _listed(input_cost_per_token="2.5e-06")},
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize("family", FAMILIES, ids=[family.key for family in FAMILIES])
def test_bad_days_change_nothing(trial: Trial, family: Family) -> None:
    trial(family)
