"""What each source names and does not read: new names alone come up."""

import json
from pathlib import Path

import pytest

from sources import Payload, find_source
from tests.sources.publishers import test_aws_ondemand, test_gcp_pricing, test_runpod
from tests.sources.publishers.helpers import archived_payload
from tests.sources.publishers.test_msft_ai_diffusion import HEAD, complete


def unread(key: str, body: bytes | Payload) -> list[tuple[str, str]]:
    """What a source names of a body, in order."""
    source = find_source(key)
    assert source.unread is not None
    payload = body if isinstance(body, Payload) else archived_payload(source, body)
    return sorted(source.unread(payload))


def test_an_ultraserver_of_amazon_is_named_and_other_sizes_are_not() -> None:
    region = test_aws_ondemand.VIRGINIA.name
    names = ("p6e-gb200.36xlarge", "p5.4xlarge", "p3.2xlarge", "m5.large", "trn2.48xlarge")
    rows = [test_aws_ondemand.machine(name, region, "99.0") for name in names]
    assert unread("aws_ondemand", test_aws_ondemand.table(test_aws_ondemand.P5, *rows)) == [
        ("machine", "p6e-gb200.36xlarge"),
        ("machine", "trn2.48xlarge"),
    ]


def test_a_gpu_that_runpod_adds_is_named() -> None:
    names = ("NVIDIA GB300", "NVIDIA GeForce RTX 4090", "NVIDIA L40S")
    added = [test_runpod.gpu(id=name) for name in names]
    assert unread("runpod", test_runpod.answer(test_runpod.gpu(), *added)) == [
        ("GPU", "NVIDIA GB300")
    ]


def test_a_family_that_google_adds_is_named() -> None:
    body = test_gcp_pricing.rebuilt().content
    assert unread("gcp_pricing", body) == []
    table = body.replace(b"    a3-highgpu-8g:", b"    a4-highgpu-8g: {}\n    a3-highgpu-8g:", 1)
    assert table != body
    assert unread("gcp_pricing", table) == [("machine", "a4-highgpu-8g")]


def test_a_new_model_of_the_vendor_is_named_and_those_of_others_are_not() -> None:
    models = [{"id": name, "prices": {}} for name in ("gpt-4", "gpt-7-made-up")]
    catalogue = [{"id": "openai", "models": models}, {"id": "other", "models": [{"id": "x"}]}]
    assert unread("token_prices", json.dumps(catalogue).encode()) == [("model", "gpt-7-made-up")]


def test_an_unknown_economy_and_a_column_of_another_kind_are_named() -> None:
    head = HEAD.replace("\n", ",Margin of error\n")
    assert unread("msft_ai_diffusion", complete(head, also="Faroe Islands,1%,2%,3%\n")) == [
        ("column", "Margin of error"),
        ("economy", "Faroe Islands"),
    ]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("runpod", "runpod/gputypes_2026-07.json"),
        ("aws_ondemand", "aws_ondemand/awsstatic_ec2_ondemand_us-east-1.json"),
        ("azure_retail", "azure_retail/azure_westeurope.json"),
    ],
)
def test_real_bodies_hold_nothing_new(payloads: Path, key: str, file: str) -> None:
    assert unread(key, (payloads / file).read_bytes()) == []
