"""The root of the site: the way in, the page of no page, the icon."""

from collections.abc import Mapping
from html import escape

from dashboards.site.locale import site_locale
from warehouse.publication.identity import Identity

ROOT_PAGE = """<!DOCTYPE html>
<html lang="{code}"{direction}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={code}/index.html">
<link rel="icon" href="icon.svg" type="image/svg+xml">
<title>{title}</title>
</head>
<body>
<main><h1>{name}</h1>
<p>{links}</p></main>
</body>
</html>
"""
NOT_FOUND = """<!DOCTYPE html>
<html lang="{code}"{direction}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/style.css">
<title>{title}</title>
</head>
<body>
<header class="mast"><p class="name"><a href="{base}/{code}/index.html">{name}</a></p></header>
<main>{text}</main>
</body>
</html>
"""
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="5" fill="#1d1d24"/>
<polyline points="4,22 11,20 17,12 21,15 28,7" fill="none" stroke="#fff" stroke-width="3"/>
</svg>
"""


def root_page(house: Identity) -> str:
    """The page that leads to the first language, with a link to each."""
    first, *others = house.pages
    names = dict.fromkeys(house.name(code) for code in house.pages)
    link = '<a href="{0}/index.html"{1}>{2}</a>'.format
    links = [
        link(
            code,
            f' lang="{code}"' if code in others else "",
            escape(site_locale(code).words["language"]),
        )
        for code in house.pages
    ]
    return ROOT_PAGE.format(
        code=first,
        direction=_direction(first),
        title=escape(" · ".join(names), quote=False),
        name=escape(house.name(first), quote=False),
        links=" · ".join(links),
    )


def not_found(house: Identity, base: str) -> str:
    """The page of an address that leads nowhere, in every language of the site."""
    first, *others = house.pages
    texts = [
        f'<div lang="{code}"{_direction(code, first)}>{_not_there(code, base, "h2", "")}</div>'
        for code in others
    ]
    return NOT_FOUND.format(
        base=base,
        direction=_direction(first),
        code=first,
        name=_logo(house, base) + escape(house.name(first)),
        title=" · ".join(escape(_words(code)["title"], quote=False) for code in house.pages),
        text="\n".join([_not_there(first, base, "h1", ' class="lede"'), *texts]),
    )


def _direction(code: str, around: str = "") -> str:
    """The attribute of a direction, "" where it is that of the page around it."""
    own = site_locale(code).grammar.direction
    outer = site_locale(around).grammar.direction if around else "ltr"
    return f' dir="{own}"' if own != outer else ""


def _words(code: str) -> Mapping[str, str]:
    words: Mapping[str, str] = site_locale(code).words["not_found"]
    return words


def _logo(house: Identity, base: str) -> str:
    """The logo beside the name, which says the same."""
    own = house.theme.logo
    if own is None:
        return ""
    size = f'width="{own.width}" height="{own.height}"'
    return f'<img class="logo" src="{base}/{own.name}" alt="" {size}>'


def _not_there(code: str, base: str, heading: str, kind: str) -> str:
    own = {name: escape(text, quote=False) for name, text in _words(code).items()}
    return (
        f"<{heading}>{own['heading']}</{heading}>\n<p{kind}>{own['text']}</p>\n"
        f'<p><a href="{base}/{code}/index.html">{own["home"]}</a> ·\n'
        f'<a href="{base}/{code}/bulletins/index.html">{own["every"]}</a></p>'
    )
