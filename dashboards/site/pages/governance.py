"""The page of governance: each principle, whether it is met, and the evidence."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from dashboards.i18n import Language
from dashboards.site.page import Page

HOME = Path(__file__).parents[1]
DECLARED = HOME / "governance.toml"
ERRATA, SCHEMA = HOME / "errata.csv", HOME / "errata.schema.json"
STATUSES = ("met", "partly", "not", "none")


@cache
def declared() -> Mapping[str, Any]:
    """Both frameworks with their principles, and the rules beside them."""
    return tomllib.loads(DECLARED.read_text(encoding="utf-8"))


def errata() -> pd.DataFrame:
    """The errors of the observatory, in the columns of the file, as text."""
    return pd.read_csv(ERRATA, dtype=str, keep_default_na=False)


def page(lang: Language) -> Page:
    """Each principle of both frameworks, the consultation and the errata."""
    content, texts = declared(), lang.words["governance_statuses"]
    frameworks = [
        {
            "key": framework["key"],
            "title": lang.of(framework),
            "note": lang.of(framework, "note"),
            "count": _count(framework["principle"], lang),
            "rows": [
                {
                    "number": principle["number"],
                    "name": lang.of(principle),
                    "status": principle["status"],
                    "verdict": texts[principle["status"]],
                    "text": lang.of(principle, "text"),
                    "evidence": list(_evidence(principle["evidence"], lang)),
                }
                for principle in framework["principle"]
            ],
        }
        for framework in content["framework"]
    ]
    rules = {name: lang.lines(content[name]) for name in ("consultation", "errata")}
    titles, descriptions = lang.words["names"], lang.words["about"]
    path = "governance/"
    return Page(
        path, "governance.html", titles[path], descriptions[path],
        {"frameworks": frameworks, "errata_count": len(errata()), **rules},
    )  # fmt: skip


def errata_rows(lang: Language) -> dict[str, Any]:
    """The errata for the page of corrections, newest first, with their rule."""
    rows = errata().iloc[::-1]
    return {
        "errata": [[lang.typeset(cell) for cell in row] for row in rows.to_numpy().tolist()],
        "errata_rule": lang.lines(declared()["errata"]),
    }


def _count(principles: list[Mapping[str, Any]], lang: Language) -> str:
    counts = Counter(principle["status"] for principle in principles)
    return lang.say("governance_count", **{status: counts[status] for status in STATUSES})


def _evidence(entries: list[str], lang: Language) -> Iterator[dict[str, str]]:
    """Links to pages of the site; commands, tests and files by their names."""
    for entry in entries:
        kind, _, where = entry.partition(":")
        name = lang.words["names"][where] if kind == "page" else where
        yield {"kind": kind, "where": where, "name": name}
