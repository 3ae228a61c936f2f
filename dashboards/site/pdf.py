"""The bulletins as PDF, printed by a Chromium of this machine from the pages of the site."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60


class NoBrowser(LookupError):
    """No browser was found that can print; the message says what to install."""


def browser() -> str:
    """The first browser of BROWSERS that is installed. Raises NoBrowser."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise NoBrowser(f"no browser to print with: install Chromium, one of {', '.join(BROWSERS)}")


def bulletins(site: Path) -> Iterator[Path]:
    """Print every bulletin of a built site beside its page, `bulletin.pdf`; those printed.

    A page that has not changed since it was printed is left. The bytes of a PDF are not the
    same twice: it is not in the manifest of the data. Raises NoBrowser, and RuntimeError for a
    page that could not be printed.
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
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    if done.returncode or not draft.exists():
        lang = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"{page} could not be printed: {lang[-1] if lang else 'no reason'}")
    draft.replace(out)
    return out
