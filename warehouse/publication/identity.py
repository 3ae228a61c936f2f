"""Who publishes: plain values of an observatory for dates, pages and data.

An observatory is a folder; `pipelines/observatory` reads and checks it, and hands its values down
to here. Until one is handed down, those of the shipped folder are in force.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

FILE = "observatory.toml"
SHIPPED = Path(__file__).parents[2] / "observatory"
# The languages of releases, feeds and descriptions. A site may have others, each from a file:
# dashboards/languages/files.py.
COMPLETE = ("fr", "en")

# What is said of the pilot country where there is none.
NO_COUNTRY = {"fr": "un pays", "en": "a country"}


@dataclass(frozen=True)
class Licence:
    """A licence of the published tables: how it is written, its title and text."""

    key: str
    short: str
    title: str
    url: str


LICENCES = {
    own.key: own
    for own in (
        Licence(
            "CC-BY-4.0",
            "CC BY 4.0",
            "Creative Commons Attribution 4.0 International",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        Licence(
            "CC-BY-SA-4.0",
            "CC BY-SA 4.0",
            "Creative Commons Attribution-ShareAlike 4.0 International",
            "https://creativecommons.org/licenses/by-sa/4.0/",
        ),
        Licence(
            "CC0-1.0",
            "CC0 1.0",
            "Creative Commons Zero 1.0 Universal",
            "https://creativecommons.org/publicdomain/zero/1.0/",
        ),
    )
}


@dataclass(frozen=True)
class Logo:
    """A picture: its file name, its bytes, and the pixels that it takes on a page."""

    name: str
    body: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Theme:
    """The look of a site: its logo, and colours by scheme (light, dark) and name.

    Without `colours`, those of the software are in force.
    """

    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    logo: Logo | None = None


@dataclass(frozen=True)
class Peer:
    """Another observatory: the address of its site, and what to call it.

    Without a name it is called as it calls itself.
    """

    address: str
    name: str = ""


@dataclass(frozen=True, eq=False)  # by identity, so that what is made for one can be kept by it
class Identity:
    """An observatory: its names and sentences by language, its dates, its panel.

    `words` are sentences by language that stand in place of ours, `files` whole languages that
    the observatory has in a file. Of `languages`, those that are `partial` have three pages.
    `country` is the ISO 3166 code of the pilot country and `panel` the key of its panel, both ""
    where there is none. `zones` are the places whose hours are given. `peers` are other
    observatories, whose figures a page shows. `framework` is the key of the one that is in force
    beside the first, "" for the first, and `frameworks` the names of all by key and language where
    there are several. `candidates` are what was looked at for its panel. `fingerprint` differs
    where any file read differs.
    """

    names: Mapping[str, str]
    languages: tuple[str, ...] = COMPLETE
    partial: tuple[str, ...] = ()
    taglines: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    licence: Licence = LICENCES["CC-BY-4.0"]
    address: str = ""
    country: str = ""
    panel: str = ""
    holidays: tuple[str, ...] = ()
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    authority: str = ""
    fingerprint: str = ""
    theme: Theme = Theme()
    peers: tuple[Peer, ...] = ()
    framework: str = ""
    frameworks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    candidates: tuple[Mapping[str, str], ...] = ()

    @property
    def pages(self) -> tuple[str, ...]:
        """The languages of the site that have all pages, the first of them first."""
        return tuple(code for code in self.languages if code not in self.partial)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The languages of its feeds: those of the site that releases are in."""
        return tuple(code for code in self.pages if code in COMPLETE)

    def name(self, code: str) -> str:
        """The name in a language, or in the first language that has one."""
        return self.names.get(code) or next(iter(self.names.values()))

    def titled(self, title: str, code: str) -> str:
        """A title with the framework in a language, where it is not the first."""
        names = self.frameworks[self.framework] if self.framework else {}
        own = names.get(code) or next(iter(names.values()), "")
        return f"{title} – {own}" if own else title

    def publisher(self, code: str) -> str:
        """Who publishes, in a language: the observatory itself where nobody is named."""
        return self.publishers.get(code) or next(iter(self.publishers.values()), self.name(code))

    def sentences(self, code: str) -> Mapping[str, Any]:
        """The words in a language that stand in place of ours."""
        return self.words.get(code, {})


