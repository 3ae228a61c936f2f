"""Concentration of AI accelerators by designer, from Epoch AI's chip counts; history only.

Counts are medians of Epoch's estimates, in H100 equivalents. `flow` is what a quarter added,
`stock` what had been sold since the count began. Nvidia is counted from 2022, Google from
2023, Amazon and AMD from 2024, Chinese designers not at all: rows before 2024Q1 are `partial`
and overstate concentration. HHI is the sum of squared shares, 0 to 10,000.
"""

from sources import Series, Source


def _share(key: str, fr: str, en: str) -> Series:
    return Series(key, "%", "Q", f"Part de Nvidia dans {fr}", f"Nvidia's share of {en}")


def _hhi(key: str, fr: str, en: str) -> Series:
    return Series(
        key,
        "HHI points",
        "Q",
        f"Concentration des concepteurs d'accélérateurs, {fr}",
        f"Concentration of accelerator designers, {en}",
    )


SOURCE = Source(
    key="epoch_chips",
    publisher="Epoch AI",
    fr="Concentration des accélérateurs d'IA",
    en="Concentration of AI accelerators",
    homepage="https://epoch.ai/data",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    cadence="quarterly",
    lag_days=92,
    stale_days=190,
    series=(
        _share("epoch.nvidia_share_flow", "les accélérateurs livrés", "accelerators delivered"),
        _share("epoch.nvidia_share_stock", "le parc d'accélérateurs", "accelerators in place"),
        _hhi("epoch.hhi_flow", "livraisons", "deliveries"),
        _hhi("epoch.hhi_stock", "parc", "stock"),
    ),
    attribution="Epoch AI",
    traps=(
        "Designers enter the count in different years: before 2024 concentration is overstated.",
        "Chinese designers are not counted.",
        "The newest quarters are incomplete, and past ones are filled in later.",
    ),
)
