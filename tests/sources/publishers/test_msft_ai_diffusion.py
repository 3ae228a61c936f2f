"""AI diffusion: the real file over a socket, its encoding and its waves."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sources import Payload, Request, SchemaDrift
from sources.publishers.economies import ECONOMIES
from sources.publishers.msft_ai_diffusion import MEDIAN, SOURCE, discover, parse
from tests.editions import tree
from tests.server import Site
from tests.sources.publishers.helpers import fetch_payload, values

FILE = "msft_ai_diffusion/AI_Diffusion_Q12026_Update.csv"
HEAD = "Economy,H1 2025 AI Diffusion,Q1 2026 AI Diffusion\n"


def rebuilt(text: str) -> Payload:
    """A file in the publisher's shape, of every economy and one round share."""
    return Payload(text.encode("mac_roman"), SOURCE.requests[0], datetime(2026, 11, 1, tzinfo=UTC))


def edition(*paths: str) -> Request:
    """The question for the newest of these files."""
    newest = discover([tree(*paths)])
    assert newest is not None
    return newest.request


def complete(head: str = HEAD, share: str = "10.00%", also: str = "") -> Payload:
    cells = f",{share}" * (head.count(",") - also.count(","))
    names = [f'"{name}"' if "," in name else name for name in ECONOMIES["economy"]]
    return rebuilt(head + "".join(f"{name}{cells}\n" for name in names) + also)


@pytest.mark.shared
def test_the_real_file_has_three_waves_of_147_economies(site: Site, payloads: Path) -> None:
    source = replace(SOURCE, requests=(edition(FILE.replace("msft_ai_diffusion", "data")),))
    payload = fetch_payload(site, source, (payloads / FILE).read_bytes())
    frame = parse(payload)
    newest = frame.loc[frame["period"].eq("2026-01-01")].set_index("series")["value"]
    assert len(newest) == 147 + 1
    assert newest["msft.ai_diffusion.MAR"] == 11.7  # the 90th of 147 by the notes
    assert newest["msft.ai_diffusion.USA"] == 31.3
    assert newest["msft.ai_diffusion.FRA"] == 47.8
    assert newest["msft.ai_diffusion.TUR"] > 0  # Türkiye, in MacRoman
    assert (newest.drop(MEDIAN) > newest["msft.ai_diffusion.MAR"]).sum() == 89
    median = frame.loc[frame["series"].eq(MEDIAN)].set_index("period")["value"]
    morocco = frame.loc[frame["series"].eq("msft.ai_diffusion.MAR")].set_index("period")["value"]
    assert list((morocco / median).round(2)) == [0.84, 0.81, 0.79]


def test_a_wave_is_dated_by_its_last_quarter() -> None:
    assert sorted(set(parse(complete())["period"])) == [
        pd.Timestamp("2025-04-01"),
        pd.Timestamp("2026-01-01"),
    ]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (complete(HEAD.replace("Economy", "Country")), "Economy"),
        (complete("Economy,First half\n"), "waves"),
        (complete(share="0.117"), "per cents"),
        (rebuilt(HEAD + "Morocco,10.00%,11.70%\n"), "over 100 economies"),
    ],
)
def test_a_changed_file_is_refused(payload: Payload, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(payload)


def test_a_new_column_and_another_order_change_nothing() -> None:
    plain = values(SOURCE, complete("Economy,Q1 2026 AI Diffusion\n"))
    assert values(SOURCE, complete("Economy,Q1 2026 AI Diffusion,Rank\n")) == plain


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (["Q12026_Update", "Q22026_Update"], "Q22026_Update"),
        (["Q42026_Update", "Q12027_Update", "H22025"], "Q12027_Update"),
        (["H22026", "Q32026_Update"], "H22026"),
    ],
)
def test_the_newest_wave_is_found_in_the_list_of_the_repository(
    names: list[str], newest: str
) -> None:
    files = [f"data/AI_Diffusion_{name}.csv" for name in names]
    others = ["README.md", "data/US/State_Rankings_2026Q1.csv"]
    assert edition(*files, *others).url.endswith(f"/main/data/AI_Diffusion_{newest}.csv")
    assert discover([tree(*others)]) is None
    assert discover([None]) is None


def test_an_unknown_economy_counts_in_the_median_under_its_own_name() -> None:
    body = complete().content + b"Faroe Islands,1.00%,1.00%\n"
    frame = parse(rebuilt(body.decode("mac_roman")))
    own = frame[frame["series"].eq("msft.ai_diffusion.Faroe Islands")]
    assert list(own["value"]) == [1.0, 1.0]
    assert len(frame) == 2 * (len(ECONOMIES) + 2)
