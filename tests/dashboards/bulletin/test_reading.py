"""The headline follows the reading of the month."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from dashboards.bulletin import headline, reading
from dashboards.bulletin.reading import Kind
from dashboards.edition_stats import EditionStats
from dashboards.i18n import language
from dashboards.publish.publication import prepare
from dashboards.publish.readme import markdown
from dashboards.site import social_image
from pipelines.alerts import findings, messages, service, signals
from pipelines.index.gauges import due
from tests.dashboards.bulletin.rebuilt import months, of_month
from warehouse.edition import Edition
from warehouse.gauges.repository import Gauges

CODES = ("fr", "en")


def observed(edition: Edition, share: float) -> EditionStats:
    """The edition, of whose weight due this share is observed in its month."""
    rows = edition.gauges.rows
    now = rows["period"].eq(pd.Timestamp(edition.month)) & rows["key"].eq("index")
    coverage = rows["coverage"].mask(now, share)
    gauges = replace(edition.gauges, rows=rows.assign(coverage=coverage))
    return EditionStats(replace(edition, gauges=gauges))


@pytest.mark.parametrize(
    ("share", "kind"),
    [(0.49, "none"), (0.5, "provisional"), (0.79, "provisional"), (0.8, "first"), (1.0, "first")],
)
def test_the_share_observed_of_what_is_due_decides(
    shipped_edition: Edition, share: float, kind: Kind
) -> None:
    stats = observed(shipped_edition, share)
    assert reading.reading(stats).kind == kind
    late = replace(stats.edition, as_of=shipped_edition.as_of + timedelta(days=30))
    assert reading.reading(EditionStats(late)).kind == ("revised" if kind == "first" else kind)


def test_the_shares_are_those_of_the_method() -> None:
    assert (reading.READABLE, reading.FULL) == (due.READABLE, due.FULL)


def test_the_reading_of_every_month_is_that_of_the_gauges_file(shipped_edition: Edition) -> None:
    rows = shipped_edition.gauges.rows
    first = rows[rows["key"].eq("index")].sort_values("reading").drop_duplicates("period")
    states = first.set_index("period")["state"]
    for month in months(shipped_edition):
        kind = reading.reading(of_month(shipped_edition, month)).kind
        state = states[pd.Timestamp(month)]
        words = {"observed": ("first", "revised"), "provisional": ("provisional",)}
        assert kind in words.get(state, ("none",)), month


def test_without_gauges_the_weight_of_the_method_decides(shipped_edition: Edition) -> None:
    values = shipped_edition.values
    stats = EditionStats(replace(shipped_edition, gauges=Gauges()))
    weights = stats.indicators.set_index("key")["nominal"]
    seen = values[values["period"].eq(stats.month) & values["state"].eq("observed")]
    share = weights.reindex(seen.loc[seen["kind"].eq("indicator"), "key"]).sum()
    state = reading.reading(stats)
    assert state.observed == pytest.approx(share)
    assert state.kind == "none"
    assert state.last is not None
    assert f"{state.last.month:%Y-%m}" == "2026-09"


def titles(edition: Edition, code: str) -> dict[str, str]:
    """Whatever carries the title of an edition, by its name."""
    lang, stats = language(code), EditionStats(edition)
    rules = service.rules_in_force()
    rules = rules.model_copy(update={"rules": tuple(rules.of_kind("release"))})
    release, *_ = findings.of_edition(rules, edition)
    names = {code: signals.titles(edition, code)}
    return {
        "heading": headline.heading(stats, lang).title,
        "card": social_image.svg(stats, lang),
        "readme": markdown(prepare(edition), code).decode(),
        "alert": messages.texts(release.rule, "index", release.event, names)[f"text_{code}"],
    }


@pytest.mark.parametrize(
    ("code", "opening", "last", "silenced"),
    [
        ("fr", "Pas de lecture pour octobre 2026", "49,0", "se maintient"),
        ("en", "No reading for October 2026", "49.0", "holds at"),
    ],
)
def test_a_month_without_a_reading_says_so_wherever_its_title_stands(
    shipped_edition: Edition, code: str, opening: str, last: str, silenced: str
) -> None:
    for name, text in titles(shipped_edition, code).items():
        assert opening in " ".join(text.split()), name
        assert last in text, name
        assert silenced not in text, name
    head = headline.heading(EditionStats(shipped_edition), language(code))
    assert head.figure == ""
    assert head.regime == ""
    estimate = head.notes[-1]
    assert "48" in estimate
    assert "42" in estimate


@pytest.mark.parametrize(("code", "word"), [("fr", "Provisoire"), ("en", "Provisional")])
def test_a_provisional_reading_says_so_and_is_dashed(
    shipped_edition: Edition, code: str, word: str
) -> None:
    stats = observed(shipped_edition, 0.6)
    head = headline.heading(stats, language(code))
    assert head.title.startswith(word)
    assert head.figure == language(code).number(stats.level.score)
    assert "stroke-dasharray" in social_image.svg(stats, language(code))
    full = observed(shipped_edition, 0.95)
    assert not headline.heading(full, language(code)).title.startswith(word)
    assert "stroke-dasharray" not in social_image.svg(full, language(code))


@pytest.mark.parametrize("code", CODES)
def test_what_is_awaited_is_named_the_heaviest_first(shipped_edition: Edition, code: str) -> None:
    stats = EditionStats(shipped_edition)
    state = reading.reading(stats)
    rows = shipped_edition.gauges.rows
    now = rows[rows["period"].eq(stats.month) & rows["kind"].eq("indicator")]
    assert set(state.awaited) == set(now.loc[now["state"].isin(["carried", "withheld"]), "key"])
    # A quarter of the dependency dimension and half of the productivity dimension weigh most.
    assert state.awaited[:2] == (
        "dependency.accelerator_concentration",
        "productivity.productivity_growth",
    )
    text = " ".join(headline.unread_lede(stats, language(code)))
    assert "HHI" in text
    assert str(len(state.awaited) - headline.AWAITED) in text


def test_no_earlier_reading_is_invented(shipped_edition: Edition) -> None:
    first = shipped_edition.values["period"].min()
    stats = of_month(shipped_edition, months(shipped_edition)[0])
    only = replace(
        stats.edition,
        month=f"{first:%Y-%m}",
        values=stats.edition.values[lambda rows: rows["period"].eq(first)],
    )
    state = reading.reading(observed(only, 0.1))
    assert state.kind == "none"
    assert state.last is None
    assert headline.heading(observed(only, 0.1), language("en")).title == (
        "No reading for August 2023: too few figures are known for the Silent Crash Index"
    )
