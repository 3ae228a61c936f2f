"""The tidy frame: one set of types, whatever a parser knows."""

import pandas as pd
import pytest

from sources import SchemaDrift
from sources.tidy import tidy

ROW = {"series": ["a"], "period": ["2026-07-01"], "value": ["1.5"]}


@pytest.mark.parametrize("dates", [{}, {"known_from": [pd.NaT]}, {"known_from": ["2026-08-10"]}])
def test_dates_of_knowledge_are_utc_with_and_without_any(dates: dict[str, list[object]]) -> None:
    frame = tidy(pd.DataFrame(ROW | dates))
    assert frame["known_from"].dtype == "datetime64[s, UTC]"
    fetched = pd.Timestamp("2026-11-23", tz="UTC")
    assert frame["known_from"].fillna(fetched).dtype == "datetime64[s, UTC]"


def test_values_are_numbers_and_status_is_final_unless_said() -> None:
    frame = tidy(pd.DataFrame(ROW))
    assert frame[["value", "status"]].to_numpy().tolist() == [[1.5, "final"]]


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(SchemaDrift, match=r"found .*period.*value"):
        tidy(pd.DataFrame(ROW).rename(columns={"series": "key"}))
