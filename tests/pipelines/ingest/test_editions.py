"""Newest editions are looked up, a frozen file is noticed: over a real socket."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import from_environment
from sources.http.raw_archive import Archive
from sources.publishers.economies import ECONOMIES
from sources.publishers.token_prices import SOURCE, current_models
from tests.editions import API, commits, serve_lists
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

PRICES, DIFFUSION = "pydantic/genai-prices", "microsoft/ai-diffusion-report"
V2, V3 = "prices/new_data/v2/data_slim.json", "prices/new_data/v3/data.json"
UNITS = {
    "input_tokens": {"per": 1_000_000, "price_key": "input_mtok"},
    "output_tokens": {"per": 1_000_000, "price_key": "output_mtok"},
}
Ask = Callable[[str, str], Any]


def raw(repository: str, path: str) -> str:
    return f"https://raw.githubusercontent.com/{repository}/main/{path}"


def vendors(day: str, flagship: float, frugal: float) -> list[dict[str, Any]]:
    """A catalogue, rebuilt in the shape of v2, with flat prices of OpenAI's tiers."""
    tiers, prices = current_models(date.fromisoformat(day)), (flagship, frugal)
    return [
        {
            "id": "openai",
            "models": [
                {"id": tiers[tier], "prices": {"input_mtok": price, "output_mtok": price}}
                for tier, price in zip(("flagship", "frugal"), prices, strict=True)
            ],
        }
    ]


