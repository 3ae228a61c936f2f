"""docs/cookbook.md from the one list: `python -m tools.cookbook_page FILE`."""

import sys
from pathlib import Path

from warehouse.catalogue import cookbook

HEAD = """# Cookbook of queries

{count} questions to the warehouse, with the SQL that answers them. The same text runs on SQLite \
and on PostgreSQL,
and the tests run each on both against the shipped edition. `silentcrash query "…"` runs one, with \
`--as-of DAY` as
it could be answered then; `silentcrash explore` offers all of them in a browser. The views are \
described in
[the warehouse](warehouse.md); this page is made from `warehouse/catalogue/cookbook.toml`.
"""


def page() -> str:
    """The page: a heading a group, and under it each question and its SQL."""
    parts = [HEAD.format(count=len(cookbook.recipes()))]
    for group in cookbook.groups():
        parts.append(f"## {group.en} · {group.fr}\n")
        parts += [_recipe(recipe) for recipe in group.recipes]
    return "\n".join(parts)


def _recipe(recipe: cookbook.Recipe) -> str:
    words = f"{recipe.en}. *{recipe.fr}.*"
    return f"### {recipe.name}\n\n{words}\n\n```sql\n{recipe.sql}\n```\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
