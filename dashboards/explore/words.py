"""The metadata of Datasette: words of views, questions, licences.

Descriptions come from the dictionary of the warehouse and questions from its cookbook: nothing is
worded twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from dashboards.publish.sanitize import web
from dashboards.site.explore import vega
from warehouse import dictionary
from warehouse.catalogue import cookbook
from warehouse.publication import identity

ALL_LICENCES = (
    "Valeurs de toutes licences : ne pas publier · Values of every licence: not to be published"
)
OPEN_LICENCES = (
    "Seules les valeurs que leur éditeur laisse republier · "
    "Only values that their publisher lets others republish"
)
# Served by `server.serve`; the script of the drawings is ours, Vega-Lite that of the site.
SCRIPTS = "draw"


def metadata(
    database: str,
    views: Mapping[str, Sequence[str]],
    sources: Iterable[Mapping[str, Any]],
    *,
    hidden: Iterable[str] = (),
    public: bool,
) -> dict[str, Any]:
    """What Datasette is told of the database.

    Args:
        database: its name, that of the file without its ending.
        views: the columns of each view that is shown.
        sources: rows of v_source.
        hidden: tables that stay readable but are not offered.
        public: True for a copy that anybody may read.
    """
    house = identity.in_force()
    described = {name: _view(name, columns) for name, columns in views.items()}
    return {
        "title": " · ".join(dict.fromkeys(house.name(code) for code in house.pages)),
        "description_html": f"<p>{escape(OPEN_LICENCES if public else ALL_LICENCES)}</p>",
        "extra_js_urls": [
            f"/{SCRIPTS}/{vega.name()}",
            {"url": f"/{SCRIPTS}/draw.js", "module": True},
        ],
        "databases": {
            database: {
                "description_html": _licences(sources),
                "tables": described | {name: {"hidden": True} for name in hidden},
                "queries": {recipe.name: _query(database, recipe) for recipe in cookbook.recipes()},
            }
        },
    }


def _view(name: str, columns: Sequence[str]) -> dict[str, Any]:
    words = {column: dictionary.column_text(name, column) for column in columns}
    return {"description": dictionary.view_text(name), "columns": words}


def _query(database: str, recipe: cookbook.Recipe) -> dict[str, str]:
    text = f"<p>{escape(recipe.fr)}.</p><p>{escape(recipe.en)}.</p>"
    if recipe.plot:
        address = f"/{database}/{recipe.name}#{urlencode(recipe.plot)}"
        text += f'<p><a href="{escape(address)}">Dessiner · Draw</a></p>'
    return {"title": recipe.en, "description_html": text, "sql": recipe.sql}


def _licences(sources: Iterable[Mapping[str, Any]]) -> str:
    lines = [
        f"<li>{_link(row['publisher'], row['homepage'])}, {escape(row['title_en'])}: "
        f"{_link(row['licence'], row['licence_url'])}</li>"
        for row in sources
    ]
    summary = "Sources et licences · Sources and licences"
    return f"<details><summary>{summary}</summary><ul>{''.join(lines)}</ul></details>"


def _link(words: str, address: str) -> str:
    shown = escape(str(words))
    return f'<a href="{escape(address)}">{shown}</a>' if web(address) else shown
