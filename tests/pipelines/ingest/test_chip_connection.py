"""Price lists without a date of their own, from real bodies to the store."""

import json
from pathlib import Path
from typing import Any

import pytest

from sources import find_source
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import body_of
from tests.server import Reply, Site

JSON = "application/json"
# Source, its question, body, content type, day, and a figure that must then be held.
BODIES = [
    ("aws_ondemand", 0, "aws_ondemand/awsstatic_ec2_ondemand_us-east-1.json", JSON, "2026-09-29",
     ("aws.gpu.h100-sxm-80gb.us-east-1.on_demand", 6.88)),
    ("skypilot", 2, "skypilot/runpod_vms_v8_head.csv", "text/plain", "2026-09-29",
     ("skypilot.gpu.a100-pcie-80gb.runpod.on_demand", 1.39)),
    ("runpod", 0, "runpod/gputypes_2026-07.json", JSON, "2026-07-20",
     ("runpod.gpu.h100-sxm-80gb.global.on_demand", 2.99)),
    ("vast", 0, "vast/bundles_2026-07_ipscrubbed.json", JSON, "2026-07-20",
     ("vast.gpu.h100-sxm-80gb.world.on_demand", 2.10075)),
    ("fred", 0, "fred/RECONSTRUCTED_fredgraph_PCU334413334413.csv", "text/csv", "2026-08-21",
     ("fred.PCU334413334413", 28.987)),
    ("epoch_hardware", 0, "epoch_ml_hardware/ml_hardware_2025-12.csv", "text/csv", "2025-12-10",
     ("epoch_hardware.price.h100-sxm-80gb", 33_600)),
    ("litellm", 0, "litellm/model_prices.2025-01-13.json.gz", "text/plain", "2025-01-13",
     ("litellm.flagship", 4.375)),
]  # fmt: skip


def stored_figures(silentcrash: Command, series: str) -> list[dict[str, Any]]:
    sql = f"select period, value from v_observation where series = '{series}' order by period"
    rows: list[dict[str, Any]] = json.loads(silentcrash("query", sql, "--format", "json").out)
    return rows


@pytest.fixture
def served(
    empty_home: Path, site: Site, payloads: Path, monkeypatch: pytest.MonkeyPatch
) -> "type[Served]":
    """One question of a source answered with a real body, all others with 404."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)

    class Here(Served):
        folder, patch = payloads, monkeypatch

    Here.site = site
    return Here


class Served:
    """The publisher on loopback, and the day that it is there."""

    site: Site
    folder: Path
    patch: pytest.MonkeyPatch

    @classmethod
    def on(cls, day: str) -> None:
        cls.patch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")

    @classmethod
    def body(cls, key: str, question: int, file: str, kind: str) -> None:
        reply = Reply(body_of(cls.folder / file), headers={"Content-Type": kind, "ETag": '"v1"'})
        cls.site.serve(public_url(find_source(key).requests[question]), reply)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "question", "file", "kind", "day", "figure"), BODIES, ids=[body[0] for body in BODIES]
)
def test_a_real_body_enters_the_warehouse(
    served: type[Served],
    silentcrash: Command,
    empty_home: Path,
    key: str,
    question: int,
    file: str,
    kind: str,
    day: str,
    figure: tuple[str, float],
) -> None:
    served.on(day)
    served.body(key, question, file, kind)
    ended = silentcrash("fetch", key)
    # Another question of the source that fails is said, and takes nothing from this one.
    questions = len(find_source(key).requests)
    assert ended.code == (1 if questions > 1 else 0), ended.err
    assert questions == 1 or f"{key}: partial: 1 of {questions}" in ended.err
    series, value = figure
    assert stored_figures(silentcrash, series)[-1]["value"] == pytest.approx(value)
    stored = [path.read_bytes() for path in empty_home.rglob("*") if path.is_file()]
    assert not any(b"public_ipaddr" in body or b"192.0.2.1" in body for body in stored)


@pytest.mark.shared
def test_a_list_that_stands_still_is_the_price_of_each_day_it_is_asked(
    served: type[Served], silentcrash: Command
) -> None:
    served.body("runpod", *BODIES[2][1:4])
    days = ["2026-07-20", "2026-07-27", "2026-08-03"]
    for day in days:
        served.on(day)
        assert silentcrash("fetch", "runpod").code == 0
    rows = stored_figures(silentcrash, "runpod.gpu.h100-sxm-80gb.global.on_demand")
    assert [row["period"][:10] for row in rows] == days
    assert {row["value"] for row in rows} == {2.99}
    sql = "select outcome from v_fetch where source = 'runpod' order by fetch_id"
    fetches = json.loads(silentcrash("query", sql, "--format", "json").out)
    assert [entry["outcome"] for entry in fetches] == ["new", "unchanged", "unchanged"]


@pytest.mark.shared
def test_a_dated_list_that_stands_still_is_not_read_again(
    served: type[Served], silentcrash: Command
) -> None:
    served.body("epoch_hardware", *BODIES[5][1:4])
    for day in ("2025-12-10", "2025-12-17"):
        served.on(day)
        assert silentcrash("fetch", "epoch_hardware").code == 0
    assert served.site.asked[-1].headers["If-None-Match"] == '"v1"'
    assert len(stored_figures(silentcrash, "epoch_hardware.price.b100")) == 1
