"""Texts read a second on one core, against a bar of 2,000.

The texts are those worded for the project, headlines and short paragraphs, read again and again.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd

from sources.announcements import extract
from tools.train_announcements import WORDED

BAR = 2000
PASSES = 10
OUT = Path("data") / "benchmarks" / "announcements.json"


def rate(texts: list[str]) -> float:
    """Texts a second of processor time in one pass."""
    start = time.process_time()
    for text in texts:
        extract(text)
    return len(texts) / (time.process_time() - start)


def main() -> int:
    """Measure, print, write; 1 where the bar is missed."""
    texts = pd.read_csv(WORDED)["text"].tolist()
    best = max(rate(texts) for _ in range(PASSES))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    results = {"texts_per_second": round(best), "bar": BAR, "texts": len(texts)}
    OUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"announcements: {best:,.0f} texts/s on one core (bar {BAR:,})")
    return int(best < BAR)


if __name__ == "__main__":
    sys.exit(main())
