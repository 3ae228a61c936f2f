"""Text in another language than its page, read aloud as such."""

import re
from collections.abc import Iterator

# Signs of the private use area around a text, until the page is whole: text that is printed has
# none of its own, since `i18n.plain` takes them out.
BEGIN, NAMED, END = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{BEGIN}([a-z]*){NAMED}")
_SIGNS = re.compile(f"{BEGIN}[a-z]*{NAMED}|{END}")
_TAG = re.compile(r"(<[^>]*>)")
# Elements that hold text alone: a tag in them would be shown.
_PLAIN = re.compile(r"<(title|option|textarea|script|style|text|desc)\b")


class Foreign(str):
    """A text that a language lacks, in the language `code` that has it."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str = "en") -> "Foreign":
        """The text in the language of this code."""
        own = super().__new__(cls, text)
        own.code = code
        return own

    def __reduce__(self) -> tuple[type["Foreign"], tuple[str, str]]:
        return Foreign, (str(self), self.code)


def like(origin: str, text: str) -> str:
    """A text made from another one, foreign where that is."""
    return Foreign(text, origin.code) if isinstance(origin, Foreign) else text


def signed(text: Foreign) -> str:
    """The text between signs, for `marked` to find."""
    return f"{BEGIN}{text.code}{NAMED}{text}{END}"


def marked(page: str) -> str:
    """A page with `lang` on every foreign text, which was printed `signed`.

    In attributes, and in elements that hold text alone, nothing can be marked.
    """
    return "".join(_parts(page)) if BEGIN in page else page


def _parts(page: str) -> Iterator[str]:
    within = ""
    for part in _TAG.split(page):
        if part.startswith("<"):
            opened = _PLAIN.match(part)
            within = opened[1] if opened else "" if part == f"</{within}>" else within
            yield _SIGNS.sub("", part)
        elif within:
            yield _SIGNS.sub("", part)
        else:
            yield _MARKED.sub(r'<span lang="\1">', part).replace(END, "</span>")
