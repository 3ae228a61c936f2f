"""Epoch AI, Microsoft, ML.ENERGY, GitHub: estimates that grow slowly."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd

from sources.publishers.economies import ECONOMIES
from tests.world.calendars import Calendar, daily
from tests.world.economy import Economy, Path, later, periods
from tests.world.publishers import Context, Figures, Publisher, repositories

CSV = {"Content-Type": "text/csv; charset=utf-8"}

# --- Chip counts: a quarter is complete about three months after its end.
COUNTS = Calendar("Q", months=6, day=2)
DESIGNERS = {
    "nvidia": ("Nvidia", 2_300_000, date(2022, 1, 1)),
    "amd": ("AMD", 260_000, date(2024, 1, 1)),
    "tpu": ("Google", 560_000, date(2023, 1, 1)),
    "trainium": ("Amazon", 270_000, date(2024, 1, 1)),
}
COMPARABLE = date(2024, 1, 1)
# What the counts begin with; a designer sells 40 % more each year.
BEGAN = date(2025, 10, 1)


def counts(economy: Economy, file: str, edition: date) -> dict[date, int]:
    """Chips delivered by quarter in H100 equivalents."""
    _, start, first = DESIGNERS[file]
    path = Path(0.35, 0.03, decimals=0, low=1000, start=start)
    key = f"chips of {file}"
    return {
        quarter: int(economy.figure(key, "Q", quarter, path))
        for quarter in periods(first, COUNTS.newest(edition), "Q")
    }


def chip_figures(economy: Economy, edition: date) -> Figures:
    """Nvidia's share and the concentration, of deliveries and of all chips so far."""
    by_file = {file: counts(economy, file, edition) for file in DESIGNERS}
    quarters = periods(date(2022, 1, 1), COUNTS.newest(edition), "Q")
    stock = dict.fromkeys(DESIGNERS, 0)
    figures: Figures = {}
    for quarter in quarters:
        flow = {file: by_file[file].get(quarter, 0) for file in DESIGNERS}
        stock = {file: stock[file] + flow[file] for file in DESIGNERS}
        if quarter < COMPARABLE:
            continue
        for kind, sold in (("flow", flow), ("stock", stock)):
            shares = {file: sold[file] / sum(sold.values()) * 100 for file in DESIGNERS}
            figures[f"epoch.nvidia_share_{kind}", quarter] = shares["nvidia"]
            figures[f"epoch.hhi_{kind}", quarter] = sum(share**2 for share in shares.values())
    return figures


