"""Describe the tables from their models: comments in PostgreSQL, a docs page.

`python -m warehouse.dictionary docs/warehouse.md` writes the page's tables anew.
"""

import sys
from pathlib import Path

from sqlalchemy import Column, Connection, Dialect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SetColumnComment, SetTableComment
from sqlmodel import SQLModel

from warehouse import tables
from warehouse.alerts import tables as alert_tables
from warehouse.gauges import tables as gauge_tables

DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
MODULES = (tables, alert_tables, gauge_tables)
HEAD = "| column | type in PostgreSQL | what it holds |"
MARK = "<!-- dictionary -->\n"


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
    """Write the comments into the tables; SQLite has no place for them."""
    if connection.dialect.supports_comments:
        describe()
        for table in (tables.core(model) for model in models()):
            connection.execute(SetTableComment(table))
            for column in table.columns:
                connection.execute(SetColumnComment(column))


def page() -> str:
    """A Markdown table for each table of the store: column, type, what it holds."""
    describe()
    parts = [_section(model) for model in models()]
    return "\n".join(parts)


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
