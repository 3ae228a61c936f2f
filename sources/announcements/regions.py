"""The views that events are counted in: the world, Africa, and each country with an event."""

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
    """The views of the world, Africa, Morocco and these countries: key -> French, English name."""
    own = {
        countries.slug(one): (countries.french(one), one)
        for one in sorted({"Morocco", *named} - {""})
    }
    return WIDE | own


def in_views(told: pd.DataFrame) -> pd.DataFrame:
    """The events once for each `view` that they are in: the world, Africa, their country."""
    named = told.loc[told["country"].ne("")]
    own = named.assign(view=named["country"].map(countries.slug))
    africa = named.loc[named["country"].isin(AFRICA)].assign(view="africa")
    return pd.concat([told.assign(view="world"), africa, own], ignore_index=True)
