"""A page of the site, and the shell around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from dashboards import edition_dates, rendering
from dashboards.languages.foreign import marked
from dashboards.site.context import SiteContext
from dashboards.site.incremental import ChartWriter
from dashboards.site.locale import SiteLocale, feed, site_locale
from warehouse.publication import identity
from warehouse.publication.identity import Identity

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
PILOT = "pilot/"  # stands for the page of the pilot country, whose panel names it
# Pages in the header's menu, and those in the footer's; the home page links the dimensions.
HEAD = (
    "",
    "bulletins/",
    "indicators/",
    "series/",
    "alerts/",
    PILOT,
    "frugality/",
    "data/",
    "method/",
)
MADE_OF = "constituents/"  # under the page of an issue
FOOT = (
    "explorer/",
    "audit/",
    "telecom/",
    "governance/",
    "sources/",
    "revisions/",
    "calendar/",
    "corrections/",
    "cite/",
    "glossary/",
)
PEERS = "peers/"  # among them where other observatories are declared


# From the relative path up to the site's root, a function that draws charts for a page there.
ChartUrlFactory = Callable[[str], ChartWriter]


@dataclass(frozen=True)
class Page:
    """A page: its path under the language, its template, and the values shown."""

    path: str
    template: str
    title: str
    description: str
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The relative path from the page up to the root of the site."""
        return up(self.path)


def up(path: str) -> str:
    """The relative path from a path under a language up to the root of the site."""
    return "../" * (path.count("/") + 1)


def made_of(name: str) -> str:
    """The path of the constituents of an issue."""
    return f"bulletins/{name}/{MADE_OF}"


def html(page: Page, context: SiteContext, lang: SiteLocale, base: str = "") -> str:
    """The page as HTML with header and footer.

    `base` is the address of the site, "" where it is not known.
    """
    root, page_names, house = page.root, lang.words["names"], identity.in_force()

    def to(path: str, code: str = lang.code) -> str:
        return f"{root}{code}/{path}index.html"

    shell = {
        "page": page,
        "root": root,
        "to": to,
        "base": base,
        "card": context.issue.name,
        "picture": lang.code if lang.complete else feed(lang.code),
        "feed": feed(lang.code),
        "pilot": house.panel,
        "licence": house.licence.short,
        "contact": house.contact,
        "logo": house.theme.logo,
        "tagline": house.taglines.get(lang.code, ""),
        "policy": POLICY,
        "here": f"{lang.code}/{page.path}",
        "others": [site_locale(code) for code in _others(page, lang)],
        "head": _head(page, context, lang),
        "foot": [(path, page_names[path]) for path in _foot()] if lang.complete else [],
        "beside": _beside(page, context, lang) if lang.complete else [],
        "month": lang.month(context.issue.month + "-01"),
        "dated": edition_dates.sentence(context.issue.timeline, lang),
    }
    templates = _templates(lang.code, house)
    text = templates.get_template(page.template).render(shell | {**page.content})
    return marked(text, lang.grammar.direction)


def _head(page: Page, context: SiteContext, lang: SiteLocale) -> list[tuple[str, str]]:
    """The header's menu; of a language of three pages, those alone.

    The page of an issue leads to itself: it stays as it is when a newer issue comes.
    """
    page_names, house = lang.words["names"], identity.in_force()
    pilot = f"{house.panel}/"
    if lang.complete:
        paths = [pilot if path == PILOT else path for path in HEAD if path != PILOT or house.panel]
        return [(path, page_names[path or "home"]) for path in paths]
    own = page.path if page.path.endswith(MADE_OF) else made_of(context.issue.name)
    of_pilot = [(pilot, page_names[pilot])] if house.panel else []
    return [("", page_names["home"]), *of_pilot, (own, lang.words["constituents"]["title"])]


def _beside(page: Page, context: SiteContext, lang: SiteLocale) -> list[tuple[str, str]]:
    """The first pages of the other frameworks, each with what the menu calls it."""
    house = identity.in_force()
    top = f"{page.root}../" if house.framework else page.root
    links = []
    for key in context.beside:
        names = house.frameworks[key]
        name = names.get(lang.code) or next(iter(names.values()))
        text = lang.say("framework_beside" if key else "framework_first", name=name)
        folder = f"{key}/" if key else ""
        links.append((f"{top}{folder}{lang.code}/index.html", text))
    return links


def _foot() -> tuple[str, ...]:
    """The pages in the footer's menu."""
    return (PEERS, *FOOT) if identity.in_force().peers else FOOT


def _others(page: Page, lang: SiteLocale) -> list[str]:
    """The other languages that have this page."""
    house = identity.in_force()
    in_all = page.path in ("", f"{house.panel}/") or page.path.endswith(MADE_OF)
    codes = house.languages if in_all else house.pages
    return [code for code in codes if code != lang.code]


@cache
def _templates(code: str, _: Identity) -> Environment:
    return rendering.environment(site_locale(code), "dashboards.site", "dashboards")


def spark(values: "list[float]", low: float = 0.0, high: float = 100.0) -> Markup:
    """A sparkline of values between two bounds, as inline SVG; gaps stay gaps."""
    last = max(len(values) - 1, 1)
    points = [
        f"{100 * rank / last:.1f},{30 - 28 * (min(max(v, low), high) - low) / (high - low):.1f}"
        if v == v
        else ""
        for rank, v in enumerate(values)
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(polylines(points))


def polylines(points: Sequence[str]) -> Markup:
    """A polyline for each run of points ("x,y"); an empty one is a gap.

    A point that stands alone is drawn twice, as a dot.
    """
    runs = [list(own) for filled, own in groupby(points, key=bool) if filled]
    lines = [" ".join(run if len(run) > 1 else run * 2) for run in runs]
    return Markup("").join(Markup('<polyline points="{}"/>').format(line) for line in lines)
