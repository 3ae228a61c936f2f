"""The bars on the development labels. The phrases were tuned on them: these are in-sample."""

import pandas as pd
import pytest

from pipelines.announcements import accuracy
from pipelines.announcements.collect import extracted
from pipelines.cli.announcements import read_texts
from sources.announcements import train
from sources.announcements.classifier import WEIGHTS
from tests.conftest import SHARED

BARS = {"event": 0.95, "event_type": 0.93, "power_mw": 0.97, "amount": 0.97, "country": 0.95}


@pytest.fixture(scope="module")
def labels() -> pd.DataFrame:
    return read_texts(SHARED / "evaluation" / "announcements_dev.csv")


@pytest.mark.shared
def test_every_field_reaches_its_bar(labels: pd.DataFrame) -> None:
    both = accuracy.judged(labels, extracted(labels))
    reached = {name: both[f"ok_{name}"].mean() for name in BARS | {"operator": 0}}
    assert {n: bar for n, bar in BARS.items() if reached[n] < bar} == {}
    assert reached["operator"] >= 0.9
    assert both["ok_false_figure"].mean() <= 0.05


def test_the_texts_worded_for_the_test_are_read() -> None:
    """They mended the rules, so this holds what was won; first sight is in docs/accuracy.md."""
    worded = read_texts(train.WORDED).assign(score_exclude="")
    both = accuracy.judged(worded, extracted(worded))
    reached = {name: both[f"ok_{name}"].mean() for name in BARS | {"operator": 0}}
    assert {n: bar for n, bar in BARS.items() if reached[n] < bar} == {}
    assert reached["operator"] >= 0.9
    assert both["ok_false_figure"].mean() <= 0.05


@pytest.mark.shared
def test_the_shipped_weights_are_the_learnt_ones(labels: pd.DataFrame) -> None:
    rows = pd.concat([labels, train.read(train.WORDED)])
    learnt = train.learn(rows["text"], rows["event_type"].ne("not_announcement"))
    shipped = pd.read_csv(WEIGHTS, keep_default_na=False).set_index("gram")["weight"]
    pd.testing.assert_series_equal(learnt, shipped, check_names=False, atol=2e-4)


@pytest.mark.shared
def test_the_page_has_every_part(labels: pd.DataFrame) -> None:
    page = accuracy.page(labels, extracted(labels))
    assert all(
        part in page
        for part in (
            "in-sample",
            "real headlines",
            "Confusion",
            "Worst errors",
            "| fr |",
            "out of fold",
        )
    )
