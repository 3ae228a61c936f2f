"""Find or install what the tests need beyond Python packages. `python -m tests.install`.

A browser for the pages, and Java for Spark.

The PostgreSQL server of the tests comes with the Python packages.
"""

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def java() -> str | None:
    """The path of a Java on this machine, or None."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")


def install(*packages: str) -> None:
    """Install Debian packages where root may; nothing is done elsewhere."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print(f"installing Debian's {packages[0]} for the tests")
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "-qq", "update"], **quiet)
    subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages],
                   env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, **quiet)  # fmt: skip


def main() -> int:
    """Say which browser and Java the tests use; install Debian's where there is none."""
    if browser() is None:
        install("chromium", "fonts-dejavu-core")
    if java() is None:
        install("default-jre-headless")
    print(f"browser for the tests: {browser() or 'none; install chromium'}")
    print(f"Java for the tests: {java() or 'none; install a JRE of version 17 or newer'}")
    return 0 if browser() and java() else 1


if __name__ == "__main__":
    sys.exit(main())
