"""The second fetch of every live source, a week later, is let in too.

Some sources have the same periods again, some only new ones, some only shares: none may stand
still after its first fetch.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.validate import LastGood, check
from sources import Payload, Request, registry
from sources.publishers import gdelt
from tests.pipelines.ingest.bad_days import body_of

WEEK = timedelta(days=7)
# Source, which of its requests, a real body, the day on which it was served.
BODIES = [
    ("aws_ondemand", 0, "aws_ondemand/awsstatic_ec2_ondemand_us-east-1.json", "2026-09-29"),
    ("btos", 0, "btos/National_2026-07-31.xlsx", "2026-07-31"),
    ("census_c30", 0, "census_c30/privsatime.xlsx", "2026-07-02"),
    ("eia861m", 0, "eia861m/sales_revenue.2025-04.xlsx", "2025-06-25"),
    ("eia_v2", 0, "eia/retail_sales_us_monthly_2025-01_onwards.json", "2026-07-31"),
    ("ember", 0, "ember/european_wholesale_electricity_price_data_monthly.2025-10.csv",
     "2025-10-05"),
    ("energy_charts", 0, "energy-charts/price_DE-LU_2024-05-04.json", "2024-05-04"),
    ("epoch_clusters", 0, "epoch/gpu_clusters.sr3-k_2025-12.csv", "2025-12-10"),
    ("epoch_data_centers", 0, "epoch_frontier_data_centers/data_centers_2026-04.csv",
     "2026-04-20"),
    ("epoch_data_centers", 1, "epoch_frontier_data_centers/data_center_timelines_2025-12.csv",
     "2025-12-20"),
    ("epoch_hardware", 0, "epoch_ml_hardware/ml_hardware_2025-12.csv", "2025-12-10"),
    ("eurostat", 0, "eurostat/nrg_pc_205_nonhousehold.json", "2026-07-31"),
    ("feeds", 0, "dcd_feed/dcd_atom_RECONSTRUCTED.xml", "2026-07-31"),
    ("fred", 0, "fred/RECONSTRUCTED_fredgraph_PCU334413334413.csv", "2026-08-21"),
    ("gcp_pricing", 0, "gcp_pricing/pricing_2026-07-30_head3449.yml", "2026-07-30"),
    ("litellm", 0, "litellm/model_prices.2025-01-13.json.gz", "2025-01-13"),
    ("msft_ai_diffusion", 0, "msft_ai_diffusion/AI_Diffusion_Q12026_Update.csv", "2026-06-01"),
    ("nyfed_cmdi", 0, "nyfed_cmdi/market_cmdi_2026-07-29.xlsx", "2026-07-29"),
    ("runpod", 0, "runpod/gputypes_2026-07.json", "2026-07-20"),
    ("skypilot", 2, "skypilot/runpod_vms_v8_head.csv", "2026-09-29"),
    ("token_prices", 0, "genai_prices/data_slim.2025-07-31.json.gz", "2025-07-31"),
    ("trendforce", 0, "trendforce/trendforce_spot.html", "2026-06-11"),
    ("vast", 0, "vast/bundles_2026-07_ipscrubbed.json", "2026-07-20"),
    ("world_bank", 0, "worldbank/CMO-Historical-Data-Monthly.2026-07-04.xlsx", "2026-07-04"),
]  # fmt: skip


def parsed(key: str, question: int, body: bytes, at: datetime) -> pd.DataFrame:
    source = registry()[key]
    assert source.parse is not None
    # What a page links to is the payload's second part.
    is_linked = source.expected_format == "html" and source.next_page is not None
    parts = (b"", body) if is_linked else (body,)
    frame = source.parse(Payload(parts[0], source.requests[question], at, extra_pages=parts[1:]))
    return frame.assign(known_from=frame["known_from"].fillna(pd.Timestamp(at)))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "question", "file", "day"), BODIES, ids=[f"{entry[0]}-{entry[1]}" for entry in BODIES]
)
def test_a_real_body_is_let_in_again_a_week_later(
    payloads: Path, key: str, question: int, file: str, day: str
) -> None:
    source, first = registry()[key], datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    raw = body_of(payloads / file)
    body = source.redact(raw) if source.redact else raw
    stored_figures, again = (parsed(key, question, body, at) for at in (first, first + WEEK))
    stored_before = stored_figures.sort_values("known_from").drop_duplicates(
        ["series", "period"], keep="last"
    )
    before = stored_before[["series", "period", "value"]]
    last = LastGood(len(stored_figures), stored_figures["period"].max())
    assert check(stored_figures, source, at=first, before=before.head(0)).passed
    checked = check(again, source, at=first + WEEK, before=before, last=last)
    assert checked.blocked == ()
    assert checked.rejected.empty
    assert len(checked.accepted) == len(again) > 0


@pytest.mark.parametrize("region", sorted(gdelt.REGIONS))
def test_the_articles_of_a_week_are_counted_again_the_week_after(region: str) -> None:
    """In the publisher's shape: no stored answer is at hand."""
    source = registry()["gdelt"]
    [question] = [n for n, entry in enumerate(source.requests) if place_of(entry) == region]
    article = {
        "title": "A",
        "url": "https://a.example/1",
        "seendate": "20261001T080000Z",
        "domain": "a.example",
        "language": "French",
    }
    body, at = json.dumps({"articles": [article]}).encode(), datetime(2026, 10, 1, 12, tzinfo=UTC)
    stored_figures, again = (parsed("gdelt", question, body, entry) for entry in (at, at + WEEK))
    last = LastGood(len(stored_figures), stored_figures["period"].max())
    before = stored_figures[["series", "period", "value"]]
    assert check(again, source, at=at + WEEK, before=before, last=last).passed


def place_of(request: Request) -> str:
    return next(region for region, code in gdelt.REGIONS.items() if code in request.params["query"])
