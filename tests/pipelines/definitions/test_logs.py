"""Under Dagster our records are in the logs of the run, and hold no secret."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines import logs
from pipelines.errors import UnreadableBody
from pipelines.ingest.load import parse_payload
from pipelines.settings import SECRETS
from sources import Payload, find_source

SETTINGS = yaml.safe_load((Path(__file__).parents[3] / "dagster.yaml").read_text(encoding="utf-8"))
SECRET = "s3cr3t-key"


@dg.asset
def unreadable() -> None:
    """Parses bytes that are nothing of the kind, and that hold a key."""
    ember = find_source("ember")
    body = f"key={SECRETS['MADE_UP_KEY']}".encode()
    with pytest.raises(UnreadableBody):
        parse_payload(ember, Payload(body, ember.requests[0], datetime(2026, 11, 1, tzinfo=UTC)))
    logging.getLogger("pipelines.ingest.fetch").info("asked with %s", SECRETS["MADE_UP_KEY"])


def test_records_of_ours_are_in_the_logs_of_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import pipelines.definitions

    assert pipelines.definitions.defs
    assert logging.getLogRecordFactory() is logs.make_record
    monkeypatch.setenv("MADE_UP_KEY", SECRET)
    with dg.instance_for_test(overrides={"python_logs": SETTINGS["python_logs"]}) as instance:
        run = dg.materialize([unreadable], instance=instance)
        messages = [entry.user_message for entry in instance.all_logs(run.run_id)]
    assert {"ember: the parser failed", "asked with ${MADE_UP_KEY}"} <= set(messages)
    printed = capfd.readouterr().err
    assert "Traceback (most recent call last)" in printed
    assert "sources.tidy.SchemaDrift: expected ['Country'" in printed
    assert "found ['key=${MADE_UP_KEY}']" in printed
    assert SECRET not in printed + "".join(messages)
