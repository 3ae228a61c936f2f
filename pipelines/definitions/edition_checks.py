"""The checks of an edition: of its indicators, its index and its files."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pandas as pd

from dashboards.publish import CHECKSUMS
from pipelines.definitions.checks import AMBER, RED, result
from warehouse.edition import Edition

INDICATORS, INDEX = dg.AssetKey("indicators"), dg.AssetKey("silent_crash_index")
RELEASE = dg.AssetKey("release")
# Under half of the weight from figures of the month, the index says more of the past than of now.
OBSERVED = 0.5
# Points in a month. The largest move since August 2023 is 6.7: more is news, or a wrong figure.
JUMP = 10.0
ROUNDING = 1e-6  # points; sums of some thirty floats differ by less than 1e-12
BULLETINS = ("bulletin.fr.html", "bulletin.en.html", "bulletin.fr.pdf", "bulletin.en.pdf")

SPECS = [
    dg.AssetCheckSpec(
        "coverage", asset=INDICATORS, description="Half of the weight is of figures of the month"
    ),
    dg.AssetCheckSpec("bounds", asset=INDICATORS, description="Every score is from 0 to 100"),
    dg.AssetCheckSpec(
        "sums", asset=INDEX, blocking=True, description="Contributions add up to the index"
    ),
    dg.AssetCheckSpec(
        "jump", asset=INDEX, description=f"It moved by at most {JUMP:g} points in a month"
    ),
]
FILES = dg.AssetCheckSpec(
    "files", asset=RELEASE, blocking=True, description="Every file is there, whole, with its sum"
)


def of_edition(edition: Edition) -> Iterator[dg.AssetCheckResult]:
    """The results of SPECS for an edition that is stored."""
    values = edition.values
    index = values.loc[values["key"].eq("index")].sort_values("period")
    newest = values.loc[values["period"].eq(index["period"].iloc[-1])]
    share = observed_share(newest)
    detail = f"{share:.0%} of the weight is of figures of {edition.month}, the rest is carried"
    yield result(INDICATORS, "coverage", share >= OBSERVED, AMBER, detail)
    outside = values.loc[values["score"].notna() & ~values["score"].between(0, 100)]
    yield result(INDICATORS, "bounds", outside.empty, RED, _named(outside))
    wrong = months_that_do_not_add_up(values)
    yield result(INDEX, "sums", not wrong, RED, ", ".join(wrong))
    moved = float(index["score"].diff().iloc[-1]) if len(index) > 1 else 0.0
    change = f"{moved:+.1f} points since the month before"
    yield result(INDEX, "jump", not abs(moved) > JUMP, AMBER, change)


def observed_share(newest: pd.DataFrame) -> float:
    """The share of a month's weight that rests on figures of their time."""
    members = newest.loc[newest["kind"].eq("indicator") & newest["contribution"].notna()]
    seen = members.loc[members["state"].eq("observed"), "weight"].sum()
    return float(seen / members["weight"].sum()) if len(members) else 0.0


def months_that_do_not_add_up(values: pd.DataFrame) -> list[str]:
    """The months (YYYY-MM) whose parts do not add up to the index.

    The dimensions with the links between versions of the method, and the indicators with the same.
    """
    by = values.pivot_table("contribution", "period", "kind", "sum")
    scores = values.loc[values["key"].eq("index")].set_index("period")["score"].dropna()
    link = by.get("link", pd.Series(0.0, by.index)).fillna(0.0)
    wrong = pd.Series(False, scores.index)
    for kind in ("dimension", "indicator"):
        parts = (by[kind] + link).reindex(scores.index)
        wrong |= ~(parts - scores).abs().lt(ROUNDING)
    return [f"{month:%Y-%m}" for month in scores.index[wrong]]


def of_files(folder: Path) -> dg.AssetCheckResult:
    """Whether the folder of an edition holds what it should."""
    faults = list(_faults(folder))
    return result(RELEASE, "files", not faults, RED, "; ".join(faults))


def _faults(folder: Path) -> Iterator[str]:
    sums = folder / CHECKSUMS
    if not sums.is_file():
        yield f"{CHECKSUMS} is missing"
        return
    listed = dict(line.split("  ")[::-1] for line in sums.read_text("utf-8").splitlines())
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    expected = {*BULLETINS, *listed, *(part["path"] for part in described)}
    for name in sorted(expected):
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif not path.stat().st_size:
            yield f"{name} is empty"
        elif sha256(path.read_bytes()).hexdigest() != listed.get(name):
            yield f"{name} is not what {CHECKSUMS} says"


def _named(rows: pd.DataFrame) -> str:
    return ", ".join(f"{row.key} {row.period:%Y-%m}: {row.score:g}" for row in rows.itertuples())
