"""Prices that moved: what is stored, what is doubted, and how a doubt heals."""

import json
from collections.abc import Callable
from io import BytesIO

import pandas as pd
import pytest

from sources.publishers.nyfed_cmdi import COLUMNS, FRIDAY
from tests.pipelines.conftest import Command
from tests.pipelines.ingest.price_bodies import Rows, Visit, catalogue, litellm, values

FLAGSHIP, FRUGAL = "tokens.flagship", "tokens.frugal"


CASE_S1 = ("2026-03-10", "2026-03-18", "2026-03-25", "2026-04-28", "2026-07-14", "2026-08-01")


@pytest.mark.parametrize(
    ("key", "series", "body"),
    [("token_prices", "tokens", catalogue), ("litellm", "litellm", litellm)],
)
def test_a_new_model_of_one_tier_is_stored_with_the_other(
    visit: Visit, rows: Rows, key: str, series: str, body: Callable[..., bytes]
) -> None:
    """S1: on 17 March the frugal tier got another model, 3.4 times as dear."""
    prices = [(5.625, 0.1375), (5.625, 0.4625), (5.625, 0.4625), (11.25, 0.4625)]
    prices += [(11.25, 0.3), (11.25, 0.3)]
    for day, pair in zip(CASE_S1, prices, strict=True):
        assert visit(key, day, body(day, *pair)).code == 0, day
    listed = values(rows, f"{series}.frugal", "2026-03-18")
    assert listed[0] == pytest.approx(0.4625)
    assert values(rows, f"{series}.flagship", "2026-07-14")[-1] == pytest.approx(11.25)
    assert rows("select 1 from v_quarantine where reason like 'over 5 times%'") == []


def test_one_of_two_prices_that_moves_far_waits_for_another_day(visit: Visit, rows: Rows) -> None:
    days = ("2026-11-03", "2026-11-10", "2026-11-17")
    for day, frugal in zip(days, (0.4, 2.4, 2.4), strict=True):
        ended = visit("token_prices", day, catalogue(day, 20.0, frugal))
        assert ended.code == 0, ended.err
        if day == days[1]:
            assert values(rows, FLAGSHIP)[-1] == 20.0
            assert values(rows, FRUGAL) == [0.4]
    assert values(rows, FRUGAL) == [0.4, 2.4]
    [last] = rows("select detail from v_fetch where outcome <> 'listed' order by at desc limit 1")
    assert last["detail"] == "tokens.frugal moved by a factor of 6, which was confirmed"


def test_the_same_day_confirms_nothing(visit: Visit, rows: Rows) -> None:
    for day, frugal in (("2026-11-03", 0.4), ("2026-11-10", 2.4), ("2026-11-10", 2.4)):
        assert visit("token_prices", day, catalogue(day, 20.0, frugal)).code == 0
    assert values(rows, FRUGAL) == [0.4]


def test_a_move_within_a_factor_of_five_is_stored_with_a_mark(visit: Visit, rows: Rows) -> None:
    for day, frugal in (("2026-11-03", 0.4), ("2026-11-10", 1.2)):
        assert visit("token_prices", day, catalogue(day, 20.0, frugal)).code == 0
    assert values(rows, FRUGAL) == [0.4, 1.2]
    [last] = rows("select detail from v_fetch where outcome <> 'listed' order by at desc limit 1")
    assert last["detail"] == "tokens.frugal moved by a factor of 3"


def test_a_second_publisher_that_agrees_confirms(visit: Visit, rows: Rows) -> None:
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    assert visit("litellm", "2026-11-09", litellm("2026-11-09", 20.0, 2.4)).code == 0
    assert values(rows, "litellm.frugal") == []  # six times what the other one says
    assert visit("token_prices", "2026-11-10", catalogue("2026-11-10", 20.0, 2.4)).code == 0
    assert values(rows, FRUGAL) == [0.4]
    assert visit("litellm", "2026-11-16", litellm("2026-11-16", 20.0, 2.4)).code == 0
    assert values(rows, "litellm.frugal") == pytest.approx([2.4])  # it came on two days
    assert visit("token_prices", "2026-11-16", catalogue("2026-11-16", 20.0, 2.4)).code == 0
    assert values(rows, FRUGAL) == [0.4, 2.4]


