"""The pages of a language that has three: the index and the pilot country.

What the index is made of, the third, is written with its issue.
"""

from collections.abc import Iterator, Mapping

from dashboards.site.context import SiteContext
from dashboards.site.locale import SiteLocale
from dashboards.site.page import ChartUrlFactory, Page, up
from dashboards.site.pages import groups, home, projects
from warehouse.publication import identity


def pages(
    context: SiteContext,
    lang: SiteLocale,
    chart_urls: ChartUrlFactory,
    countries: Mapping[str, str] = projects.NOWHERE,
) -> Iterator[Page]:
    """The home page and the pilot country, with the projects in `countries`."""
    yield home.page(context, lang, chart_urls(up("")))
    for group in context.stats.panels:
        if group["key"] == identity.in_force().panel:
            yield groups.panel(context, group, lang, chart_urls, countries)
