"""The words of the explorer by language: of the page and of its script."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboards.site.locale import CODES

WORDS: Mapping[str, Mapping[str, Any]] = {
    code: tomllib.loads((Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8"))
    for code in CODES
}
