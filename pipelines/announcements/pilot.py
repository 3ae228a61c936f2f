"""The pilot country, whose announcements are counted where there are none."""

from sources.announcements import countries
from warehouse.publication import identity


def country() -> str:
    """Its name in the gazetteer, "" if the observatory in force has none."""
    return countries.by_code().get(identity.in_force().country, "")
