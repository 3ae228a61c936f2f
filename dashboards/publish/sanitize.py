"""Clean text from outside once, before anything is published from it."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from dashboards.i18n import plain
from warehouse.edition import Edition


def clean(edition: Edition) -> Edition:
    """The edition with its texts free of control and bidirectional characters."""
    return replace(
        edition,
        framework=_tree(edition.framework),
        values=_frame(edition.values),
        sources=_frame(edition.sources),
        series=_frame(edition.series),
        lineage=_frame(edition.lineage),
    )


def web(address: str) -> str | None:
    """The address if it is one of the web, else None: other schemes can run code."""
    return address if urlsplit(address).scheme in ("http", "https") else None


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    text = frame.select_dtypes(["object", "str"]).columns
    return frame.assign(**{name: _column(frame[name]) for name in text})


def _column(column: pd.Series) -> pd.Series:
    texts = {text: plain(text) for text in column.dropna().unique()}
    foul = any(text != cleaned for text, cleaned in texts.items())
    return (column.map(texts) if foul else column).astype("str")


def _tree(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _tree(part) for name, part in content.items()}
    if isinstance(content, list):
        return [_tree(part) for part in content]
    return plain(content) if isinstance(content, str) else content
