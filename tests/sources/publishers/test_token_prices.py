"""Token prices: real catalogues, prices that begin later, shipped history."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sources import Edition, Payload, SchemaDrift
from sources.publishers.token_prices import (
    SOURCE,
    blended,
    current_models,
    discover,
    in_force,
    parse,
)
from tests.editions import tree as github_list
from tests.sources.publishers.helpers import shipped_rows


def catalogue(payloads: Path, day: str) -> bytes:
    return gzip.decompress((payloads / f"genai_prices/data_slim.{day}.json.gz").read_bytes())


def payload(content: bytes, day: str) -> Payload:
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return Payload(content, SOURCE.requests[0], at)


@pytest.fixture(scope="module")
def real(payloads: Path) -> dict[str, Any]:
    """The prices in the catalogue of 2025-12-31, by provider/model."""
    providers = json.loads(catalogue(payloads, "2025-12-31"))
    return {f"{p['id']}/{m['id']}": m["prices"] for p in providers for m in p["models"]}


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return shipped_rows("token_prices", parse_dates=["period"])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("day", "flagship", "frugal"),
    [("2025-07-31", 3.5, 0.175), ("2025-12-31", 4.8125, 0.1375)],
)
def test_real_catalogues_give_the_price_of_that_day(
    payloads: Path, day: str, flagship: float, frugal: float
) -> None:
    frame = parse(payload(catalogue(payloads, day), day))
    own = frame[frame["series"].isin(["tokens.flagship", "tokens.frugal"])]
    assert dict(zip(own["series"], own["value"], strict=True)) == {
        "tokens.flagship": flagship,
        "tokens.frugal": pytest.approx(frugal),
    }
    assert set(frame["period"]) == {pd.Timestamp(day)}


@pytest.mark.shared
def test_a_catalogue_without_the_current_model_is_refused(payloads: Path) -> None:
    old = catalogue(payloads, "2025-12-31")
    with pytest.raises(SchemaDrift, match=r"token_models\.csv, found no gpt-6-astra, gpt-6-luna"):
        parse(payload(old, "2026-11-23"))


@pytest.mark.shared
def test_a_real_price_cut_is_in_force_from_its_day(real: dict[str, Any]) -> None:
    assert blended(real["openai/o3"], date(2025, 6, 9)) == (3 * 10 + 40) / 4
    assert blended(real["openai/o3"], date(2025, 6, 10)) == (3 * 2 + 8) / 4


@pytest.mark.shared
def test_a_real_tiered_price_counts_at_its_base(real: dict[str, Any]) -> None:
    assert blended(real["google/gemini-2.5-pro"], date(2025, 12, 31)) == (3 * 1.25 + 10) / 4


@pytest.mark.shared
def test_a_real_price_by_the_hour_is_no_price_of_a_day(real: dict[str, Any]) -> None:
    with pytest.raises(SchemaDrift, match="holds all day"):
        in_force(real["deepseek/deepseek-chat"], date(2025, 12, 31))


def test_an_announced_rise_is_not_used_before_its_day() -> None:
    now, later = {"input_mtok": 2, "output_mtok": 10}, {"input_mtok": 3, "output_mtok": 15}
    prices = [{"prices": now}, {"constraint": {"start_date": "2026-09-01"}, "prices": later}]
    assert in_force(prices, date(2026, 8, 31)) == now
    assert in_force(prices, date(2026, 9, 1)) == later
    with pytest.raises(SchemaDrift, match="in force on 2026-08-31"):
        in_force(prices[1:], date(2026, 8, 31))


def test_the_registry_and_the_kept_ladder_name_the_same_models(shipped: pd.DataFrame) -> None:
    for row in shipped.itertuples():
        tier = str(row.series).removeprefix("tokens.")
        model = current_models(pd.Timestamp(row.period).date())[tier]
        assert str(row.note).startswith(model), row


def test_no_model_stands_for_a_tier_before_the_first() -> None:
    assert current_models(date(2023, 2, 28)) == {}
    assert current_models(date(2023, 3, 14)) == {"flagship": "gpt-4", "frugal": "gpt-3.5-turbo"}


@pytest.mark.parametrize(
    ("day", "flagship", "frugal"),
    [
        ("2023-03-31", 37.5, 2.0),
        ("2025-08-31", 3.4375, 0.1375),
        ("2025-12-31", 4.8125, 0.1375),
        ("2026-03-31", 5.625, 0.4625),
        ("2026-04-30", 11.25, 0.4625),
        ("2026-07-31", 11.25, 0.45),
        ("2026-09-30", 20.0, 0.2),
    ],
)
def test_the_shipped_ladder(
    shipped: pd.DataFrame, day: str, flagship: float, frugal: float
) -> None:
    begun = (
        shipped[shipped["period"] <= day].sort_values("period").groupby("series")["value"].last()
    )
    assert begun.to_dict() == {"tokens.flagship": flagship, "tokens.frugal": frugal}


@pytest.mark.shared
def test_the_file_that_is_read_is_not_the_frozen_one(payloads: Path) -> None:
    # A cut of 30 July 2026 brought the smallest model to 0.45; the frozen file still says 2.25.
    at = datetime(2026, 8, 21, 12, tzinfo=UTC)
    listed = github_list("prices/data_slim.json", "prices/new_data/v2/data_slim.json")
    edition = discover([listed, None, None])
    assert isinstance(edition, Edition)
    request = edition.request
    assert "/new_data/v2/" in request.url
    folder = payloads / "genai_prices"
    current = parse(
        Payload((folder / "genai_prices_v2_data_slim_2026-08-21.json").read_bytes(), request, at)
    )
    frozen = parse(
        Payload((folder / "genai_prices_v1_data_slim_2026-07-25.json").read_bytes(), request, at)
    )
    frugal = [
        float(frame.loc[frame["series"].eq("tokens.frugal"), "value"].iloc[0])
        for frame in (current, frozen)
    ]
    assert frugal == pytest.approx([0.45, 2.25])


def announced(day: str, first: str) -> pd.DataFrame:
    """A catalogue of today's models, with a price from 10 November 2026."""
    listed = [
        {
            "id": model,
            "prices": [
                {"prices": {"input_mtok": 10, "output_mtok": 50}},
                {
                    "constraint": {"start_date": "2026-11-10"},
                    "prices": {"input_mtok": 8, "output_mtok": 40},
                },
            ],
        }
        for model in current_models(date.fromisoformat(day)).values()
    ]
    body = json.dumps([{"id": "openai", "models": listed}]).encode()
    seen = datetime.fromisoformat(first).replace(hour=12, tzinfo=UTC)
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return parse(Payload(body, SOURCE.requests[0], at, first_seen=seen))


