"""The US telecom build-out of 1995 to 2004 in public series; history only.

One vintage, as revised in 2025 and 2026: production, capacity, orders, construction, investment
and productivity have been revised and rebased since, and the figures of the time are not kept.
Yields of bonds and notes are not revised. The dates of knowledge are the usual delay of each
publisher, all assumed. Read by the method `framework_telecom.toml`, never by the index.
"""

from __future__ import annotations

from typing import Literal

from sources import Series, Source

# Series by the name that FRED and FRED-MD give them: unit, frequency, French and English title.
NAMES: dict[str, tuple[str, Literal["M", "Q"], str, str]] = {
    "A679RC1Q027SBEA": ("billion USD, annual rate", "Q",
                        "Investissement en traitement de l'information",
                        "Investment in information processing equipment and software"),
    "A34SNO": ("million USD", "M", "Commandes d'ordinateurs et d'électronique",
               "New orders of computers and electronics"),
    "A34SVS": ("million USD", "M", "Livraisons d'ordinateurs et d'électronique",
               "Shipments of computers and electronics"),
    "A34SUS": ("ratio", "M", "Carnet de commandes sur livraisons, ordinateurs et électronique",
               "Unfilled orders to shipments, computers and electronics"),
    "CAPG3342S": ("index, 2017=100", "M", "Capacité de production d'équipements de communication",
                  "Capacity of communications equipment"),
    "CAPUTLG3342S": ("%", "M", "Taux d'utilisation, équipements de communication",
                     "Capacity utilisation of communications equipment"),
    "CAPUTLG3344S": ("%", "M", "Taux d'utilisation, semi-conducteurs",
                     "Capacity utilisation of semiconductors"),
    "TCU": ("%", "Q", "Taux d'utilisation de toute l'industrie",
            "Capacity utilisation of all industry"),
    "PCU33443344": ("index, 1984-12=100", "M", "Prix à la production des semi-conducteurs",
                    "Producer prices of semiconductors"),
    "C30COMM": ("million USD, annual rate", "M", "Construction de réseaux de communication",
                "Construction of communication networks"),
    "BAA": ("%", "M", "Rendement des obligations notées Baa", "Yield of Baa bonds"),
    "AAA": ("%", "M", "Rendement des obligations notées Aaa", "Yield of Aaa bonds"),
    "GS10": ("%", "M", "Rendement du Trésor à dix ans", "Yield of ten-year Treasury notes"),
    "OPHNFB": ("index, 2017=100", "Q", "Productivité du travail hors agriculture",
               "Labour productivity of non-farm business"),
    "ULCNFB": ("index, 2017=100", "Q", "Coûts unitaires du travail hors agriculture",
               "Unit labour costs of non-farm business"),
}  # fmt: skip

SOURCE = Source(
    key="us_telecom",
    publisher="US federal statistics of the telecom build-out",
    fr="La construction des télécommunications américaines, 1992-2004",
    en="The US telecom build-out, 1992-2004",
    homepage="https://fred.stlouisfed.org/",
    licence="public domain; Moody's yields cited as facts; FRED's terms of use",
    licence_url="https://fred.stlouisfed.org/legal/",
    cadence="monthly",
    lag_days=35,
    stale_days=36_500,  # a closed episode: nothing newer will come
    role="reference",
    reference="a build-out that ended, read by the method framework_telecom.toml",
    series=tuple(
        Series(f"us_telecom.{name}", unit, frequency, f"États-Unis, {fr}", f"United States, {en}")
        for name, (unit, frequency, fr, en) in NAMES.items()
    ),
    redistribute=False,
    traps=(
        "One vintage as revised since: it is no record of what was known at the time.",
        "A34SUS is a ratio of unfilled orders to shipments, not their level (A34SUO).",
        "Orders, shipments and construction begin in 1992 or 1993, after every earlier recession.",
    ),
)
