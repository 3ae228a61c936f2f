"""The panel of the pilot country, `panels/<code>.toml`, beside the index."""

import re
from itertools import combinations
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from pipelines.declared import Declared
from pipelines.index import framework
from pipelines.index.framework import Framework, Indicator
from pipelines.observatory.declaration import Text
from sources import Series, Source, WatchedPage
from warehouse.publication import identity

# Folders of the site at which a panel would take the place of another page.
TAKEN = re.compile(
    "bulletins|indicators|series|alerts|data|method|dimensions|embed|constituents|pilot|explorer|"
    "audit|telecom|governance|sources|revisions|calendar|corrections|cite|glossary|peers"
)
COUNT = {"count"}  # what a sentence on a panel may have filled in


def _sentence(text: str) -> str:
    """A sentence with no other place than {count}, or ValueError."""
    if stray := places(text) - COUNT:
        raise ValueError(f"{{{min(stray)}}} is not filled in here: only {{count}} is")
    return text


def places(text: str) -> set[str]:
    """The places {name} of a sentence. Raises ValueError for a stray brace."""
    fields = Formatter().parse(text)
    return {f"{name}:{form}" if form else name for _, name, form, _ in fields if name is not None}


Prose = Annotated[str, AfterValidator(_sentence)]


class PanelWords(Declared):
    """What is said of the pilot country in a language."""

    name: Text = Field(description="the country, in menus and titles")
    question: Text = Field(description="the question that the panel asks")
    the_country: Text | None = Field(
        default=None, description="the country in a sentence: `le Sénégal`; by default its name"
    )
    projects: Text = Field(description="title of its list of announced data centres: `In Senegal`")
    text: tuple[Prose, ...] = Field(
        default=(), description="paragraphs of its page; `{count}` is the number of indicators"
    )


class Missing(Declared):
    """What the panel does not follow, and what would be needed."""

    fr: Text
    en: Text


class Register(Declared):
    """Figures that a person keeps, in `registers/<panel>_<key>.csv`."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    fr: Text
    en: Text
    unit: Text
    publisher: Text
    page: str = Field(pattern=r"^https?://\S+$", description="where the figures are read")
    licence: Text = "Facts, cited"
    watch: str | None = Field(
        default=None,
        description="a pattern of the lines whose change is told; '' is all of them",
    )

    @field_validator("watch")
    @classmethod
    def _can_be_sought(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as fault:
            raise ValueError(f"watch is no pattern: {fault}") from None
        return pattern

    def as_source(self, panel: str) -> Source:
        """Its declaration as a source with one series that stands until changed."""
        key = f"{panel}_{self.key}"
        watched = None if self.watch is None else WatchedPage(key, self.fr, self.en, self.watch)
        return Source(
            key=key,
            publisher=self.publisher,
            fr=self.fr,
            en=self.en,
            homepage=self.page,
            licence=self.licence,
            licence_url=self.page,
            cadence="yearly",
            lag_days=0,
            stale_days=1200,  # as the shipped register of tariffs: they stand for years
            series=(Series(f"{panel}.{self.key}", self.unit, "E", self.fr, self.en),),
            register=self.page,
            watched=watched,
        )


class Measure(Indicator):
    """An indicator of the panel."""

    versions: tuple[str, ...] = Field(
        default=(), description="the published versions that have it; by default all"
    )


class Candidate(Declared):
    """What was looked at for the panel, and what became of it."""

    fate: Literal["read", "beside", "left"]
    fr: Text
    en: Text
    why_fr: Prose
    why_en: Prose


class PilotPanel(Declared):
    """The panel of a pilot country: words, indicators, and what is missing."""

    key: str = Field(
        pattern=r"^[a-z]+$", description="name of its page and of its indicators: `senegal`"
    )
    country: str = Field(pattern=r"^[A-Z]{2}$", description="as in observatory.toml")
    fr: PanelWords
    en: PanelWords
    ar: PanelWords | None = None
    indicator: tuple[Measure, ...] = Field(
        default=(),
        description="its indicators, as in the method; without any, those that the published "
        "method has under the same key",
    )
    registers: tuple[Register, ...] = Field(
        default=(),
        alias="register",  # which is a method of every model
        description="registers of its own: series that a person keeps by hand",
    )
    missing: tuple[Missing, ...] = Field(
        default=(), description="what it does not follow for want of a source, shown on its page"
    )
    candidate: tuple[Candidate, ...] = Field(
        default=(), description="what was looked at for it, read or left, and why"
    )

    @model_validator(mode="after")
    def _coherent(self) -> "PilotPanel":
        if TAKEN.fullmatch(self.key):
            raise ValueError(f"key {self.key} is the folder of another page: write another word")
        for first, second in combinations(self.indicator, 2):
            versions = {*first.versions}, {*second.versions}
            apart = all(versions) and versions[0].isdisjoint(versions[1])
            if first.key == second.key and not apart:
                raise ValueError(f"indicator {first.key} stands there twice in a version")
        return self

    def sources(self) -> tuple[Source, ...]:
        """Its registers as sources."""
        return tuple(register.as_source(self.key) for register in self.registers)


def method_with(panel: PilotPanel | None) -> Framework:
    """The newest method and those before it, with a panel of this country.

    The index is the same; the version says by the code of the country (2026.1+sn, 2026.1+none)
    that the whole is another one, so that no two methods go by one name and another hash. A panel
    that measures what the published one does leaves the published method as it is.
    """
    if panel is None:
        nowhere = {code: {"name": name} for code, name in identity.NO_COUNTRY.items()}
        return framework.newest(nowhere, "+none")
    published = framework.newest()
    if not panel.indicator:
        return published
    content = panel.model_dump(mode="json", by_alias=True, exclude_none=True)
    own = framework.newest(content, f"+{panel.country.lower()}")
    panels = ([version.panel for version in framework.lineage(each)] for each in (own, published))
    return published if next(panels) == next(panels) else own
