"""Morocco's share of the measured computing in the TOP500; history only."""

from __future__ import annotations

from sources import Series, Source

SOURCE = Source(
    key="top500",
    publisher="TOP500",
    fr="Calcul public du Maroc dans le TOP500",
    en="Morocco's public computing in the TOP500",
    homepage="https://www.top500.org/lists/top500/",
    licence="Facts, cited",
    licence_url="https://www.top500.org/",
    cadence="half-yearly",
    lag_days=0,
    stale_days=230,  # June and November: at most seven months apart
    series=(
        Series(
            "top500.rmax_share.MAR",
            "%",
            "E",
            "Part du Maroc dans la puissance mesurée du TOP500",
            "Morocco's share of the measured power of the TOP500",
        ),
    ),
    register="https://www.top500.org/lists/top500/",
    watched_as="top500",
    traps=(
        "The lists are under copyright: one fact is cited, the list itself is not kept.",
        "Only machines that were entered count; clouds and companies seldom enter theirs.",
    ),
)
