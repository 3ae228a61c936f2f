"""docs/governance.md: `python -m tools.governance_page FILE`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboards.site.pages.governance import declared
from tools import docs_markers

VERDICTS = {"met": "met", "partly": "partly", "not": "**not met**", "none": "does not apply"}


def table() -> str:
    """Each principle of both frameworks with its verdict, as Markdown."""
    return "\n".join(line for framework in declared()["framework"] for line in _lines(framework))


def rules(name: str) -> str:
    """The rules of a section, a line each."""
    return "\n".join(f"- {text}" for text in declared()[name]["en"])


def _lines(framework: dict[str, Any]) -> Iterator[str]:
    yield from (f"### {framework['en']}", "", framework["note_en"], "")
    yield from ("| principle | verdict | why | evidence |", "|---|---|---|---|")
    for entry in framework["principle"]:
        evidence = ", ".join(_link(item) for item in entry["evidence"])
        title, verdict = f"{entry['number']}. {entry['en']}", VERDICTS[entry["status"]]
        yield f"| {title} | {verdict} | {entry['text_en']} | {evidence} |"
    yield ""


def _link(item: str) -> str:
    """Files and tests as links; pages of the site and commands by their names."""
    kind, _, where = item.partition(":")
    if kind in {"file", "test"}:
        path, _, test = where.partition("::")
        return f"[{test or path}](../{path})"
    return f"page `{where}`" if kind == "page" else f"`{where}`"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    text = docs_markers.renewed(page.read_text(encoding="utf-8"), "principles", table().rstrip())
    for part in ("consultation", "errata"):
        text = docs_markers.renewed(text, part, rules(part))
    page.write_text(text, encoding="utf-8")
