"""Where `silentcrash` starts: an interrupt of its imports is one line too."""

import logging
import os
import sys

# 128 + 2, as in pipelines/errors.py, which is not imported yet.
INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        from pipelines.cli.main import main as command_line
    except KeyboardInterrupt:
        print("silentcrash: stopped before it did anything", file=sys.stderr)
        sys.exit(INTERRUPTED)
    try:
        command_line()
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        # Python would wait for threads that wait for silent publishers. What had to be closed is.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
