"""What GitHub and jsDelivr say of a repository: its files, its last change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from tests.world.publishers import Context


def lists(repository: str) -> tuple[str, ...]:
    """The addresses of the lists of a repository."""
    return (
        f"api.github.com/repos/{repository}/",
        f"data.jsdelivr.com/v1/packages/gh/{repository}@",
    )


def answer(context: Context, files: Mapping[str, date]) -> bytes | None:
    """The list of files, or their last change; None for another question.

    `files` gives the day of the last change of each; the repository itself moves every day.
    """
    path = context.received.path
    if "/git/trees/" in path:
        tree = [{"path": name, "type": "blob"} for name in files]
        return json.dumps({"truncated": False, "tree": tree}).encode()
    if path.startswith("/data.jsdelivr.com/"):
        return json.dumps({"files": [{"name": f"/{name}"} for name in files]}).encode()
    if path.endswith("/commits"):
        day = files.get(context.received.query.get("path", [""])[0], context.day)
        return json.dumps([{"commit": {"committer": {"date": f"{day}T00:00:00Z"}}}]).encode()
    return None
