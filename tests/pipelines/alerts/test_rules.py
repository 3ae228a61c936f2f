"""Rules: every fault with its line and the nearest valid word."""

from pathlib import Path

import pytest

from pipelines.alerts import service
from pipelines.alerts.rules import BUNDLED, load
from pipelines.errors import RulesError
from tests.pipelines.alerts.made_up import written

DECLARED = {"dimension": ["cost", "chips"], "regimes": ["calm", "watch", "strain", "crash"]}


def test_the_shipped_rules_have_no_fault() -> None:
    shipped = service.rules_in_force(BUNDLED)
    assert {"index", "dimension", "indicator", "regime", "stale", "quality", "release"} <= {
        rule.kind for rule in shipped.rules
    }


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("severity: watch", "severity: wach", "did you mean 'watch'"),
        ("keep_for: 2", "kep_for: 2", "did you mean 'keep_for'"),
        ("kind: dimension", "kind: dimention", "did you mean 'dimension'"),
        ("regime: strain", "regime: strian", "did you mean 'strain'"),
        ("value: 65", "value: 80", "overlaps"),
        ('recover: {op: "<", value: 65}', 'recover: {op: ">", value: 65}', "the other way"),
        ("id: index-strain", "id: index-watch", "given twice"),
        ("    for: 2", "    for: 0", "greater than or equal to 1"),
        ("of: probability, threshold: 50, ", "of: probability, ", "threshold goes with"),
        ("{value} en {period}, au", "{valeur} en {period}, au", "did you mean 'value'"),
        ("{value} en {period}, au", "{value.__class__} en {period}, au", "is unknown"),
        ("${SILENTCRASH_ALERT_MAIL}", "mailto://u:p@example.org", "environment variable"),
        ("regime: watch", "regime: [watch", "expected|mapping"),
    ],
)
def test_a_fault_has_its_line_and_what_to_write(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    assert right in text
    with pytest.raises(RulesError, match=says) as fault:
        load(written(tmp_path, text.replace(right, wrong, 1)), DECLARED)
    line = int(str(fault.value).split(":")[1])
    changed = text[: text.index(right)].count("\n") + 1
    starts = [n for n, row in enumerate(text.splitlines(), 1) if "- id:" in row and n <= changed]
    assert (starts or [changed])[-1] <= line <= changed + 1  # its own line, or its entry above


def test_an_address_in_the_file_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    leaky = text.replace("${SILENTCRASH_ALERT_MAIL}", "mailto://user:hunter2@example.org")
    with pytest.raises(RulesError) as fault:
        load(written(tmp_path, leaky))
    assert "hunter2" not in str(fault.value)


def test_an_unknown_series_gets_the_nearest_one(tmp_path: Path) -> None:
    text = BUNDLED.read_text(encoding="utf-8").replace(
        'kind: dimension\n    series: "*"', "kind: dimension\n    series: chip"
    )
    with pytest.raises(RulesError, match="did you mean 'chips'"):
        load(written(tmp_path, text), DECLARED)
