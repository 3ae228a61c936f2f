"""The feed of editions in each language, an entry for each, newest first."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboards import metadata
from dashboards.metadata import AUTHORITY
from dashboards.publish import atom
from dashboards.publish.atom import Entry


def editions(
    cards: Mapping[str, Mapping[str, Any]], code: str, address: str, page: Callable[[str], str]
) -> bytes:
    """The Atom feed of the editions in a language.

    Args:
        cards: the card of each edition by its name, the newest last.
        address: where the feed is published.
        page: gives the address of the bulletin of an edition by its name.
    """
    words = metadata.dataset(code)
    return atom.feed(
        [_entry(name, card, code, page(name)) for name, card in reversed(list(cards.items()))],
        id=f"{AUTHORITY}editions:{code}",
        title=words["editions"],
        updated=max(card["cutoff"] for card in cards.values()),
        author=words["publisher"],
        language=code,
        address=address,
        rights=metadata.dataset()["licence_title"],
    )


def _entry(name: str, card: Mapping[str, Any], code: str, page: str) -> Entry:
    return Entry(
        id=f"{AUTHORITY}edition:{name}:{code}",
        title=card["headline"][code],
        updated=card["cutoff"],
        published=card["cutoff"],
        page=page,
        category=card["index"]["regime"] or "",
        summary=metadata.dataset(code)["description"],
    )
