"""Parsers read real bodies, shipped where the licence allows it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from sources import Payload, Request, find_source, registry

BODIES = Path(__file__).parents[1] / "bodies"
# Parsers without a shipped body, and why. What is here runs on a body rebuilt in the shape of its
# publisher, or on a real one where the folder of real bodies stands beside the checkout.
WITHOUT = {
    "alfred": "no real body at hand",
    "aws_ondemand": "no licence to ship the price list",
    "azure_retail": "no licence to ship the price list",
    "dstack": "no real body at hand",
    "bank_of_korea": "no real body at hand",
    "ecb_rates": "no real body at hand",
    "energy_charts": "only its values are at hand, not its bytes",
    "feeds": "news: all rights reserved",
    "gdelt": "no real body at hand",
    "hmrc_rates": "only its figures are at hand, not its bytes",
    "innovation_graph": "no real body at hand",
    "ml_energy": "no real body at hand",
    "runpod": "no licence to ship the price list",
    "tariff_pages": "pages of companies: all rights reserved",
    "trendforce": "all rights reserved",
    "vast": "no licence to ship the offers",
}
# Sources whose body is linked to from a page, which is the first of the payload's pages.
FOUND_ON_A_PAGE = {"world_bank"}
# The check that a body does not pass by itself, as only a part of a payload is shipped.
PARTIAL = {
    "bls": "parse",  # of a series that was asked for to try the parser
    "epoch_hardware": "contract",  # 53 chips, where a real body has 153 and more
    "msft_ai_diffusion": "format",  # the first of two pages is another one
    "world_bank": "format",  # the same
}
BLS, FRED = "APU0000701111", "PCU518210518210"


class Read(NamedTuple):
    """A shipped body and a figure of it that is quoted elsewhere."""

    body: str
    series: str
    period: str
    value: float
    question: int = 0
    request: Request | None = None

    @property
    def source(self) -> str:
        name = self.body.split(".")[0]
        return next(key for key in sorted(registry(), reverse=True) if name.startswith(key))


READ = [
    Read(
        "bls.2024-08-19.trimmed.json", f"bls.other.{BLS}", "2022-12-01", 0.522,
        request=Request("https://api.bls.gov/", json={"seriesid": [BLS]}),
    ),
    Read("btos.2026-07-31.trimmed.xlsx", "btos.ai_use_now", "2026-06-29", 21.5),
    Read("census_c30.2026-07-02.trimmed.xlsx", "census.c30.data_center", "2026-05-01", 59_307),
    Read("eia861m.2025-06-25.trimmed.xlsx", "eia.price.VA.COM", "2025-04-01", 9.22),
    Read("eia_v2.2026-09-29.trimmed.json", "eia_v2.price.US.COM", "2026-07-01", 14.53),
    Read("ember.2026-09-29.trimmed.csv", "ember.wholesale.FRA", "2026-08-01", 125.66),
    Read("epoch_chips", "epoch.nvidia_share_flow", "2025-07-01", 66.51),
    Read("epoch_clusters.2025-12-10.trimmed.csv", "epoch_clusters.share.us", "2025-12-01", 76.9),
    Read("epoch_data_centers.2026-04-20.trimmed.csv", "epoch_dc.now.power", "2026-04-20", 6_973.8),
    Read(
        "epoch_data_centers_steps.2026-01-05.trimmed.csv",
        "epoch_dc.built.power", "2025-12-01", 4_538, question=1,
    ),
    Read(
        "epoch_hardware.2025-12-10.trimmed.csv",
        "epoch_hardware.price.mi300x-oam-192gb", "2023-12-06", 15_000,
    ),
    Read("eurostat.2026-07-31.trimmed.json", "eurostat.power.DE.ex_vat", "2025-07-01", 0.1922),
    Read(
        "federal_register.2026-08-01.trimmed.json",
        "federal_register.export_control_rules", "2026-04-01", 0,
    ),
    Read(
        "fred.2025-08-01.trimmed.csv", f"fred.{FRED}", "2025-06-01", 123.659, question=1
    ),
    Read(
        "gcp_pricing.2026-07-30.trimmed.yaml",
        "gcp.gpu.a100-40gb.us-central1.on_demand", "2026-07-30", 3.673385,
    ),
    Read("litellm.2025-01-13.trimmed.json", "litellm.flagship", "2025-01-13", 4.375),
    Read("msft_ai_diffusion.2026-06-01.trimmed.csv", "msft.ai_diffusion.MAR", "2026-01-01", 11.7),
    Read("nyfed_cmdi.2026-07-29.trimmed.xlsx", "nyfed.cmdi.market", "2026-07-20", 0.15),
    Read("sec.2026-08-01.trimmed.json", "sec.capex.META", "2023-01-01", 6_823e6),
    Read("sec_filings.2025-06-01.trimmed.json", "sec_filings.data_centre", "2025-04-01", 6),
    Read(
        "sec_submissions.2026-07-01.trimmed.json",
        "sec_submissions.current_reports.IREN", "2026-05-01", 6, question=2,
    ),
    Read(
        "skypilot_lambda.2026-09-29.trimmed.csv",
        "skypilot.gpu.v100-sxm-16gb.lambda.on_demand", "2026-09-29", 0.79,
    ),
    Read(
        "skypilot_runpod.2026-09-29.trimmed.csv",
        "skypilot.gpu.a100-pcie-80gb.runpod.on_demand", "2026-09-29", 1.39, question=2,
    ),
    Read("token_prices.2026-08-21.trimmed.json", "tokens.frugal", "2026-08-21", 0.45),
    Read("twse_revenue.2025-08-16.trimmed.csv", "twse.revenue.2330", "2025-07-01", 323_165_707),
    Read("world_bank.2026-07-04.trimmed.xlsx", "world_bank.gas_europe", "2026-05-01", 16.17),
]  # fmt: skip


def payload(read: Read) -> Payload:
    first, *more = sorted(BODIES.glob(f"{read.body}*"), key=order)
    day = datetime.fromisoformat(first.name.split(".")[1]).replace(hour=12, tzinfo=UTC)
    request = read.request or find_source(read.source).requests[read.question]
    bodies = [body.read_bytes() for body in (first, *more)]
    if read.source in FOUND_ON_A_PAGE:
        bodies.insert(0, b"")
    return Payload(bodies[0], request, day, extra_pages=tuple(bodies[1:]))


def order(body: Path) -> int:
    """The place of a body among the pages of its source."""
    pages = ("nvidia", "amd", "tpu", "trainium")
    return next((n for n, page in enumerate(pages) if page in body.name), 0)


@pytest.mark.parametrize("read", READ, ids=[entry.body.split(".")[0] for entry in READ])
def test_a_real_body_gives_the_figure_that_is_quoted_elsewhere(read: Read) -> None:
    source = find_source(read.source)
    assert source.parse is not None
    frame = source.parse(payload(read))
    figures = frame.sort_values("known_from").groupby(["series", "period"])["value"].last()
    assert figures[read.series, pd.Timestamp(read.period)] == pytest.approx(read.value, rel=1e-3)


@pytest.mark.parametrize("read", READ, ids=[entry.body.split(".")[0] for entry in READ])
def test_a_damaged_body_gives_no_figures(read: Read) -> None:
    """By the checks of `silentcrash sources test`."""
    # here, as a process that reads a body with this module has a second
    from pipelines.observatory.extensions.body_checks import checks

    results = checks(find_source(read.source), payload(read))
    faults = [result.name for result in results if result.fault]
    assert faults == [PARTIAL[read.source]] if read.source in PARTIAL else not faults


def test_every_parser_has_a_shipped_body_or_a_reason() -> None:
    read = {entry.source for entry in READ}
    live = {source.key for source in registry().values() if source.requests}
    assert read | set(WITHOUT) == live
    assert not read & set(WITHOUT)
    assert {body.name for body in BODIES.iterdir()} == {"README.md"} | {
        body.name for entry in READ for body in BODIES.glob(f"{entry.body}*")
    }
