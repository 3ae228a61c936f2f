"""A process that delivers, to be killed; a fork server imports it."""

import gc
from collections.abc import Mapping
from datetime import datetime

import apprise

from pipelines.alerts.deliver import deliver
from pipelines.alerts.rules import RuleSet
from warehouse.database import connect

apprise.Apprise().add("mailto://warm:up@127.0.0.1")  # Apprise loads its plugins now, not later
gc.freeze()  # what is imported, so that no child looks through it for garbage


def work(url: str, rules: Mapping[str, object], environ: Mapping[str, str], now: datetime) -> None:
    """Deliver once."""
    deliver(connect(url), RuleSet.model_validate(rules), lambda: now, environ)
