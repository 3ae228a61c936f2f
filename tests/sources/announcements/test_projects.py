"""Projects and monthly series, on tellings made up for the test."""

import pandas as pd

from sources.announcements import series, status
from sources.announcements.projects import decided, resolve
from sources.announcements.series import monthly

NO_CORRECTIONS = pd.DataFrame(columns=["action", "first", "second", "reason", "by"])
COLUMNS = ["known_from", "event_type", "known_as", "country", "place", "power_mw", "amount"]


def tellings(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return frame.assign(
        known_from=pd.to_datetime(frame["known_from"], utc=True),
        power_mw=frame["power_mw"].astype("float64"),
        amount=frame["amount"].astype("float64"),
        currency=frame["amount"].notna().map({True: "USD", False: ""}),
        address=[f"https://paper{i % 2}.example/{i}" for i in range(len(frame))],
        title="made up",
        report=range(100, 100 + len(frame)),
    )


TWICE = tellings(
    ("2026-01-05", "announced", "Northbridge", "Morocco", "Dakhla", 500, None),
    ("2026-02-10", "announced", "Northbridge", "Morocco", "Dakhla, Morocco", 650, 1e9),
    ("2026-02-11", "announced", "Northbridge", "Morocco", "Rabat", 20, None),
    ("2026-02-20", "cancelled", "", "Morocco", "Rabat", 20, None),
    ("2026-02-21", "not_announcement", "", "", "", None, None),
)


def test_a_second_telling_updates_and_both_figures_are_kept() -> None:
    resolved, links = resolve(TWICE, NO_CORRECTIONS)
    assert resolved["project"].tolist() == [0, 0, 2, 2]
    assert links["reason"].tolist() == ["same operator and place", "same place and size"]
    of_project = decided(resolved, links)
    assert of_project["report"].tolist() == [100, 101, 102, 103]
    assert of_project["project"].tolist() == [100, 100, 102, 102]
    assert of_project["reason"].tolist()[:2] == [
        "",
        f"same operator and place as {TWICE['address'][0]}",
    ]


def test_the_same_words_printed_again_are_one_project() -> None:
    rows = [
        ("2026-01-05", "announced", "", "Morocco", "", None, None),
        ("2026-01-06", "announced", "", "Morocco", "", None, None),
        ("2026-03-06", "announced", "", "Morocco", "", None, None),
    ]
    words = [
        "Northbridge plans a data center in Morocco",
        "northbridge plans  a data center in Morocco",
    ]
    printed = tellings(*rows).assign(title=[*words, words[0]])
    resolved, links = resolve(printed, NO_CORRECTIONS)
    assert resolved["project"].tolist() == [0, 0, 2]
    assert links["reason"].tolist() == ["same title"]
    short = printed.assign(title="Morocco")
    assert resolve(short, NO_CORRECTIONS)[0]["project"].tolist() == [0, 1, 2]


def test_a_line_of_corrections_undoes_or_adds_a_merge() -> None:
    lines = pd.DataFrame(
        [
            ("split", TWICE["address"][1], TWICE["address"][0], "two sites", "a reader"),
            ("join", TWICE["address"][1], TWICE["address"][2], "one site", "a reader"),
        ],
        columns=NO_CORRECTIONS.columns,
    )
    assert resolve(TWICE, lines)[0]["project"].tolist() == [0, 1, 1, 1]


def test_a_state_alone_or_a_year_between_makes_no_merge() -> None:
    apart = tellings(
        ("2024-01-05", "announced", "Northbridge", "United States", "Ohio", 100, None),
        ("2024-02-05", "announced", "Northbridge", "United States", "Ohio", 300, None),
        ("2026-02-05", "announced", "Northbridge", "United States", "Ohio", 300, None),
    )
    resolved, links = resolve(apart, NO_CORRECTIONS)
    assert resolved["project"].tolist() == [0, 1, 2]
    assert links.empty


def test_a_project_counts_once_when_first_known_beside_the_sources_alive() -> None:
    wide = monthly(resolve(TWICE, NO_CORRECTIONS)[0]).pivot_table("value", "period", "series")
    assert wide["announcements.morocco.projects"].tolist() == [1, 1]
    assert wide["announcements.morocco.mw"].tolist() == [500, 20]
    assert wide["announcements.africa.usd"].tolist() == [0, 1e9]
    assert wide["announcements.sources"].tolist() == [1, 2]
    assert wide["announcements.world.projects_per_source"].tolist() == [1, 0.5]
    assert wide["announcements.world.ended_share"].tolist() == [0, 1]


def test_a_month_in_which_nothing_was_read_has_no_count() -> None:
    apart = tellings(
        ("2026-01-05", "announced", "A", "Morocco", "", 10, None),
        ("2026-03-05", "announced", "B", "Morocco", "", 20, None),
    )
    monthly_rows = monthly(resolve(apart, NO_CORRECTIONS)[0]).set_index(["series", "period"])[
        "value"
    ]
    assert monthly_rows.loc["announcements.sources"].tolist() == [1, 0, 1]
    assert monthly_rows.loc["announcements.world.projects"].tolist() == [1, 1]


def test_amounts_in_other_currencies_are_left_out_and_the_share_is_told() -> None:
    rows = [("2026-01-05", "announced", name, "Morocco", "", None, 1e9) for name in ("A", "B")]
    two = tellings(*rows).assign(currency=["USD", "MAD"])
    wide = monthly(resolve(two, NO_CORRECTIONS)[0]).pivot_table("value", "period", "series")
    assert wide["announcements.morocco.usd"].tolist() == [1e9]
    assert wide["announcements.morocco.usd_coverage"].tolist() == [0.5]


def test_no_event_gives_no_project_and_no_series() -> None:
    resolved, links = resolve(TWICE.tail(1), NO_CORRECTIONS)
    assert resolved.empty
    assert links.empty
    assert monthly(resolved).empty


def test_every_country_with_an_event_has_its_series() -> None:
    rows = [
        ("2026-01-05", "announced", "A", "Ivory Coast", "", 10, None),
        ("2026-01-06", "announced", "B", "United States", "", 90, None),
        ("2026-02-06", "announced", "C", "United States", "", 5, None),
    ]
    resolved = resolve(tellings(*rows), NO_CORRECTIONS)[0]
    wide = monthly(resolved, pilot="Morocco").pivot_table("value", "period", "series")
    assert wide["announcements.united_states.mw"].tolist() == [90, 5]
    assert wide["announcements.ivory_coast.projects_per_source"].tolist() == [0.5, 0]
    assert wide["announcements.africa.mw"].tolist() == [10, 0]
    assert wide["announcements.morocco.projects"].tolist() == [0, 0]
    catalogued = series.catalogue([*resolved["country"], "Morocco"])
    named = {row["key"]: row["title_fr"] for row in catalogued}
    assert set(wide) <= set(named)
    assert "announcements.morocco.projects" not in set(monthly(resolved)["series"])
    assert named["announcements.ivory_coast.mw"] == "Puissance annoncée, Côte d’Ivoire"


def test_the_fate_of_a_project_is_what_was_told_last() -> None:
    resolved = resolve(TWICE, NO_CORRECTIONS)[0]
    wide = status.monthly(resolved).pivot_table("value", "period", "series")
    morocco = "announcements.morocco.state."
    assert wide[morocco + "announced.projects"].tolist() == [1, 1]
    assert wide[morocco + "announced.mw"].tolist() == [500, 650]
    assert wide[morocco + "announced.usd"].tolist() == [0, 1e9]
    assert wide[morocco + "cancelled.projects"].tolist() == [0, 1]
    assert wide[morocco + "cancelled.mw"].tolist() == [0, 20]
    counts = wide.filter(like="world.state").filter(like="projects")
    assert counts.sum(axis=1).tolist() == [1, 2]  # each project is in one state
    assert set(wide) <= {row["key"] for row in status.catalogue(["Morocco"])}


def test_a_text_that_is_not_decided_is_counted_apart() -> None:
    rows = [("2026-01-05", kind, "", "", "", None, None) for kind in
            ("announced", "not_announcement", "abstained", "abstained")]  # fmt: skip
    texts = tellings(*rows).assign(lang=["en", "fr", "en", "es"])
    shares = series.undecided(texts).set_index("series")["value"]
    assert shares.to_dict() == {
        "announcements.texts": 4,
        "announcements.abstained_share": 0.25,
        "announcements.other_language_share": 0.25,
    }
    assert set(shares.index) <= {row["key"] for row in series.catalogue([])}
