"""The gateway: every publisher of the world behind one address of loopback.

A day is part of the address, so that commands of two days can ask at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from tests.server import NOT_FOUND, Received, Reply, Site
from tests.world import disturb
from tests.world.economy import Economy
from tests.world.publishers import Context, Figures, Publisher, publishers
from tests.world.script import Event, Script

# Offices publish in the afternoon, and runs ask in the early morning: what is published on a day is
# there on the next.
PUBLISHED_AT = time(13, 30)
WEBHOOK = "/webhook"


@dataclass(frozen=True)
class World:
    """An economy, and the script of what befalls it."""

    economy: Economy
    script: Script

    def edition(self, publisher: Publisher, day: date) -> date:
        """The day of the edition that is served on a day."""
        frozen = [e for e in self.script.at(publisher.source, day) if e.kind == "frozen"]
        day = min([event.start for event in frozen], default=day)
        return publisher.edition(day if publisher.daily else day - timedelta(days=1))

    def true_figures(self, publisher: Publisher, day: date) -> Figures:
        """What the edition served on a day says, without accidents."""
        edition = self.edition(publisher, day)
        figures = publisher.figures(self.economy, edition)
        for event in self.revisions(publisher, day):
            earlier = {key: value for key, value in figures.items() if key[1] < event.start}
            figures = figures | disturb.revised(earlier, event.factor, self.economy.noise)
        if not publisher.undated or edition == day:
            return figures
        # A frozen list says nothing of its day: it is read as of the day of the question.
        now = publisher.figures(self.economy, day)
        return dict(zip(now, figures.values(), strict=True))

    def revisions(self, publisher: Publisher, day: date) -> tuple[Event, ...]:
        """The revisions of earlier periods that the edition served on a day brings."""
        events, edition = self.script.at(publisher.source, day), self.edition(publisher, day)
        return tuple(e for e in events if e.kind == "revised" and edition >= e.start)


class Gateway(Site):
    """A site whose routes are the publishers of a world; it takes alerts as well."""

    world: World

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.alerts: list[Any] = []
        self._figures: dict[str, dict[object, Figures]] = {}

    def on(self, day: date) -> str:
        """The address of the gateway on a day."""
        return f"{self.url}/{day}"

    def reply(self, received: Received, target: str) -> Reply:
        """The reply of the publisher whose address is asked for."""
        if received.path == WEBHOOK:
            self.alerts.append(received.json)
            return Reply(b"{}")
        today, _, path = received.path.lstrip("/").partition("/")
        path = path.replace("/moved/", "/", 1)
        publisher = find_publisher(path)
        if publisher is None:
            return NOT_FOUND
        day = date.fromisoformat(today)
        question = Received(
            received.method, f"/{path}", received.query, received.headers, received.body
        )
        reply = self._answer(publisher, day, question)
        events = self.world.script.at(publisher.source, day)
        address = target.lstrip("/").partition("/")[2]
        return self.conditional(received, disturb.of_reply(reply, events, address))

    def _answer(self, publisher: Publisher, day: date, received: Received) -> Reply:
        world = self.world
        events = world.script.at(publisher.source, day)
        figures = disturb.of_figures(self.figures(publisher, day), events, publisher.file_of)
        news = tuple(name for event in events for name in event.names)
        edition = world.edition(publisher, day)
        context = Context(world.economy, figures, edition, day, received, news)
        body = publisher.render(context)
        if body is None:
            return NOT_FOUND
        stamp = format_datetime(datetime.combine(edition, PUBLISHED_AT, UTC), usegmt=True)
        dated = {} if publisher.daily else {"Last-Modified": stamp}
        tag = {"ETag": f'"{sha256(body).hexdigest()[:20]}"'}
        return Reply(body, headers={**publisher.headers, **dated, **tag})

    def figures(self, publisher: Publisher, day: date) -> Figures:
        """The true figures of a day, computed once for an edition."""
        world = self.world
        today = day if publisher.undated else None
        edition = world.edition(publisher, day), world.revisions(publisher, day), today
        own = self._figures.setdefault(publisher.source, {})
        figures = own.get(edition)
        if figures is None:
            figures = own[edition] = world.true_figures(publisher, day)
        return figures

    def forget(self) -> None:
        """Drop the figures of all editions but the last of each publisher."""
        for editions in self._figures.values():
            for edition in list(editions)[:-1]:
                del editions[edition]


def find_publisher(address: str) -> Publisher | None:
    """Whose address this is, without https://."""
    for publisher in publishers().values():
        if address.startswith(publisher.addresses):
            return publisher
    return None
