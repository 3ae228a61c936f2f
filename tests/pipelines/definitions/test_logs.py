"""Under Dagster our records are in the logs of the run, and hold no secret."""

import json
import os
import subprocess
import sys

SECRET = "s3cr3t-key"


def test_records_of_ours_are_in_the_logs_of_the_run() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.pipelines.definitions.logged_run"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MADE_UP_KEY": SECRET},
    )
    messages = json.loads(ran.stdout.splitlines()[-1])
    assert {"ember: the parser failed", "asked with ${MADE_UP_KEY}"} <= set(messages)
    assert "Traceback (most recent call last)" in ran.stderr
    assert "sources.tidy.SchemaDrift: expected ['Country'" in ran.stderr
    assert "found ['key=${MADE_UP_KEY}']" in ran.stderr
    assert SECRET not in ran.stderr + ran.stdout
