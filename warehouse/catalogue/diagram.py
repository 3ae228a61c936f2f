"""The tables and what they refer to, as a diagram that Mermaid draws."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Column, Table

INDENT = "    "


def mermaid(tables: Iterable[Table]) -> str:
    """An entity-relationship diagram: keys, and which row names which.

    A table shows its keys and the columns that refer to another; the dictionary has the others.
    A column refers to a table by a foreign key, or by its name, as series_id of an observation,
    where a key would slow down a bulk load.
    """
    ordered = sorted(tables, key=lambda table: table.name)
    names = {table.name for table in ordered}
    lines = ["erDiagram"]
    for table in ordered:
        lines += [f"{INDENT}{table.name} {{", *_columns(table, names), f"{INDENT}}}"]
    for table in ordered:
        lines += [
            f'{INDENT}{target} {_some(column)}--o{{ {table.name} : "{column.name}"'
            for column in table.columns
            for target in _target(column, names)
        ]
    return "\n".join(lines)


def _columns(table: Table, names: set[str]) -> Iterator[str]:
    for column in table.columns:
        marks = ["PK"] * column.primary_key + ["FK"] * bool(_target(column, names))
        if marks:
            kind = str(column.type.compile()).lower()
            yield f"{INDENT * 2}{kind} {column.name} {', '.join(marks)}"


def _some(column: "Column[object]") -> str:
    """How Mermaid marks one row, or none where the column may be empty."""
    return "|o" if column.nullable else "||"


def _target(column: "Column[object]", names: set[str]) -> list[str]:
    """The table that a column refers to, if any."""
    keys = [key.column.table.name for key in column.foreign_keys]
    by_name = column.name.removesuffix("_id")
    if not keys and by_name != column.name and by_name in names:
        keys = [by_name]
    return keys
