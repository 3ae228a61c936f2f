"""A citation for reference managers: BibTeX, RIS and CSL-JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale

from warehouse.publication import identity

# What BibTeX would read as a command; a backslash cannot be in a title that is typeset.
SPECIAL = {ord(letter): f"\\{letter}" for letter in "&%$#_{}"}


@dataclass(frozen=True)
class Reference:
    """What is cited: a key, who published it, its title, and when it was public.

    `version` is that of the edition, `note` a sentence on its dates, `address` "" where none is
    known yet.
    """

    key: str
    author: str
    title: str
    public: date
    version: str
    note: str
    code: str
    address: str = ""


def files(reference: Reference) -> Iterator[tuple[str, str]]:
    """The reference in each format, by the ending of its file."""
    yield ".bib", bibtex(reference)
    yield ".ris", ris(reference)
    yield ".csl.json", csl(reference)


def bibtex(reference: Reference) -> str:
    """A BibTeX entry; the braces keep a name and a title as they are."""
    public = reference.public
    fields = {
        "author": f"{{{_escaped(reference.author)}}}",
        "title": f"{{{_escaped(reference.title)}}}",
        "year": f"{public:%Y}",
        "month": str(public.month),
        "publisher": f"{{{_escaped(reference.author)}}}",
        "edition": reference.version,
        **({"url": reference.address} if reference.address else {}),
        "language": _language(reference.code),
        "note": f"{_escaped(reference.note)}. {identity.in_force().licence.short}",
    }
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items()]
    return "\n".join([f"@misc{{{reference.key},", *lines, "}"]) + "\n"


def _language(code: str) -> str:
    """A language as biblatex names it: french, spanish."""
    return str(Locale("en").languages[code]).lower()


def _escaped(text: str) -> str:
    return text.translate(SPECIAL)


def ris(reference: Reference) -> str:
    """A RIS record of a data set."""
    public = reference.public
    fields = [
        ("TY", "DATA"),
        ("ID", reference.key),
        ("AU", reference.author),
        ("TI", reference.title),
        ("PB", reference.author),
        ("PY", f"{public:%Y}"),
        ("DA", f"{public:%Y/%m/%d}"),
        ("ET", reference.version),
        *([("UR", reference.address)] if reference.address else []),
        ("LA", reference.code),
        ("N1", f"{reference.note}. {identity.in_force().licence.short}"),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {text}\r\n" for tag, text in fields)


def csl(reference: Reference) -> str:
    """A CSL-JSON list of one data set, as citeproc reads it."""
    public = reference.public
    item: dict[str, Any] = {
        "id": reference.key,
        "type": "dataset",
        "author": [{"literal": reference.author}],
        "title": reference.title,
        "publisher": reference.author,
        "issued": {"date-parts": [[public.year, public.month, public.day]]},
        "version": reference.version,
        **({"URL": reference.address} if reference.address else {}),
        "language": reference.code,
        "license": identity.in_force().licence.short,
        "note": reference.note,
    }
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"
