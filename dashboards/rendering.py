"""How every page is rendered: templates, the style sheet, safe links."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import CodeType
from urllib.parse import urlsplit

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from dashboards import fonts, theme
from dashboards.i18n import Language, plain
from dashboards.languages.foreign import Foreign, signed

# Texts that are typeset once: the pages of the series print 200,000, most of them a menu, a
# publisher or a unit that the page before has too.
PRINTED = 16_384


def environment(lang: Language, *packages: str) -> Environment:
    """Templates of these packages in a language; what they print is escaped."""
    templates = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printer(lang),
        bytecode_cache=COMPILED,
    )
    templates.globals.update(say=lang.say, words=lang.words, lang=lang.code)
    templates.globals.update(complete=lang.complete, direction=lang.grammar.direction)
    templates.globals.update(comma=lang.grammar.comma)
    templates.filters["link"] = _linker(lang)
    return templates


def _printer(lang: Language) -> Callable[[Context, object], object]:
    typeset = lru_cache(PRINTED)(lang.typeset)

    @pass_context  # so that no text of a template is typeset when it is compiled, in one language
    def printed(_: Context, value: object) -> object:
        if isinstance(value, float):
            raise TypeError(f"{value} would be printed as it is: write it with Language.number")
        if isinstance(value, Foreign):
            return signed(Foreign(lang.typeset(value), value.code))
        return typeset(value) if type(value) is str else value

    return printed


class _Compiled(BytecodeCache):
    """Templates that this process compiled: the same in every language."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(f"{bucket.key} {bucket.checksum}")

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[f"{bucket.key} {bucket.checksum}"] = bucket.code


COMPILED = _Compiled()


def _linker(lang: Language) -> Callable[[str, str], Markup | str]:
    def link(text: str, address: str) -> Markup | str:
        """A link where the address is on the web and of nobody, otherwise the text."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or "@" in parts.netloc:
            return text
        anchor = Markup('<a href="{}" rel="noreferrer">{}</a>')
        return anchor.format(plain(address), lang.typeset(text))

    return link


def style(address: Callable[[str], str] = fonts.embedded, *, chosen: Sequence[str] = ()) -> str:
    """The style sheet of the bulletin and of the site.

    `address` gives that of a file of `dashboards.fonts`, `chosen` names those that are loaded.
    """
    plain = (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    badges = (f".badge-{rank}{{background:{tone}}}" for rank, tone in enumerate(theme.BADGES))
    themes = [[*theme.DIMENSIONS], [*theme.ZONES]]
    light = _classes(*themes)
    dark = _classes(*[[theme.DARK[tone] for tone in tones] for tones in themes])
    on_dark = ["@media screen and (prefers-color-scheme:dark){", *dark, "}"]
    faces = fonts.of_pages(address, chosen)
    last = theme.own_style()
    return faces + "\n" + plain + "\n".join([*badges, *light, *on_dark]) + "\n" + last


def _classes(dimensions: Sequence[str], zones: Sequence[str]) -> list[str]:
    return [*_ranked("d", "--hue", dimensions), *_ranked("zone", "fill", zones)]


def _ranked(name: str, part: str, colours: Sequence[str]) -> list[str]:
    """A class for each colour by its rank, which sets a part of the style."""
    return [f".{name}-{rank}{{{part}:{hue}}}" for rank, hue in enumerate(colours)]


def style_hash(text: str) -> str:
    """Hash by which a Content-Security-Policy allows the style."""
    return b64encode(sha256(text.encode()).digest()).decode()
