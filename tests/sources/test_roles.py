"""Every declared series has a reader that users see, or a reason to be kept."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.announcements import collect, filings
from pipelines.cli import query
from pipelines.index import framework
from pipelines.index.inputs import archived_vintages, splices, successions
from pipelines.ingest import cross_check
from sources import Role, Series, Source, registry
from sources.publishers import shipped

EVERY = [pytest.param(source, id=key) for key, source in registry().items()]


def read_by_the_index() -> set[str]:
    """The series of every indicator, those that continue or follow a series.

    Of every version of the method that is in force or announced.
    """
    versions = framework.lineage(framework.newest())
    indicators = [own for version in versions for own in version.indicators.values()]
    keys = {key for indicator in indicators for key in indicator.series}
    continuing = {key for splice in splices.load() for key in splice.live}
    archived = {pair.kept_in for pair in archived_vintages.load() if pair.series in keys}
    return successions.with_followers(keys) | continuing | archived


def cross_checked() -> set[str]:
    pairs = cross_check.pairs(cross_check.load())
    return {key for pair in pairs for key in (pair.first, pair.second)}


INDEX, CHECKED = read_by_the_index(), cross_checked()
ANNOUNCED = {*collect.PAPERS, "sec_filings", "sec_submissions"}
WATCHED = {f"tariff_pages.{own.watched.name}" for own in registry().values() if own.watched}
# What money is converted with: units of a currency for a euro, or for a pound.
RATE = re.compile("[A-Z]{3}/(EUR|GBP)")
# What the reader of each role reads, by the same rule as the reader itself.
READERS: dict[Role, Callable[[Source, Series], bool]] = {
    "gpu_explorer": lambda _, series: series.unit.endswith(query.GPU_HOUR),
    "announcements": lambda source, _: source.key in ANNOUNCED,
    "exchange_rates": lambda _, series: bool(RATE.fullmatch(series.unit)),
    "watcher": lambda _, series: series.key in WATCHED,
}


def unread(source: Source) -> list[str]:
    """The series of a source that nothing reads: no indicator, check or reader."""
    reads = READERS.get(source.role, lambda *_: False)
    seen = INDEX | CHECKED
    return [
        series.key
        for series in source.series
        if series.key not in seen and not reads(source, series)
    ]


@pytest.mark.parametrize("source", EVERY)
def test_every_series_is_read_or_has_a_reason_to_be_kept(source: Source) -> None:
    left = unread(source)
    assert bool(left) == bool(source.reference), f"read by nothing: {left[:5]}"


@pytest.mark.parametrize("source", EVERY)
def test_a_role_is_that_of_the_reader_of_its_series(source: Source) -> None:
    beyond_index = [series for series in source.series if series.key not in INDEX]
    if source.role == "index":
        assert beyond_index == []
    elif source.role == "cross_check":
        assert any(series.key in CHECKED for series in beyond_index)
    elif source.role == "reference":
        assert source.reference
        assert beyond_index
    else:
        assert any(READERS[source.role](source, series) for series in source.series)


def test_the_filings_are_those_that_the_announcements_read() -> None:
    code = Path(filings.__file__).read_text(encoding="utf-8")
    assert all(f'"{key}"' in code or key in code for key in ("sec_filings", "sec_submissions"))


def test_the_pages_that_are_watched_belong_to_registers() -> None:
    watched = {own.register for own in registry().values() if own.watched}
    assert {request.url for request in registry()["tariff_pages"].requests} == watched
    assert watched == {
        "https://www.anre.ma/",
        "https://www.pjm.com/markets-and-operations/rpm",
        "https://www.top500.org/lists/top500/",
        "https://www.trendforce.com/presscenter/news",
    }


def test_whose_pages_are_watched_is_told_before_an_observatory_is_in_force() -> None:
    keys = {series.key for series in shipped()["tariff_pages"].series}
    assert keys == {"tariff_pages.pjm", "tariff_pages.top500", "tariff_pages.trendforce"}


def test_the_declared_checks_compare_something() -> None:
    declared = tomllib.loads(cross_check.BUNDLED.read_text(encoding="utf-8"))["pair"]
    compared = {pair.check.key for pair in cross_check.pairs(cross_check.load())}
    assert compared == {entry["key"] for entry in declared}
