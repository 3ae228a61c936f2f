"""Morocco's declared electricity tariffs, by effective date; history only.

No machine-readable series exists: the figures are facts read in orders and in the press. The
register is incomplete: the full grid by time of day was not found.
"""

from __future__ import annotations

from datetime import date

from sources import Series, Source, WatchedPage

SOURCE = Source(
    key="morocco_tariffs",
    publisher="ONEE, ANRE",
    fr="Tarifs électriques déclarés, Maroc",
    en="Declared electricity tariffs, Morocco",
    homepage="https://www.anre.ma/",
    licence="Facts, cited",
    licence_url="https://www.anre.ma/",
    cadence="yearly",
    lag_days=0,
    stale_days=1200,
    role="reference",
    reference="other Moroccan tariffs, by use and voltage, beside those that the index reads",
    series=tuple(
        Series(
            f"morocco.tariff.{key}",
            unit,
            "E",
            f"Maroc, électricité, {fr}",
            f"Morocco, electricity, {en}",
        )
        for key, unit, fr, en in (
            (
                "tht_peak_very_short",
                "DH/kWh",
                "THT/HT, pointe, très courtes utilisations",
                "very high voltage, peak, very short use",
            ),
            (
                "tht_peak_short",
                "DH/kWh",
                "THT/HT, pointe, courtes utilisations",
                "very high voltage, peak, short use",
            ),
            (
                "tht_peak_medium",
                "DH/kWh",
                "THT/HT, pointe, moyennes utilisations",
                "very high voltage, peak, medium use",
            ),
            (
                "tht_power_very_long",
                "DH/kVA/year",
                "THT/HT, prime fixe, très longues utilisations",
                "very high voltage, power charge, very long use",
            ),
            (
                "mt_peak_tangier",
                "DH/kWh",
                "MT, pointe, Tanger hors zone franche",
                "medium voltage, peak, Tangier outside the free zone",
            ),
            (
                "mt_peak_tangier_free_zone",
                "DH/kWh",
                "MT, pointe, zone franche de Tanger",
                "medium voltage, peak, Tangier free zone",
            ),
            (
                "mt_power_tangier",
                "DH/kVA/year",
                "MT, prime fixe, Tanger hors zone franche",
                "medium voltage, power charge, Tangier outside the free zone",
            ),
            (
                "mt_power_tangier_free_zone",
                "DH/kVA/year",
                "MT, prime fixe, zone franche de Tanger",
                "medium voltage, power charge, Tangier free zone",
            ),
            (
                "network_turt",
                "DH/kWh",
                "tarif d’utilisation du réseau de transport",
                "transmission network use",
            ),
            (
                "network_turd",
                "DH/kWh",
                "tarif d’utilisation du réseau de distribution",
                "distribution network use",
            ),
            ("surplus_peak", "DH/kWh", "rachat de l’excédent, pointe", "surplus buy-back, peak"),
            (
                "surplus_offpeak",
                "DH/kWh",
                "rachat de l’excédent, hors pointe",
                "surplus buy-back, off-peak",
            ),
        )
    ),
    register="https://www.anre.ma/",
    # Set until then, and adjusted every year since: later values were not found. The very-high-
    # voltage tariff was read in the press of 2014 and nowhere since.
    read_through=(("morocco.tariff.network_turt", date(2025, 2, 28)),),
    watched=WatchedPage("anre", "ANRE", "ANRE"),
    traps=(
        "No machine-readable series: facts from orders and press, with effective dates.",
        "The full grid by time of day was not found.",
    ),
)
