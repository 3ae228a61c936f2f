"""Hostile text gives a typed result or a refusal, never an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.announcements import COLUMNS, extract
from sources.announcements.clean import clean
from sources.announcements.event_type import ABSTAINED, KINDS

SECONDS = 1.0
WORDS = st.sampled_from(
    [
        "data",
        "center",
        "plans",
        "1GW",
        "$5bn",
        "the",
        "in",
        "Ohio's",
        "Maroc",
        "cancels",
        "<b>",
        "&amp;",
        ",",
        ".",
        "-",
        "100",
        "MW",
        "à",
        "€",
        "cent",
        "to",
        "\u202e",
        "\x00",
        "إعلان",
        "数据中心",
        "1,000,000",
        "jusqu'à",
        "GBP",
        "denies",
        "moratorium",
    ]
)


@pytest.mark.parametrize("text", ["", "   ", None, 7, b"data center", "1234 !!", "\x00\u202e"])
def test_what_is_no_text_is_refused_with_a_reason(text: object) -> None:
    assert extract(text).note == "there is no text to read"
    assert extract(text).kind == "not_announcement"


@pytest.mark.parametrize(
    "piece",
    ["data center ", "a", "A", "A ", "1,", "1 ", "<", "<b", "&amp;", "$1 ", "plans data center to ",
     "according to a ", "market ", "word-word'", "Paris, ", "é ", "expects reports sells with "],
)  # fmt: skip
def test_a_megabyte_is_read_in_time(piece: str) -> None:
    text = (piece * (2**20 // len(piece) + 1))[: 2**20]
    start = time.process_time()
    extract(text)
    assert time.process_time() - start < SECONDS


def test_markup_entities_and_direction_marks_are_taken_off() -> None:
    text = "<p>Northbridge&nbsp;plans <b>80MW</b> data\u202e center &amp;amp; park in Leeds</p>"
    event = extract(text)
    assert event.power is not None
    assert event.power.mw == 80
    assert "<" not in clean(text)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_text_gives_a_typed_result(text: str) -> None:
    event = extract(text)
    assert event.kind in {*KINDS, ABSTAINED}
    assert list(event.row()) == list(COLUMNS)
    assert event.power is None or 0 < event.power.mw <= 100_000
    assert event.money is None or 0 < event.money.amount <= 1e13
    size = len(clean(text))
    assert all(0 <= start < end <= size for start, end in event.spans.values())
    if event.kind in {"not_announcement", ABSTAINED}:
        assert not any((event.operators, event.country, event.power, event.money))


@given(st.text(max_size=100))
def test_cleaning_twice_changes_nothing_more_than_markup(text: str) -> None:
    assert "\x00" not in clean(text)
    assert clean(text) == clean(text).strip()
