"""Energy of one chat answer by a small and a large open model, by ML.ENERGY.

A model is measured in many configurations (chips, batch sizes, precisions). The least energy of
each model counts, which is what a careful operator can reach. Closed models cannot be measured.
"""

from __future__ import annotations

import json

import pandas as pd

from sources import Completeness, Payload, SchemaDrift, Series, Source
from sources.publishers import github
from sources.tidy import between, tidy

# One family and one generation, so that size is what differs. Precisions share a series.
FOLLOWED = {
    "llama-3-1-8b": ("meta-llama/Llama-3.1-8B-Instruct", "Llama 3.1 8B"),
    "llama-3-1-405b": ("meta-llama/Llama-3.1-405B-Instruct", "Llama 3.1 405B"),
}


def parse(payload: Payload) -> pd.DataFrame:
    """Least joules per request of each followed model, in the month of the fetch.

    Raises SchemaDrift if the configurations, their energies or a followed model are lost.
    """
    body = json.loads(payload.content)
    rows = pd.DataFrame(body.get("configurations", []) if isinstance(body, dict) else [])
    if not {"model_id", "energy_per_request_joules"} <= set(rows.columns):
        raise SchemaDrift("configurations with model_id and energy_per_request_joules", body)
    energy = pd.to_numeric(rows["energy_per_request_joules"]).where(lambda joules: joules > 0)
    least = {key: energy[_of(rows, model)].min() for key, (model, _) in FOLLOWED.items()}
    if lost := sorted(key for key, joules in least.items() if pd.isna(joules)):
        raise SchemaDrift(f"an energy of {lost}", sorted(set(map(str, rows["model_id"])))[:20])
    return tidy(
        pd.DataFrame(
            {
                "series": [f"ml_energy.chat.{key}" for key in least],
                "period": pd.Timestamp(f"{payload.fetched_at:%Y-%m}-01"),
                "value": list(least.values()),
                "entries": len(rows),
            }
        )
    )


def _of(rows: pd.DataFrame, model: str) -> pd.Series:
    """Which configurations are of a model, in any precision."""
    return rows["model_id"].astype(str).isin([model, f"{model}-FP8"])


SOURCE = Source(
    key="ml_energy",
    publisher="ML.ENERGY",
    fr="Énergie d’une réponse, petit et grand modèle",
    en="Energy of one answer, small and large model",
    homepage="https://ml.energy/leaderboard",
    licence="Apache-2.0",
    licence_url="https://github.com/ml-energy/leaderboard",
    attribution="The ML.ENERGY Initiative, University of Michigan",
    shows="present",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="half-yearly",
    lag_days=30,
    stale_days=280,
    series=tuple(
        Series(
            f"ml_energy.chat.{key}",
            "J",
            "E",
            f"Énergie d’une réponse de conversation, {name}",
            f"Energy of one chat answer, {name}",
        )
        for key, (_, name) in FOLLOWED.items()
    ),
    requests=(
        github.file("ml-energy/leaderboard", "public/data/tasks/lm-arena-chat.json", "master"),
    ),
    completeness=Completeness(rows=0.95, series=1.0, entries=0.9),
    parse=parse,
    expected_format="json",
    snapshot_dated=True,
    rules=(
        between(1, 100_000, reason="no answer has cost so little or so much energy"),
        between(0.1, 10, column="level_ratio", reason="software has halved an energy, not tenthed"),
    ),
    traps=(
        "The body bears no date: it is what is known on the day of the fetch.",
        "A model comes in several precisions, under several names.",
        "One model has dozens of configurations, from 70 to 440 J: only the least is comparable.",
        "The licence is that of the repository's read-me; the data folder states none of its own.",
    ),
)
