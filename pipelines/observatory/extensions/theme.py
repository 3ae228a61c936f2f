"""The logo and the colours of an observatory: `theme/` of its folder.

Only what marks the site as its own may be changed: the accent, and the links. The colours of the
zones and of the dimensions say something, and were chosen so that the colour-blind tell them apart.
"""

import re
import tomllib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from dashboards.theme import DARK, GROUNDS
from pipelines.declared import Declared
from pipelines.errors import UsageError
from pipelines.observatory.extensions import contrast, logo
from pipelines.observatory.extensions.files import content
from warehouse.publication.identity import Identity, Theme

FOLDER = "theme"
FILE = f"{FOLDER}/theme.toml"
LARGEST = 10_000  # bytes of theme.toml, which has two tables of two lines
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# WCAG 2.2, level AA: 1.4.11 for what is no text, 1.4.3 for text.
GRAPHICS, TEXT = 3.0, 4.5


def _colour(text: str) -> str:
    if not COLOUR.fullmatch(text):
        raise ValueError("write a colour as #0b6e4f: a sign # and six digits, 0 to f")
    return text.lower()


Colour = Annotated[str, AfterValidator(_colour)]


class Scheme(Declared):
    """The colours on pages in one scheme, light or dark."""

    accent: Colour = Field(
        description="marks: the rule under the head, the page in the menu, bars, the curves of a "
        "panel; 3:1 on the pages"
    )
    link: Colour = Field(description="links, which are text; 4.5:1 on the pages")


class Colours(Declared):
    """`theme/theme.toml`: the colours in both schemes."""

    light: Scheme = Field(description="table `[light]`: on white pages")
    dark: Scheme = Field(description="table `[dark]`: where a reader's machine asks for dark ones")

    @model_validator(mode="after")
    def _legible(self) -> "Colours":
        for mode, scheme in (("light", self.light), ("dark", self.dark)):
            for name, needed in (("accent", GRAPHICS), ("link", TEXT)):
                colour, grounds = getattr(scheme, name), GROUNDS[mode]
                measured = contrast.least(colour, grounds)
                if measured < needed:
                    nearest = contrast.nearest(colour, grounds, needed)
                    raise ValueError(
                        f"{mode}.{name} is {colour}: its contrast with the {mode} pages is "
                        f"{_floor(measured)}:1, it needs {needed:g}:1; the nearest that has it is "
                        f"{nearest}"
                    )
        if self.light.accent in {tone.lower() for tone in DARK}:
            raise ValueError(
                f"light.accent is {self.light.accent}: the charts have it for something else; "
                "write another one"
            )
        return self


def _floor(measured: float) -> str:
    """A ratio that is not rounded up to the one that it lacks."""
    return f"{int(measured * 100) / 100:.2f}"


def with_theme(house: Identity, folder: Path, checked: Any) -> Identity:
    """The observatory with its logo and its colours.

    Args:
        house: its identity without them.
        folder: its folder.
        checked: checks what a TOML file says against a model, as `observatory.folder` does.

    Raises:
        UsageError: a colour does not stand out, or the logo may not be shown.
    """
    paths = [folder / FILE, *(folder / FOLDER / name for name in logo.NAMES)]
    bodies = {
        path: content(folder, path, LARGEST if path.suffix == ".toml" else logo.LARGEST)
        for path in paths
        if path.exists() or path.is_symlink()
    }
    if not bodies:
        return house
    colours = _colours(paths[0], bodies, checked)
    own = [logo.read(path, body) for path, body in bodies.items() if path != paths[0]]
    if len(own) > 1:
        raise UsageError(f"{folder / FOLDER} has {' and '.join(logo.NAMES)}: keep one of them")
    digests = [f"{path.name} {sha256(body).hexdigest()}" for path, body in bodies.items()]
    return replace(
        house,
        theme=Theme(colours, next(iter(own), None)),
        fingerprint=sha256(" ".join([house.fingerprint, *digests]).encode()).hexdigest(),
    )


def _colours(file: Path, bodies: dict[Path, bytes], checked: Any) -> dict[str, dict[str, str]]:
    if file not in bodies:
        return {}
    try:
        table = tomllib.loads(bodies[file].decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise UsageError(f"{file}: {fault}") from None
    colours: Colours = checked(table, Colours, file)
    return colours.model_dump()
