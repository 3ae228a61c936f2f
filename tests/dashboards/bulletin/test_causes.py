"""Why the index moved, read back for every month that the shipped history has."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboards.bulletin import cause_sentences, causes, key_points
from dashboards.edition_stats import EditionStats
from dashboards.i18n import MINUS, language
from dashboards.languages.grammar import FIXED, NARROW
from pipelines.index import change_decomposition, realtime
from pipelines.release import compute
from tests.conftest import NOW
from tests.dashboards.bulletin.rebuilt import months, of_month
from warehouse.edition import Edition

CODES = ("fr", "en")
# The points of a cause or of the rest stand before the full stop that ends its sentence.
POINTS = re.compile(r": ([+-]?\d+\.\d\d) points?\.")
TOTAL = {"fr": r"(gagne|recule de) (\d+\.\d\d) point", "en": r"(rose|fell) (\d+\.\d\d) point"}
# A key, a field to fill in, a missing figure, a word of the machine.
RAW = r"[{}]|\b\w+\.\w+\.\w+|\w+_\w+|\bnan\b|NaN|None|\d {2}| ,|– "


@pytest.fixture(scope="module")
def editions(shipped_edition: Edition) -> dict[str, EditionStats]:
    """The shipped edition and every month before it, with what moved it."""
    return {month: of_month(shipped_edition, month) for month in months(shipped_edition)}


@pytest.fixture(scope="module")
def moves(editions: dict[str, EditionStats]) -> dict[str, causes.Movement]:
    """What moved the index in each month."""
    moved = {month: causes.movement(stats) for month, stats in editions.items()}
    return {month: change for month, change in moved.items() if change is not None}


@pytest.fixture(scope="module")
def steady(
    editions: dict[str, EditionStats], moves: dict[str, causes.Movement]
) -> dict[tuple[str, str], bool]:
    """Whether a cause rests on old figures alone, by month and key."""
    return {
        (month, cause.key): newest(editions[month], cause.key, 1)
        == newest(editions[month], cause.key, 0)
        for month, moved in moves.items()
        for cause in moved.named
        if cause.kind not in ("enters", "leaves", "weight")
    }


@pytest.fixture(scope="module", params=CODES)
def code(request: pytest.FixtureRequest) -> str:
    """A language; the tests of one come together."""
    return str(request.param)


@pytest.fixture(scope="module")
def sections(editions: dict[str, EditionStats], code: str) -> dict[str, dict[str, Any]]:
    """What the bulletin of each month says of it, in that language."""
    lang = language(code)
    return {month: cause_sentences.section(stats, lang) for month, stats in editions.items()}


def plain(text: str) -> str:
    """The text with plain spaces, points and minus signs."""
    spaced = text.replace(FIXED, " ").replace(NARROW, "").replace(MINUS, "-").replace(" :", ":")
    return re.sub(r"(?<=\d),(?=\d)", ".", spaced)


def test_what_is_named_and_the_rest_add_up_to_the_change_as_printed(
    editions: dict[str, EditionStats], sections: dict[str, dict[str, Any]], code: str
) -> None:
    assert len(editions) >= 38
    for month, stats in editions.items():
        section = sections[month]
        change = round(stats.index_scores.diff().iloc[-1], 2)
        shown_text = re.search(TOTAL[code], plain(section["change"]))
        printed = (
            0.0
            if shown_text is None
            else float(shown_text[2]) * (1 if shown_text[1] in "gagne rose" else -1)
        )
        assert printed == pytest.approx(change, abs=0.0051), month
        parts = [POINTS.search(plain(text)) for text in [*section["causes"], *section["rest"]]]
        summed = sum(float(part[1]) for part in parts if part)
        assert summed == pytest.approx(printed, abs=1e-9), month


def test_every_cause_has_the_figures_of_the_edition(
    editions: dict[str, EditionStats], moves: dict[str, causes.Movement], code: str
) -> None:
    seen: set[str] = set()
    assert set(moves) == set(editions)
    for name, stats in editions.items():
        moved = moves[name]
        stored = stats.edition.change.set_index("key").sum(axis=1)
        for cause in moved.named:
            text = plain(cause_sentences.sentence(stats, cause, language(code)))
            printed = POINTS.search(text)
            assert printed is not None, text
            assert float(printed[1]) == pytest.approx(stored[cause.key], abs=0.0051)
            for month in shown(cause):
                row = of_values(stats, cause.key, month)
                assert as_written(cause, row) in text, text
            seen.add(cause.kind)
    assert seen == {"enters", "weight", "base", "moved"}


def shown(cause: causes.Cause) -> list[int]:
    """How many months back are those whose figure the sentence gives."""
    return {"enters": [0], "weight": [], "leaves": [1]}.get(cause.kind, [0, 1])


def of_values(stats: EditionStats, key: str, back: int) -> "pd.Series[float]":
    values = stats.edition.values
    month = stats.month - pd.DateOffset(months=back)
    matches: pd.Series[float] = values[values["key"].eq(key) & values["period"].eq(month)].iloc[0]
    return matches


def as_written(cause: causes.Cause, row: "pd.Series[float]") -> str:
    """The figure as the sentence has to give it, worked out here."""
    if cause.now["hidden"]:
        return f"{row['score']:.1f}"
    value, places = row["value"], cause.now["decimals"]
    if cause.now["transform"] == "doublings":
        factor = 2**value
        return f"× {factor:.{1 if factor >= 1 else 2}f}"
    return f"{value:,.{places}f}".replace(",", "") if abs(value) < 1000 else ""


def test_a_base_effect_is_one_where_no_newest_figure_changed_and_only_there(
    editions: dict[str, EditionStats],
    moves: dict[str, causes.Movement],
    steady: dict[tuple[str, str], bool],
    code: str,
) -> None:
    words = {"fr": "effet de base", "en": "base effect"}[code]
    matches = 0
    assert set(moves) == set(editions)
    for name, stats in editions.items():
        for cause in moves[name].named:
            if cause.kind in ("enters", "leaves", "weight"):
                continue
            says = words in cause_sentences.sentence(stats, cause, language(code))
            assert says == steady[name, cause.key], (stats.edition.month, cause.key)
            matches += says
    assert matches >= 3


def newest(stats: EditionStats, key: str, back: int) -> dict[str, float]:
    rows = stats.edition.lineage
    month = stats.month - pd.DateOffset(months=back)
    own = rows[rows["key"].eq(key) & rows["period"].eq(month)]
    last = own.loc[own.groupby("series")["series_period"].idxmax()]
    return dict(zip(last["series"], last["value"], strict=True))


def test_no_sentence_shows_a_key_a_gap_or_a_figure_that_may_not_be_republished(
    editions: dict[str, EditionStats], sections: dict[str, dict[str, Any]], code: str
) -> None:
    lang = language(code)
    for month, stats in editions.items():
        section = sections[month]
        points = [text for point in key_points.points(stats, lang) for text in point["text"]]
        for text in [section["change"], *section["causes"], *section["rest"], *points]:
            assert not re.search(RAW, text), (month, text)
            assert text[0].isupper(), (month, text)
            assert text.rstrip().endswith("."), (month, text)
            assert ".." not in text, (month, text)


def test_the_shipped_month_names_its_one_cause(shipped_edition: Edition) -> None:
    english = cause_sentences.section(EditionStats(shipped_edition), language("en"))
    [cause] = english["causes"]
    assert plain(cause).startswith(
        "The yearly change in the rent of chips went from +22.0% to +21.1%"
    )
    assert "compared with October 2025 instead of September 2025" in cause
    french = cause_sentences.section(EditionStats(shipped_edition), language("fr"))
    assert "recule de 0.08 point" in plain(french["change"])
    assert plain(french["rest"][0]) == (
        "Sans changement: Coûts, Infrastructures, Dépendance et Productivité."
    )


def test_accounts_name_the_company_the_day_and_both_years(
    editions: dict[str, EditionStats],
) -> None:
    [text] = [
        text
        for text in cause_sentences.section(editions["2025-07"], language("en"))["causes"]
        if "operating cash flow" in text
    ]
    # Amazon's cash flow statements: purchases of property and equipment, second quarters.
    assert "Amazon’s filing of 1 August 2025" in text
    assert "capital expenditure of Q2 2025 at 32.2 billion USD, from 17.6 a year earlier" in text
    french = " ".join(cause_sentences.section(editions["2025-07"], language("fr"))["causes"])
    assert "Le dépôt d’Amazon du 1er août 2025" in french
    assert "du T2 2025" in french


def test_revisions_are_told_from_new_figures(
    shipped_store: Engine, shipped_edition: Edition
) -> None:
    """July 2026: the Census revised its construction, as the decomposition has it."""
    draft = compute.draft(shipped_store, None, now=NOW)
    keys = [
        change_decomposition.EditionKey(month, realtime.cutoff(month, draft.method), draft.method)
        for month in (pd.Period("2026-06", "M"), pd.Period("2026-07", "M"))
    ]
    moved = change_decomposition.since(draft.readings, *keys)
    stats = of_month(shipped_edition, "2026-07", moved.rename_axis("key").reset_index())
    revised = moved.loc["infrastructure.construction_growth", "revised_data"]
    shown_text = plain(" ".join(cause_sentences.section(stats, language("en"))["causes"]))
    assert f"Revisions by the publisher account for {revised:+.2f} point" in shown_text
    by_contribution = of_month(shipped_edition, "2026-07").edition.change.set_index("key")
    pd.testing.assert_series_equal(
        moved.sum(axis=1).sort_index(),
        by_contribution.sum(axis=1).sort_index(),
        check_names=False,
        check_exact=False,
        atol=1e-9,
    )


def test_a_change_of_method_and_composition_are_causes_of_their_own(
    shipped_edition: Edition, code: str
) -> None:
    change = shipped_edition.change.copy()
    change.loc[len(change)] = ["link", 0.0, 0.0, 0.4]
    change.loc[len(change)] = ["composition", 0.0, -0.3, 0.0]
    stats = EditionStats(replace(shipped_edition, change=change))
    shown_text = [plain(text) for text in cause_sentences.section(stats, language(code))["causes"]]
    assert [POINTS.search(text)[1] for text in shown_text] == ["+0.40", "-0.30", "-0.08"]  # type: ignore[index]
    assert not re.search(RAW, " ".join(shown_text))


def test_each_key_point_has_a_level_a_verb_and_an_age(shipped_edition: Edition, code: str) -> None:
    stats = EditionStats(shipped_edition)
    stale = {
        "fr": "Aucun chiffre nouveau depuis l’édition",
        "en": "No new figure since the edition",
    }
    for group, point in zip(
        stats.dimensions, key_points.points(stats, language(code)), strict=True
    ):
        score = stats.dimension_scores[group["key"]].iloc[-1]
        text = plain(" ".join(point["text"]))
        assert f"{score:.1f}" in text
        assert re.search("gagne|recule|stable" if code == "fr" else "rose|fell|unchanged", text)
        assert plain(stale[code]) in text  # nothing new came for October 2026
    [costs, *_] = key_points.points(of_month(shipped_edition, "2026-04"), language("en"))
    assert "New figures this month for" in " ".join(costs["text"])