@pytest.fixture
def ask(empty_home: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Fetch a source on a day; gives how that ended."""
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)

    def fetched(key: str, day: str) -> Any:
        monkeypatch.setenv("SILENTCRASH_NOW", f"{day}T12:00:00+00:00")
        return silentcrash("fetch", key)

    return fetched


def sql(silentcrash: Command, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(silentcrash("query", query, "--format", "json").out)
    return rows


def live_prices(silentcrash: Command) -> list[tuple[str, float]]:
    """The live prices of the frugal tier, by day."""
    rows = sql(
        silentcrash,
        "select period, value from v_observation where series = 'tokens.frugal' "
        "and period >= '2026-10-01' order by period",
    )
    return [(str(row["period"])[:10], row["value"]) for row in rows]


def test_a_new_form_of_the_catalogue_is_read_as_soon_as_it_is_listed(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    serve_lists(site, PRICES, V2, "prices/data_slim.json", changed="2026-10-20")
    site.serve(raw(PRICES, V2), json.dumps(vendors("2026-10-22", 20, 0.2)).encode())
    assert ask("token_prices", "2026-10-22").code == 0
    third = {"units": UNITS, "providers": vendors("2026-10-29", 20, 0.25)}
    site.serve(raw(PRICES, V3), json.dumps(third).encode())
    serve_lists(site, PRICES, V3, V2, "prices/data_slim.json", changed="2026-10-28")
    assert ask("token_prices", "2026-10-29").code == 0
    assert live_prices(silentcrash) == [("2026-10-22", 0.2), ("2026-10-29", 0.25)]
    states = json.loads(silentcrash("status", "--format", "json").out)
    [state] = [row["last_outcome"] for row in states if row["key"] == "token_prices"]
    assert state == "new"  # the lists that were asked first are no state of it
    fetches = sql(
        silentcrash,
        "select url, outcome, sha256 from v_fetch where source = 'token_prices' "
        "and outcome <> 'history' order by at, url",
    )
    listed = [row for row in fetches if row["outcome"] == "listed"]
    assert len(listed) == 6  # the files, the last change of the file and of all, twice
    assert all(row["sha256"] in Archive(from_environment().archive) for row in listed)


def test_a_file_that_rests_while_the_repository_moves_gives_no_price_of_today(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    body = json.dumps(vendors("2026-10-22", 20, 0.2)).encode()
    site.serve(raw(PRICES, V2), Reply(body, headers={"ETag": '"a"'}))
    serve_lists(site, PRICES, V2, changed="2026-10-20", moved="2026-10-20")
    assert ask("token_prices", "2026-10-22").code == 0
    serve_lists(site, PRICES, V2, changed="2026-10-20", moved="2026-11-25")
    assert ask("token_prices", "2026-11-05").code == 0
    ended = ask("token_prices", "2026-11-26")
    assert ended.code == 1
    assert "frozen since 2026-10-20; other files there changed on 2026-11-25" in ended.err
    assert live_prices(silentcrash) == [("2026-10-22", 0.2), ("2026-11-05", 0.2)]
    states = json.loads(silentcrash("status", "--format", "json").out)
    [own] = [row for row in states if row["key"] == "token_prices"]
    assert own["last_outcome"] == "frozen"
    assert "frozen since 2026-10-20" in own["last_detail"]
    # Mended by the publisher: the next change is read again.
    site.serve(raw(PRICES, V2), json.dumps(vendors("2026-12-01", 20, 0.3)).encode())
    serve_lists(site, PRICES, V2, changed="2026-11-30", moved="2026-11-30")
    assert ask("token_prices", "2026-12-01").code == 0
    assert live_prices(silentcrash)[-1] == ("2026-12-01", 0.3)


def test_a_frozen_file_is_noticed_on_the_first_contact(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    site.serve(raw(PRICES, V2), json.dumps(vendors("2026-11-24", 20, 2.25)).encode())
    serve_lists(site, PRICES, V2, changed="2026-07-25", moved="2026-11-20")
    ended = ask("token_prices", "2026-11-24")
    assert ended.code == 1
    assert "this file has been frozen since 2026-07-25" in ended.err
    assert live_prices(silentcrash) == []


def test_without_dates_the_bytes_are_frozen_when_they_came_too_long_ago(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    site.serve(raw(PRICES, V2), json.dumps(vendors("2026-10-22", 20, 0.2)).encode())
    serve_lists(site, PRICES, V2, changed="2026-10-20")
    limited = Reply(b'{"message": "API rate limit exceeded"}', 403)
    site.serve(f"{API}/{PRICES}/commits", limited)
    site.serve(f"{API}/{PRICES}/commits?sha=main&per_page=1&path={V2.replace('/', '%2F')}", limited)
    assert ask("token_prices", "2026-10-22").code == 0
    assert ask("token_prices", "2026-11-20").code == 0
    ended = ask("token_prices", "2026-12-01")
    assert ended.code == 1
    assert "frozen since 2026-10-22" in ended.err
    assert SOURCE.frozen_days == 30


def test_the_list_and_the_file_come_from_the_mirror_where_github_fails(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    files = [{"name": "/data/AI_Diffusion_Q22026_Update.csv", "size": 1}]
    listed = json.dumps({"type": "gh", "files": files}).encode()
    site.serve(f"https://data.jsdelivr.com/v1/packages/gh/{DIFFUSION}@main", listed)
    site.serve(
        f"https://cdn.jsdelivr.net/gh/{DIFFUSION}@main/data/AI_Diffusion_Q22026_Update.csv",
        economies("Q2 2026 AI Diffusion"),
    )
    assert ask("msft_ai_diffusion", "2026-10-01").code == 0
    [row] = sql(
        silentcrash,
        "select value from v_observation where series = 'msft.ai_diffusion.MAR' "
        "and period = '2026-04-01'",
    )
    assert row["value"] == 10.0 + list(ECONOMIES["iso3"]).index("MAR") / 10


def economies(*waves: str, also: str = "") -> bytes:
    """A file rebuilt in the publisher's shape: 10 % and more by economy."""
    names = [f'"{name}"' if "," in name else name for name in ECONOMIES["economy"]]
    rows = "".join(
        name + f",{10 + row / 10:.2f}%" * len(waves) + "\n" for row, name in enumerate(names)
    )
    return f"Economy,{','.join(waves)}\n{rows}{also}".encode("mac_roman")


def test_a_new_wave_with_an_unknown_economy_is_read_and_the_economy_named(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    first, second = "data/AI_Diffusion_Q12026_Update.csv", "data/AI_Diffusion_Q22026_Update.csv"
    site.serve(raw(DIFFUSION, first), economies("Q2 2026 AI Diffusion"))
    serve_lists(site, DIFFUSION, first, changed="2026-05-10")
    assert ask("msft_ai_diffusion", "2026-08-01").code == 0
    body = economies(
        "Q2 2026 AI Diffusion", "Q3 2026 AI Diffusion", also="Faroe Islands,1.00%,2.00%\n"
    )
    site.serve(raw(DIFFUSION, second), body)
    serve_lists(site, DIFFUSION, first, second, changed="2026-09-20")
    ended = ask("msft_ai_diffusion", "2026-10-01")
    assert ended.code == 0, ended.err
    [row] = sql(
        silentcrash,
        "select count(*) as n from v_observation where series like 'msft.ai_diffusion.%' "
        "and period = '2026-07-01'",
    )
    assert row["n"] == len(ECONOMIES) + 1
    [row] = json.loads(silentcrash("quarantine", "msft_ai_diffusion", "--format", "json").out)[:1]
    assert "Faroe Islands" in str(row)
    assert "not declared" in str(row)


def test_without_any_list_the_last_figures_stay_and_the_reason_is_given(
    ask: Ask, silentcrash: Command, site: Site
) -> None:
    ended = ask("token_prices", "2026-11-24")
    assert ended.code == 1
    assert "the newest edition cannot be found: 404" in ended.err
    assert live_prices(silentcrash) == []
    site.serve(f"{API}/{PRICES}/git/trees/main", commits("2026-11-01"))
    ended = ask("token_prices", "2026-11-25")
    assert "refused" in ended.err
