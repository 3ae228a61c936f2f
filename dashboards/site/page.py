"""A page of the site, and the shell around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from dashboards import rendering
from dashboards.bulletin.figures import Draw
from dashboards.site.context import SiteContext
from dashboards.site.locale import ARABIC, CODES, SiteLocale, site_locale

POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"
# The pages of the head, and those that only the foot leads to; a dimension is a page of its own.
HEAD = ("", "bulletins/", "indicators/", "alerts/", "morocco/", "frugality/", "data/", "method/")
FOOT = ("explorer/", "sources/", "revisions/", "calendar/", "corrections/", "cite/")


# Gives what draws into the site for a page, from the way up to its root.
ChartUrlFactory = Callable[[str], Draw]


@dataclass(frozen=True)
class Page:
    """A page: its path under the language, its template, and what that shows."""

    path: str
    template: str
    title: str
    about: str
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The way up from the page to the root of the site."""
        return up(self.path)


def up(path: str) -> str:
    """The way up from a path under a language to the root of the site."""
    return "../" * (path.count("/") + 1)


def html(page: Page, stock: SiteContext, lang: SiteLocale, base: str = "") -> str:
    """The page in its shell. `base` is the address of the site, "" where it is not known."""
    root = page.root

    def to(path: str, code: str = lang.code) -> str:
        return f"{root}{code}/{path}index.html"

    names = lang.words.get("names", {})
    shell = {
        "page": page,
        "root": root,
        "to": to,
        "base": base,
        "card": stock.issue.name,
        "policy": POLICY,
        "here": f"{lang.code}/{page.path}",
        "others": [site_locale(code) for code in _others(page, lang)],
        "head": [(path, names.get(path or "home")) for path in HEAD],
        "foot": [(path, names.get(path)) for path in FOOT],
        "month": lang.month(stock.issue.month + "-01"),
        "released": lang.moment(stock.issue.due.release),
    }
    return _templates(lang.code).get_template(page.template).render(shell | {**page.content})


def _others(page: Page, lang: SiteLocale) -> list[str]:
    """The other languages that the page is in."""
    every = (*CODES, ARABIC) if page.path == "" else CODES
    return [code for code in every if code != lang.code]


@cache
def _templates(code: str) -> Environment:
    return rendering.environment(site_locale(code), "dashboards.site", "dashboards")


def spark(values: "list[float]", low: float = 0.0, high: float = 100.0) -> Markup:
    """A small line of values between two bounds, in the colour of its place; gaps are skipped."""
    last = max(len(values) - 1, 1)
    points = [
        f"{100 * place / last:.1f},{30 - 28 * (min(max(v, low), high) - low) / (high - low):.1f}"
        for place, v in enumerate(values)
        if v == v
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>'
    ).format(" ".join(points))
