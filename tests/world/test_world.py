"""Three months of operation in the world, with bad days in them."""

from pathlib import Path

import pytest

from pipelines.index import framework
from pipelines.release.runway import sources_read
from sources import registry
from tests.world import checks
from tests.world.asks import shared_out
from tests.world.gateway import find_publisher
from tests.world.play import play
from tests.world.publishers.workbooks import saved
from tests.world.script import ScriptError, load

SCRIPT = """
[[event]]
source = "ember"
kind = "challenge"
from = 2026-11-02
to = 2026-11-05

[[event]]
source = "runpod"
kind = "empty"
from = 2026-11-20
to = 2026-11-21

[[event]]
source = "gcp_pricing"
kind = "scaled"
factor = 100.0
from = 2026-12-04
to = 2026-12-05

[[event]]
source = "*"
kind = "news"
names = ["gb500-ultra"]
from = 2026-12-01
"""


def test_every_live_source_is_played_at_its_addresses() -> None:
    lost = {
        request.url: source.key
        for source in registry().values()
        for request in source.requests
        if (publisher := find_publisher(request.url.partition("://")[2])) is None
        or publisher.source != source.key
    }
    assert lost == {}


def test_a_workbook_is_saved_once_for_what_it_says() -> None:
    """It holds the hour of its saving: each ask would find another body."""
    first, other = (saved({"Monthly": [["2027-01", value]]}) for value in (4.5, 4.6))
    assert saved({"Monthly": [["2027-01", 4.5]]}) is first
    assert other != first


def test_who_confirms_each_other_is_asked_by_one_worker() -> None:
    """Each source has one worker, and each worker about as much."""
    efforts = {"azure_retail": 60.0, "dstack": 50.0, "feeds": 20.0, "bls": 2.0, "fred": 3.0}
    first, other = shared_out(efforts, 2)
    assert sorted([*first, *other]) == sorted(efforts)
    assert {"azure_retail", "dstack"} <= (first if "dstack" in first else other)
    assert {"bls", "fred"} <= (first if "bls" in first else other)
    assert {sum(efforts[key] for key in own) for own in (first, other)} == {110.0, 25.0}
    assert len(shared_out({"feeds": 95.0}, 2)) == 1


@pytest.mark.slow
def test_three_months_are_published_and_true(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT)
    # What the index reads, but for a dozen price lists a week; `make world` asks everybody.
    asked_here = set(sources_read(framework.in_force("2026-12"))) - {"aws_ondemand", "dstack"}
    played = play(tmp_path / "home", months=3, script=load(script), only=asked_here)
    assert [month.month for month in played.months] == ["2026-10", "2026-11", "2026-12"]
    assert "\n".join(played.faults) == ""
    assert sum(month.refused for month in played.months) >= 3
    assert all(month.figures > 5000 for month in played.months)


MIB = 2**20
# MiB in use by month, in two years of which the ninth gave memory back that the rest took again.
GIVEN_BACK = [1599, 1681, 1714, 1759, 1774, 1794, 1537, 1564, 1579, 1613, 1628, 1652]


@pytest.mark.parametrize(
    ("sizes", "right"),
    [
        (GIVEN_BACK, True),
        ([20 + 3 * month for month in range(24)], True),
        ([20 + month**3 for month in range(24)], False),
        ([*GIVEN_BACK, 1900, 2100, 2300, 2500, 2700], False),
    ],
)
def test_what_grows_faster_than_linearly_is_told(sizes: list[int], right: bool) -> None:
    assert checks.linear([size * MIB for size in sizes]) == right


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('kind = "gremlins"', "kind 'gremlins'"),
        ('kind = "outage"\nfrom = 2027-01-02\nto = 2027-01-01', "to after from"),
        ('kind = "outage"\nfrom = 2027-01-01\ncolour = "red"', "unknown ['colour']"),
    ],
)
def test_a_script_that_cannot_be_played_says_why(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "script.toml"
    path.write_text(f'[[event]]\nsource = "ember"\n{line}\n')
    with pytest.raises(ScriptError) as raised:
        load(path)
    assert reason in str(raised.value)
