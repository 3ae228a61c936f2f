"""The changelog names every change since the previous edition and no other."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dashboards import publish
from dashboards.edition_stats import EditionStats
from dashboards.publish import changelog, changes
from dashboards.publish.publication import Publication, prepare
from warehouse.edition import Edition

MONTH, BEFORE = pd.Timestamp("2026-10-01"), pd.Timestamp("2026-09-01")
SERIES = "census.c30.data_center"


@pytest.fixture(scope="module")
def previous(shipped_edition: Edition) -> Edition:
    """The edition of the month before, as it would have been published."""
    tables = {
        name: getattr(shipped_edition, name).query("period < @MONTH")
        for name in ("values", "lineage")
    }
    return replace(shipped_edition, month="2026-09", **tables)


def changes_of(edition: Edition, previous: Edition | None = None) -> dict:
    return changelog.document(Publication(edition), changes.between(edition, previous))


def moved(edition: Edition, series: str, factor: float) -> Edition:
    """The edition in which the month before had read other figures of a series."""
    before = edition.lineage["series"].eq(series) & edition.lineage["period"].lt(MONTH)
    values = edition.lineage["value"].mask(before, edition.lineage["value"] * factor)
    return replace(edition, lineage=edition.lineage.assign(value=values))


def test_a_quiet_month_names_only_what_came_in(shipped_edition: Edition) -> None:
    document = changes_of(shipped_edition)
    assert (document["month"], document["previous"]) == ("2026-10", "2026-09")
    assert document["revised"] == []
    rows = shipped_edition.lineage
    seen = rows.loc[rows["period"].lt(MONTH), ["series", "series_period"]].drop_duplicates()
    for item in document["new"]:
        assert (rows["series"].eq(item["series"]) & rows["period"].eq(MONTH)).any()
        seen_periods = seen.loc[seen["series"].eq(item["series"]), "series_period"]
        assert not seen_periods.eq(pd.Timestamp(item["last"])).any()


def test_the_edition_before_gives_what_the_edition_itself_gives(
    shipped_edition: Edition, previous: Edition
) -> None:
    alone, against = changes_of(shipped_edition), changes_of(shipped_edition, previous)
    assert {**alone, "method": 0} == {**against, "method": 0}
    assert alone["method"]["touched"] is None
    assert against["method"] == {"version": "2026.1", "previous": "2026.1", "touched": []}


def test_after_a_gap_the_last_edition_that_was_published_counts(
    shipped_edition: Edition, previous: Edition
) -> None:
    lineage = previous.lineage.loc[previous.lineage["period"].lt(BEFORE)]
    older = replace(previous, month="2026-08", lineage=lineage)
    document = changes_of(shipped_edition, older)
    assert document["previous"] == "2026-08"
    assert len(document["new"]) >= len(changes_of(shipped_edition, previous)["new"])


def test_a_revision_is_named_with_both_figures(shipped_edition: Edition) -> None:
    revised = changes_of(moved(shipped_edition, SERIES, 2.0))["revised"]
    assert {item["series"] for item in revised} == {SERIES}
    now = shipped_edition.lineage.query("series == @SERIES and period == @MONTH")
    for item in revised:
        value = now.loc[now["series_period"].eq(pd.Timestamp(item["period"])), "value"].item()
        assert item["value"] == value
        assert item["was"] == 2.0 * value


def test_a_closed_revision_is_named_without_its_figures(shipped_edition: Edition) -> None:
    edition = moved(shipped_edition, "dram.contract.ddr4_8gb", 2.0)
    revised = changes_of(edition)["revised"]
    assert revised
    assert all(item["was"] is None and item["value"] is None for item in revised)
    text = changelog.markdown(prepare(edition), changes_of(edition), "en").decode()
    assert "the licence does not let the figure be republished" in text


def test_a_new_method_is_told_by_the_indicators_that_it_touches(
    shipped_edition: Edition, previous: Edition
) -> None:
    framework = copy.deepcopy(shipped_edition.framework)
    indicator = framework["dimension"][0]["indicator"][0]
    indicator["high"] += 1
    newer = replace(shipped_edition, framework=framework, framework_version="2026.2")
    method = changes_of(newer, previous)["method"]
    assert method == {"version": "2026.2", "previous": "2026.1", "touched": ["cost.capex_to_cash"]}


def test_a_series_that_is_read_no_more_is_named(shipped_edition: Edition) -> None:
    rows = shipped_edition.lineage
    left = rows.loc[~(rows["series"].eq(SERIES) & rows["period"].eq(MONTH))]
    assert changes_of(replace(shipped_edition, lineage=left))["gone"] == [SERIES]


def test_hostile_titles_are_text_in_markdown(shipped_edition: Edition) -> None:
    series = shipped_edition.series.assign(title_fr="<b>[x](javascript:1)`|\u202e")
    edition = replace(moved(shipped_edition, SERIES, 2.0), series=series)
    text = changelog.markdown(prepare(edition), changes_of(edition), "fr").decode()
    assert "\\<b\\>\\[x\\](javascript:1)\\`\\|" in text
    assert "\u202e" not in text


def test_the_files_say_the_same(folder: Path, shipped_edition: Edition) -> None:
    written = json.loads((folder / "changelog.json").read_bytes())
    assert written == changes_of(shipped_edition)
    for code in ("fr", "en"):
        text = (folder / f"changelog.{code}.md").read_text(encoding="utf-8")
        assert text.count("- `") == len(written["new"]) + len(written["revised"])


def test_a_release_is_compared_with_the_one_before(
    shipped_edition: Edition, previous: Edition, tmp_path: Path
) -> None:
    publish.write(prepare(shipped_edition), tmp_path, previous=previous)
    written = json.loads((tmp_path / "changelog.json").read_bytes())
    assert written["method"]["touched"] == []
    assert EditionStats(shipped_edition).month == MONTH
