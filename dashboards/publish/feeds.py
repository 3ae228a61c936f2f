"""The editions as an Atom feed a language (RFC 4287): an entry an edition, newest first."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from dashboards import metadata
from dashboards.i18n import plain
from dashboards.metadata import AUTHORITY

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"


def atom(
    cards: Mapping[str, Mapping[str, Any]], code: str, address: str, page: Callable[[str], str]
) -> bytes:
    """The feed of the editions `cards` (by name, the newest last), at its own `address`.

    `page` gives the address of the bulletin of an edition.
    """
    ElementTree.register_namespace("", ATOM)
    lang = metadata.dataset(code)
    feed = ElementTree.Element(_name("feed"), {f"{{{XML}}}lang": code})
    _add(feed, "id", f"{AUTHORITY}editions:{code}")
    _add(feed, "title", lang["editions"])
    _add(feed, "updated", max(card["cutoff"] for card in cards.values()))
    _add(_add(feed, "author"), "name", lang["publisher"])
    _add(feed, "rights", metadata.dataset()["licence_title"])
    _add(feed, "link", rel="self", href=address, type="application/atom+xml")
    for name, card in reversed(list(cards.items())):
        _entry(feed, name, card, code, page(name))
    ElementTree.indent(feed)
    body: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return body + b"\n"


def _entry(
    feed: ElementTree.Element, name: str, card: Mapping[str, Any], code: str, page: str
) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"{AUTHORITY}edition:{name}:{code}")
    _add(entry, "title", card["headline"][code])
    _add(entry, "published", card["cutoff"])
    _add(entry, "updated", card["cutoff"])
    _add(entry, "link", rel="alternate", href=page, hreflang=code, type="text/html")
    if card["index"]["regime"]:
        _add(entry, "category", term=card["index"]["regime"])
    _add(entry, "summary", metadata.dataset(code)["description"])


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    cleaned = {key: plain(value) for key, value in attributes.items()}
    made = ElementTree.SubElement(parent, _name(name), cleaned)
    made.text = plain(text) or None
    return made


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"
