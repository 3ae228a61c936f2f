"""A country's share of the measured computing in the TOP500; history only."""

from __future__ import annotations

from sources import Series, Source, WatchedPage
from sources.publishers.economies import names

ECONOMY = "MAR"  # the only one whose machines were read
FR, EN = names(ECONOMY)

SOURCE = Source(
    key="top500",
    publisher="TOP500",
    fr="Calcul public dans le TOP500",
    en="Public computing in the TOP500",
    homepage="https://www.top500.org/lists/top500/",
    licence="Facts, cited",
    licence_url="https://www.top500.org/",
    cadence="half-yearly",
    lag_days=0,
    stale_days=230,  # June and November: at most seven months apart
    series=(
        Series(
            f"top500.rmax_share.{ECONOMY}",
            "%",
            "E",
            f"Part de la puissance mesurée du TOP500, {FR}",
            f"Share of the measured power of the TOP500, {EN}",
        ),
    ),
    register="https://www.top500.org/lists/top500/",
    # It changes every day; what matters is a new list.
    watched=WatchedPage(
        "top500", "listes du TOP500", "lists of the TOP500", r"(June|November) 20\d\d"
    ),
    traps=(
        "The lists are under copyright: one fact is cited, the list itself is not kept.",
        "Only machines that were entered count; clouds and companies seldom enter theirs.",
    ),
)
