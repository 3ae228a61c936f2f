"""What became of a payload, and of a source with several requests."""

from collections.abc import Sequence
from dataclasses import dataclass

SHIPPED = "sources/history/"
UNREACHED = {"failed", "try later"}  # outcomes of a publisher that did not answer


@dataclass(frozen=True)
class IngestOutcome:
    """The outcome of one payload, and the counts of its load.

    `rows` were parsed; `added`, `quarantined` and `withdrawn` are figures. `outcome` is that of
    the fetch (new, unchanged, refused, frozen, failed, try later), "history" or "skipped".
    """

    source: str
    url: str
    outcome: str
    detail: str = ""
    rows: int = 0
    added: int = 0
    quarantined: int = 0
    withdrawn: int = 0

    @property
    def good(self) -> bool:
        """True if the store now holds what the publisher serves."""
        return self.outcome in {"new", "unchanged", "history"}

    @property
    def shipped(self) -> bool:
        """True for the history shipped with a source: nothing was fetched."""
        return self.url.startswith(SHIPPED)


def verdict(outcomes: Sequence[IngestOutcome]) -> str:
    """The outcomes of one source in a few words.

    `partial: N of M` if some requests succeeded and some did not; the good ones are stored.
    """
    fetched = [outcome for outcome in outcomes if not outcome.shipped] or list(outcomes)
    good = sum(outcome.good for outcome in fetched)
    names = ", ".join(dict.fromkeys(outcome.outcome for outcome in fetched))
    if 0 < good < len(fetched):
        return f"partial: {good} of {len(fetched)} ({names})"
    return names


def failures(outcomes: Sequence[IngestOutcome]) -> list[str]:
    """A line for each source of which not all was brought."""
    lines = []
    for source in dict.fromkeys(outcome.source for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.source == source]
        failed = [outcome for outcome in own if not outcome.good and not outcome.shipped]
        if failed:
            lines.append(f"{source}: {verdict(own)}: {failed[0].url}: {failed[0].detail}")
    return lines