def test_a_price_announced_before_its_day_is_known_since_that_day() -> None:
    before = announced("2026-11-03", "2026-11-03")
    assert set(before["value"]) == {20.0}
    later = announced("2026-11-12", "2026-11-03")
    assert set(later["value"]) == {16.0}
    assert set(later["known_from"]) == {pd.Timestamp("2026-11-10", tz="UTC")}
    assert set(later["period"]) == {pd.Timestamp("2026-11-10")}


def test_a_day_of_effect_before_the_body_came_does_not_date_it_back() -> None:
    frame = announced("2026-11-24", "2026-11-20")
    assert set(frame["value"]) == {16.0}
    assert frame["known_from"].isna().all()
    assert set(frame["period"]) == {pd.Timestamp("2026-11-24")}


V3_UNITS = {
    "input_tokens": {"per": 1_000_000, "price_key": "input_mtok", "dimensions": {}},
    "output_tokens": {"per": 1_000_000, "price_key": "output_mtok", "dimensions": {}},
}


def rebuilt_v3(v2: bytes, units: dict[str, Any] = V3_UNITS) -> bytes:
    """A body of v2 in the form of v3: units and providers in one object."""
    return json.dumps({"units": units, "providers": json.loads(v2)}).encode()


@pytest.mark.shared
def test_the_third_form_gives_the_same_figures_as_the_second(payloads: Path) -> None:
    v2 = (payloads / "genai_prices/genai_prices_v2_data_slim_2026-08-21.json").read_bytes()
    second = parse(payload(v2, "2026-08-21"))
    assert parse(payload(rebuilt_v3(v2), "2026-08-21")).equals(second)
    dear = V3_UNITS | {"input_tokens": {"per": 1_000, "price_key": "input_mtok"}}
    with pytest.raises(SchemaDrift, match="price of a million"):
        parse(payload(rebuilt_v3(v2, dear), "2026-08-21"))


@pytest.mark.shared
def test_a_tier_is_read_at_several_vendors_with_the_median_one(payloads: Path) -> None:
    v2 = (payloads / "genai_prices/genai_prices_v2_data_slim_2026-08-21.json").read_bytes()
    frame = parse(payload(v2, "2026-08-21")).set_index("series")["value"]
    assert frame.round(6).to_dict() == {
        "tokens.flagship": (3 * 5 + 30) / 4,
        "tokens.anthropic.flagship": (3 * 10 + 50) / 4,
        "tokens.google.flagship": (3 * 1.25 + 10) / 4,
        "tokens.median.flagship": (3 * 5 + 30) / 4,
        "tokens.frugal": 0.45,
        "tokens.anthropic.frugal": (3 * 1 + 5) / 4,
        "tokens.google.frugal": 0.85,
        "tokens.median.frugal": 0.85,
    }


@pytest.mark.shared
def test_a_vendor_that_cannot_be_read_keeps_back_its_own_figures_only(payloads: Path) -> None:
    v2 = (payloads / "genai_prices/genai_prices_v2_data_slim_2026-08-21.json").read_bytes()
    lost = parse(payload(v2.replace(b'"claude-fable-5"', b'"claude-fable-6"'), "2026-08-21"))
    assert set(lost["series"]) == {
        "tokens.flagship",
        "tokens.frugal",
        "tokens.anthropic.frugal",
        "tokens.google.flagship",
        "tokens.google.frugal",
        "tokens.median.frugal",
    }


@pytest.mark.parametrize(
    ("files", "newest"),
    [
        (["prices/data.json", "prices/new_data/v2/data_slim.json"], "v2/data_slim.json"),
        (
            ["prices/new_data/v2/data.json", "prices/new_data/v2/data_slim.json"],
            "v2/data_slim.json",
        ),
        (
            ["prices/new_data/v2/data_slim.json", "prices/new_data/v3/data.json"],
            "v3/data.json",
        ),
        (
            ["prices/new_data/v10/data.json", "prices/new_data/v9/data.json"],
            "v10/data.json",
        ),
    ],
)
def test_the_newest_form_is_found_in_the_list_of_the_repository(
    files: list[str], newest: str
) -> None:
    edition = discover([github_list(*files, "README.md"), None, None])
    assert isinstance(edition, Edition)
    assert edition.request.url.endswith(f"/prices/new_data/{newest}")
    assert edition.request.mirror.endswith(f"@main/prices/new_data/{newest}")
    jsdelivr = {"type": "gh", "files": [{"name": f"/{path}"} for path in files]}
    mirrored = discover([json.dumps(jsdelivr).encode(), None, None])
    assert mirrored == edition


def test_a_list_that_was_cut_names_no_edition() -> None:
    cut = json.dumps({"tree": [], "truncated": True}).encode()
    with pytest.raises(SchemaDrift, match="whole list"):
        discover([cut])
