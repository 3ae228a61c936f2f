"""The folder of another observatory that has run, with all that it may own."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards.site import parallel
from tests.conftest import made_once
from tests.dashboards.site.conftest import serving
from tests.pipelines.conftest import at_home, ran
from tests.pipelines.observatory.own_source import ADDRESS, CODE, INDICATOR, KEY, body
from tests.pipelines.observatory.test_theme import COLOURS, SVG
from tests.server import Reply, Site, running_site

FRENCH, ENGLISH = "Observatoire de Dakar", "Dakar Observatory"
DECLARED = (
    ("Observatoire du krach silencieux, Sénégal", FRENCH),
    ("Silent Crash Observatory, Senegal", ENGLISH),
    ('contact = ""', 'contact = "desk@example.sn"'),
    ('address = ""', 'address = "https://example.sn/ia"'),
    ('"CC-BY-4.0"  #', '"CC-BY-SA-4.0"  #'),
    (
        '# [tagline]  # a line under the name, on the first page\n# fr = ""\n# en = ""',
        '[tagline]\nfr = "Depuis Dakar"\nen = "From Dakar"',
    ),
)


@dataclass(frozen=True)
class Dakar:
    """The folder of an observatory that has run, and its site."""

    home: Path

    @property
    def site(self) -> Path:
        """The site that it built."""
        return self.home / "public"

    @property
    def release(self) -> Path:
        """The folder of its only edition."""
        [release] = (self.home / "releases").glob("20*")
        return release


@pytest.fixture(scope="session")
def dakar_once(
    shipped: Path, shipped_history: Path, tmp_path_factory: pytest.TempPathFactory
) -> Dakar:
    """An observatory of Senegal on the shipped history, which no test may change.

    It reads the shipped observatory, and has asked the publisher of its own source, whose answer
    is of before the cut-off of September: what comes later is of a later edition.
    """

    def make(home: Path) -> None:
        begun = ran("init", str(home / "dakar"), "--country", "SN", "--lang", "en,fr")
        assert begun.code == 0, begun.err
        fill(home / "dakar")
        shutil.copytree(shipped_history, home / "dakar", dirs_exist_ok=True)
        with (
            serving(shipped / "releases") as peer,
            running_site(Site) as publisher,
            at_home(home / "dakar") as patch,
        ):
            with (home / "dakar/observatory.toml").open("a", encoding="utf-8") as declared:
                declared.write(f'\n[[peers]]\naddress = "{peer}"\n')
            patch.setenv("SILENTCRASH_GATEWAY", publisher.url)
            patch.setenv("SILENTCRASH_TRUST", "1")
            patch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
            dated = {"Last-Modified": "Mon, 05 Oct 2026 08:00:00 GMT"}
            publisher.serve(ADDRESS, Reply(body(), headers=dated))
            out = home / "dakar/public"
            for command in (("run",), ("site", "build", "--out", str(out))):
                done = ran(*command)
                assert done.code == 0, done.err

    return Dakar(made_once(tmp_path_factory, "dakar", make) / "dakar")


def fill(home: Path) -> None:
    """Write what its owner declares: name, words, source, indicator, theme."""
    declared = home / "observatory.toml"
    text = declared.read_text("utf-8")
    for old, new in DECLARED:
        assert old in text
        text = text.replace(old, new, 1)
    declared.write_text(text, "utf-8")
    for folder in ("words", "sources", "theme"):
        (home / folder).mkdir()
    (home / "words/en.toml").write_text('[names]\n"calendar/" = "Coming editions"\n', "utf-8")
    (home / f"sources/{KEY}.py").write_text(CODE, "utf-8")
    panel = home / "panels/sn.toml"
    text = panel.read_text("utf-8")
    panel.write_text(text.replace("[[missing]]", f"{INDICATOR}[[missing]]", 1), "utf-8")
    (home / "theme/theme.toml").write_text(COLOURS)
    (home / "theme/logo.svg").write_text(SVG.format(""))
