"""The bulletins as PDF, printed from the pages of the site by Chromium."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60  # a page prints in seconds; a browser that hangs is given up


class NoBrowser(LookupError):
    """No browser that can print is installed; the message says what to install."""


def browser() -> str:
    """The first browser of BROWSERS that is installed. Raises NoBrowser."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise NoBrowser(f"no browser to print with: install Chromium, one of {', '.join(BROWSERS)}")


def bulletins(site: Path) -> Iterator[Path]:
    """Print each bulletin of a built site to `bulletin.pdf` beside its page.

    Yields the paths that were printed; a page that has not changed since is left. The bytes of a
    PDF differ from print to print, so it is not among the checksums of the data.

    Raises:
        NoBrowser: no browser is installed.
        RuntimeError: a page could not be printed.
    """
    program = browser()
    for page in sorted(site.glob("*/bulletins/*/index.html")):
        out = page.with_name("bulletin.pdf")
        if not out.exists() or out.stat().st_mtime < page.stat().st_mtime:
            yield _print(program, page, out)


def _print(program: str, page: Path, out: Path) -> Path:
    draft = out.with_suffix(".part")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program,
            *("--headless", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium refuses root otherwise
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={draft.absolute()}",
            page.absolute().as_uri(),
        ]
        result = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    if result.returncode or not draft.exists():
        messages = result.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(
            f"{page} could not be printed: {messages[-1] if messages else 'no reason'}"
        )
    draft.replace(out)
    return out
