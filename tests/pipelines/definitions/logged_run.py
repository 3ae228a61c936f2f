"""A run in Dagster whose parser fails on bytes that hold a key.

Dagster's handlers keep the standard error that they found: they would outlive a test that
captures it. The messages of the run are printed as JSON.
"""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

import pipelines.definitions
from pipelines import logs
from pipelines.errors import UnreadableBody
from pipelines.ingest.parse import parse_payload
from pipelines.settings import SECRETS
from sources import Payload, find_source

SETTINGS = yaml.safe_load((Path(__file__).parents[3] / "dagster.yaml").read_text(encoding="utf-8"))


@dg.asset
def unreadable() -> None:
    """Parses bytes that are nothing of the kind, and that hold a key."""
    ember = find_source("ember")
    body = f"key={SECRETS['MADE_UP_KEY']}".encode()
    with pytest.raises(UnreadableBody):
        parse_payload(ember, Payload(body, ember.requests[0], datetime(2026, 11, 1, tzinfo=UTC)))
    logging.getLogger("pipelines.ingest.fetch").info("asked with %s", SECRETS["MADE_UP_KEY"])


def main() -> None:
    assert pipelines.definitions.defs
    assert logging.getLogRecordFactory() is logs.make_record
    with dg.instance_for_test(overrides={"python_logs": SETTINGS["python_logs"]}) as instance:
        run = dg.materialize([unreadable], instance=instance)
        print(json.dumps([entry.user_message for entry in instance.all_logs(run.run_id)]))


if __name__ == "__main__":
    main()