def read(folder: Path) -> Identity:
    """The values of the folder of an observatory, unchecked."""
    texts = {FILE: (folder / FILE).read_text("utf-8")}
    own = tomllib.loads(texts[FILE])
    country = str(own.get("country", ""))
    pilot = folder / "panels" / f"{country.lower()}.toml"
    read_too = [*([pilot] if country else []), *sorted(folder.glob("words/*.toml"))]
    texts |= {str(path.relative_to(folder)): path.read_text("utf-8") for path in read_too}
    tables = {path: tomllib.loads(text) for path, text in texts.items()}
    panel = tables.get(str(pilot.relative_to(folder)), {})
    own_words = {Path(path).stem: table for path, table in tables.items() if path[:5] == "words"}
    files = {code: table for code, table in own_words.items() if is_language(table)}
    words = {code: table for code, table in own_words.items() if code not in files}
    names, calendar = own["name"], own.get("calendar", {})
    codes = {*own["languages"], *COMPLETE}
    return Identity(
        names=names,
        languages=tuple(own["languages"]),
        partial=tuple(own.get("partial", ())),
        taglines=own.get("tagline", {}),
        publishers=own.get("publisher", {}),
        contact=own.get("contact", ""),
        licence=LICENCES[own.get("licence", "CC-BY-4.0")],
        address=own.get("address", "").rstrip("/"),
        country=country,
        panel=panel.get("key", ""),
        candidates=tuple({"group": panel["key"], **own} for own in panel.get("candidate", ())),
        holidays=tuple(calendar.get("holidays", ())),
        zones={city: ZoneInfo(zone) for city, zone in calendar.get("zones", {}).items()},
        words={code: merged(_of_panel(panel, code), words.get(code, {})) for code in codes},
        files=files,
        authority=_authority(folder, own),
        peers=tuple(
            Peer(peer["address"].rstrip("/"), peer.get("name", "")) for peer in own.get("peers", ())
        ),
        fingerprint=sha256(repr(sorted(texts.items())).encode()).hexdigest(),
    )


def is_language(table: Mapping[str, Any]) -> bool:
    """True of a file of words that has a whole language."""
    return any(isinstance(table.get(name), Mapping) for name in ("language", "grammar"))


def _of_panel(panel: Mapping[str, Any], code: str) -> Mapping[str, Any]:
    """The words of the pilot country's panel, as pages and bulletin use them."""
    own, key = panel.get(code), panel.get("key")
    if not own:
        return {}
    country = own.get("the_country", own["name"])
    words: dict[str, Any] = {"names": {f"{key}/": own["name"]}, "pilot_country": country}
    if missing := [lack[code] for lack in panel.get("missing", ()) if code in lack]:
        words["missing_panel"] = missing
    if "text" in own:
        words[f"about_{key}"] = own["text"]
    if "projects" in own:
        words["projects"] = {"pilot": own["projects"]}
    return words


def _authority(folder: Path, own: Mapping[str, Any]) -> str:
    """The beginning of the names of feeds and entries, an observatory its own."""
    if folder.resolve() == SHIPPED.resolve():
        return "silent-crash-observatory"
    host = urlsplit(own.get("address", "")).hostname
    slug = re.sub(r"[^a-z0-9]+", "-", next(iter(own["name"].values())).lower()).strip("-")
    return host or slug or "observatory"


def merged(ours: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Our words with those of an observatory in their place, table by table."""
    return {**ours} | {
        name: merged(ours.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in own.items()
    }


@cache
def shipped() -> Identity:
    """The observatory that comes with the software."""
    return read(SHIPPED)


_handed_down: Identity | None = None


def in_force() -> Identity:
    """The observatory of this process: the one handed down, or the shipped one."""
    return _handed_down or shipped()


def framework() -> str:
    """The key of the framework in force, "" for the first one of an observatory.

    Short questions ask this, and need no file of the shipped observatory for it.
    """
    return _handed_down.framework if _handed_down else ""


def own_authority() -> str:
    """What tells an observatory of one's own from others, "" for the shipped one."""
    return in_force().authority if in_force().authority != shipped().authority else ""


def hand_down(identity: Identity | None) -> None:
    """Put an observatory in force in this process; None for the shipped one."""
    global _handed_down
    _handed_down = identity


@contextmanager
def handed_down(identity: Identity | None) -> Iterator[None]:
    """Put an observatory in force for a while."""
    before = _handed_down
    hand_down(identity)
    try:
        yield
    finally:
        hand_down(before)
