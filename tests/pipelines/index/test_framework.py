"""The method as data: what it must say, and how a fault in it is named."""

from pathlib import Path

import pytest

from pipelines.errors import MethodError
from pipelines.index.framework import BUNDLED, load
from sources import registry


def test_five_dimensions_of_three_indicators_or_more_on_declared_series() -> None:
    method = load()
    assert [group.key for group in method.dimension] == [
        "cost", "chips", "infrastructure", "dependency", "productivity",
    ]  # fmt: skip
    declared = {series.key for source in registry().values() for series in source.series}
    for dimension in method.dimension:
        assert 3 <= len(dimension.indicator) <= 7
    for indicator in method.indicators.values():
        assert set(indicator.series) <= declared
        assert min(map(len, (indicator.rationale_fr, indicator.rationale_en))) > 40
        assert indicator.caveat_fr
        assert indicator.goalposts_en


def test_its_hash_is_that_of_what_is_published() -> None:
    assert load().hash == load().hash
    assert len(load().hash) == 64


def test_a_copy_that_differs_has_another_hash() -> None:
    """What is computed is kept by the hash of its method."""
    method = load()
    first = method.hash
    rules = method.rules.model_copy(update={"confirm": method.rules.confirm + 1})
    assert method.model_copy(update={"rules": rules}).hash != first
    assert (method.model_copy().hash, method.hash) == (first, first)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('transform = "trailing_ratio"', 'transform = "trailng"', "transform 'trailng' is none of"),
        ("cutoff_day = 10", "cutoff_day = 40", "rules.cutoff_day"),
        ('key = "cost"', 'key = "cost"\nwieght = 2', "wieght"),
        ("low = 0.4\nhigh = 1.0", "low = 1.0\nhigh = 1.0", "goalposts low and high must differ"),
        ("[rules]", "[rules", "line"),
    ],
)
def test_a_fault_is_named_in_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "framework.toml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MethodError, match=says) as fault:
        load(broken)
    assert "\n" not in str(fault.value)
