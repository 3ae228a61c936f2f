"""What every page is rendered with: its templates, its one style sheet, its safe links."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards import theme
from dashboards.i18n import Language, plain


def environment(said: Language, *packages: str) -> Environment:
    """The templates of these packages in a language: what they print is cleaned and escaped."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printer(said),
    )
    made.globals.update(say=said.say, words=said.words, lang=said.code)
    made.filters["link"] = _linker(said)
    return made


def _printer(said: Language) -> Callable[[object], object]:
    def printed(value: object) -> object:
        if isinstance(value, float):
            raise TypeError(f"{value} would be printed as it is: write it with Language.number")
        return said.typeset(value) if type(value) is str else value

    return printed


def _linker(said: Language) -> Callable[[str, str], Markup | str]:
    def link(text: str, address: str) -> Markup | str:
        """The text as a link where the address is one of the web, the text alone otherwise."""
        if urlsplit(address).scheme not in ("http", "https"):
            return text
        place = Markup('<a href="{}" rel="noreferrer">{}</a>')
        return place.format(plain(address), said.typeset(text))

    return link


def style() -> str:
    """The style sheet of the bulletin and of the site."""
    plain = (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    badges = (f".badge-{rank}{{background:{tone}}}" for rank, tone in enumerate(theme.BADGES))
    hues = [*_hues(theme.DIMENSIONS), "@media screen and (prefers-color-scheme:dark){"]
    dark = _hues([theme.DARK[hue] for hue in theme.DIMENSIONS])
    return plain + "\n".join([*badges, *hues, *dark, "}"]) + "\n"


def _hues(colours: "tuple[str, ...] | list[str]") -> list[str]:
    return [f".d-{rank}{{--hue:{hue}}}" for rank, hue in enumerate(colours)]


def style_hash(text: str) -> str:
    """What a Content-Security-Policy allows that style by."""
    return b64encode(sha256(text.encode()).digest()).decode()
