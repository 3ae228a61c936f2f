"""Fail if nobody continues an indicator: `python -m tools.live_sources`."""

import sys

from pipelines.index.framework import lineage, newest
from pipelines.release.runway import without_continuation


def main() -> int:
    """Name the indicators that nobody continues; 1 if there are any."""
    versions = lineage(newest())
    orphans = dict.fromkeys(key for method in versions for key in without_continuation(method))
    for key in orphans:
        print(f"{key}: no keyless source and no register continues it", file=sys.stderr)
    return 1 if orphans else 0


if __name__ == "__main__":
    sys.exit(main())
