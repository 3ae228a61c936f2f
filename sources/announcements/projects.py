"""Link events to projects: a project reported again is updated, not added.

Two tellings are linked where they agree on who and where, or on who and how much, or on where
and how much, within twelve months, and where the words are the same within one. Every link has
its reason; a line of the corrections file undoes one ("split") or adds one ("join").
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sources.announcements.event_type import ABSTAINED, NONE

WITHIN = pd.Timedelta(days=366)
SAME_SIZE = 0.05
CORRECTIONS = Path(__file__).parent / "words" / "corrections.csv"
REGIONS = Path(__file__).parent / "words" / "regions.csv"
# The same words within a month are one piece of news, printed again or under a new link; a short
# title may be anybody's.
REPRINTED, LONG_TITLE = pd.Timedelta(days=31), 30
LINKS = ["first", "second", "reason"]


def resolve(events: pd.DataFrame, corrections: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The events with a `project` each, and the links that were made.

    `events`: address, title, known_from, event_type, known_as, country, place, power_mw, amount,
    currency; what is no event is left out. `project` is the position of its first telling.
    Links: first, second (positions), reason. `corrections`: action, first, second (addresses),
    reason.
    """
    mentions = events.loc[~events["event_type"].isin([NONE, ABSTAINED])].sort_values(
        "known_from", ignore_index=True
    )
    linked = links(mentions)
    linked = _corrected(linked, mentions, corrections)
    return mentions.assign(project=_components(len(mentions), linked)), linked


def links(mentions: pd.DataFrame) -> pd.DataFrame:
    """Every pair of tellings that agree, with the reason: first, second, reason."""
    keyed = _keyed(mentions)
    pairs = [
        _pairs(keyed, ["known_as", "spot"], "same operator and place"),
        _sized(_pairs(keyed, ["known_as", "country"], "same operator, country and size"), keyed),
        _sized(_pairs(keyed, ["spot", "country"], "same place and size"), keyed, anyone=True),
        _pairs(keyed, ["words"], "same title", REPRINTED),
    ]
    return pd.concat(pairs).drop_duplicates(["first", "second"]).reset_index(drop=True)


def read_corrections(path: Path = CORRECTIONS) -> pd.DataFrame:
    """The corrections file: action (split or join), first, second, reason, by."""
    return pd.read_csv(path, keep_default_na=False)


def _keyed(mentions: pd.DataFrame) -> pd.DataFrame:
    """Add `row`, `words` and `spot`, the town or county; a state is no spot."""
    regions = set(pd.read_csv(REGIONS)["name"].str.casefold())
    spot = mentions["place"].str.split(",").str[0].str.strip().str.casefold()
    wide = spot.isin(regions) | spot.eq(mentions["country"].str.casefold())
    who = mentions["known_as"].str.casefold()
    words = mentions["title"].str.casefold().str.split().str.join(" ")
    return mentions.assign(
        row=np.arange(len(mentions)),
        spot=spot.mask(wide, ""),
        known_as=who,
        words=words.where(words.str.len().ge(LONG_TITLE), ""),
    )


def _pairs(
    keyed: pd.DataFrame, on: list[str], reason: str, within: pd.Timedelta = WITHIN
) -> pd.DataFrame:
    complete = keyed[on].astype(bool).all(axis=1)
    keyed_rows = keyed.loc[complete][[*on, "row", "known_from"]]
    both = keyed_rows.merge(keyed_rows, on=on, suffixes=("", "_2"))
    near = (both["known_from_2"] - both["known_from"]).le(within)
    selected = both.loc[near & both["row"].lt(both["row_2"])]
    return pd.DataFrame({"first": selected["row"], "second": selected["row_2"], "reason": reason})


def _sized(pairs: pd.DataFrame, keyed: pd.DataFrame, *, anyone: bool = False) -> pd.DataFrame:
    """Keep the pairs whose power or amount agree.

    With `anyone`, one of the two must name no operator.
    """
    first, second = (keyed.take(pairs[end].to_numpy()) for end in ("first", "second"))
    power = _close(first["power_mw"], second["power_mw"])
    same_money = first["currency"].to_numpy() == second["currency"].to_numpy()
    agree = power | (_close(first["amount"], second["amount"]) & same_money)
    if anyone:
        agree &= first["known_as"].eq("").to_numpy() | second["known_as"].eq("").to_numpy()
    selected: pd.DataFrame = pairs.loc[agree]
    return selected


def _close(
    left: "pd.Series[float]", right: "pd.Series[float]"
) -> "np.ndarray[tuple[int], np.dtype[Any]]":
    a, b = left.to_numpy("float64"), right.to_numpy("float64")
    return np.asarray(np.abs(a - b) <= SAME_SIZE * np.maximum(a, b))


def _corrected(
    linked: pd.DataFrame, mentions: pd.DataFrame, corrections: pd.DataFrame
) -> pd.DataFrame:
    row_of = pd.Series(mentions.index, mentions["address"]).groupby(level=0).first()
    ends = {end: corrections[end].map(row_of) for end in ("first", "second")}
    valid = corrections.assign(**ends).dropna(subset=["first", "second"])
    pair = pd.DataFrame(np.sort(valid[["first", "second"]].to_numpy("int64"), axis=1))
    valid = valid.assign(first=pair[0].to_numpy(), second=pair[1].to_numpy())
    split = valid.loc[valid["action"].eq("split")]
    undone = pd.MultiIndex.from_frame(split[["first", "second"]])
    selected = linked.loc[~pd.MultiIndex.from_frame(linked[["first", "second"]]).isin(undone)]
    joined = valid.loc[valid["action"].eq("join"), LINKS]
    return pd.concat([selected, joined], ignore_index=True).astype({"first": int, "second": int})


def _components(size: int, linked: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[Any]]":
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = (linked["first"].to_numpy("int32"), linked["second"].to_numpy("int32"))
    graph = coo_array((np.ones(len(linked), "int8"), ends), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    first = pd.Series(np.arange(size)).groupby(labels).transform("min")
    return np.asarray(first)


def decided(mentions: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """Say which project each report is of, and why it was linked to earlier ones.

    `mentions` as `resolve` gives them, with `report`, the id of each in the store. Columns:
    report, project (the id of its project's first report), reason.
    """
    ids, address = mentions["report"].to_numpy(), mentions["address"]
    why = pd.Series(
        linked["reason"].to_numpy() + " as " + address.loc[linked["first"]].to_numpy(),
        linked["second"],
        dtype="object",
    )
    reasons = why.groupby(level=0).agg("; ".join).reindex(mentions.index).fillna("")
    return pd.DataFrame({"report": ids, "project": ids[mentions["project"]], "reason": reasons})
