"""A source of several requests of which some fail: good ones are kept."""

from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from pipelines.cli.terminal import summary
from pipelines.ingest.outcome import IngestOutcome, verdict
from sources import find_source
from sources.http.credentials import public_url
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import stored_figures
from tests.server import Reply, Site

CHIPS, HOSTING = find_source("fred").requests


def made_up(series: str, value: str = "50.5") -> Reply:
    """A year of a series in the shape of FRED, of one figure that is made up."""
    rows = "".join(f"2025-{month:02}-01,{value}\n" for month in range(1, 13))
    return Reply(
        f"observation_date,{series}\n{rows}".encode(), headers={"Content-Type": "text/csv"}
    )


def test_a_question_that_fails_ends_with_1_and_the_others_are_kept(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    site.serve(public_url(CHIPS), made_up("PCU334413334413"))
    ended = silentcrash("fetch", "fred")
    assert ended.code == 1
    message = ended.err.splitlines()[-1]
    assert message.startswith("silentcrash: fred: partial: 1 of 2 (")
    assert "PCU518210518210" in message
    assert "404" in message
    assert set(stored_figures()["series"]) == {"fred.PCU334413334413"}
    site.serve(public_url(HOSTING), made_up("PCU518210518210", "110.5"))
    assert silentcrash("fetch", "fred").code == 0
    assert len(stored_figures()) == 24


def test_several_sources_are_asked_at_once_and_the_one_that_failed_is_named(
    empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    site.serve(public_url(CHIPS), made_up("PCU334413334413"))
    site.serve(public_url(HOSTING), made_up("PCU518210518210", "110.5"))
    ended = silentcrash("fetch", "fred", "ember", "fred")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("silentcrash: ember: failed: https://")
    assert "fred:" not in ended.err.splitlines()[-1]
    assert stored_figures()["series"].str.startswith("fred.").sum() == 24
    assert sum("fred" in received.path for received in site.asked) == 2
    assert silentcrash("fetch", "fred", "embr").code == 2


def test_the_summary_of_a_run_says_partial() -> None:
    content = [IngestOutcome("fred", "a", "new"), IngestOutcome("fred", "b", "failed", "HTTP 404")]
    status = pd.DataFrame(
        {"key": ["fred"], "newest_period": [pd.NaT], "late": [False], "age_days": [None]}
    )
    console = Console(width=120, record=True)
    console.print(summary.freshness(status, content))
    assert "partial: 1 of 2 (new, failed)" in console.export_text()


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ([], ""),
        (["history"], "history"),
        (["history", "failed"], "failed"),
        (["new", "unchanged"], "new, unchanged"),
        (["history", "new", "refused", "failed"], "partial: 1 of 3 (new, refused, failed)"),
    ],
)
def test_a_verdict_counts_the_questions_that_were_asked(outcomes: list[str], message: str) -> None:
    content = [
        IngestOutcome("a", "sources/history/a.csv" if entry == "history" else "b", entry)
        for entry in outcomes
    ]
    assert verdict(content) == message
