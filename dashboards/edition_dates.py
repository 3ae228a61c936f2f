"""Say in words when an edition was published, or that it was reconstructed."""

from dashboards.i18n import Language
from warehouse.publication.timeline import EditionTimeline


def sentence(timeline: EditionTimeline, lang: Language) -> str:
    """Which of its dates an edition may claim: "Published on …, data as of …"."""
    return lang.say(
        f"dated_{_claim(timeline)}",
        computed=lang.day(timeline.computed_at.date()),
        public=lang.day(timeline.available_at.date()),
        known=lang.day(timeline.as_of.date()),
    )


def day(timeline: EditionTimeline, lang: Language) -> str:
    """The day that stands beside an edition in a list, with its `mark`."""
    published = _claim(timeline) == "published"
    return lang.day((timeline.available_at if published else timeline.computed_at).date())


def mark(timeline: EditionTimeline, lang: Language) -> str:
    """The mark beside an edition that was not published in its time, or waits."""
    claim = _claim(timeline)
    return "" if claim == "published" else lang.say(f"mark_{claim}")


def _claim(timeline: EditionTimeline) -> str:
    if timeline.waits:
        return "waiting"
    return "reconstructed" if timeline.reconstructed else "published"
