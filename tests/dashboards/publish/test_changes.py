"""The changelog names what changed since the previous edition, and nothing else."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dashboards import edition_stats, publish
from dashboards.publish import changelog, changes
from dashboards.publish.publication import Publication, prepare
from warehouse.edition import Edition

MONTH, BEFORE = pd.Timestamp("2026-10-01"), pd.Timestamp("2026-09-01")
SERIES = "census.c30.data_center"


@pytest.fixture(scope="module")
def previous(shipped_edition: Edition) -> Edition:
    """The edition of the month before, as a warehouse that published it would hold it."""
    kept = {
        name: getattr(shipped_edition, name).query("period < @MONTH")
        for name in ("values", "lineage")
    }
    return replace(shipped_edition, month="2026-09", **kept)


def told(edition: Edition, previous: Edition | None = None) -> dict:
    return changelog.document(Publication(edition), changes.between(edition, previous))


def moved(edition: Edition, series: str, factor: float) -> Edition:
    """The edition in which the month before had read other figures of a series."""
    before = edition.lineage["series"].eq(series) & edition.lineage["period"].lt(MONTH)
    values = edition.lineage["value"].mask(before, edition.lineage["value"] * factor)
    return replace(edition, lineage=edition.lineage.assign(value=values))


def test_a_quiet_month_names_only_what_came_in(shipped_edition: Edition) -> None:
    found = told(shipped_edition)
    assert (found["month"], found["previous"]) == ("2026-10", "2026-09")
    assert found["revised"] == []
    rows = shipped_edition.lineage
    seen = rows.loc[rows["period"].lt(MONTH), ["series", "series_period"]].drop_duplicates()
    for one in found["new"]:
        assert (rows["series"].eq(one["series"]) & rows["period"].eq(MONTH)).any()
        known = seen.loc[seen["series"].eq(one["series"]), "series_period"]
        assert not known.eq(pd.Timestamp(one["last"])).any()


def test_the_edition_before_gives_what_the_edition_itself_gives(
    shipped_edition: Edition, previous: Edition
) -> None:
    alone, against = told(shipped_edition), told(shipped_edition, previous)
    assert {**alone, "method": 0} == {**against, "method": 0}
    assert alone["method"]["touched"] is None
    assert against["method"] == {"version": "2026.1", "previous": "2026.1", "touched": []}


def test_after_a_gap_the_last_edition_that_was_published_counts(
    shipped_edition: Edition, previous: Edition
) -> None:
    kept = previous.lineage.loc[previous.lineage["period"].lt(BEFORE)]
    older = replace(previous, month="2026-08", lineage=kept)
    found = told(shipped_edition, older)
    assert found["previous"] == "2026-08"
    assert len(found["new"]) >= len(told(shipped_edition, previous)["new"])


def test_a_revision_is_named_with_both_figures(shipped_edition: Edition) -> None:
    found = told(moved(shipped_edition, SERIES, 2.0))["revised"]
    assert {one["series"] for one in found} == {SERIES}
    now = shipped_edition.lineage.query("series == @SERIES and period == @MONTH")
    for one in found:
        value = now.loc[now["series_period"].eq(pd.Timestamp(one["period"])), "value"].item()
        assert one["value"] == value
        assert one["was"] == 2.0 * value


def test_a_closed_revision_is_named_without_its_figures(shipped_edition: Edition) -> None:
    edition = moved(shipped_edition, "dram.contract.ddr4_8gb", 2.0)
    found = told(edition)["revised"]
    assert found
    assert all(one["was"] is None and one["value"] is None for one in found)
    text = changelog.markdown(prepare(edition), told(edition), "en").decode()
    assert "the licence does not let the figure be republished" in text


def test_a_new_method_is_told_by_the_indicators_that_it_touches(
    shipped_edition: Edition, previous: Edition
) -> None:
    framework = copy.deepcopy(shipped_edition.framework)
    one = framework["dimension"][0]["indicator"][0]
    one["high"] += 1
    newer = replace(shipped_edition, framework=framework, framework_version="2026.2")
    method = told(newer, previous)["method"]
    assert method == {"version": "2026.2", "previous": "2026.1", "touched": ["cost.capex_to_cash"]}


def test_a_series_that_is_read_no_more_is_named(shipped_edition: Edition) -> None:
    rows = shipped_edition.lineage
    left = rows.loc[~(rows["series"].eq(SERIES) & rows["period"].eq(MONTH))]
    assert told(replace(shipped_edition, lineage=left))["gone"] == [SERIES]


def test_hostile_titles_are_text_in_markdown(shipped_edition: Edition) -> None:
    series = shipped_edition.series.assign(title_fr="<b>[x](javascript:1)`|\u202e")
    edition = replace(moved(shipped_edition, SERIES, 2.0), series=series)
    text = changelog.markdown(prepare(edition), told(edition), "fr").decode()
    assert "\\<b\\>\\[x\\](javascript:1)\\`\\|" in text
    assert "\u202e" not in text


def test_the_files_say_the_same(folder: Path, shipped_edition: Edition) -> None:
    written = json.loads((folder / "changelog.json").read_bytes())
    assert written == told(shipped_edition)
    for code in ("fr", "en"):
        text = (folder / f"changelog.{code}.md").read_text(encoding="utf-8")
        assert text.count("- `") == len(written["new"]) + len(written["revised"])


def test_a_release_is_compared_with_the_one_before(
    shipped_edition: Edition, previous: Edition, tmp_path: Path
) -> None:
    publish.write(prepare(shipped_edition), tmp_path, previous=previous)
    written = json.loads((tmp_path / "changelog.json").read_bytes())
    assert written["method"]["touched"] == []
    assert edition_stats.month(shipped_edition) == MONTH
