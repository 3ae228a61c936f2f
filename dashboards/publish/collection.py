"""What is made over all editions: the static API, and a feed in each language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.i18n import LANGUAGES
from dashboards.publish import feeds
from dashboards.publish.api import documents
from dashboards.publish.publication import File, Publication, to_json
from dashboards.publish.staging import Staging, holds, put
from warehouse.publication import identity

CARD = "edition.json"
# A month, or a reissue of it. A folder of another name is not an edition that was published.
NAME = re.compile(r"\d{4}-\d{2}(-r\d+)?")
EditionCard = dict[str, Any]
# What is made over all editions, beside their folders.
PLACES = (documents.ROOT.partition("/")[0], *(f"editions.{code}.atom" for code in LANGUAGES))


@dataclass(frozen=True)
class Layout:
    """Where an edition's folder and its bulletins are under the root.

    `base` is the address of the root, "" where it is not known: addresses are then relative.
    """

    folder: str = "{name}/"
    page: str = "{name}/bulletin.{code}.html"
    base: str = ""

    def address(self, path: str, up: str = "") -> str:
        """The address of a path, from a document that `up` leads to the root."""
        return f"{self.base.rstrip('/')}/{path}" if self.base else f"{up}{path}"


def files(publication: Publication, cards: Mapping[str, EditionCard], layout: Layout) -> list[File]:
    """The API and the feeds over the editions of `cards`, when one is published.

    Documents on the newest edition are made by that edition only, so that the order in which
    editions are published does not matter.
    """
    newest = cards[max(cards, key=order)]["data_hash"] == publication.edition.data_hash
    return [*lists(cards, layout), *(documents.files(publication) if newest else ())]


def lists(cards: Mapping[str, EditionCard], layout: Layout) -> Iterator[File]:
    """The list of all editions, the newest one, and the feeds, from cards by name."""
    ordered = {name: cards[name] for name in sorted(cards, key=order)}
    newest = list(ordered.values())[-1]
    up = "../" * documents.ROOT.count("/")
    items = [
        {"name": name, "address": layout.address(layout.folder.format(name=name), up), **card}
        for name, card in ordered.items()
    ]
    listed = {"month": newest["month"], "editions": items}
    yield File(f"{documents.ROOT}editions.json", to_json(listed))
    yield File(f"{documents.ROOT}latest.json", to_json(newest))
    for code in identity.in_force().feeds:
        yield File(f"editions.{code}.atom", _feed(ordered, layout, code))


def _feed(ordered: Mapping[str, EditionCard], layout: Layout, code: str) -> bytes:
    def page(name: str) -> str:
        return layout.address(layout.page.format(name=name, code=code))

    return feeds.editions(ordered, code, layout.address(f"editions.{code}.atom"), page)


def read_cards(root: Path, layout: Layout) -> dict[str, EditionCard]:
    """The card (edition.json) of every edition under `root`, by its name."""
    paths = root.glob(layout.folder.format(name="*") + CARD)
    named = {path.parent.name: path for path in paths if NAME.fullmatch(path.parent.name)}
    return {name: json.loads(path.read_bytes()) for name, path in named.items()}


def stage(
    staging: Staging, publication: Publication, cards: Mapping[str, EditionCard], layout: Layout
) -> list[Path]:
    """Stage what changes in the API and the feeds; the paths that will be written.

    `cards` are those of every edition under the root of `staging`, the published one included.
    """
    changed = [
        file
        for file in files(publication, cards, layout)
        if not holds(staging.root / file.name, file.body)
    ]
    folders = {file.name.partition("/")[0] for file in changed if "/" in file.name}
    drafts = {name: staging.folder(name) for name in sorted(folders)}
    for file in changed:
        first, _, rest = file.name.partition("/")
        if rest:
            put(drafts[first] / rest, file.body)
        else:
            staging.file(file.name, file.body)
    return [staging.root / file.name for file in changed]


def order(name: str) -> tuple[str, int]:
    """The sort key of the names of editions: the month, then the reissue."""
    month, _, reissue = name.partition("-r")
    return month, int(reissue or 0)
