"""One item, one link: a link whose token changes at each fetch is no new item."""

from urllib.parse import urlsplit

import pandas as pd

# The same title on the same site within a week is the same item: a weekly column keeps its title.
SAME_ITEM = pd.Timedelta(days=6)


def first_links(stored: pd.DataFrame, items: pd.DataFrame) -> "pd.Series[str]":
    """Give the link that each item was first seen under, in the order of `items`.

    Both frames: address, title, known_from (datetime64 UTC); `stored` is what is in the store.
    """
    links: dict[tuple[str, str], list[tuple[pd.Timestamp, str]]] = {}
    same = stored.loc[stored["title"].isin(items["title"])]
    for address, title, day in _rows(same):
        links.setdefault((_host(address), title), []).append((day, address))
    chosen = []
    for address, title, day in _rows(items):
        seen = links.setdefault((_host(address), title), [])
        near = [link for other, link in seen if abs(day - other) <= SAME_ITEM]
        chosen.append(near[0] if near and title and address not in near else address)
        seen.append((day, address))
    return pd.Series(chosen, items.index, dtype="object")


def _rows(frame: pd.DataFrame) -> "zip[tuple[str, str, pd.Timestamp]]":
    return zip(frame["address"], frame["title"], frame["known_from"], strict=True)


def _host(address: str) -> str:
    """Give the site of a link; what is no link stands for itself."""
    try:
        return (urlsplit(address).hostname or address).removeprefix("www.")
    except ValueError:
        return address
