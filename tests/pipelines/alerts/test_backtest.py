"""The shipped rules on the shipped history do not flap; the feed is sound."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import Engine

from pipelines.alerts import backtest, feed, reports, service, signals
from pipelines.definitions import assets
from pipelines.definitions.resources import Observatory
from pipelines.ingest import store
from pipelines.settings import Settings
from tests.pipelines.alerts.made_up import edition, rule
from tools import alerts_page
from warehouse.alerts import repository

WHEN = "2026-11-23T09:00:00+00:00"
DOCS = Path(__file__).parents[3] / "docs" / "alerts.md"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def shipped(
    first_edition: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Engine, Settings, int]:
    """A store with the shipped history and the edition of its last month."""
    home = tmp_path_factory.mktemp("shipped") / "home"
    shutil.copytree(first_edition, home)
    settings = Settings(home=home, now=WHEN)
    return store.open_for_writing(settings), settings, 1


def test_no_shipped_rule_flaps(shipped: tuple[Engine, Settings, int]) -> None:
    engine, _, _ = shipped
    summary, events = reports.run_backtest(engine, service.rules_in_force(), "", "")
    assert len(events) > 0
    loud = events.loc[~events["quiet"]]
    fired = loud.loc[loud["kind"].eq("firing")].groupby(["rule", "series"]).size()
    sent = loud.groupby(["rule", "series"]).size()
    assert (sent <= 2 * fired.reindex(sent.index).fillna(0) + 1).all()
    assert (summary["messages_a_year"] <= 12).all()
    months = events.loc[events["kind"].eq("firing")].groupby(["rule", "series"])["period"]
    assert (months.diff().dropna() >= pd.Timedelta(days=59)).all()


def test_the_backtest_finds_what_the_machine_finds_live(
    shipped: tuple[Engine, Settings, int],
) -> None:
    engine, settings, number = shipped
    added = service.evaluate(engine, settings, number, service.rules_in_force())
    live = {(row["rule"], row["series"]) for row in added if row["kind"] == "firing"}
    _, events = reports.run_backtest(engine, service.rules_in_force(), "", "")
    fired = events.loc[events["kind"].eq("firing")]
    on_series = {"index", "dimension", "indicator", "regime"}
    kinds = {each.id: each.kind for each in service.rules_in_force().rules}
    assert {pair for pair in live if kinds[pair[0]] in on_series} == set(
        zip(fired["rule"], fired["series"], strict=True)
    )
    assert service.evaluate(engine, settings, number, service.rules_in_force()) == []


def test_the_asset_evaluates_the_newest_edition(
    shipped: tuple[Engine, Settings, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, settings, _ = shipped
    monkeypatch.setenv("SILENTCRASH_HOME", str(settings.home))
    monkeypatch.setenv("SILENTCRASH_NOW", WHEN)
    monkeypatch.delenv("SILENTCRASH_WAREHOUSE", raising=False)
    done = dg.materialize(
        [assets.alerts],
        selection=[assets.alerts],
        resources={"observatory": Observatory()},
    )
    assert done.success
    assert "release-published" in set(repository.history(engine)["rule"])


def test_the_table_in_the_docs_is_that_of_the_shipped_history(
    shipped: tuple[Engine, Settings, int],
) -> None:
    text = DOCS.read_text(encoding="utf-8")
    advice = "renew it with: python -m tools.alerts_page docs/alerts.md"
    assert text == alerts_page.renewed(
        text, alerts_page.tables(shipped[0], service.rules_in_force())
    ), advice


def test_lead_time_and_false_alarms_of_made_up_figures() -> None:
    watched = rule(recover={"op": "<", "value": 45})
    scores = [40, 50, 44, *[40] * 13, 50, 55, 80]  # a false alarm, then one that leads to a crash
    seen = backtest.vintages([edition(1, scores)])
    events = backtest.frame(backtest.replay([watched], seen))
    [row] = backtest.summary(
        events, [watched], signals.vintage(edition(1, scores)), years=1.0
    ).to_dict("records")
    assert (row["firings"], row["resolved"], row["retracted"]) == (2, 1, 0)
    assert (row["foreseen"], row["false"], row["lead_months"]) == (1, 1, 2)
    assert row["messages_a_year"] == 3


def test_a_stored_vintage_that_revises_is_replayed_as_a_retraction() -> None:
    first, second = edition(1, [40, 55]), edition(40, [40, 49])
    events = backtest.frame(backtest.replay([rule()], backtest.vintages([first, second])))
    assert list(events["kind"]) == ["firing", "retracted"]


def test_the_feed_has_every_public_event_in_each_language(
    shipped: tuple[Engine, Settings, int], tmp_path: Path
) -> None:
    engine, settings, number = shipped
    service.evaluate(engine, settings, number, service.rules_in_force())
    history = repository.history(engine)
    for path in feed.write(history, tmp_path):
        root = ElementTree.fromstring(path.read_bytes())
        ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
        assert len(ids) == len(set(ids)) == history["rule_kind"].isin(feed.PUBLIC).sum() > 0
        for entry in [root, *root.iter(f"{ATOM}entry")]:
            stamp = datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated")))
            assert stamp <= datetime.now(UTC) + timedelta(days=3650)
            assert entry.findtext(f"{ATOM}title")
    assert "Indice" in (tmp_path / "alerts.fr.atom").read_text(encoding="utf-8")


def test_an_entry_is_named_by_facts_that_two_stores_share() -> None:
    """Both saw one history, and gave other numbers to editions and events."""
    month = pd.Timestamp("2026-01-01")
    event = {
        "rule": "index-40", "rule_kind": "index", "series": "index", "severity": "alert",
        "note": "", "at": pd.Timestamp("2026-02-01", tz=UTC), "period": month,
        **dict.fromkeys(("title_fr", "title_en", "text_fr", "text_en"), "-"),
    }  # fmt: skip

    def ids(first_event: int, first_edition: int) -> list[str]:
        kinds = ["firing", "retracted", "firing"]
        rows = [
            {
                **event,
                "id": first_event + n,
                "vintage": f"release:{first_edition + n}",
                "kind": kind,
            }
            for n, kind in enumerate(kinds)
        ]
        root = ElementTree.fromstring(feed.atom(pd.DataFrame(rows), "en"))
        return [str(entry.findtext(f"{ATOM}id")) for entry in root.iter(f"{ATOM}entry")]

    assert ids(1, 7) == ids(30, 12)
    assert [entry.partition("2026:")[2] for entry in ids(1, 7)] == [
        "index-40:index:firing:2026-01-01:2",
        "index-40:index:retracted:2026-01-01",
        "index-40:index:firing:2026-01-01",
    ]


def test_hostile_text_stays_text_in_the_feed() -> None:
    row = {
        "id": 1, "rule": "r", "rule_kind": "index", "series": "<script>", "vintage": "release:1",
        "kind": "firing", "period": pd.Timestamp("2026-01-01"), "severity": "alert",
        "note": "\x00&",
        "at": pd.Timestamp("2026-02-01", tz=UTC), "title_fr": "</title><b>", "text_fr": "]]>\x1b",
    }  # fmt: skip
    root = ElementTree.fromstring(feed.atom(pd.DataFrame([row]), "fr"))
    assert root.find(f"{ATOM}entry").findtext(f"{ATOM}title") == "</title><b>"  # type: ignore[union-attr]
