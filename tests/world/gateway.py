"""The gateway: every publisher of the world behind one address of loopback."""

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


@dataclass
class World:
    """An economy, a script, and the day it is."""

    economy: Economy
    script: Script
    today: date

    def edition(self, publisher: Publisher) -> date:
        """The day of the edition that is served today."""
        frozen = [e for e in self.script.at(publisher.source, self.today) if e.kind == "frozen"]
        day = min([event.start for event in frozen], default=self.today)
        return publisher.edition(day if publisher.daily else day - timedelta(days=1))

    def true_figures(self, publisher: Publisher) -> Figures:
        """What the edition served today says, without accidents."""
        edition = self.edition(publisher)
        figures = publisher.figures(self.economy, edition)
        for event in self.revisions(publisher):
            earlier = {key: value for key, value in figures.items() if key[1] < event.start}
            figures = figures | disturb.revised(earlier, event.factor, self.economy.noise)
        if not publisher.undated or edition == self.today:
            return figures
        # A frozen list says nothing of its day: it is read as of today.
        today = publisher.figures(self.economy, self.today)
        return dict(zip(today, figures.values(), strict=True))

    def revisions(self, publisher: Publisher) -> tuple[Event, ...]:
        """The revisions of earlier periods that the edition served today brings."""
        events, edition = self.script.at(publisher.source, self.today), self.edition(publisher)
        return tuple(e for e in events if e.kind == "revised" and edition >= e.start)


class Gateway(Site):
    """A site whose routes are the publishers of a world; it takes alerts as well."""

    world: World

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.alerts: list[Any] = []
        self._figures: dict[str, tuple[object, Figures]] = {}

    def reply(self, received: Received, target: str) -> Reply:
        """The reply of the publisher whose address is asked for."""
        if received.path == WEBHOOK:
            self.alerts.append(received.json)
            return Reply(b"{}")
        path = received.path.replace("/moved/", "/", 1)
        publisher = find_publisher(path.lstrip("/"))
        if publisher is None:
            return NOT_FOUND
        reply = self._answer(
            publisher,
            Received(received.method, path, received.query, received.headers, received.body),
        )
        events = self.world.script.at(publisher.source, self.world.today)
        return self.conditional(received, disturb.of_reply(reply, events, target))

    def _answer(self, publisher: Publisher, received: Received) -> Reply:
        world = self.world
        events = world.script.at(publisher.source, world.today)
        figures = disturb.of_figures(self.figures(publisher), events, publisher.file_of)
        news = tuple(name for event in events for name in event.names)
        edition = world.edition(publisher)
        context = Context(world.economy, figures, edition, world.today, received, news)
        body = publisher.render(context)
        if body is None:
            return NOT_FOUND
        stamp = format_datetime(datetime.combine(edition, PUBLISHED_AT, UTC), usegmt=True)
        dated = {} if publisher.daily else {"Last-Modified": stamp}
        tag = {"ETag": f'"{sha256(body).hexdigest()[:20]}"'}
        return Reply(body, headers={**publisher.headers, **dated, **tag})

    def figures(self, publisher: Publisher) -> Figures:
        """The true figures of today, computed once for an edition."""
        world = self.world
        today = world.today if publisher.undated else None
        edition = world.edition(publisher), world.revisions(publisher), today
        made_for, figures = self._figures.get(publisher.source, (None, {}))
        if made_for != edition:
            figures = world.true_figures(publisher)
            self._figures[publisher.source] = edition, figures
        return figures


def find_publisher(address: str) -> Publisher | None:
    """Whose address this is, without https://."""
    for publisher in publishers().values():
        if address.startswith(publisher.addresses):
            return publisher
    return None
