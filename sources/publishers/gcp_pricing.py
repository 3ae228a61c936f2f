"""List and spot prices of GPU machines at Google Cloud, from a weekly table.

The table gives a price per machine, processors and memory included; it is divided by the
machine's number of GPUs in the table. Only machine types whose price is known to include their
GPUs are read: `a3-megagpu-8g` was once listed at the price of its processors alone. The
posted spot price of africa-south1 is not read, since it falls although there is nothing to rent.
The vintage of 2022-02-09 is left out of the history: the step on 2022-02-16 corrects the tool
and is not a change of price.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import yaml

from sources import Completeness, Payload, SchemaDrift, Series, Source
from sources.publishers import github, gpus
from sources.tidy import between, tidy

MACHINES = {
    "a100-40gb": ("a2-highgpu-1g", "a100"),
    "a100-80gb": ("a2-ultragpu-1g", "a100-80gb"),
    "h100-80gb": ("a3-highgpu-8g", "h100-80gb"),
}
COLUMNS = {"on_demand": "hour", "spot": "hour_spot"}
TITLES = {"on_demand": ("à la demande", "on-demand"), "spot": ("spot", "spot")}
OFFERS = tuple(
    (gpu, region, basis)
    for gpu in MACHINES
    for region in ("us-central1", "europe-west4", "africa-south1")
    for basis in COLUMNS
    if (region, basis) != ("africa-south1", "spot")
)


def _key(gpu: str, region: str, basis: str) -> str:
    return f"gcp.gpu.{gpu}.{region}.{basis}"


def _series(gpu: str, region: str, basis: str) -> Series:
    fr, en = TITLES[basis]
    return Series(
        _key(gpu, region, basis),
        "USD/GPU-h",
        "W",
        f"Google Cloud, {gpus.chip(gpu)}, {region}, prix {fr}",
        f"Google Cloud, {gpus.chip(gpu)}, {region}, {en} price",
    )


def parse(payload: Payload) -> pd.DataFrame:
    """The price of one GPU-hour in USD, by GPU, region and basis, as of the table.

    Raises SchemaDrift if the table has no date, or lost a machine, its GPU count or its
    on-demand price. A spot price may be missing: the table has none before 2023-05-08.
    """
    table = yaml.load(payload.content, Loader=yaml.CSafeLoader)
    if not isinstance(table, dict) or "timestamp" not in table.get("about", {}):
        raise SchemaDrift("about.timestamp", list(table) if isinstance(table, dict) else table)
    table_time = datetime.fromtimestamp(table["about"]["timestamp"], UTC)
    instances = table["compute"]["instance"]
    prices = [(_key(*offer), _price(instances, *offer)) for offer in OFFERS]
    offered = [(key, price) for key, price in prices if price is not None]
    rows = pd.DataFrame(offered, columns=["series", "value"])
    return tidy(rows.assign(period=table_time.date(), known_from=table_time))


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The accelerated machines (a2, a3, …) of whose family no size is read."""
    table = yaml.load(payload.content, Loader=yaml.CSafeLoader)
    followed = {machine.partition("-")[0] for machine, _ in MACHINES.values()}
    for name in table["compute"]["instance"]:
        family = str(name).partition("-")[0]
        if re.fullmatch(r"a\d+x?", family) and family not in followed:
            yield "machine", str(name)


def _price(instances: dict[str, Any], gpu: str, region: str, basis: str) -> float | None:
    machine, counted_as = MACHINES[gpu]
    instance = instances.get(machine, {})
    prices = instance.get("cost", {}).get(region, {})
    if counted_as not in instance or "hour" not in prices:
        raise SchemaDrift(
            f"{machine} with {counted_as} and an hourly price in {region}", sorted(instance)
        )
    if COLUMNS[basis] not in prices:
        return None
    return float(prices[COLUMNS[basis]]) / int(instance[counted_as])


SOURCE = Source(
    key="gcp_pricing",
    publisher="Google Cloud, tabulated by Cyclenerd",
    fr="Prix des GPU chez Google Cloud",
    en="GPU prices at Google Cloud",
    homepage="https://github.com/Cyclenerd/google-cloud-pricing-cost-calculator",
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    shows="present",
    confirmed="the repository renewed the file each week, 2026-08",
    cadence="weekly",
    lag_days=1,
    stale_days=21,
    role="gpu_explorer",
    series=tuple(_series(*offer) for offer in OFFERS),
    requests=(
        github.file("Cyclenerd/google-cloud-pricing-cost-calculator", "pricing.yml", "master"),
    ),
    completeness=Completeness(rows=0.5, series=0.5),  # offers come and go
    parse=parse,
    unread=unread,
    rules=(
        between(0.05, 25, reason="no GPU of this class was ever rented out of these bounds"),
        *(
            between(2, 25, series=key, reason="the machine's price leaves its GPUs out")
            for key in (_key(*offer) for offer in OFFERS)
            if "h100" in key and key.endswith("on_demand")
        ),
    ),
    expected_format="yaml",
    attribution="Nils Knieling, google-cloud-pricing-cost-calculator",
    stamp="instant",
    traps=(
        "A price is of a machine, processors and memory included: it is divided by its GPUs.",
        "a3-megagpu-8g once stood at the price of its processors: 10.12 USD for eight H100.",
        "Spot prices are posted where nothing is to be had: africa-south1 has none that is read.",
        "The step of 2022-02-16 (3.559 to 3.673) mended the tool and moved no price.",
        "No spot price before 2023-05-08, no H100 before 2024-05-17.",
        "Names of machines stand again under licences, at other prices.",
        "The table of 2022 has no date of its own.",
        "Spot prices move in steps of 5 and 10 %: they are set, not bid.",
    ),
)
