"""The page of a folder is followed to the letter: a source, colours."""

import re
from pathlib import Path

import pytest

from pipelines.observatory import folder
from tests.pipelines.conftest import NOW, Command
from tests.server import Site

BODY = b"month,price\n2026-08,0.12\n2026-09,0.13\n2026-10,0.13\n"


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.S)


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_source_and_the_colours_of_the_page_work_as_they_stand(
    code: str,
    tmp_path: Path,
    silentcrash: Command,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("NOW", NOW), ("GATEWAY", site.url), ("ALLOW_LOOPBACK", "1")):
        monkeypatch.setenv(f"SILENTCRASH_{name}", value)
    own = tmp_path / "own"
    assert silentcrash("init", str(own), "--country", "SN", "--lang", code).code == 0
    page = (own / "README.md").read_text("utf-8")
    [source], [_, colours, peers, other] = blocks(page, "python"), blocks(page, "toml")
    for name, text in (
        ("sources/tariff.py", source),
        ("theme/theme.toml", colours),
        ("method/regional.toml", other),
    ):
        (own / name).parent.mkdir()
        (own / name).write_text(text, "utf-8")
    with (own / "observatory.toml").open("a", encoding="utf-8") as file:
        file.write(peers)
    (own / "saved.csv").write_bytes(BODY)
    tried = silentcrash(
        "sources", "test", str(own / "sources/tariff.py"), "--body", str(own / "saved.csv")
    )
    assert tried.code == 0, tried.out
    site.serve("https://example.org/tariffs.csv", BODY)
    fetched = silentcrash("--folder", str(own), "--trust", "fetch", "tariff")
    assert fetched.code == 0, fetched.err
    monkeypatch.setenv("SILENTCRASH_TRUST", "1")
    panel = own / "panels/sn.toml"
    text = panel.read_text("utf-8")
    [example] = re.findall(r"# (\[\[indicator\]\]\n.*)", text, flags=re.S)
    added = re.sub(r"^# ", "", example, flags=re.M).replace("senegal.power_tariff", "tariff.large")
    added = re.sub(r"^in_force.*\n", "", added, flags=re.M)
    panel.write_text(text.replace("[[missing]]", f"{added}\n[[missing]]", 1), "utf-8")
    read = silentcrash("doctor", str(own))
    assert (read.code, "wrong:" in read.out) == (0, False), read.out
    loaded = folder.load(own)
    assert [peer.address.rpartition("/")[0] for peer in loaded.identity.peers] == [
        "https://example.org"
    ]
    assert [own.weight["infrastructure"] for own in loaded.frameworks] == [2]
    assert loaded.identity.theme.colours["light"]["accent"] == "#0b6e4f"
    assert "tariff.large" in loaded.panel.indicator[-1].of
