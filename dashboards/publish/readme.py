"""The data dictionary of a release, to be read: README.fr.md and README.en.md."""

import re
from collections.abc import Iterator

from dashboards import metadata
from dashboards.bulletin import headline
from dashboards.i18n import language
from dashboards.metadata import Column, Table
from dashboards.publish.publication import Publication

# Characters with a meaning in Markdown or HTML.
MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def markdown(publication: Publication, code: str) -> bytes:
    """Every file of the release and every column of its tables, described."""
    lang = language(code)
    lines = [lang.typeset(line) for line in _lines(publication, code)]
    return "\n".join([*lines, ""]).encode()


def escaped(text: str) -> str:
    """The text with the characters that Markdown or HTML would read escaped."""
    return MARKS.sub(r"\\\1", text)


def _lines(publication: Publication, code: str) -> Iterator[str]:
    words, lang = metadata.words("readme", code), language(code)
    values = {
        "month": lang.of_month(publication.edition.month),
        "dated": publication.dated(code),
        "licence": metadata.dataset()["licence"],
        "licence_url": metadata.dataset()["licence_url"],
    }
    title = headline.heading(publication.stats, lang).title
    yield from (f"# {publication.title(code)}", "", f"**{escaped(title)}.**", "")
    yield from (metadata.dataset(code)["description"], "")
    for line in words["lines"]:
        yield from (line.format(**values), "")
    for table in publication.tables:
        yield from _table(table, code)
    yield from (f"## {words['files']}", "")
    yield from (f"- `{name}` : {what}" if code == "fr" else f"- `{name}`: {what}"
                for name, what in metadata.words("files", code).items())  # fmt: skip


def _table(table: Table, code: str) -> Iterator[str]:
    words = metadata.words("readme", code)
    key = ", ".join(f"`{name}`" for name in table.key)
    title = table.fr if code == "fr" else table.en
    yield from (f"## `{table.name}.csv`", "", words["key"].format(title=title, key=key), "")
    yield f"| {' | '.join(words['columns'])} |"
    yield "|---|---|---|---|"
    yield from (_column(column, code) for column in table.columns)
    yield ""


def _column(column: Column, code: str) -> str:
    kinds = metadata.words("readme", code)["kinds"]
    description = escaped(column.fr if code == "fr" else column.en)
    return (
        f"| `{column.name}` | {kinds[column.type]} | {kinds.get(column.unit, '')} | {description} |"
    )
