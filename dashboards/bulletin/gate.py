"""The publication gate: each condition of an edition, and whether it is met."""

from dataclasses import dataclass

from dashboards.bulletin import reading
from dashboards.edition_stats import EditionStats
from dashboards.i18n import Language


@dataclass(frozen=True)
class Condition:
    """What is required, its value in the edition, and whether it is met."""

    name: str
    required: str
    value: str
    met: bool


def conditions(stats: EditionStats, lang: Language) -> list[Condition]:
    """The conditions of the edition in the order in which they are checked.

    The first four decide whether there is an edition, and when it is public; the last decides what
    its title may say.
    """
    rules, timeline = stats.edition.framework["rules"], stats.edition.timeline
    state = reading.reading(stats)
    weakest = min(float(stats.line(group["key"])["coverage"]) for group in stats.dimensions)
    shares = (
        ("index", float(rules["coverage_index"]), float(stats.level.coverage)),
        ("dimension", float(rules["coverage_dimension"]), weakest),
        ("reading", reading.READABLE, state.observed),
    )
    public = timeline.public_at
    return [
        Condition(
            lang.words["gate_cutoff"],
            lang.day(timeline.due.cutoff.date()),
            lang.say("gate_computed", day=lang.day(timeline.computed_at.date())),
            timeline.computed_at > timeline.due.cutoff,
        ),
        *(_share(name, floor, share, lang) for name, floor, share in shares[:2]),
        Condition(
            lang.words["gate_public"],
            lang.day(timeline.due.publication.date()),
            lang.day(public.date()) if public else lang.words["gate_waiting"],
            public is not None,
        ),
        _share(*shares[2], lang),
    ]


def _share(name: str, floor: float, share: float, lang: Language) -> Condition:
    required = lang.say("gate_at_least", share=lang.percent(floor))
    # forgives the rounding of sums of weights
    return Condition(
        lang.words[f"gate_{name}"], required, lang.percent(share), share + 1e-9 >= floor
    )
