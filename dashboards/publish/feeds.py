"""The feed of editions in each language, an entry for each, newest first."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboards import metadata
from dashboards.i18n import language
from dashboards.metadata import authority
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
        id=f"{authority()}editions:{code}",
        title=words["editions"],
        updated=max(map(_updated, cards.values())),
        author=words["publisher"],
        language=code,
        address=address,
        rights=metadata.dataset()["licence_title"],
    )


def _entry(name: str, card: Mapping[str, Any], code: str, page: str) -> Entry:
    words = metadata.dataset(code)
    mark = f" ({language(code).say('mark_reconstructed')})" if card.get("reconstructed") else ""
    dated = f"{card['dated'][code]}. " if "dated" in card else ""
    return Entry(
        id=f"{authority()}edition:{name}:{code}",
        title=card["headline"][code] + mark,
        updated=_updated(card),
        published=card.get("public_at") or "",
        page=page,
        category=card["index"]["regime"] or "",
        summary=dated + words["description"],
    )


def _updated(card: Mapping[str, Any]) -> str:
    """From when it is public; its cut-off in a folder of before that was written."""
    return str(card.get("public_at") or card["cutoff"])
