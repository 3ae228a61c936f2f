"""The metrics are OpenMetrics, and the monitor's files name no other."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as collector_families

from pipelines.ingest import store
from pipelines.settings import Settings
from tests.conftest import NOW
from tests.deploy.containerfile import DEPLOY
from tests.pipelines.conftest import Command, at_home, ran, silentcrash
from warehouse import load
from warehouse.alerts import repository
from warehouse.database import writing

__all__ = ["silentcrash"]
NAME = re.compile(r"\bsilentcrash_[a-z0-9_]+")
MONITORING = DEPLOY / "monitoring"
# Two runs of ninety seconds and of thirty, hours apart.
QUESTIONS = (-7200.0, -7110.0, -600.0, -570.0)


@pytest.fixture(scope="module")
def observatory(first_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an edition, two runs, a refusal and a message that waits."""
    home = tmp_path_factory.mktemp("metrics") / "home"
    shutil.copytree(first_edition, home)
    engine = store.open_for_writing(Settings(home=home, now=NOW))
    outcomes = ("new", "unchanged", "refused", "new")
    for seconds, outcome in zip(QUESTIONS, outcomes, strict=True):
        at = NOW + timedelta(seconds=seconds)
        load.record(engine, "ember", url="https://example.org/a", at=at, outcome=outcome)
    message = {
        "message_id": "m1",
        "channel": "mail",
        "payload": {"events": []},
        "due": NOW,
        "created_at": NOW,
    }
    with writing(engine) as connection:
        repository.queue(connection, message)
    engine.dispose()
    return home


@pytest.fixture(scope="module")
def exposed(observatory: Path) -> Iterator[str]:
    """The metrics of this home, which the commands of a test find as theirs."""
    with at_home(observatory):
        metrics = ran("metrics")
        assert metrics.code == 0, metrics.err
        yield metrics.out


def families(exposed: str) -> Mapping[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(exposed)}


def value(exposed: str, name: str, **labels: str) -> float:
    """The value of the one sample with this name and these labels."""
    samples = (sample for family in families(exposed).values() for sample in family.samples)
    [only] = [s.value for s in samples if s.name == name and s.labels == labels]
    return float(only)


def test_the_reference_parser_reads_every_family(exposed: str) -> None:
    read = families(exposed)
    assert exposed.endswith("# EOF\n")
    assert len(read) > 15
    for name, family in read.items():
        assert name.startswith("silentcrash_")
        assert family.documentation, name
        assert family.type in {"gauge", "counter", "summary"}
        ending = name.rsplit("_", 1)[1]
        units = {"seconds", "bytes", "points", "ratio", "months", "rows", "messages"}
        assert family.unit == (ending if ending in units else ""), name


def test_the_values_are_those_of_the_warehouse(exposed: str) -> None:
    # The index of October 2026 in the shipped releases: index.csv of the edition.
    assert round(value(exposed, "silentcrash_index_points"), 1) == 48.9
    assert value(exposed, "silentcrash_index_behind_months") == 0
    assert value(exposed, "silentcrash_fetches_total", source="ember", outcome="refused") == 1
    assert value(exposed, "silentcrash_run_duration_seconds_count") == 2
    assert value(exposed, "silentcrash_run_duration_seconds_sum") == 120
    assert value(exposed, "silentcrash_last_run_duration_seconds") == 30
    last_good = (NOW + timedelta(seconds=QUESTIONS[-1])).timestamp()
    name = "silentcrash_source_last_success_timestamp_seconds"
    assert value(exposed, name, source="ember") == last_good
    assert value(exposed, "silentcrash_outbox_messages", channel="mail") == 1
    # Ember's newest month is September 2026: 53 days before the 23rd of November.
    newest = datetime(2026, 10, 1, tzinfo=UTC)
    age = value(exposed, "silentcrash_source_age_seconds", source="ember")
    assert age == (NOW - newest).days * 86_400
    assert value(exposed, "silentcrash_warehouse_size_bytes") > 1e6


def test_a_month_without_an_edition_shows(
    exposed: str, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_NOW", "2027-01-15T09:00:00+00:00")
    assert value(silentcrash("metrics").out, "silentcrash_index_behind_months") == 2


def test_a_file_appears_at_once_and_the_collector_reads_it(
    exposed: str, silentcrash: Command, tmp_path: Path
) -> None:
    out = tmp_path / "collector" / "silentcrash.prom"
    for _ in range(2):
        assert silentcrash("metrics", "--out", str(out)).code == 0
    assert out.read_text() == exposed
    assert list(out.parent.iterdir()) == [out]
    # node_exporter reads the older text format, in which UNIT and EOF are comments. It refuses
    # types that this format does not have (info), and samples with a time of their own.
    samples = [s for family in collector_families(exposed) for s in family.samples]
    assert len(samples) > 100
    assert all(sample.timestamp is None for sample in samples)


def sample_names(exposed: str) -> set[str]:
    return {sample.name for family in families(exposed).values() for sample in family.samples}


def test_every_rule_names_metrics_that_exist(exposed: str) -> None:
    rules = [
        rule
        for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
        for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    for rule in rules:
        used = set(NAME.findall(rule["expr"]))
        assert used, rule["alert"]
        assert used <= sample_names(exposed), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}


def test_every_panel_names_metrics_that_exist_and_every_metric_has_a_panel(exposed: str) -> None:
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used = {name for expression in expressions for name in NAME.findall(expression)}
    assert used == sample_names(exposed)
    boxes = [tuple(panel["gridPos"].values()) for panel in dashboard["panels"]]
    assert all(x + width <= 24 for x, _, width, _ in boxes)
    cells = [
        (column, row)
        for x, y, width, height in boxes
        for column in range(x, x + width)
        for row in range(y, y + height)
    ]
    assert len(cells) == len(set(cells)), "panels overlap"


def test_a_probe_says_whether_the_warehouse_can_be_used(
    exposed: str, silentcrash: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Nothing was evaluated in this home: alive is another question than ready.
    assert silentcrash("health").code == 1
    assert silentcrash("health", "--ready").code == 0
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path / "nowhere"))
    ended = silentcrash("health", "--ready")
    assert (ended.code, "silentcrash run" in ended.err) == (1, True)
