"""What became of an attempt to deliver."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True)
class DeliveryOutcome:
    """`sent`; `retry` later; `refused` for this message alone; `off` until somebody looks.

    `error` holds no address and no secret. `after` is how long the receiver asked to wait.
    """

    state: Literal["sent", "retry", "refused", "off"]
    error: str = ""
    after: timedelta | None = None
