"""On-demand list prices of GPU machines at AWS, one table for each location.

The tables feed the publisher's own price page and are not documented. Prices in China are in
yuan, on a host of their own; no table names its currency.
Capacity blocks and UltraServers are priced elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers import gpus
from sources.tidy import require

TABLE = (
    "{host}/pricing/2.0/meteredUnitMaps/ec2/{currency}/current/"
    "ec2-ondemand-without-sec-sel/{location}/Linux/index.json"
)
# Families with accelerators for training: GPUs (p), Trainium (trn) and Gaudi (dl). Those of cards
# older than the A100 are left out on purpose.
ACCELERATED, OLDER = re.compile(r"(p|trn|dl)\d.*"), {"p2", "p3", "p3dn", "trn1", "trn1n", "dl1"}
NEEDED = {"Instance Type", "Location", "Operating System", "Pre Installed S/W", "price"}


@dataclass(frozen=True)
class Location:
    """A location: its name in the table, its region, currency and GPUs."""

    name: str
    region: str
    gpus: tuple[str, ...]
    currency: str = "USD"
    host: str = "https://b0.p.awsstatic.com"

    @property
    def request(self) -> Request:
        """The request for the table of this location."""
        location = quote(self.name, safe="()")
        return Request(TABLE.format(host=self.host, currency=self.currency, location=location))

    @property
    def series(self) -> tuple[Series, ...]:
        """The prices in this location."""
        return tuple(
            gpus.series("aws", gpu, self.region, "on_demand", self.currency) for gpu in self.gpus
        )


HOPPER = ("a100-sxm-40gb", "h100-sxm-80gb", "h200-sxm-141gb")
LOCATIONS = (
    Location(
        "US East (N. Virginia)",
        "us-east-1",
        (*HOPPER, "a100-sxm-80gb", "b200-sxm-180gb", "b300-sxm-288gb"),
    ),
    Location("US West (Oregon)", "us-west-2", (*HOPPER, "b200-sxm-180gb", "b300-sxm-288gb")),
    Location("Asia Pacific (Tokyo)", "ap-northeast-1", HOPPER),
    Location(
        "China (Beijing)", "cn-north-1", ("v100-sxm-16gb",), "CNY", "https://b0.p.awsstatic.cn"
    ),
)
BY_REQUEST = {location.request.url: location for location in LOCATIONS}


def parse(payload: Payload) -> pd.DataFrame:
    """The price of one GPU-hour in the currency of the location, on the fetch day.

    Raises SchemaDrift if the table is of another location, lost a column, or has none of the
    machines in gpu_machines.csv.
    """
    location = BY_REQUEST[payload.request.url]
    regions = json.loads(payload.content).get("regions", {})
    if set(regions) != {location.name}:
        raise SchemaDrift(f"the prices of {location.name}", sorted(regions))
    table = pd.DataFrame(list(regions[location.name].values()))
    require(table, NEEDED)
    plain = table["Operating System"].eq("Linux") & table["Pre Installed S/W"].eq("NA")
    rows = table[plain & table["Location"].eq(location.name)]
    prices = gpus.by_gpu(rows.rename(columns={"Instance Type": "machine"}), "aws")
    here = prices[prices["gpu"].isin(location.gpus)].assign(
        region=location.region, basis="on_demand"
    )
    return gpus.date_as_today(here, "aws", payload)


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The accelerated machines at a location of whose family no size is read."""
    regions = json.loads(payload.content).get("regions", {})
    names = {str(row.get("Instance Type")) for table in regions.values() for row in table.values()}
    followed = {machine.partition(".")[0] for machine in gpus.machines("aws")["machine"]}
    for name in sorted(names):
        family = name.partition(".")[0]
        if ACCELERATED.fullmatch(family) and family not in followed | OLDER:
            yield "machine", name


SOURCE = Source(
    key="aws_ondemand",
    publisher="Amazon Web Services",
    fr="Prix des GPU chez Amazon Web Services",
    en="GPU prices at Amazon Web Services",
    homepage="https://aws.amazon.com/ec2/pricing/on-demand/",
    licence="none stated; figures cited as facts",
    licence_url="https://aws.amazon.com/terms/",
    shows="present",
    confirmed="independent public code asks the same address, but China's, looked up 2026-11",
    cadence="weekly",
    lag_days=0,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(series for location in LOCATIONS for series in location.series),
    requests=tuple(location.request for location in LOCATIONS),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=gpus.RULES,
    expected_format="json",
    attribution="Amazon Web Services price list",
    redistribute=False,
    stamp="instant",
    snapshot_dated=True,
    traps=(
        "A price is a string, of a machine of eight GPUs or of one.",
        "Prices in China are in yuan; the table does not say so.",
        "Capacity blocks and UltraServers are priced elsewhere.",
        "A location without a table is answered with 404.",
        "The same machine is listed again with software installed or another system.",
    ),
)
