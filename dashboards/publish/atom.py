"""The writer of Atom feeds (RFC 4287), for editions and alerts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from dashboards.i18n import plain

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True)
class Entry:
    """An entry of a feed; elements without a text are left out.

    `id` is an IRI that never changes. `updated` and `published` are instants as `stamp` writes
    them. `page` is the address of what the entry announces.
    """

    id: str
    title: str
    updated: str
    published: str = ""
    page: str = ""
    category: str = ""
    summary: str = ""
    content: str = ""


def feed(
    entries: Iterable[Entry],
    *,
    id: str,
    title: str,
    updated: str,
    author: str,
    language: str,
    address: str = "",
    rights: str = "",
) -> bytes:
    """The feed with these entries, in their order.

    Args:
        updated: instant of the newest change, as `stamp` writes it.
        language: code of the language of all texts.
        address: where the feed itself is published, "" where that is not known.
    """
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(_name("feed"), {f"{{{XML}}}lang": language})
    _add(root, "id", id)
    _add(root, "title", title)
    _add(root, "updated", updated)
    _add(_add(root, "author"), "name", author)
    if rights:
        _add(root, "rights", rights)
    if address:
        _add(root, "link", rel="self", href=address, type="application/atom+xml")
    for item in entries:
        _append(root, item, language)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return body + b"\n"


def _append(root: ElementTree.Element, item: Entry, language: str) -> None:
    element = _add(root, "entry")
    _add(element, "id", item.id)
    _add(element, "title", item.title)
    if item.published:
        _add(element, "published", item.published)
    _add(element, "updated", item.updated)
    if item.page:
        _add(element, "link", rel="alternate", href=item.page, hreflang=language, type="text/html")
    if item.category:
        _add(element, "category", term=item.category)
    for name in ("summary", "content"):
        if text := getattr(item, name):
            _add(element, name, text)


def stamp(when: datetime) -> str:
    """An aware instant as Atom writes it, in UTC: "2026-11-10T23:59:59Z"."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: Any) -> Any:
    cleaned = {key: plain(str(value)) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, _name(name), cleaned)
    # line by line: a message of an alert has several, and `plain` would join them
    element.text = "\n".join(map(plain, text.split("\n"))) or None
    return element


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"
