"""What the command line prints: letters a terminal lacks, formulas."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


def printed(home: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pipelines.cli.main", *arguments]
    values = os.environ | {"SILENTCRASH_HOME": str(home)} | environment
    done = subprocess.run(command, capture_output=True, env=values, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("ascii" if environment else "utf-8")


@pytest.mark.parametrize("written", ["table", "csv", "json"])
def test_a_terminal_without_our_letters_shows_their_codes(home: Path, written: str) -> None:
    sql = "select 'a–é' as word"  # R18
    answer = printed(home, "query", sql, "--format", written, **ASCII)
    assert r"a\u2013\xe9" in answer
    assert "a–é" in printed(home, "query", sql, "--format", written)


def test_what_a_spreadsheet_would_run_is_text_on_standard_output_too(home: Path) -> None:
    answer = printed(home, "query", "select '=HYPERLINK(1)' as \"=a\"", "--format", "csv")  # R27
    assert answer.splitlines() == ["'=a", "'=HYPERLINK(1)"]
