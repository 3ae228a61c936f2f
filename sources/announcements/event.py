"""The typed result of reading a text, and its row of columns."""

from dataclasses import dataclass, field

from sources.announcements.event_type import NONE, Kind
from sources.announcements.money import Money
from sources.announcements.power import Power

COLUMNS = (
    "lang", "is_announcement", "event_type", "operator", "country", "place",
    "power_mw", "power_min_mw", "power_max_mw", "power_qualifier",
    "amount", "currency", "investment_usd", "confidence", "spans",
)  # fmt: skip
Span = tuple[int, int]


@dataclass(frozen=True)
class Event:
    """An event in the life of a project, or none.

    Where `kind` is "not_announcement", the other fields are empty.

    `power` is in MW, `money` in units of its currency. `confidence` in 0..1 orders results by
    how much of the text was understood; it is no probability. `spans` says where in the
    cleaned text each field was read. `refused` says why a text was not read, "" where it was.
    """

    kind: Kind
    language: str
    operators: tuple[str, ...] = ()
    country: str = ""
    place_name: str = ""
    power: Power | None = None
    money: Money | None = None
    confidence: float = 0.0
    spans: dict[str, Span] = field(default_factory=dict)
    refused: str = ""

    def row(self) -> dict[str, object]:
        """The event as one row of COLUMNS; None where the text gives nothing."""
        power, money = self.power, self.money
        dollars = money.amount if money and money.currency == "USD" else None
        values = (
            self.language, int(self.kind != NONE), self.kind, "; ".join(self.operators),
            self.country, self.place_name,
            power and power.mw, power and power.low, power and power.high,
            power.qualifier if power else "",
            money and money.amount, money.currency if money else "", dollars,
            self.confidence, "; ".join(f"{k} {a}-{b}" for k, (a, b) in self.spans.items()),
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))
