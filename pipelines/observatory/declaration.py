"""What `observatory.toml` says, checked: who publishes, where, when.

The shipped folder `observatory` is the example and the default. The descriptions are the table in
docs/observatory.md.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from pipelines.declared import Declared
from warehouse.publication.identity import COMPLETE, LICENCES

LONGEST = 120  # of a name: it stands in titles, in the head of every page and in mails
MOST_PEERS = 20  # each is asked at every run, and is a column of the page
NOT_WRITTEN = re.compile(r"[{}<>\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """A text that may stand in any sentence, or ValueError."""
    if not text.strip() or len(text) > LONGEST or NOT_WRITTEN.search(text):
        raise ValueError(f"write one line of at most {LONGEST} letters without {{ }} < >")
    return text


def _licence(key: str) -> str:
    if key not in LICENCES:
        raise ValueError(f"write one of {', '.join(LICENCES)}")
    return key


def _country(code: str) -> str:
    from babel import Locale

    if code and (len(code) != 2 or code not in Locale("en").territories):
        raise ValueError("write the two capital letters of ISO 3166, SN for Senegal")
    return code


def _address(address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or "@" in address):
        raise ValueError("write the address of the site, https://example.org/observatory")
    return address


def _contact(contact: str) -> str:
    mail = re.fullmatch(r"[^@\s<>\"']+@[^@\s<>\"']+\.[a-z]+", contact)
    if contact and not mail and not urlsplit(contact).scheme.startswith("http"):
        raise ValueError("write an e-mail or the address of a page")
    return contact


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone: write one as Africa/Dakar") from None
    return name


def _observed(code: str) -> str:
    import holidays  # a tenth of a second, for folders that observe any

    if code not in holidays.list_supported_countries(include_aliases=False):
        raise ValueError(f"the holidays of {code!r} are not known: write a code as SN, or leave it")
    return code


def _language(code: str) -> str:
    from babel import Locale

    if code not in Locale("en").languages:
        raise ValueError("write the small letters of ISO 639, as es for Spanish")
    return code


def _peer_address(address: str) -> str:
    from sources.http.ssrf_guard import violation

    try:
        parts = urlsplit(address)
        plain = parts.hostname and not (parts.query or parts.fragment or parts.username)
        _ = parts.port
    except ValueError:
        plain = False
    if not plain or NOT_WRITTEN.search(address) or " " in address:
        raise ValueError("write the address of its site, https://example.org/observatory")
    if not is_on_this_machine(address):
        if parts.scheme != "https":
            raise ValueError("write https://: only what is on this machine may have http://")
        if reason := violation(address):
            raise ValueError(reason)
    return address.rstrip("/")


def is_on_this_machine(address: str) -> bool:
    """True of an address that leads to this machine alone."""
    from sources.http.ssrf_guard import violation

    return bool(violation(address)) and not violation(address, allow_loopback=True)


def _peer_name(name: str) -> str:
    return one_line(name) if name else name


# A language; that a file has it is checked in `languages.py`, which knows the folder.
Code = Annotated[str, AfterValidator(_language)]
Text = Annotated[str, AfterValidator(one_line)]


class Calendar(Declared):
    """When an edition is due, and the places whose hours are given."""

    holidays: tuple[Annotated[str, AfterValidator(_observed)], ...] = Field(
        default=(),
        description='countries whose public holidays an edition gives way to: `["FR", "MA"]`; '
        "none by default, only weekends",
    )
    zones: dict[Text, Annotated[str, AfterValidator(_zone)]] = Field(
        default={},
        description="places whose hour is given beside UTC, with their time zone: "
        '`{ Dakar = "Africa/Dakar" }`',
    )


class Peer(Declared):
    """Another observatory, whose figures are shown beside ours."""

    address: Annotated[str, AfterValidator(_peer_address)] = Field(
        description="address of its site: `https://example.org/observatory`; `http://` only on "
        "this machine"
    )
    name: Annotated[str, AfterValidator(_peer_name)] = Field(
        default="", description="what to call it; by default the name that it gives itself"
    )


class Observatory(Declared):
    """An observatory: its names, its languages, its pilot country, its calendar."""

    languages: tuple[Code, ...] = Field(
        min_length=1,
        description="languages of the site, the first one first: `fr` and `en`, of which it needs "
        "one, and those of a file",
    )
    partial: tuple[Code, ...] = Field(
        default=(),
        description="of `languages`, those that have three pages alone: the index, the pilot "
        "country, what the index is made of; none by default",
    )
    name: dict[Code, Text] = Field(
        min_length=1, description="name by language, in titles, menus, citations, feeds and mails"
    )
    tagline: dict[Code, Text] = Field(
        default={}, description="a line under the name by language, on the first page"
    )
    publisher: dict[Code, Text] = Field(
        default={},
        description="who publishes, in the descriptions of the data, by language; "
        "by default the observatory itself",
    )
    country: Annotated[str, AfterValidator(_country)] = Field(
        default="",
        description="pilot country, by its two letters of ISO 3166: its panel is "
        "`panels/<code>.toml`; none by default",
    )
    licence: Annotated[str, AfterValidator(_licence)] = Field(
        default="CC-BY-4.0",
        description=f"licence of the index and its tables: {', '.join(LICENCES)}",
    )
    contact: Annotated[str, AfterValidator(_contact)] = Field(
        default="",
        description="e-mail or page of whoever answers for it: named to publishers that are asked, "
        "unless `SILENTCRASH_CONTACT` is set, and shown at the foot of every page",
    )
    address: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        description="address of the public site, unless a command gives one: it names the feeds, "
        "so do not change it once they are read",
    )
    calendar: Calendar = Field(
        default=Calendar(), description="a table `[calendar]` with the two lines below"
    )
    peers: tuple[Peer, ...] = Field(
        default=(),
        max_length=MOST_PEERS,
        description=f"tables `[[peers]]`, at most {MOST_PEERS}: other observatories, whose figures "
        "a page shows beside ours",
    )

    @model_validator(mode="after")
    def _coherent(self) -> "Observatory":
        if len(set(self.languages)) < len(self.languages):
            raise ValueError("languages has one twice")
        if not set(self.languages) & set(COMPLETE):
            raise ValueError(f"languages needs one of {', '.join(COMPLETE)}, which releases are in")
        if stray := [code for code in self.partial if code not in self.languages]:
            raise ValueError(f"partial has {stray[0]}, which is not in languages")
        if both := [code for code in self.partial if code in COMPLETE]:
            raise ValueError(f"partial has {both[0]}, which releases are in and has every page")
        if missing := [code for code in self.languages if code not in self.name]:
            raise ValueError(f"name has no line for {missing[0]}, which is in languages")
        addresses = [peer.address for peer in self.peers]
        if twice := [own for own in addresses if addresses.count(own) > 1]:
            raise ValueError(f"peers has {twice[0]} twice")
        if self.address and self.address.rstrip("/") in addresses:
            raise ValueError("peers has the address of this observatory: name others alone")
        return self