def chip_body(context: Context) -> bytes | None:
    """The counts of the designer in the address, two chips a quarter."""
    file = next((name for name in DESIGNERS if f"/{name}/" in context.received.path), None)
    if file is None:
        return None
    designer = DESIGNERS[file][0]
    rows = ["designer,chip,start_date,end_date,h100e_med,incomplete"]
    for quarter, sold in counts(context.economy, file, context.edition).items():
        if (("epoch.hhi_flow", quarter) not in context.figures) and quarter >= COMPARABLE:
            continue
        end = later(quarter, 1, "Q") - timedelta(days=1)
        for chip, share in (("new", sold // 3), ("old", sold - sold // 3)):
            rows.append(f"{designer},{chip},{quarter},{end},{share},False")
    return "\n".join([*rows, ""]).encode()


# --- Clusters: what is known of where computing is.
COUNTRIES = {"United States of America": 300, "China": 90, "France": 60, "Japan": 50, "Morocco": 1}
CODES = {"us": "United States of America", "china": "China", "morocco": "Morocco"}


def _clusters(economy: Economy, day: date) -> dict[str, list[int]]:
    sizes = {}
    for country, number in COUNTRIES.items():
        mean = {"United States of America": 9000, "China": 4500, "Morocco": 40}.get(country, 2500)
        months = max((day.year - 2026) * 12 + day.month - 1, 0)
        sizes[country] = [mean + 13 * site + 40 * months for site in range(number)]
    return sizes


def cluster_figures(economy: Economy, day: date) -> Figures:
    """Shares of countries, of the month in which they are read."""
    sizes = {country: sum(each) for country, each in _clusters(economy, day).items()}
    month, total = day.replace(day=1), sum(sizes.values())
    shares = {code: sizes[country] / total * 100 for code, country in CODES.items()}
    shares["non_us"] = 100 - shares["us"]
    return {(f"epoch_clusters.share.{code}", month): share for code, share in shares.items()}


def cluster_body(context: Context) -> bytes:
    """A row a cluster; planned ones stand beside."""
    rows = ["Name,Status,Country,H100 equivalents", "Later,Planned,China,900000"]
    for country, sizes in _clusters(context.economy, context.day).items():
        rows += [f"{country} {n},Existing,{country},{size}" for n, size in enumerate(sizes)]
    return "\n".join([*rows, ""]).encode()


# --- Microsoft: a quarter, some six weeks after its end.
DIFFUSION = Calendar("Q", months=4, day=15)
WAVES = {"H1 2025": date(2025, 4, 1), "H2 2025": date(2025, 10, 1)}


def _wave(quarter: date) -> str:
    names = {period: name for name, period in WAVES.items()}
    return names.get(quarter, f"Q{(quarter.month + 2) // 3} {quarter.year}")


def diffusion_figures(economy: Economy, edition: date) -> Figures:
    """The share of people by economy, and the median one."""
    quarters = [*WAVES.values(), *periods(date(2026, 1, 1), DIFFUSION.newest(edition), "Q")]
    path = Path(0.12, 0.01, decimals=1, low=1, high=90, start=20)
    figures: Figures = {}
    for quarter in quarters:
        shares = {
            f"msft.ai_diffusion.{iso3}": economy.figure(
                f"msft.ai_diffusion.{iso3}", "Q", quarter, path
            )
            for iso3 in ECONOMIES["iso3"]
        }
        figures |= {(key, quarter): share for key, share in shares.items()}
        figures["msft.ai_diffusion.median", quarter] = float(pd.Series(shares).median())
    return figures


def diffusion_body(context: Context) -> bytes | None:
    """The file of the newest wave, all waves so far as columns, in MacRoman."""
    newest = DIFFUSION.newest(context.edition)
    files = {
        f"data/AI_Diffusion_{_wave(quarter).replace(' ', '')}_Update.csv": DIFFUSION.due(quarter)
        for quarter in periods(date(2026, 1, 1), newest, "Q")
    }
    if (listed := repositories.answer(context, files)) is not None:
        return listed
    if not context.received.path.endswith(max(files, key=files.__getitem__)):
        return None
    quarters = sorted({period for _, period in context.figures})
    rows = [",".join(["Economy", *(f"{_wave(quarter)} AI Diffusion" for quarter in quarters)])]
    for economy in ECONOMIES.itertuples():
        cells = [
            context.figures.get((f"msft.ai_diffusion.{economy.iso3}", quarter))
            for quarter in quarters
        ]
        name = f'"{economy.economy}"' if "," in economy.economy else economy.economy
        rows.append(",".join([name, *("" if c is None else f"{c:.2f}%" for c in cells)]))
    # A new economy like the median one, which it leaves where it is.
    middle = [context.figures.get(("msft.ai_diffusion.median", quarter)) for quarter in quarters]
    shares = ",".join("" if share is None else f"{share:.2f}%" for share in middle)
    rows += [f"{name},{shares}" for name in context.news]
    return "\n".join([*rows, ""]).encode("mac_roman")


# --- ML.ENERGY: the least energy of two models, read as of the month.
ENERGY = {
    "llama-3-1-8b": ("meta-llama/Llama-3.1-8B-Instruct", 18.5),
    "llama-3-1-405b": ("meta-llama/Llama-3.1-405B-Instruct-FP8", 376.0),
}


def energy_figures(economy: Economy, day: date) -> Figures:
    """Joules of an answer; software lowers them once a year."""
    month = day.replace(day=1)
    return {
        (f"ml_energy.chat.{key}", month): economy.figure(
            f"joules of {key}", "A", date(day.year, 1, 1), Path(-0.1, 0.02, decimals=1, start=start)
        )
        for key, (_, start) in ENERGY.items()
    }


def energy_body(context: Context) -> bytes:
    """Configurations of both models, the least of each among them."""
    rows = []
    for key, (model, _) in ENERGY.items():
        least = context.figures.get((f"ml_energy.chat.{key}", context.day.replace(day=1)))
        if least is not None:
            rows += [
                {"model_id": model, "energy_per_request_joules": least * more} for more in (1, 2, 5)
            ]
    rows += [{"model_id": name, "energy_per_request_joules": 50.0} for name in context.news]
    return json.dumps({"task": "lm-arena-chat", "configurations": rows}).encode()


# --- GitHub: a quarter, four months after it has begun to be over.
GRAPH = Calendar("Q", months=6, day=10)
CODERS = {
    "MA": "MAR",
    "DZ": "DZA",
    "TN": "TUN",
    "EG": "EGY",
    "SN": "SEN",
    "CI": "CIV",
    "FR": "FRA",
    "ES": "ESP",
    "US": "USA",
}
MEASURES = {"developers": 0.2, "git_pushes": 0.1}


def graph_figures(economy: Economy, edition: date) -> Figures:
    """Developers so far and pushes of a quarter, by economy."""
    figures: Figures = {}
    for measure, growth in MEASURES.items():
        for code in CODERS.values():
            key = f"github.{measure}.{code}"
            first = min(economy.past.get(key, {date(2020, 1, 1): 0.0}))
            for quarter in periods(first, GRAPH.newest(edition), "Q"):
                path = Path(growth, 0.01, decimals=0, start=200000)
                figures[key, quarter] = economy.figure(key, "Q", quarter, path)
    return figures


def graph_body(context: Context) -> bytes | None:
    """The file of one measure, with the Union beside its members."""
    measure = next((name for name in MEASURES if f"/{name}.csv" in context.received.path), None)
    if measure is None:
        return None
    rows = [f"{measure},iso2_code,year,quarter"]
    for short, code in CODERS.items():
        for quarter, value in context.by_period(f"github.{measure}.{code}").items():
            rows.append(f"{value:.0f},{short},{quarter.year},{(quarter.month + 2) // 3}")
    return "\n".join([*rows, "1,EU,2026,1", ""]).encode()


PUBLISHERS = (
    Publisher(
        "epoch_chips",
        COUNTS.edition,
        chip_figures,
        chip_body,
        (
            "raw.githubusercontent.com/epoch-research/ai-chip-counts/",
            "cdn.jsdelivr.net/gh/epoch-research/ai-chip-counts",
        ),
        headers=CSV,
    ),
    Publisher(
        "epoch_clusters",
        daily,
        cluster_figures,
        cluster_body,
        ("epoch.ai/data/gpu_clusters.csv",),
        daily=True,
        undated=True,
        headers=CSV,
    ),
    Publisher(
        "msft_ai_diffusion",
        DIFFUSION.edition,
        diffusion_figures,
        diffusion_body,
        (
            "raw.githubusercontent.com/microsoft/ai-diffusion-report/",
            *repositories.lists("microsoft/ai-diffusion-report"),
        ),
        headers={"Content-Type": "text/plain"},
    ),
    Publisher(
        "ml_energy",
        daily,
        energy_figures,
        energy_body,
        ("raw.githubusercontent.com/ml-energy/leaderboard/",),
        daily=True,
        undated=True,
        headers={"Content-Type": "text/plain"},
    ),
    Publisher(
        "innovation_graph",
        GRAPH.edition,
        graph_figures,
        graph_body,
        (
            "raw.githubusercontent.com/github/innovationgraph/",
            "cdn.jsdelivr.net/gh/github/innovationgraph",
        ),
        headers=CSV,
    ),
)
