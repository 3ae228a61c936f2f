"""The memory indicator is read from Korea once its figures have come."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from pipelines.ingest.store import open_for_writing
from pipelines.release import compute
from pipelines.settings import from_environment
from sources.tidy import tidy
from tests.pipelines.conftest import Command
from warehouse import load

KEY, KOREA = "chips.memory_growth", "bok.ppi.dram"
CAME = datetime(2026, 11, 23, 8, tzinfo=UTC)
MONTH = pd.Period("2026-10", "M")


def test_a_live_figure_takes_over_and_the_published_month_stays(
    home: Path, silentcrash: Command
) -> None:
    settings = from_environment()
    engine = open_for_writing(settings)
    made_up = [(KOREA, "2025-10-01", 150.0), (KOREA, "2026-10-01", 600.0)]
    frame = tidy(pd.DataFrame(made_up, columns=["series", "period", "value"]))
    fetch = load.record(
        engine, "bank_of_korea", url="https://ecos.bok.or.kr/", at=CAME, outcome="new", sha256="00"
    )
    load.append(engine, fetch, frame.assign(known_from=pd.Timestamp(CAME)))
    now = compute.draft(engine, MONTH, now=settings.now, as_of=settings.now)
    published = compute.draft(engine, MONTH, now=settings.now)
    rows = [draft.values.set_index(["period", "key"]).loc[(MONTH.to_timestamp(), KEY)]
            for draft in (now, published)]  # fmt: skip
    assert rows[0]["value"] == pytest.approx(2.0)  # fourfold in a year
    assert KOREA in rows[0]["reason"]
    traced = now.lineage[now.lineage["key"].eq(KEY) & now.lineage["period"].eq("2026-10-01")]
    assert set(traced["series"]) == {KOREA}
    assert rows[1]["value"] == pytest.approx(1.8813, abs=1e-4)  # of the quoted price, as before
    assert rows[1]["reason"] == ""
