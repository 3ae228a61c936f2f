"""A second version of the method: published months stay, the index links."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import MethodError
from pipelines.index import change_decomposition, linked, realtime
from pipelines.index.framework import Framework, load

SINCE = pd.Period("2026-04", "M")
MONTHS = pd.period_range("2025-12", "2026-08", freq="M")
NEW = "cost.made_up_distress"


def successor(method: Framework, since: pd.Period = SINCE) -> Framework:
    """A made-up second version: an indicator more, other goalpost and weights."""
    changed = method.as_dict()
    old = method.as_dict()
    cost, chips = changed["dimension"][0], changed["dimension"][1]
    distress = next(
        candidate for candidate in cost["indicator"] if candidate["key"] == "credit_distress"
    )
    cost["indicator"] += [distress | {"key": "made_up_distress", "of": ["nyfed.cmdi.hy"]}]
    cost["weight"] = 2.0
    chips["indicator"][0]["high"] = 0.7
    second = {"version": "made-up", "succeeds": {"since": str(since), "method": old}}
    return Framework.model_validate(changed | second)


@pytest.fixture(scope="module")
def second(method: Framework) -> Framework:
    return successor(method)


@pytest.fixture(scope="module")
def joined(history: pd.DataFrame, second: Framework) -> pd.DataFrame:
    return linked.compute(history, second, MONTHS).values


def scores(values: pd.DataFrame, key: str = "index") -> pd.Series:
    return values[values["key"].eq(key)].set_index("period")["score"]


def test_what_was_published_stays_to_the_bit(
    history: pd.DataFrame, method: Framework, joined: pd.DataFrame
) -> None:
    old = realtime.compute(history, method, MONTHS[MONTHS < SINCE]).values
    remaining = joined[joined["period"] < SINCE.to_timestamp()]
    pd.testing.assert_frame_equal(remaining.reset_index(drop=True), old.reset_index(drop=True))


def test_the_index_moves_as_the_new_version_does_and_not_by_the_change_of_method(
    history: pd.DataFrame, method: Framework, second: Framework, joined: pd.DataFrame
) -> None:
    alone = scores(realtime.compute(history, second, MONTHS).values)
    old = scores(realtime.compute(history, method, MONTHS).values)
    at = (SINCE - 1).to_timestamp()
    assert abs(alone[at] - old[at]) > 0.5  # the versions do differ
    steps = scores(joined).loc[at:].diff().dropna()
    assert np.allclose(steps, alone.loc[at:].diff().dropna(), atol=1e-9)
    assert np.allclose(linked.shifts(joined).loc[SINCE.to_timestamp() :], old[at] - alone[at])
    assert not linked.shifts(joined).loc[:at].any()


def test_contributions_and_the_link_add_up_and_a_new_indicator_has_no_past(
    joined: pd.DataFrame,
) -> None:
    parts = joined[joined["kind"].isin(["indicator", linked.LINK])]
    added = parts.groupby("period")["contribution"].sum()
    assert np.abs(added - scores(joined)).max() < 1e-9
    assert joined.loc[joined["key"].eq(NEW), "period"].min() == SINCE.to_timestamp()


def test_the_change_over_the_link_is_split_exactly(
    history: pd.DataFrame, method: Framework, second: Framework, joined: pd.DataFrame
) -> None:
    before = change_decomposition.EditionKey(SINCE - 1, realtime.cutoff(SINCE - 1, method), method)
    after = change_decomposition.EditionKey(SINCE, realtime.cutoff(SINCE, method), second)
    result = change_decomposition.since(history, before, after)
    change = scores(joined)[SINCE.to_timestamp()] - scores(joined)[(SINCE - 1).to_timestamp()]
    assert result.to_numpy().sum() == pytest.approx(change, abs=1e-9)
    assert result.loc[linked.LINK, "method"] != 0


def test_rows_are_told_apart_by_the_version_that_made_them(
    method: Framework, second: Framework, joined: pd.DataFrame
) -> None:
    parts = list(linked.versions(joined, second))
    assert [own.version for own, _ in parts] == [method.version, second.version]
    assert sum(len(rows) for _, rows in parts) == len(joined)


def test_a_version_without_a_month_in_common_cannot_be_linked(
    history: pd.DataFrame, method: Framework
) -> None:
    old = method.as_dict()
    first = old["rules"] | {"coverage_index": 1.0, "coverage_dimension": 1.0}
    strict = Framework.model_validate(old | {"rules": first})  # it never has an index
    early = successor(strict, pd.Period("2025-06", "M"))
    early = early.model_copy(update={"rules": method.rules})
    with pytest.raises(MethodError, match="2025-05"):
        linked.compute(history, early, [pd.Period("2025-06", "M")])


def test_where_neither_version_has_an_index_nothing_is_linked(
    history: pd.DataFrame, method: Framework
) -> None:
    month = pd.Period("2022-06", "M")
    values = linked.compute(history, successor(method, month), [month]).values
    assert scores(values).isna().all()
    assert linked.LINK not in set(values["key"])


def test_a_file_names_the_file_that_it_succeeds(tmp_path: Path, method: Framework) -> None:
    bundled = Path(linked.__file__).with_name("framework.toml").read_text(encoding="utf-8")
    (tmp_path / "first.toml").write_text(bundled, encoding="utf-8")
    text = '\n[succeeds]\nsince = "2026-04"\nmethod = "first.toml"\n'
    (tmp_path / "second.toml").write_text(bundled + text, encoding="utf-8")
    read = load(tmp_path / "second.toml")
    assert read.succeeds
    assert read.succeeds.method.hash == method.hash
    assert Framework.model_validate(read.as_dict()).hash == read.hash  # a release stores it whole
    with pytest.raises(MethodError, match=r"cannot read .*gone\.toml"):
        load(tmp_path / "gone.toml")
    moved = bundled.replace("cutoff_day = 10", "cutoff_day = 12") + text
    (tmp_path / "second.toml").write_text(moved, encoding="utf-8")
    with pytest.raises(MethodError, match="cutoff_day"):
        load(tmp_path / "second.toml")


def test_months_before_the_first_figure_are_simply_old(
    history: pd.DataFrame, second: Framework
) -> None:
    early = [month for month in MONTHS if month < SINCE - 2]
    values = linked.compute(history, second, early).values
    assert set(values["key"]).isdisjoint({linked.LINK, NEW})
    assert realtime.closed_months(second, datetime(2026, 11, 23, tzinfo=UTC))
