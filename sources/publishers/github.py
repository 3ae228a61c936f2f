"""Files of public GitHub repositories: addresses, lists, last changes.

The API answers 60 questions an hour without a key. jsDelivr serves the files and the list of
repositories of up to 50 MB too.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sources import Request, SchemaDrift

API = "https://api.github.com/repos"


def file(repository: str, path: str, branch: str = "main") -> Request:
    """The question for a file on a branch."""
    return Request(
        f"https://raw.githubusercontent.com/{repository}/{branch}/{path}",
        mirror=f"https://cdn.jsdelivr.net/gh/{repository}@{branch}/{path}",
    )


def listing(repository: str, branch: str = "main") -> Request:
    """The question for the paths of all files on a branch."""
    return Request(
        f"{API}/{repository}/git/trees/{branch}?recursive=1",
        expected_format="json",
        mirror=f"https://data.jsdelivr.com/v1/packages/gh/{repository}@{branch}?structure=flat",
    )


def paths(body: bytes) -> list[str]:
    """The paths in a list of GitHub or of jsDelivr.

    Raises SchemaDrift for another form, and for a list that GitHub cut short.
    """
    page = _object(body)
    entries = page.get("tree", page.get("files"))
    if not isinstance(entries, list) or page.get("truncated"):
        raise SchemaDrift("a whole list of files", sorted(page))
    # GitHub gives a path, jsDelivr a name that begins with a slash.
    return [str(entry.get("path") or entry["name"]).lstrip("/") for entry in entries]


def newest_change(repository: str, path: str = "", branch: str = "main") -> Request:
    """The question for the last commit to a file, or to anything."""
    params = {"sha": branch, "per_page": "1"} | ({"path": path} if path else {})
    return Request(f"{API}/{repository}/commits", params=params, expected_format="json")


def changed(body: bytes | None) -> datetime | None:
    """The instant of the newest commit in an answer; None without an answer.

    The committer's date, because a commit may be written long before `main` carries it.
    """
    if body is None:
        return None
    commits = json.loads(body)
    if not isinstance(commits, list):
        raise SchemaDrift("a list of commits", type(commits).__name__)
    if not commits:
        return None
    return datetime.fromisoformat(commits[0]["commit"]["committer"]["date"])


def _object(body: bytes) -> dict[str, Any]:
    page = json.loads(body)
    if not isinstance(page, dict):
        raise SchemaDrift("a list of files in an object", type(page).__name__)
    return page