def test_one_factor_over_all_is_refused_until_a_person_accepts_it(
    visit: Visit, rows: Rows, silentcrash: Command
) -> None:
    factor = 5.0
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    for day in ("2026-11-10", "2026-11-17"):
        body = catalogue(day, 20.0 * factor, 0.4 * factor)
        ended = visit("token_prices", day, body)
        assert ended.code == 1
        assert "silentcrash accept token_prices --reason" in ended.err.replace("\n", " ")
    assert values(rows, FLAGSHIP) == [20.0]
    assert silentcrash("accept", "token_prices", "--reason", " ").code == 2
    assert silentcrash("accept", "token_prices", "--reason", "the price page says so").code == 0
    assert values(rows, FLAGSHIP) == [20.0, 20.0 * factor]
    status = json.loads(silentcrash("status", "--format", "json").out)
    [line] = [row["accepted"] for row in status if row["key"] == "token_prices"]
    assert line == "accepted: the price page says so"
    again = silentcrash("accept", "token_prices", "--reason", "the price page says so")
    assert again.code == 1
    assert "nothing to accept" in again.err
    assert (
        visit(
            "token_prices", "2026-11-25", catalogue("2026-11-25", 20.0 * factor, 0.4 * factor)
        ).code
        == 0
    )
    assert visit("token_prices", "2026-11-26", catalogue("2026-11-26", 20.0, 0.4)).code == 1


def test_a_person_cannot_accept_what_is_no_price(
    visit: Visit, rows: Rows, silentcrash: Command
) -> None:
    assert visit("token_prices", "2026-11-03", catalogue("2026-11-03", 20.0, 0.4)).code == 0
    assert visit("token_prices", "2026-11-10", catalogue("2026-11-10", 20_000.0, 400.0)).code == 1
    ended = silentcrash("accept", "token_prices", "--reason", "I want to")
    assert ended.code == 1
    assert "no list price of a million tokens was ever outside" in ended.err.replace("\n", " ")
    assert values(rows, FLAGSHIP) == [20.0]


def test_a_revision_that_comes_again_under_the_same_bytes_is_confirmed(
    visit: Visit, rows: Rows
) -> None:
    """The same bytes are read again while a figure in them is in doubt."""
    months = [f"2026-{month:02}-01" for month in range(1, 10)]

    def table(april: float) -> bytes:
        lines = [f"{month},{april if month == months[3] else 60.0}" for month in months]
        return "\n".join(["observation_date,PCU334413334413", *lines]).encode()

    assert visit("fred", "2026-11-02", table(60.0)).code == 0
    for day, stored in (("2026-11-03", 60.0), ("2026-11-03", 60.0), ("2026-11-04", 380.0)):
        assert visit("fred", day, table(380.0)).code == 0
        assert values(rows, "fred.PCU334413334413", "2026-04-01")[0] == stored


def weeks(first: str, *, ahead: str = "") -> bytes:
    """A workbook with forty weeks of bond distress, and one that lies ahead."""
    fridays = [
        *pd.date_range(first, periods=40, freq="7D"),
        *pd.to_datetime([ahead] if ahead else []),
    ]
    out = BytesIO()
    table = pd.DataFrame({FRIDAY: fridays, **dict.fromkeys(COLUMNS, 0.2)})
    table.to_excel(out, index=False)
    return out.getvalue()


def test_a_week_ahead_that_was_set_aside_refuses_no_later_table(visit: Visit, rows: Rows) -> None:
    """The newest period of the last good table is the newest one that was kept."""
    assert visit("nyfed_cmdi", "2026-11-23", weeks("2026-02-20", ahead="2027-11-19")).code == 0
    assert len(rows("select 1 from v_quarantine where reason = 'the period has not begun'")) == 3
    ended = visit("nyfed_cmdi", "2026-12-01", weeks("2026-02-27"))
    assert ended.code == 0, ended.err
