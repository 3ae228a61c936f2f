"""Licences of what is installed: `python -m tools.licences_page FILE`."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tools import docs_markers

LOCK = Path(__file__).parents[1] / "uv.lock"
PROJECT = "silent-crash-observatory"
# What a public body may install and hand on without asking. MPL and LGPL bind who changes the
# library itself; nobody here does.
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|LGPL|Lesser|Unlicense|Public Domain"
    r"|Zlib|CNRI|0BSD|HPND|Artistic",
    re.IGNORECASE,
)


def names(lock: Mapping[str, object]) -> list[str]:
    """The packages that an installation brings, without those of development."""
    packages = {str(package["name"]): package for package in _tables(lock["package"])}
    reached: set[str] = set()
    pending = [PROJECT]
    while pending:
        name = pending.pop()
        if name in reached or name not in packages:
            continue
        reached.add(name)
        needed = _tables(packages[name].get("dependencies", []))
        pending += [str(needs["name"]) for needs in needed]
        extras = packages[name].get("optional-dependencies", {})
        pending += [str(needs["name"]) for group in _groups(extras) for needs in group]
    return sorted(reached - {PROJECT})


def licence(name: str) -> str:
    """The licence that an installed package declares; "" if it is not installed."""
    try:
        declared = metadata(name)
    except PackageNotFoundError:  # of another system or version of Python
        return ""
    classifiers = [
        line.rsplit(" :: ", 1)[-1]
        for line in declared.get_all("Classifier", [])
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    # Some versions of the library raise for a field that is not there.
    expression, text = (
        str(declared[name]) if name in declared else ""
        for name in ("License-Expression", "License")
    )
    words = expression or ", ".join(classifiers)
    first = text.strip().splitlines()[:1]
    return words or " ".join(first) or "not declared"


def table() -> str:
    """Every package with its licence, as Markdown."""
    lock = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    rows = ((name, licence(name)) for name in names(lock))
    lines = [f"| {name} | {words} |" for name, words in rows if words]
    return "\n".join(["| package | licence |", "|---|---|", *lines])


def not_free(licences: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The packages whose licence is not one of those that may be handed on."""
    for name, words in licences:
        if words and not FREE.search(words):
            yield f"{name}: {words}"


def renewed(text: str) -> str:
    """The page with its table replaced. Raises ValueError without marks."""
    return docs_markers.renewed(text, "licences", table())


def _tables(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list)  # noqa: S101
    return value


def _groups(value: object) -> list[list[Mapping[str, object]]]:
    assert isinstance(value, dict)  # noqa: S101
    return list(value.values())


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
