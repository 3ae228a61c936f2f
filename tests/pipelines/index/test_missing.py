"""Three policies for what is missing; none sees a later month."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest

from pipelines.index import Policy, assemble, realtime
from pipelines.index.framework import Framework

MONTHS = pd.period_range("2025-06", "2026-09", freq="M")


@pytest.fixture(scope="module")
def results(history: pd.DataFrame, method: Framework) -> dict[str, pd.DataFrame]:
    return {
        policy: realtime.compute(history, method.by(policy), MONTHS).values
        for policy in get_args(Policy)
    }


def test_the_published_choice_is_to_carry_and_is_stored_with_the_method(method: Framework) -> None:
    assert method.as_dict()["rules"]["missing"] == "carry"
    assert method.by("estimate").hash != method.hash


def test_what_is_observed_is_the_same_under_each(results: dict[str, pd.DataFrame]) -> None:
    keys = ["period", "key"]
    seen = results["carry"][
        results["carry"]["state"].eq("observed") & results["carry"]["value"].notna()
    ]
    assert len(seen) > 200
    for other in ("renormalise", "estimate"):
        both = seen.merge(results[other], on=keys, suffixes=("", "_other"))
        assert len(both) == len(seen)
        assert (both["value"] == both["value_other"]).all()


def test_each_says_what_it_rests_on(results: dict[str, pd.DataFrame]) -> None:
    shares = {policy: assemble.weight_by_state(values) for policy, values in results.items()}
    for table in shares.values():
        assert np.allclose(table.sum(axis=1), 1)
    assert shares["carry"]["carried"].max() > 0.2
    assert not shares["carry"]["estimated"].any()
    assert np.allclose(shares["renormalise"]["observed"], 1)
    assert shares["estimate"]["estimated"].max() > 0.2


def test_what_is_left_out_is_null_with_a_reason_and_never_zero(
    results: dict[str, pd.DataFrame],
) -> None:
    rows = results["renormalise"]
    gone = rows[rows["reason"].eq("not observed, and left out")]
    assert len(gone)
    assert gone[["value", "score", "weight", "contribution"]].isna().all().all()
    assert gone["state"].eq("withheld").all()


def test_an_estimate_stays_within_what_was_seen_and_sees_no_later_month(
    history: pd.DataFrame, method: Framework, results: dict[str, pd.DataFrame]
) -> None:
    rows = results["estimate"]
    put = rows[rows["state"].eq("estimated")]
    assert len(put) > 10
    bounds = rows[rows["state"].eq("observed")].groupby("key")["value"].agg(["min", "max"])
    for row in put.itertuples():
        assert bounds.loc[row.key, "min"] <= row.value <= bounds.loc[row.key, "max"]
    shorter = realtime.compute(history, method.by("estimate"), MONTHS[:-3]).values
    same = rows[rows["period"] <= shorter["period"].max()]
    pd.testing.assert_frame_equal(
        shorter.reset_index(drop=True), same.reset_index(drop=True), rtol=0, atol=0
    )


def test_one_month_alone_cannot_be_estimated(history: pd.DataFrame, method: Framework) -> None:
    month = MONTHS[-1]
    with pytest.raises(ValueError, match="alone"):
        realtime.vintages(history, method.by("estimate"), [(month, realtime.cutoff(month, method))])
