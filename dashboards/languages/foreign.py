"""Text in another language than its page, read aloud as such."""

import re
from collections.abc import Callable, Iterator

# Signs of the private use area around a text, until the page is whole: text that is printed has
# none of its own, since `i18n.plain` takes them out.
BEGIN, NAMED, END = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{BEGIN}([a-z]*){NAMED}")
_SIGNS = re.compile(f"{BEGIN}[a-z]*{NAMED}|{END}")
_TAG = re.compile(r"(<[^>]*>)")
# Elements that hold text alone: a tag in them would be shown.
_PLAIN = re.compile(r"<(title|option|textarea|script|style|text|desc)\b")
# Elements whose text has its order from the page or from the style sheet.
_IN_ORDER = re.compile(r"<(bdi|code|pre)\b")
# A figure with its sign or unit, a date of ISO, a range, a code: after an Arabic word, Unicode's
# algorithm would put its parts in another order. A plain figure is none of these.
_FIGURE = re.compile(
    r"(?<![\w&#])(?:[+\u2212×±][ \u00a0]?)?\d"
    r"(?:[\w.,:/+%\u00a0\u202f\u2212–-]*[\w%])?",
    re.ASCII,
)
# The signs of Unicode around a text from left to right.
ISOLATE = ("\u2066", "\u2069")
_PLAIN_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


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


def marked(page: str, direction: str = "ltr") -> str:
    """A page with `lang` on every foreign text, which was printed `signed`.

    In attributes, and in elements that hold text alone, nothing can be marked. In a page from
    right to left, what reads from left to right keeps its order.
    """
    if direction == "rtl":
        return "".join(_parts(page, ' dir="ltr"', isolated))
    return "".join(_parts(page)) if BEGIN in page else page


def isolated(text: str, before: str = '<bdi dir="ltr">', after: str = "</bdi>") -> str:
    """A text from right to left whose figures, dates and codes keep their order.

    Each stands between `before` and `after`, in a page or, as ISOLATE, where there is no markup.
    """

    def in_order(figure: re.Match[str]) -> str:
        own = figure[0]
        return own if _PLAIN_FIGURE.fullmatch(own) else f"{before}{own}{after}"

    return _FIGURE.sub(in_order, text)


def _parts(page: str, direction: str = "", ordered: Callable[[str], str] = str) -> Iterator[str]:
    within = ""
    apart = ""
    for part in _TAG.split(page):
        if part.startswith("<"):
            within = _inside(_PLAIN, part, within)
            apart = _inside(_IN_ORDER, part, apart)
            yield _SIGNS.sub("", part)
        elif within:
            yield _SIGNS.sub("", part)
        else:
            mixed = BEGIN in part  # a text with a foreign one in it, which has its own direction
            text = part if mixed or apart else ordered(part)
            yield _MARKED.sub(rf'<span lang="\1"{direction}>', text).replace(END, "</span>")


def _inside(elements: re.Pattern[str], tag: str, before: str) -> str:
    """The element that the text after a tag is in, "" for none of these elements."""
    opened = elements.match(tag)
    return opened[1] if opened else "" if tag == f"</{before}>" else before
