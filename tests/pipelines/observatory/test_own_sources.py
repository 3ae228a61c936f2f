"""A source of a folder: trusted, fetched, stored, shown; and hostile ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from pipelines.observatory import folder
from sources import own, registry
from tests.pipelines.conftest import NOW, Command, at_home, ran
from tests.pipelines.observatory.conftest import ENGLISH, Dakar
from tests.pipelines.observatory.own_source import ADDRESS, CODE, KEY, body
from tests.pipelines.observatory.test_theme import SVG
from tests.server import Site


@pytest.fixture
def dakar(tmp_path: Path, silentcrash: Command) -> Path:
    """The folder of an observatory of Senegal with a source of its own."""
    path = tmp_path / "dakar"
    assert silentcrash("init", str(path), "--country", "SN", "--lang", "fr,en").code == 0
    (path / "sources").mkdir()
    (path / f"sources/{KEY}.py").write_text(CODE, "utf-8")
    return path


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch, site: Site) -> Site:
    """The publisher on loopback, whom every command asks."""
    for name, value in (("NOW", NOW), ("GATEWAY", site.url), ("ALLOW_LOOPBACK", "1")):
        monkeypatch.setenv(f"SILENTCRASH_{name}", value)
    site.serve(ADDRESS, body())
    return site


def refused(silentcrash: Command, path: Path, *options: str) -> str:
    """The one line with which a command ends in this folder."""
    ended = silentcrash("--folder", str(path), *options, "sources", "list")
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert "Traceback" not in ended.err
    return ended.err


# Trust


def test_python_that_nobody_trusts_is_refused_and_not_run(
    dakar: Path, silentcrash: Command
) -> None:
    marker = dakar / "ran"
    (dakar / f"sources/{KEY}.py").write_text(f"open({str(marker)!r}, 'w')")
    line = refused(silentcrash, dakar)
    assert f"read {KEY}.py, then give --trust before the command, or set SILENTCRASH_TRUST=" in line
    assert silentcrash("doctor", str(dakar)).out.startswith("wrong: ")
    assert not marker.exists()


def test_the_digest_of_a_refusal_trusts_that_python_and_no_other(
    dakar: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = refused(silentcrash, dakar).partition("SILENTCRASH_TRUST=")[2].split()[0]
    monkeypatch.setenv("SILENTCRASH_TRUST", digest)
    listed = silentcrash("--folder", str(dakar), "sources", "list", "--format", "csv")
    assert f"{KEY},Senelec," in listed.out
    (dakar / f"sources/{KEY}.py").write_text(CODE + "\n", "utf-8")
    assert digest not in refused(silentcrash, dakar)


def test_a_folder_cannot_trust_itself(dakar: Path, silentcrash: Command) -> None:
    (dakar / "silentcrash.toml").write_text('trust = "1"\n', "utf-8")
    assert "trust is only read from SILENTCRASH_TRUST" in refused(silentcrash, dakar)


def test_trust_ends_with_the_command(dakar: Path, silentcrash: Command) -> None:
    trusted = silentcrash("--folder", str(dakar), "--trust", "sources", "list", "--format", "csv")
    assert f"{KEY},Senelec," in trusted.out
    assert KEY not in registry()
    assert "SILENTCRASH_TRUST" not in os.environ
    assert KEY in refused(silentcrash, dakar)


def test_no_compiled_file_of_the_folder_is_run(dakar: Path, silentcrash: Command) -> None:
    """What was read and trusted is what runs, whatever lies in __pycache__."""
    for _ in range(2):
        silentcrash("--folder", str(dakar), "--trust", "sources", "list")
    assert [path.name for path in (dakar / "sources").iterdir()] == [f"{KEY}.py"]
    assert KEY in own.installed()


# From the publisher to the page


def test_a_body_is_loaded_and_a_bad_one_set_aside_as_any_other(
    dakar: Path, silentcrash: Command, loopback: Site
) -> None:
    trusted = ("--folder", str(dakar), "--trust")
    fetched = silentcrash(*trusted, "fetch", KEY)
    assert fetched.code == 0, fetched.err
    loopback.serve(ADDRESS, body().replace(b"121.0000", b"1", 1))
    assert silentcrash(*trusted, "fetch", KEY).code == 0
    quarantined = silentcrash(*trusted, "quarantine", KEY, "--format", "csv")
    assert "a kWh costs tens or hundreds of francs" in quarantined.out, quarantined.err
    again = silentcrash(*trusted, "reparse", KEY)
    assert again.code == 0, again.err
    loopback.serve(ADDRESS, b"month;price\n2026-10;3\n")
    ended = silentcrash(*trusted, "fetch", KEY)
    assert (ended.code, "expected columns ['month', 'tariff']" in ended.err) == (1, True)
    shown = silentcrash(*trusted, "status", "--format", "csv").out
    [row] = [line for line in shown.splitlines() if line.startswith(f"{KEY},")]
    assert "2026-10-01" in row


def test_a_large_body_is_parsed_in_the_other_process(
    dakar: Path, silentcrash: Command, loopback: Site
) -> None:
    """That process has no file to import the parser from."""
    loopback.serve(ADDRESS, body() + b"\n" * 20_000)
    fetched = silentcrash("--folder", str(dakar), "--trust", "fetch", KEY)
    assert fetched.code == 0, fetched.err
    assert "34" in fetched.out


@pytest.fixture
def home(dakar_once: Dakar) -> Iterator[Path]:
    """A folder that has asked its publisher, and built its site."""
    with at_home(dakar_once.home) as patch:
        patch.setenv("SILENTCRASH_TRUST", "1")
        yield dakar_once.home


def test_its_figures_come_out_as_those_of_any_publisher(home: Path) -> None:
    read = ran("series", "get", "senelec.tariff", "--format", "csv")
    assert "121" in read.out, read.err
    assert "Senelec" in (home / "public/series.csv").read_text("utf-8")


def test_an_indicator_of_the_panel_reads_it(home: Path) -> None:
    """Ten percent a year: 40 on goalposts from 0 to 25."""
    [release] = (home / "releases").glob("20*")
    table = pd.read_csv(release / "indicators.csv")
    own_rows = table[table["key"].eq("senegal.tariff_rise")]
    assert own_rows["value"].round(6).tolist()[-1] == 10
    assert own_rows["score"].round(6).tolist()[-1] == 40
    page = (home / "public/en/senegal/index.html").read_text("utf-8")
    assert "Tariff of large users, change over a year" in BeautifulSoup(page, "html.parser").text


def test_the_head_of_every_page_has_the_logo_and_pages_have_the_colours(home: Path) -> None:
    site = home / "public"
    assert (site / "logo.svg").read_text() == SVG.format("")
    pages = [path for path in site.glob("en/**/index.html") if path.parent.name != "embed"]
    assert len(pages) > 50
    for path in [*pages, site / "404.html"]:
        text = path.read_text("utf-8").partition("</header>")[0]
        # of lxml: on all pages of the series BeautifulSoup takes twenty times as long
        [head] = lxml.html.document_fromstring(text).xpath("//header[@class='mast']")
        [picture] = head.xpath(".//a//img[@class='logo']")
        source = picture.get("src").removeprefix("https://example.sn/ia/")
        base = site if path.name == "404.html" else path.parent
        assert (base / source).resolve() == (site / "logo.svg").resolve()
        # the name once for who sees no pictures: it stands beside the logo
        beside = "".join(head.xpath(".//a//span[@aria-hidden='true']//text()"))
        name = ENGLISH
        assert (picture.get("alt"), beside) in ((name, name), ("", "")), path
    assert "--accent:#0b6e4f;--link:#0b5d8a" in (site / "style.css").read_text("utf-8")
    panel = (site / "en/senegal/index.html").read_text("utf-8")
    drawn = BeautifulSoup(panel, "html.parser").select_one('img[src*="charts/"]')
    assert drawn is not None
    chart = (site / "en/senegal" / str(drawn["src"])).read_text("utf-8")
    assert 'stroke="#0b6e4f"' in chart
    assert "[stroke='#0b6e4f']{stroke:#4fc3a1}" in chart


def test_a_backup_has_the_python_and_the_theme(home: Path, tmp_path: Path) -> None:
    done = ran("backup", str(tmp_path / "backup"))
    assert done.code == 0, done.err
    back = ran("--folder", str(tmp_path / "restored"), "restore", str(tmp_path / "backup"))
    for name in (f"sources/{KEY}.py", "theme/theme.toml", "theme/logo.svg"):
        assert (tmp_path / "restored" / name).read_bytes() == (home / name).read_bytes(), back


def test_dagster_has_its_asset_with_checks_and_cadence(home: Path) -> None:
    """In processes of its own, which see the variable."""
    code = (
        "from pipelines.definitions import defs\n"
        "made = defs()\n"
        "graph = made.resolve_asset_graph()\n"
        f"[own] = [key for key in graph.get_all_asset_keys() if key.path[-1] == {KEY!r}]\n"
        "print(own.to_user_string(), len(graph.get_check_keys_for_assets({own})))\n"
        "print(graph.get(own).tags['cadence'])  # by which its schedule asks it\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert answer.stdout == f"observations/{KEY} 4\nmonthly\n", answer.stderr


# Hostile and broken files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def parse(:\n", f"sources/{KEY}.py:1: SyntaxError: "),
        ("\n\nraise SystemExit('bye')", f"sources/{KEY}.py:3: SystemExit: bye; the log has more"),
        ("\n1 / 0", f"sources/{KEY}.py:2: ZeroDivisionError: division by zero"),
        ("import no_such_package", ":1: ModuleNotFoundError: No module named 'no_such_package'"),
        ("\x00\x01\x02", f"sources/{KEY}.py"),
        ("x = 1", "it declares no SOURCE: write SOURCE = Source(key='senelec', …)"),
        ("SOURCE = 3", "it declares no SOURCE"),
        (CODE.replace('key="senelec"', 'key="other"'), "key is 'other': write 'senelec'"),
        (CODE.replace('"monthly"', '"hourly"'), "cadence is 'hourly': write daily, weekly"),
        (CODE.replace('"csv"', '"parquet"'), "expected_format is 'parquet': write csv"),
        (CODE.replace("licence=", "license="), "unexpected keyword argument 'license'"),
        (CODE.replace("senelec.tariff", "hmrc.rate.EUR"), "hmrc.rate.EUR is one of hmrc_rates too"),
        ("#" * 200_001, "has over 200,000 bytes"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_source_ends_in_one_line(
    dakar: Path, silentcrash: Command, text: str, says: str
) -> None:
    (dakar / f"sources/{KEY}.py").write_text(text, "utf-8")
    assert says in refused(silentcrash, dakar, "--trust")


def test_the_log_has_the_traceback(dakar: Path, tmp_path: Path, silentcrash: Command) -> None:
    (dakar / f"sources/{KEY}.py").write_text("def broken():\n    1 / 0\n\n\nbroken()\n")
    log = tmp_path / "log"
    line = refused(silentcrash, dakar, "--trust", "--log-file", str(log))
    assert f"{KEY}.py:2: ZeroDivisionError" in line
    assert "in broken" in log.read_text()


def test_the_key_of_a_source_of_the_software_is_taken(dakar: Path, silentcrash: Command) -> None:
    own_file = dakar / "sources/ember.py"
    own_file.write_text(CODE.replace('key="senelec"', 'key="ember"'), "utf-8")
    assert "ember is a source of the software too" in refused(silentcrash, dakar, "--trust")
    own_file.unlink()
    register = dakar / "sources/senegal_public_compute.py"
    register.write_text(CODE.replace('key="senelec"', f'key="{register.stem}"'), "utf-8")
    assert "is a register of the panel too" in refused(silentcrash, dakar, "--trust")


def test_a_file_that_leads_out_of_the_folder(
    dakar: Path, tmp_path: Path, silentcrash: Command
) -> None:
    (tmp_path / "elsewhere.py").write_text("raise SystemExit")
    (dakar / "sources/elsewhere.py").symlink_to(tmp_path / "elsewhere.py")
    assert "elsewhere.py leads out of the folder" in refused(silentcrash, dakar, "--trust")


def test_a_pipe_is_not_read(dakar: Path, silentcrash: Command) -> None:
    os.mkfifo(dakar / "sources/pipe.py")
    assert "pipe.py is no file" in refused(silentcrash, dakar, "--trust")


def test_a_file_may_import_another_of_the_folder(dakar: Path, silentcrash: Command) -> None:
    (dakar / "sources/_words.py").write_text('PUBLISHER = "Senelec, Dakar"\n')
    (dakar / f"sources/{KEY}.py").write_text(
        CODE.replace('"Senelec"', "PUBLISHER").replace(
            "import pandas", "from sources.own._words import PUBLISHER\nimport pandas"
        )
    )
    listed = silentcrash("--folder", str(dakar), "--trust", "sources", "list", "--format", "csv")
    assert f'{KEY},"Senelec, Dakar",' in listed.out, listed.err


def test_an_installed_package_adds_a_source(
    dakar: Path, tmp_path: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    (packages / "tariffs-1.dist-info").mkdir(parents=True)
    (packages / "tariffs-1.dist-info/METADATA").write_text("Name: tariffs\nVersion: 1\n")
    entry = packages / "tariffs-1.dist-info/entry_points.txt"
    entry.write_text("[silentcrash.sources]\nwater = tariffs_water:SOURCE\n")
    (packages / "tariffs_water.py").write_text(
        CODE.replace("senelec", "water").replace("Senelec", "SDE"), "utf-8"
    )
    monkeypatch.syspath_prepend(str(packages))
    (dakar / f"sources/{KEY}.py").unlink()  # which needs trust; what is installed does not
    listed = silentcrash("--folder", str(dakar), "sources", "list", "--format", "csv")
    assert "water,SDE," in listed.out, listed.err
    entry.write_text("[silentcrash.sources]\nwater = tariffs_water:NOTHING\n")
    assert "the package tariffs: tariffs_water:NOTHING: AttributeError" in refused(
        silentcrash, dakar
    )


def test_doctor_names_what_a_declaration_lacks(dakar: Path, silentcrash: Command) -> None:
    file = dakar / f"sources/{KEY}.py"
    file.write_text(CODE.replace("stale_days=70", "stale_days=700"), "utf-8")
    read = silentcrash("--trust", "doctor", str(dakar))
    assert read.code == 2
    assert f"wrong: sources/{KEY}.py: stale_days is 700: at most 118" in read.out
    assert folder.in_force() is None
