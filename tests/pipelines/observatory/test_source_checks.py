"""`silentcrash sources test`: what it says of a good file and of a bad one."""

from pathlib import Path

import pytest

from tests.pipelines.conftest import Command, Ran
from tests.pipelines.observatory.own_source import CODE, KEY, body


@pytest.fixture
def tried(tmp_path: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Test a file with this code on a body, both written for it."""
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00Z")
    monkeypatch.setenv("SILENTCRASH_HOME", str(tmp_path / "nothing"))

    def of(code: str, sent: bytes = body()) -> Ran:
        (tmp_path / f"{KEY}.py").write_text(code, "utf-8")
        (tmp_path / "body.csv").write_bytes(sent)
        files = (str(tmp_path / f"{KEY}.py"), "--body", str(tmp_path / "body.csv"))
        return silentcrash("sources", "test", *files, "--format", "csv")

    return of


def outcomes(ended: Ran) -> dict[str, str]:
    return dict(line.split(",")[:2] for line in ended.out.splitlines()[1:])


def test_a_good_file_on_a_good_body(tried: Command) -> None:
    ended = tried(CODE)
    assert ended.code == 0, ended.out
    assert set(outcomes(ended).values()) == {"good"}
    assert len(outcomes(ended)) == 19
    assert "34 figures of 1 series, newest period 2026-10-01" in ended.out


def test_without_a_body_the_parser_is_not_tried(tmp_path: Path, silentcrash: Command) -> None:
    (tmp_path / f"{KEY}.py").write_text(CODE, "utf-8")
    ended = silentcrash("sources", "test", str(tmp_path / f"{KEY}.py"), "--format", "csv")
    assert (ended.code, outcomes(ended)["body"]) == (0, "skipped")


@pytest.mark.parametrize(
    ("old", "new", "check", "says"),
    [
        ('publisher="Senelec"', 'publisher=""', "titles", "say who publishes what"),
        ('en="Electricity tariff"', "en='Tarif de l’électricité'", "titles", "the same"),
        ('licence="Facts, cited"', 'licence=""', "citation and licence", "licence is empty"),
        ('homepage="https', 'homepage="ftp', "citation and licence", "write the address of a page"),
        ('"XOF/kWh", "M"', '"XOF/kWh", "X"', "series", "has the frequency 'X'"),
        ('"XOF/kWh", "M"', '"", "M"', "series", "needs a key, a unit, fr and en"),
        (", looked up 2026-11", "", "address", "with the month"),
        ("    completeness=Completeness(rows=0.9, series=1.0),\n", "", "completeness", "missing"),
        ("stale_days=70", "stale_days=400", "rhythm", "at most 118"),
        ('    """The tariff by month, or SchemaDrift."""\n', "", "docstrings", "parse has no doc"),
        ("parse=parse", "parse=lambda payload: parse(payload)", "process of its own", "write def"),
        ('between(10, 1000, reason="a kWh costs tens or hundreds of francs")',
         "between(10, 1000)", "rules", "has no reason"),
        ("between(10, 1000", 'between(10, 1000, column="level_moved"', "rules", "nothing has"),
        ("between(10, 1000", "between(200, 1000", "contract", "a kWh costs tens"),
        ('"series": "senelec.tariff"', '"series": "senelec.other"', "parse", "are not declared"),
        ('format="%Y-%m")', 'format="%Y")', "parse", "parse cannot read it"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_remedy(
    tried: Command, old: str, new: str, check: str, says: str
) -> None:
    assert CODE.count(old) >= 1
    ended = tried(CODE.replace(old, new))
    assert (ended.code, outcomes(ended)[check]) == (1, "wrong"), ended.out
    assert says in ended.out
    assert "to mend" in ended.err


def test_a_parser_that_gives_figures_whatever_comes(tried: Command) -> None:
    code = CODE.replace(
        'require(table, {"month", "tariff"})',
        'table = pd.DataFrame({"month": ["2026-10"], "tariff": ["120"]})',
    )
    ended = tried(code)
    assert outcomes(ended)["text"] == "wrong"
    assert "1 figures of it would be loaded: raise SchemaDrift" in ended.out


def test_a_parser_that_takes_what_is_left_of_a_table(tried: Command) -> None:
    """A table with the newest month first, which the usual contract takes."""
    head, *rows = body().splitlines(keepends=True)
    table = head + b"".join(reversed(rows))
    lines_only = CODE.replace(
        'require(table, {"month", "tariff"})', 'table = table[table["tariff"].str.len().eq(8)]'
    )
    ended = tried(lines_only.replace("rows=0.9, series=1.0", "rows=0.1"), table)
    assert outcomes(ended)["cut to a third"] == "wrong", ended.out
    assert "ask more of completeness" in ended.out
    assert outcomes(tried(lines_only, table))["cut to a third"] == "good"


@pytest.mark.parametrize("sent", [b"", b"<html><p>Gone</p></html>", b'{"a": 1}', b"\x00" * 99])
def test_a_body_of_another_form(tried: Command, sent: bytes) -> None:
    ended = tried(CODE, sent)
    assert (ended.code, outcomes(ended)["format"]) == (1, "wrong")


def test_what_is_no_file_of_a_source(tmp_path: Path, silentcrash: Command) -> None:
    for path, says in ((tmp_path / "nothing.py", "no file of Python"), (tmp_path, "no file of")):
        ended = silentcrash("sources", "test", str(path))
        assert (ended.code, says in ended.err) == (2, True), ended.err
    (tmp_path / "Odd name.py").write_text(CODE)
    assert "small letters" in silentcrash("sources", "test", str(tmp_path / "Odd name.py")).err
