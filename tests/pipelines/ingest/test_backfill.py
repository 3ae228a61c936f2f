"""What a publisher published earlier: fetched back, dated, resumed."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from pipelines.ingest import ingestion, store
from pipelines.settings import from_environment
from sources import PastRequest, Request, find_source
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.bad_days import stored_figures
from tests.server import Reply, Site
from tests.sources.publishers.rebuilt_dstack import catalogue, row
from tests.sources.publishers.test_runpod import answer, gpu
from warehouse.observations import read

PAST = find_source("dstack").past
ORACLE = "dstack.gpu.h100-sxm-80gb.oci.on_demand"
RANGE = ("--from", "2025-06-01", "--to", "2025-07-13")
GONE = Reply(b"<Error><Code>AccessDenied</Code></Error>", 403, {"Content-Type": "application/xml"})


def oracle(price: float) -> bytes:
    """A rebuilt catalogue in which Oracle asks this for eight H100."""
    return catalogue(oci=[row("BM.GPU.H100.8", "af-casablanca-1", price, "H100")])


@pytest.fixture
def served(empty_home: object, site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The first three catalogues of the past, at 10, 10 and 9 dollars a GPU."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    for past, price in zip(PAST, (80.0, 80.0, 72.0), strict=False):
        site.serve(past.request.url, oracle(price))
    return site


def versions() -> pd.DataFrame:
    """The stored versions of Oracle's price, by day of the catalogue."""
    rows = stored_figures()
    return rows.loc[rows["series"].eq(ORACLE)].set_index("period")


def test_the_past_is_loaded_with_the_days_on_which_it_was_published(
    served: Site, silentcrash: Command
) -> None:
    ended = silentcrash("backfill", "dstack", *RANGE)
    assert ended.code == 0, ended.err
    days = ["2025-06-22", "2025-07-06", "2025-07-13"]
    rows = versions()
    assert rows["value"].to_dict() == dict(
        zip(map(pd.Timestamp, days), (10.0, 10.0, 9.0), strict=True)
    )
    assert [f"{instant:%Y-%m-%d %H:%M}" for instant in rows["known_from"]] == [
        f"{day} 23:59" for day in days
    ]


def test_what_could_be_known_on_an_earlier_day_is_read_back(
    served: Site, silentcrash: Command
) -> None:
    silentcrash("backfill", "dstack", *RANGE)
    engine = store.open_for_reading(from_environment())
    day = pd.Timestamp("2025-07-08", tz="UTC").to_pydatetime()
    assert read.panel(engine, [ORACLE], as_of=day)["value"].tolist() == [10.0, 10.0]


def test_only_what_is_missing_is_asked_for_again(served: Site, silentcrash: Command) -> None:
    missed = PAST[1].request.url
    served.serve(missed, GONE)
    ended = silentcrash("backfill", "dstack", *RANGE)
    assert ended.code == 1
    assert "1 of 3 days are not loaded" in ended.err
    assert len(versions()) == 2
    served.serve(missed, oracle(80.0))
    count = len(served.asked)
    assert silentcrash("backfill", "dstack", *RANGE).code == 0
    assert [each.path for each in served.asked[count:] if "catalog" in each.path] == [
        missed.replace("https://", "/")
    ]
    assert len(versions()) == 3
    third = silentcrash("backfill", "dstack", *RANGE)
    assert third.code == 0
    assert "nothing to fetch" in third.out


def test_a_publisher_that_does_not_answer_ends_it_early_and_harms_nothing(
    empty_home: object, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    ended = silentcrash("backfill", "dstack")
    assert ended.code == 1
    assert f"{len(PAST)} of {len(PAST)} days are not loaded" in ended.err
    assert sum("catalog.zip" in each.path for each in site.asked) == 3
    assert versions().empty


def test_a_body_of_the_past_that_cannot_be_read_is_refused_and_the_rest_goes_on(
    served: Site, silentcrash: Command
) -> None:
    served.serve(PAST[0].request.url, catalogue(oci=["made,up,1,1,1,8,H100,80,False"]))
    ended = silentcrash("backfill", "dstack", *RANGE)
    assert ended.code == 1
    assert versions()["value"].tolist() == [10.0, 9.0]


def test_parsed_again_the_past_keeps_its_days(served: Site, silentcrash: Command) -> None:
    silentcrash("backfill", "dstack", *RANGE)
    before = versions()
    assert silentcrash("reparse", "dstack").code == 0
    pd.testing.assert_frame_equal(versions(), before)


def test_a_list_without_dates_of_its_own_is_read_as_of_its_publication(
    empty_home: object, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of today that somebody kept by day gives figures of those days."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    days = [datetime(2026, month, 1, 6, tzinfo=UTC) for month in (5, 6)]
    past = [PastRequest(day, Request(f"https://kept.example/{day:%m}.json")) for day in days]
    source = replace(find_source("runpod"), past=tuple(past))
    for each, price in zip(past, (2.0, 3.0), strict=True):
        site.serve(each.request.url, answer(gpu(securePrice=price, communityCloud=False)))
    settings = from_environment()
    engine = store.open_for_writing(settings)
    pending = ingestion.missing_past(engine, source)
    assert all(one_day.good for one_day in ingestion.backfill(engine, settings, source, pending))
    stored = read.panel(engine, ["runpod.gpu.h100-sxm-80gb.global.on_demand"])
    assert stored["period"].tolist() == [pd.Timestamp("2026-05-01"), pd.Timestamp("2026-06-01")]
    assert stored["known_from"].tolist() == [pd.Timestamp(day) for day in days]
    assert stored["value"].tolist() == [2.0, 3.0]


def test_a_source_without_a_past_and_a_day_that_is_none_are_explained(
    empty_home: object, silentcrash: Command
) -> None:
    ended = silentcrash("backfill", "ember")
    assert ended.code == 2
    assert "ember serves no past of its own; these do: dstack" in ended.err
    assert "is not a date" in silentcrash("backfill", "dstack", "--from", "spring").err


def test_new_names_are_listed_with_their_days_until_they_are_read(
    served: Site, silentcrash: Command
) -> None:
    rubin = row("BM.GPU.VR200.4", "af-casablanca-1", 99.0, "VR200", 4)
    old = row("BM.GPU.H100.8", "af-casablanca-1", 80.0, "H100")
    for past in PAST[1:3]:
        served.serve(past.request.url, catalogue(oci=[old, rubin]))
    silentcrash("backfill", "dstack", *RANGE)
    printed = silentcrash("sources", "news", "dstack", "--format", "csv").out
    news = pd.read_csv(io.StringIO(printed), keep_default_na=False)
    machines = news.loc[news["kind"].eq("machine")].to_dict("records")
    assert machines == [
        {
            "source": "dstack",
            "kind": "machine",
            "name": "BM.GPU.VR200.4",
            "first_seen": "2025-07-06",
            "last_seen": "2025-07-13",
        }
    ]
    silent = news.loc[news["kind"].ne("machine"), "name"]
    assert "dstack.gpu.h100-sxm-80gb.nebius.on_demand" in set(silent)
    assert ORACLE not in set(silent)
