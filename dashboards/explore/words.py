"""The metadata of Datasette: words of views, questions, licences.

Descriptions come from the dictionary of the warehouse and questions from its cookbook: nothing is
worded twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from dashboards.publish.sanitize import web
from warehouse import dictionary
from warehouse.catalogue import cookbook

TITLE = "Observatoire du krach silencieux · Silent Crash Observatory"
ALL_LICENCES = (
    "Valeurs de toutes licences : ne pas publier · Values of every licence: not to be published"
)
OPEN_LICENCES = (
    "Seules les valeurs que leur éditeur laisse republier · "
    "Only values that their publisher lets others republish"
)
# Of datasette-vega, which keeps a drawing in the fragment of the address.
TYPES = {"period": "ordinal", "year": "ordinal"}


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
    described = {name: _view(name, columns) for name, columns in views.items()}
    return {
        "title": TITLE,
        "description_html": f"<p>{escape(OPEN_LICENCES if public else ALL_LICENCES)}</p>",
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
        # the question mark makes the browser load the page anew, which reads the fragment
        address = f"/{database}/{recipe.name}?draw=1#{_drawing(recipe.plot)}"
        text += f'<p><a href="{escape(address)}">Dessiner · Draw</a></p>'
    return {"title": recipe.en, "description_html": text, "sql": recipe.sql}


def _drawing(plot: Mapping[str, str]) -> str:
    """The fragment that makes datasette-vega draw at once."""
    fields = {"mark": plot["mark"]}
    for axis in ("x", "y"):
        fields |= {f"{axis}_column": plot[axis], f"{axis}_type": _type(plot, axis)}
    if "colour" in plot:
        fields["color_column"] = plot["colour"]
    return urlencode({f"g.{name}": value for name, value in fields.items()})


def _type(plot: Mapping[str, str], axis: str) -> str:
    """Ordinal for days and for the names of bars, else a number."""
    if axis == "y" and plot["mark"] == "bar" and plot["x"] not in TYPES:
        return "nominal"
    return TYPES.get(plot[axis], "quantitative")


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
