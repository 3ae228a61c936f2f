"""The panel of the pilot country, `panels/<code>.toml`, beside the index."""

import re
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pipelines.declared import Declared
from pipelines.index.framework import Framework, Indicator, Panel
from pipelines.observatory.declaration import Text
from sources import Series, Source
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


class PanelWords(Declared):
    """What is said of the pilot country in a language."""

    name: Text = Field(description="the country, in menus and titles")
    question: Text = Field(description="the question that the panel asks")
    the_country: Text | None = Field(
        default=None, description="the country in a sentence: `le Sénégal`; by default its name"
    )
    projects: Text = Field(description="title of its list of announced data centres: `In Senegal`")
    text: tuple[Annotated[str, AfterValidator(_sentence)], ...] = Field(
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

    def as_source(self, panel: str) -> Source:
        """Its declaration as a source with one series that stands until changed."""
        return Source(
            key=f"{panel}_{self.key}",
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
        )


class PilotPanel(Declared):
    """The panel of a pilot country: words, indicators, and what is missing."""

    key: str = Field(
        pattern=r"^[a-z]+$", description="name of its page and of its indicators: `senegal`"
    )
    country: str = Field(pattern=r"^[A-Z]{2}$", description="as in observatory.toml")
    fr: PanelWords
    en: PanelWords
    ar: PanelWords | None = None
    indicator: tuple[Indicator, ...] = Field(
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

    @model_validator(mode="after")
    def _coherent(self) -> "PilotPanel":
        if TAKEN.fullmatch(self.key):
            raise ValueError(f"key {self.key} is the folder of another page: write another word")
        keys = [indicator.key for indicator in self.indicator]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"indicator {min(twice)} stands there twice")
        return self

    def sources(self) -> tuple[Source, ...]:
        """Its registers as sources."""
        return tuple(register.as_source(self.key) for register in self.registers)

    def as_panel(self) -> Panel:
        """Its form in a method."""
        words = {
            "fr": self.fr.name,
            "en": self.en.name,
            "question_fr": self.fr.question,
            "question_en": self.en.question,
        }
        return Panel(key=self.key, indicator=self.indicator, **words)


def with_panel(method: Framework, panel: PilotPanel | None) -> Framework:
    """The method and those before it with the panel in the published place.

    The index is the same; the version says by the code of the country (2026.1+sn, 2026.1+none)
    that the whole is another one, so that no two methods go by one name and another hash. The
    published panel of the same key stays, and with it the published method.
    """
    published = identity.shipped().panel
    if panel and not panel.indicator:
        return method
    rank = [group.key for group in method.panel].index(published)
    groups = [group for group in method.panel if group.key != published]
    if panel:
        groups.insert(rank, panel.as_panel())
    succeeds = method.succeeds and method.succeeds.model_copy(
        update={"method": with_panel(method.succeeds.method, panel)}
    )
    own = panel.country.lower() if panel else "none"
    version = f"{method.version}+{own}"
    return method.model_copy(
        update={"version": version, "panel": tuple(groups), "succeeds": succeeds}
    )
