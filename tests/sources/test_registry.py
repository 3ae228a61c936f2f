"""What holds for every declared source and every shipped figure."""

import pandas as pd
import pytest

from pipelines.observatory.extensions.source_checks import DECLARATION
from sources import Source, registry
from sources.tidy import STATUSES, read_history
from tests.sources.test_lateness import UNTIMED

EVERY = [pytest.param(source, id=key) for key, source in registry().items()]
SHIPPED = [pytest.param(source, id=key) for key, source in registry().items() if source.history]


def test_series_keys_belong_to_one_source() -> None:
    keys = [series.key for source in registry().values() for series in source.series]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("source", EVERY)
def test_a_declaration_says_what_a_reader_needs(source: Source) -> None:
    late = {"rhythm"} if source.key in UNTIMED else set()
    wrong = {name: fault for name, check in DECLARATION.items() if (fault := check(source))}
    assert set(wrong) == late, wrong


@pytest.mark.parametrize("source", SHIPPED)
def test_every_shipped_figure_is_cited_dated_and_declared(source: Source) -> None:
    assert source.history is not None
    frame = read_history(source.history)
    assert len(frame)
    assert set(frame["series"]) <= {series.key for series in source.series}
    assert frame["status"].isin(STATUSES).all()
    for column in ("source", "address", "licence"):
        assert frame[column].str.strip().ne("").all()
    assert frame["known_from"].notna().all()
    assert frame["known_from"].max() <= pd.Timestamp("2026-11-23", tz="UTC")
    item = frame.drop_duplicates(["series", "period", "known_from"])
    assert len(item) == len(frame)


@pytest.mark.parametrize("source", SHIPPED)
def test_no_shipped_figure_was_known_before_its_period_began(source: Source) -> None:
    assert source.history is not None
    frame = read_history(source.history)
    # An auction or a tariff is known before the day from which it holds.
    ahead = {series.key for series in source.series if series.frequency in "EA"}
    rows = frame.loc[~frame["series"].isin(ahead)]
    assert (rows["known_from"].dt.tz_localize(None) >= rows["period"]).all()


@pytest.mark.parametrize("source", SHIPPED)
def test_no_shipped_text_names_a_place_on_a_machine(source: Source) -> None:
    assert source.history is not None
    text = source.history.read_text(encoding="utf-8")
    assert "file://" not in text
