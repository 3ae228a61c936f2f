"""Describe the views and tables: comments in PostgreSQL, a docs page.

`python -m warehouse.dictionary docs/warehouse.md` writes the page's tables anew.
"""

import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Dialect, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SetColumnComment, SetTableComment
from sqlmodel import SQLModel

from warehouse import computations, tables, views
from warehouse.alerts import tables as alert_tables
from warehouse.catalogue import collection, country, diagram
from warehouse.gauges import tables as gauge_tables
from warehouse.projects import tables as project_tables
from warehouse.publication import tables as publication_tables

DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
MODULES = (
    *(tables, country, collection, computations),
    *(alert_tables, gauge_tables, project_tables, publication_tables),
)
VIEW_WORDS = Path(__file__).parent / "view_words.toml"
HEAD = "| column | type in PostgreSQL | what it holds |"
VIEW_HEAD = "| column | what it holds |"
MARK = "<!-- dictionary -->\n"
VIEWS = """## The views

What everybody may read. PostgreSQL has the same words as comments (`\\d+ v_observation`).
"""
TABLES = """## The tables

Of the owner and the loader; an analyst asks the views. Keys are bold. Periods are days and dates
of knowledge are seconds since 1970-01-01 UTC: seven times smaller than text.
"""


def models() -> list[type[SQLModel]]:
    """The model of every table, in the order of the name of its table."""
    classes = [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, SQLModel) and hasattr(value, "__table__")
    ]
    return sorted(set(classes), key=lambda model: str(model.__tablename__))


def describe() -> None:
    """Comment the tables with the docstrings and descriptions of the models."""
    for model in models():
        table = tables.core(model)
        table.comment = str(model.__doc__).partition("\n")[0]
        for name, field in model.model_fields.items():
            table.c[name].comment = field.description or _plain(table.c[name])


def _plain(column: "Column[object]") -> str:
    for key in column.foreign_keys:
        return f"Row of {key.column.table.name}"
    return "Number of the row" if column.name == "id" else ""


def comment(connection: Connection) -> None:
    """Write the comments into tables and views; SQLite has no place for them."""
    if connection.dialect.supports_comments:
        describe()
        for table in (tables.core(model) for model in models()):
            connection.execute(SetTableComment(table))
            for column in table.columns:
                connection.execute(SetColumnComment(column))
        comment_views(connection)


def comment_views(connection: Connection) -> None:
    """Write what the views and their columns hold into PostgreSQL."""
    quote = connection.dialect.identifier_preparer.quote
    for view in views.bodies(connection.dialect.name):
        orders = [f"view {view} is {_literal(view_text(view))}"]
        names = [column["name"] for column in inspect(connection).get_columns(view)]
        orders += [
            f"column {view}.{quote(name)} is {_literal(column_text(view, name))}" for name in names
        ]
        # psycopg reads a per cent sign as the place of a parameter
        comments = "; ".join(f"comment on {order}" for order in orders)
        connection.exec_driver_sql(comments.replace("%", "%%"))


def view_text(view: str) -> str:
    """What a view holds, in one line."""
    return str(_words()[view]["text"])


def column_text(view: str, column: str) -> str:
    """What a column of a view holds, in one line; KeyError where nothing says it."""
    words = _words()
    spelt = words[view].get(column)
    named = {name: model for module in MODULES for name, model in vars(module).items()}
    model: Any = named.get(words[view].get("of", ""))
    if spelt is None and model is not None and column not in words["column"]:
        spelt = model.model_fields[column].description or _plain(tables.core(model).c[column])
    return str(spelt or words["column"][column])


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(VIEW_WORDS.read_text(encoding="utf-8"))


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def page() -> str:
    """Markdown: each view with its columns, then each table of the store."""
    describe()
    seen = [_view(name, body) for name, body in views.bodies("sqlite").items()]
    parts = [_section(model) for model in models()]
    drawn = diagram.mermaid(tables.core(model) for model in models())
    return "\n".join([VIEWS, *seen, TABLES, f"```mermaid\n{drawn}\n```\n", *parts])


def _view(name: str, body: str) -> str:
    from sqlglot import parse_one

    query: Any = parse_one(body, read="sqlite")
    names = query.named_selects
    lines = [f"| {column} | {column_text(name, column)} |" for column in names]
    return (
        "\n".join([f"### {name}", "", view_text(name), "", VIEW_HEAD, "|---|---|", *lines]) + "\n"
    )


def _section(model: type[SQLModel]) -> str:
    table = tables.core(model)
    head = [f"### {table.name}", "", str(table.comment), "", HEAD, "|---|---|---|"]
    lines = [f"| {_name(column)} | {_type(column)} | {column.comment} |" for column in table.c]
    return "\n".join([*head, *lines]) + "\n"


def _name(column: "Column[object]") -> str:
    return f"**{column.name}**" if column.primary_key else column.name


def _type(column: "Column[object]") -> str:
    kind = column.type.compile(DIALECT).lower()
    return f"{kind} or null" if column.nullable else kind


def main(path: str) -> None:
    """Put the tables of today between the marks of the page."""
    file = Path(path)
    before, _, after = file.read_text(encoding="utf-8").split(MARK)
    file.write_text(MARK.join([before, "\n" + page() + "\n", after]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
