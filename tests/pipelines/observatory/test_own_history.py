"""The history beside a source of a folder, and that of the shipped folder."""

import json
import shutil
from pathlib import Path

import pytest

from sources import own, registry
from tests.pipelines.conftest import NOW, Command
from tests.pipelines.observatory.own_source import ADDRESS, CODE, KEY, body
from tests.server import Site
from warehouse.publication import identity

TARIFFS = "morocco_tariffs"
FIGURES = """series,period,value,status,known_from,assumed,citation
senelec.tariff,2023-11-01,95.5,final,2023-12-10,true,senelec-1
senelec.tariff,2023-12-01,96.5,final,2024-01-10,true,senelec-1
"""
CITED = """id,source,address,licence,note
senelec-1,"Senelec, report of 2023",https://tarif.example/2023.pdf,"Facts, cited",p. 28
"""
STORED = """
select period, value, citation_source, citation_note
from v_provenance where series = 'senelec.tariff' and period < '2024-01-01' order by period"""


@pytest.fixture
def dakar(
    tmp_path: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of an observatory of Senegal with a source that has a history."""
    path = tmp_path / "dakar"
    assert silentcrash("init", str(path), "--country", "SN", "--lang", "fr,en").code == 0
    (path / "sources").mkdir()
    (path / f"sources/{KEY}.py").write_text(CODE, "utf-8")
    (path / f"sources/{KEY}.csv").write_text(FIGURES, "utf-8")
    (path / "sources/citations.csv").write_text(CITED, "utf-8")
    for name, value in (("NOW", NOW), ("GATEWAY", site.url), ("ALLOW_LOOPBACK", "1")):
        monkeypatch.setenv(f"SILENTCRASH_{name}", value)
    site.serve(ADDRESS, body())
    return path


def of(folder: Path, silentcrash: Command, *arguments: str) -> str:
    ended = silentcrash("--folder", str(folder), "--trust", *arguments)
    assert ended.code == 0, ended.err
    return ended.out


def test_figures_from_before_are_stored_with_their_citations(
    dakar: Path, silentcrash: Command
) -> None:
    of(dakar, silentcrash, "fetch", KEY)
    november, december = json.loads(of(dakar, silentcrash, "query", STORED, "--format", "json"))
    assert (november["value"], december["value"]) == (95.5, 96.5)
    assert december["citation_source"] == "Senelec, report of 2023"
    assert december["citation_note"] == "p. 28"
    again = of(dakar, silentcrash, "fetch", KEY)
    assert f"{KEY}.csv" not in again  # this version of the file is loaded
    read = silentcrash("--trust", "doctor", str(dakar))
    assert (read.code, "citations.csv" in read.out, f"{KEY}.csv" in read.out) == (0, False, False)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (KEY, FIGURES.replace("senelec-1", "senelec-2"), "has no citation 'senelec-2'"),
        (KEY, "", "senelec.csv"),
        (KEY, FIGURES.replace("95.5", "dear"), "dear"),
        (KEY, FIGURES.replace("2023-11-01", "yesterday"), "yesterday"),
        (KEY, FIGURES.replace("value", "valeur", 1), "value"),
        ("citations", CITED.replace("licence", "license", 1), "licence"),
        ("citations", None, "citations.csv"),
    ],
)
def test_a_history_that_cannot_be_read_is_refused_and_stops_nothing(
    dakar: Path, silentcrash: Command, name: str, text: str | None, says: str
) -> None:
    file = dakar / f"sources/{name}.csv"
    file.unlink()
    if text is not None:
        file.write_text(text, "utf-8")
    fetched = silentcrash("--folder", str(dakar), "--trust", "fetch", KEY)
    assert "Traceback" not in fetched.err
    assert "refused" in fetched.out
    assert "34" in fetched.out  # figures of the publisher
    read = silentcrash("--trust", "doctor", str(dakar))
    assert (read.code, f"wrong: sources/{KEY}.csv: it cannot be read: " in read.out) == (2, True)
    assert says in read.out
    for mended, content in ((KEY, FIGURES), ("citations", CITED)):
        (dakar / f"sources/{mended}.csv").write_text(content, "utf-8")
    of(dakar, silentcrash, "fetch", KEY)
    assert len(json.loads(of(dakar, silentcrash, "query", STORED, "--format", "json"))) == 2


def test_a_figure_of_another_source_in_it_is_not_stored(dakar: Path, silentcrash: Command) -> None:
    file = dakar / f"sources/{KEY}.csv"
    file.write_text(FIGURES.replace("senelec.tariff", "hmrc.rate.EUR", 1), "utf-8")
    silentcrash("--folder", str(dakar), "--trust", "fetch", KEY)
    counted = "select count(*) as n from v_observation where series = 'hmrc.rate.EUR'"
    [row] = json.loads(of(dakar, silentcrash, "query", counted, "--format", "json"))
    assert row["n"] == 0
    read = silentcrash("--trust", "doctor", str(dakar))
    assert f"sources/{KEY}.csv: {KEY}.py declares no series 'hmrc.rate.EUR'" in read.out


def test_a_history_that_leads_out_of_the_folder_is_not_read(
    dakar: Path, tmp_path: Path, silentcrash: Command
) -> None:
    for name in (f"{KEY}.csv", "citations.csv"):
        (dakar / f"sources/{name}").rename(tmp_path / name)
        (dakar / f"sources/{name}").symlink_to(tmp_path / name)
        ended = silentcrash("--folder", str(dakar), "--trust", "sources", "list")
        assert (ended.code, f"{name} leads out of the folder" in ended.err) == (2, True)
        (dakar / f"sources/{name}").unlink()
        (tmp_path / name).rename(dakar / f"sources/{name}")


# The shipped folder


def test_the_tariffs_are_those_of_the_shipped_observatory_alone(
    dakar: Path, silentcrash: Command
) -> None:
    assert registry()[TARIFFS].history == own.SHIPPED / f"{TARIFFS}.csv"
    listed = silentcrash("sources", "list", "--format", "csv").out
    assert f"\n{TARIFFS}," in listed
    theirs = of(dakar, silentcrash, "sources", "list", "--format", "csv")
    assert TARIFFS not in theirs
    assert theirs.count("\n") == listed.count("\n") + 1  # its own, and the register of its panel
    assert TARIFFS in registry()


def test_doctor_counts_the_words_for_the_sources_of_that_folder_alone(
    tmp_path: Path, silentcrash: Command
) -> None:
    home = tmp_path / "madrid"
    assert silentcrash("init", str(home), "--country", "ES", "--lang", "es,en").code == 0
    read = silentcrash("doctor", str(home)).out
    counted = {words[0]: words[-1] for line in read.splitlines() if (words := line.split())}
    assert (counted["sources"], counted["series"]) == ("100%", "100%")


def test_a_copy_of_the_shipped_folder_has_them_and_needs_no_trust_until_it_differs(
    tmp_path: Path, silentcrash: Command
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(identity.SHIPPED, home)
    for path in (home, identity.SHIPPED):
        read = silentcrash("doctor", str(path))
        assert read.code == 0, read.err
        assert "sources/" not in read.out
    listed = silentcrash("--folder", str(home), "sources", "list", "--format", "csv")
    assert f"\n{TARIFFS}," in listed.out, listed.err
    file = home / f"sources/{TARIFFS}.py"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    ended = silentcrash("--folder", str(home), "sources", "list")
    assert (ended.code, "give --trust before the command" in ended.err) == (2, True)


def test_their_declaration_passes_what_is_asked_of_a_source(silentcrash: Command) -> None:
    ended = silentcrash("sources", "test", str(own.SHIPPED / f"{TARIFFS}.py"), "--format", "csv")
    assert ended.code == 0, ended.out
    assert "wrong" not in ended.out
