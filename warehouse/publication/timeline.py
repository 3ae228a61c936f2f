"""The dates of an edition: made, due, approved, public, or reconstructed.

Whatever prints a date of an edition takes it from here: pages, feeds, citations and metadata.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from warehouse.release_calendar import EditionDates

State = Literal["trial", "waiting", "computed", "approved", "public"]


@dataclass(frozen=True)
class EditionTimeline:
    """What became of a stored edition, and when; instants are UTC.

    `in_time`: an edition of the month was made before the next cut-off. `gated`: the installation
    asked for an approval when the edition was computed, and `needs_approval`: it asks for one now.
    """

    release: int
    month: str
    as_of: datetime
    computed_at: datetime
    due: EditionDates
    in_time: bool
    gated: bool = False
    needs_approval: bool = False
    approved_at: datetime | None = None
    approved_by: str = ""
    note: str = ""

    def under(self, approval: bool) -> Self:
        """The same where the installation asks for approvals, or does not.

        One that was gated waits for its approval even after the setting is taken back.
        """
        return replace(self, needs_approval=self.gated or approval)

    @property
    def trial(self) -> bool:
        """True if it is no edition, but what one would have been on another day."""
        return self.as_of != self.due.cutoff

    @property
    def reconstructed(self) -> bool:
        """True if it was not made in its time: it is never called published."""
        return self.trial or not self.in_time

    @property
    def waits(self) -> bool:
        """True if an editor has to approve it first."""
        return self.needs_approval and self.approved_at is None and not self.trial

    @property
    def public_at(self) -> datetime | None:
        """From when anybody may read it; None while it waits, and for a trial.

        The latest of its computation, its hour of release and its approval. An approval of what
        was public before approvals were asked for moves no date.
        """
        if self.waits or self.trial:
            return None
        approved = [self.approved_at] if self.gated and self.approved_at else []
        return max(self.computed_at, self.due.publication, *approved)

    @property
    def available_at(self) -> datetime:
        """The same, and when it was computed for what is not public."""
        return self.public_at or self.computed_at

    def state(self, now: datetime) -> State:
        """Where it stands at `now`: only a public edition may be read."""
        if self.trial:
            return "trial"
        if self.public_at is None:
            return "waiting"
        if self.public_at <= now:
            return "public"
        return "computed" if self.approved_at is None else "approved"
