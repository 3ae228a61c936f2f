"""The views that events are counted in: world, Africa, each country."""

from collections.abc import Iterable

import pandas as pd

from sources.announcements import countries

AFRICA = (
    "Morocco", "Algeria", "Tunisia", "Libya", "Egypt", "Mauritania", "Senegal", "Nigeria",
    "Ghana", "Kenya", "Ethiopia", "Rwanda", "Uganda", "Tanzania", "Angola", "Namibia",
    "Botswana", "Zambia", "Zimbabwe", "Mozambique", "Madagascar", "Mauritius", "Cameroon",
    "Gabon", "Benin", "Togo", "Mali", "Niger", "Chad", "Sudan", "Somalia", "Djibouti", "Malawi",
    "Burundi", "Guinea", "Gambia", "Liberia", "Lesotho", "Eswatini", "Seychelles",
    "South Africa", "Ivory Coast", "DR Congo", "Burkina Faso", "Cape Verde", "Sierra Leone",
    "South Sudan", "Central African Republic", "Comoros", "Equatorial Guinea", "Eritrea",
    "Guinea-Bissau", "Republic of the Congo", "São Tomé & Príncipe",
)  # fmt: skip
KEYS = ["view", "period"]
ALWAYS = ("world", "africa", "morocco")
WIDE = {"world": ("monde", "world"), "africa": ("Afrique", "Africa")}


def views(named: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Map the key of each view to its French and English name.

    The views are the world, Africa, Morocco and the countries in `named`.
    """
    own = {
        countries.slug(country): (countries.french(country), country)
        for country in sorted({"Morocco", *named} - {""})
    }
    return WIDE | own


def in_views(events: pd.DataFrame) -> pd.DataFrame:
    """Repeat each event for every `view` that it is in."""
    named = events.loc[events["country"].ne("")]
    own = named.assign(view=named["country"].map(countries.slug))
    africa = named.loc[named["country"].isin(AFRICA)].assign(view="africa")
    return pd.concat([events.assign(view="world"), africa, own], ignore_index=True)
