"""Epoch AI's chip counts: shares and concentration by quarter.

The counts are Epoch AI's medians in H100 equivalents of 2026-09-24 (CC BY 4.0), carried over by
quarter and designer; the files around them are rebuilt in the publisher's form.
"""

from datetime import UTC, datetime

import pandas as pd
import pytest

from sources import Payload, SchemaDrift
from sources.publishers.epoch_chips import FILES, SOURCE, next_file, parse
from sources.tidy import read_history

AT = datetime(2026, 11, 20, 5, tzinfo=UTC)
HEADER = (
    "name,designer,chip_type,start_date,end_date,units_p5,units_med,units_p95,"
    "h100e_p5,h100e_med,h100e_p95,incomplete,source,notes"
)
QUARTERS = ["2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"]
# Nvidia, AMD, Google (TPU) and Amazon (Trainium), in the order of the files.
COUNTS = {
    "Nvidia": [835103, 1236793, 1695981, 1892969, 2373080, 2957559],
    "AMD": [169489, 205340, 160231, 104936, 202455, 218374],
    "Google": [182715, 284165, 441063, 630763, 803553, 827864],
    "Amazon": [74656, 147942, 139458, 162461, 188969, 219913],
}


def body(designer: str, counts: list[int], quarters: list[str] = QUARTERS, last: str = "") -> bytes:
    rows = [
        f"{designer} chip,{designer},chip,{quarter},{quarter},1,2,3,1,{count},3,"
        f"{quarter == last},,Generated on 2026-09-24"
        for quarter, count in zip(quarters, counts, strict=False)
    ]
    return "\n".join([HEADER, *rows, ""]).encode()


def payload(*pages: bytes) -> Payload:
    return Payload(pages[0], SOURCE.requests[0], AT, extra_pages=tuple(pages[1:]))


def four(**changed: bytes) -> Payload:
    pages = {name: body(name, counts) for name, counts in COUNTS.items()} | changed
    return payload(*pages.values())


def values(frame: pd.DataFrame, series: str) -> pd.Series:
    return frame[frame["series"].eq(series)].set_index("period")["value"]


def test_concentration_agrees_with_what_was_shipped_within_a_revision() -> None:
    history = SOURCE.history
    assert history is not None
    shipped = values(read_history(history), "epoch.hhi_flow")
    parsed = values(parse(four()), "epoch.hhi_flow")
    assert parsed["2025-07-01"] == pytest.approx(4990.9, abs=0.1)
    common = parsed.index.intersection(shipped.index)[:-1]  # the newest was still filled in
    assert len(common) == 5
    assert (parsed[common] / shipped[common] - 1).abs().max() < 0.008


def test_shares_and_concentration_by_hand() -> None:
    pages = [body(name, [count], ["2025-10-01"]) for name, count in
             zip(COUNTS, (700, 100, 100, 100), strict=True)]  # fmt: skip
    frame = parse(payload(*pages))
    assert values(frame, "epoch.nvidia_share_flow").tolist() == [70.0]
    assert values(frame, "epoch.hhi_flow").tolist() == [5200.0]
    assert set(frame["status"]) == {"estimated"}


def test_a_stock_adds_up_what_was_delivered() -> None:
    frame = parse(four())
    share = values(frame, "epoch.nvidia_share_stock")["2024-10-01"]
    totals = {name: sum(counts[:2]) for name, counts in COUNTS.items()}
    assert share == pytest.approx(100 * totals["Nvidia"] / sum(totals.values()))


def test_a_quarter_without_a_designer_or_marked_incomplete_is_partial() -> None:
    without = four(Amazon=body("Amazon", COUNTS["Amazon"][:-1]))
    begun = four(Google=body("Google", COUNTS["Google"], last="2025-10-01"))
    for frame in map(parse, (without, begun)):
        status = frame.drop_duplicates("period").set_index("period")["status"]
        assert status["2025-10-01"] == "partial"
        assert set(status[:"2025-07-01"]) == {"estimated"}


def test_the_four_files_are_asked_for_one_after_another() -> None:
    addresses = [SOURCE.requests[0].url]
    pages = [body(name, counts) for name, counts in COUNTS.items()]
    while (request := next_file(payload(*pages[: len(addresses)]))) is not None:
        addresses.append(request.url)
    assert [address.split("/")[-2] for address in addresses] == list(FILES)


@pytest.mark.parametrize(
    "page",
    [
        body("Apple", COUNTS["Amazon"]),
        body("Amazon", [-1]),
        body("Amazon", [5], ["2025-02-01"]),
        body("Amazon", [5]).replace(b"h100e_med", b"h100e_mean"),
        body("Amazon", [5]).replace(b"False", b"maybe"),
    ],
)
def test_what_is_no_such_file_is_refused(page: bytes) -> None:
    with pytest.raises(SchemaDrift):
        parse(four(Amazon=page))
