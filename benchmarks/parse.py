"""Parsing of real bodies in MB/s, beside the bare reader of the container.

    python benchmarks/parse.py [FOLDER]

FOLDER holds bodies as publishers serve them, a folder a publisher; without one, nothing is
measured. The bare reader (pandas for tables, json, the C loader of YAML) is timed in the same run.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median

OUT = Path("data") / "benchmarks" / "parse.json"
# Source, the day of its bodies, these (several are pages), and the most seconds they may take.
BODIES = [
    (
        "ember",
        "2025-12-02",
        ["ember/european_wholesale_electricity_price_data_monthly.2025-12-02.csv"],
        1,
    ),
    ("eia861m", "2025-06-25", ["eia861m/sales_revenue.2025-04.xlsx"], 10),
    ("census_c30", "2026-07-02", ["census_c30/privsatime.xlsx"], 5),
    ("btos", "2026-07-31", ["btos/National_2026-07-31.xlsx"], 5),
    ("nyfed_cmdi", "2026-07-29", ["nyfed_cmdi/market_cmdi_2026-07-29.xlsx"], 5),
    ("gcp_pricing", "2026-07-30", ["gcp_pricing/pricing_2026-07-30_head3449.yml"], 1),
    ("token_prices", "2025-12-31", ["genai_prices/data_slim.2025-12-31.json.gz"], 1),
    ("sec", "2026-08-01", ["sec/companyfacts_CIK0001326801_META.full.json.gz"], 1),
    ("aws_ondemand", "2026-09-29", ["aws_ondemand/awsstatic_ec2_ondemand_us-east-1.json"], 1),
    ("runpod", "2026-07-20", ["runpod/gputypes_2026-07.json"], 1),
    ("vast", "2026-07-20", ["vast/bundles_2026-07_ipscrubbed.json"], 1),
    ("fred", "2026-08-21", ["fred/RECONSTRUCTED_fredgraph_PCU334413334413.csv"], 1),
    ("epoch_hardware", "2025-12-10", ["epoch_ml_hardware/ml_hardware_2025-12.csv"], 1),
    ("litellm", "2025-01-13", ["litellm/model_prices.2025-01-13.json.gz"], 1),
]


def body(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def bare(expected_format: str) -> Callable[[bytes], object]:
    import pandas as pd
    import yaml

    readers: dict[str, Callable[[bytes], object]] = {
        "csv": lambda raw: pd.read_csv(BytesIO(raw)),
        "xlsx": lambda raw: pd.read_excel(BytesIO(raw), sheet_name=None, header=None),
        "yaml": lambda raw: yaml.load(raw, Loader=yaml.CSafeLoader),
        "json": json.loads,
    }
    return readers.get(expected_format, bytes.decode)


def seconds(run: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return median(taken)


def measured(folder: Path, key: str, day: str, files: list[str], bar: float) -> dict[str, object]:
    from sources import Payload, Request, find_source

    source = find_source(key)
    parse = source.parse
    assert parse is not None
    first, *more = [body(folder / file) for file in files]
    request = source.requests[0] if source.requests else Request("https://example.org/")
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    payload = Payload(first, request, at, extra_pages=tuple(more))
    read = bare(source.expected_format)
    rows = len(parse(payload))
    ours = seconds(lambda: parse(payload))
    theirs = seconds(lambda: [read(page) for page in payload.pages])
    size = sum(map(len, payload.pages)) / 1e6
    return {
        "source": key, "MB": round(size, 2), "rows": rows, "seconds": round(ours, 3),
        "bar": bar, "MB/s": round(size / ours, 1), "x bare reader": round(ours / theirs, 2),
    }  # fmt: skip


def main() -> None:
    folders = sys.argv[1:] or [str(path) for path in Path("..").glob("*/payloads")]
    if not folders:
        print("no folder of bodies: python benchmarks/parse.py FOLDER")
        return
    folder = Path(folders[0])
    table = [
        measured(folder, key, day, files, bar)
        for key, day, files, bar in BODIES
        if all((folder / file).exists() for file in files)
    ]
    import pandas as pd

    print(pd.DataFrame(table).to_string(index=False))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(table, indent=1), encoding="utf-8")
    slow = [row["source"] for row in table if float(str(row["seconds"])) > float(str(row["bar"]))]
    print(f"over their bar: {', '.join(map(str, slow)) or 'none'}")


if __name__ == "__main__":
    main()
