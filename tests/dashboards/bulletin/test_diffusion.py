"""How widely the index moves is counted again from what the warehouse holds."""

from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboards.bulletin import diffusion
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from warehouse.edition import Edition

STEP = """
select n.key, n.score - b.score as change, n.score, n.observed, b.observed as before
from v_index n left join v_index b on b.key = n.key and b.release = n.release
  and b.period = date(n.period, '-1 month')
where n.kind = 'indicator' and n.release = {} and n.period = '{}-01'
"""


def test_the_counts_are_those_of_the_warehouse(
    shipped_edition: Edition, shipped_store: Engine
) -> None:
    query = STEP.format(shipped_edition.id, shipped_edition.month)
    rows = pd.read_sql(query, shipped_store)
    inside = set(EditionStats(shipped_edition).indicators.query("not panel")["key"])
    rows = rows.loc[rows["key"].isin(inside)]
    assert len(rows) == len(inside) > 15
    counts = diffusion.counts(EditionStats(shipped_edition)).sum()
    assert counts["up"] == (rows["change"] >= 0.05).sum()
    assert counts["down"] == (rows["change"] <= -0.05).sum()
    assert counts["out"] == rows["change"].isna().sum()
    assert counts["fresh"] == (rows["observed"].fillna("") > rows["before"].fillna("9")).sum()
    assert counts["high"] == (rows["score"] >= 50).sum()


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_moves_of_a_dimension_are_all_its_indicators(
    shipped_edition: Edition, code: str
) -> None:
    section = diffusion.breadth(EditionStats(shipped_edition), language(code))
    groups = EditionStats(shipped_edition).dimensions
    *rows, total = section["rows"]
    assert [sum(map(int, row[1:5])) for row in rows] == [
        len(group["indicator"]) for group in groups
    ]
    assert int(total[1]) == sum(int(row[1]) for row in rows)
    assert f"{sum(map(int, total[1:5]))} ind" in section["text"]


def test_a_first_month_and_a_withheld_indicator_have_no_move(shipped_edition: Edition) -> None:
    now = EditionStats(shipped_edition).month
    rows = shipped_edition.values
    alone = replace(shipped_edition, values=rows.loc[rows["period"].eq(now)])
    counts = diffusion.counts(EditionStats(alone))
    sizes = [len(group["indicator"]) for group in EditionStats(alone).dimensions]
    assert list(counts["out"]) == sizes
    assert counts["fresh"].sum() == 0


def test_a_move_too_small_to_be_printed_is_none(shipped_edition: Edition) -> None:
    rows = shipped_edition.values
    now, key = EditionStats(shipped_edition).month, "chips.rental_growth"
    mine = rows["key"].eq(key)
    ago = rows.loc[mine & rows["period"].eq(now - pd.DateOffset(months=1)), "score"].iloc[0]
    moves = [
        diffusion.counts(
            EditionStats(
                replace(
                    shipped_edition,
                    values=rows.assign(
                        score=rows["score"].mask(mine & rows["period"].eq(now), score)
                    ),
                )
            )
        ).loc["chips", ["up", "down"]]
        for score in (ago + 0.04, ago + 0.06, ago - 0.06)
    ]
    assert list(moves[1] - moves[0]) == [1, 0]
    assert list(moves[2] - moves[0]) == [0, 1]
