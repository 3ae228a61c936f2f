"""The folder of an observatory: made, read, and what is said of a fault."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from dashboards.i18n import language
from pipelines.errors import UsageError
from pipelines.index import framework
from pipelines.observatory import articles, folder
from pipelines.observatory.declaration import Observatory
from pipelines.observatory.panel import PilotPanel, method_with
from tests.pipelines.conftest import Command
from tests.server import Reply, Site
from warehouse.publication import identity

Change = tuple[str, str, str]  # file, what stands there, what is put in its place


def page(*lines: str) -> Reply:
    """A page with these lines, and enough others to be taken for one."""
    text = "".join(f"<p>{line}</p>" for line in ("Une page inventée. " * 15, *lines))
    return Reply(f"<!DOCTYPE html>{text}".encode(), headers={"Content-Type": "text/html"})


@pytest.fixture
def senegal(tmp_path: Path, silentcrash: Command) -> Path:
    """The folder that `init` makes for Senegal."""
    path = tmp_path / "dakar"
    assert silentcrash("init", str(path), "--country", "SN", "--lang", "fr,en").code == 0
    return path


def test_the_shipped_folder_is_one_that_every_check_lets_through(silentcrash: Command) -> None:
    read = silentcrash("doctor", str(identity.SHIPPED))
    assert (read.code, "wrong" in read.out) == (0, False), read.out


def test_the_shipped_folder_leaves_the_published_method_as_it_is() -> None:
    own = folder.load(identity.SHIPPED)
    assert method_with(own.panel).hash == framework.newest().hash


@pytest.mark.parametrize("code", ["SN", "ES", "KE", "US", "DE", "MA", "CI"])
def test_a_new_folder_of_any_country_has_nothing_wrong(
    code: str, tmp_path: Path, silentcrash: Command
) -> None:
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--country", code, "--lang", "en,fr").code == 0
    read = silentcrash("doctor", str(path))
    assert read.code == 0, read.err
    assert "wrong:" not in read.out
    assert "ignored:" not in read.out


def test_a_folder_needs_no_pilot_country(tmp_path: Path, silentcrash: Command) -> None:
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--name", "Lyon", "--lang", "fr").code == 0
    own = folder.load(path)
    assert (own.declared.country, own.identity.pages, own.identity.panel) == ("", ("fr",), "")
    assert "Lyon" in (path / "README.md").read_text("utf-8")
    assert "panels/" not in (path / "README.md").read_text("utf-8")
    method = method_with(own.panel)
    assert [group.key for group in method.panel] == ["frugality"]
    assert method.version.endswith("+none")


def test_the_panel_of_a_country_has_what_the_sources_have_of_it(senegal: Path) -> None:
    own = folder.load(senegal)
    read = {key for indicator in own.panel.indicator for key in indicator.series}
    assert {"msft.ai_diffusion.SEN", "github.git_pushes.SEN", "github.developers.SEN"} <= read
    # The CFA franc of Dakar has stood at 655.957 for a euro since 1999.
    assert "hmrc.rate.EUR" in read
    assert not [key for key in read if key.startswith("ember.")]
    assert [lack for lack in own.panel.missing if "Ember" in lack.en]


def test_a_panel_beside_changes_the_name_of_the_method_and_no_dimension(senegal: Path) -> None:
    published, own = framework.newest(), folder.load(senegal).panel
    method = method_with(own)
    assert method.dimension == published.dimension
    assert method.retreat == published.retreat
    assert [group.key for group in method.panel] == ["frugality", "senegal"]
    assert method.succeeds is not None
    assert (method.version, method.succeeds.method.version) == ("2027.1+sn", "2026.1+sn")
    assert method.hash != published.hash
    # and the lock of the published one still holds
    lock = tomllib.loads(Path(framework.__file__).with_name("framework.lock").read_text("utf-8"))
    assert {m.version: m.hash for m in framework.lineage(published)} == lock


def test_the_method_names_the_pilot_country_and_no_other(senegal: Path) -> None:
    caveat = "frugality.compute_elsewhere"
    own = folder.load(senegal)
    published, senegals, nobodys = (
        framework.lineage(method)[-1].indicators[caveat]
        for method in (framework.newest(), method_with(own.panel), method_with(None))
    )
    assert "ne rendent pas le Maroc souverain" in published.caveat_fr
    assert "ne rendent pas le Sénégal souverain" in senegals.caveat_fr
    assert "do not make Senegal sovereign" in senegals.caveat_en
    assert "do not make a country sovereign" in nobodys.caveat_en
    for house, says in ((identity.shipped(), "Marruecos"), (own.identity, "Senegal")):
        with identity.handed_down(house):
            text = (published if house is identity.shipped() else senegals).caveat_en
            assert f"no hacen soberano a {says}" in str(language("es").translation(text))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Sénégal", "le Sénégal"),
        ("Côte d’Ivoire", "la Côte d’Ivoire"),
        ("Corée du Sud", "la Corée du Sud"),
        ("Espagne", "l'Espagne"),
        ("Hongrie", "la Hongrie"),
        ("Mexique", "le Mexique"),
        ("Royaume-Uni", "le Royaume-Uni"),
        ("Pays-Bas", "les Pays-Bas"),
        ("États-Unis", "les États-Unis"),
        ("Îles Cook", "les Îles Cook"),
        ("Guinée-Bissau", "la Guinée-Bissau"),
        ("Sierra Leone", "la Sierra Leone"),
        ("Territoires palestiniens", "les Territoires palestiniens"),
        ("Cuba", "Cuba"),
        ("Saint-Marin", "Saint-Marin"),
    ],
)
def test_a_country_has_its_article_in_french(name: str, says: str) -> None:
    assert articles.french(name) == says


def test_a_country_has_its_article_in_english() -> None:
    assert articles.english("United States") == "the United States"
    assert articles.english("Dominican Republic") == "the Dominican Republic"
    assert articles.english("Senegal") == "Senegal"


def test_an_indicator_is_of_the_versions_that_it_names(senegal: Path) -> None:
    file = senegal / PANEL
    text = file.read_text("utf-8")
    assert 'key = "code_pushes"' in text
    of_one = text.replace('key = "code_pushes"', 'key = "code_pushes"\nversions = ["2027.1"]')
    file.write_text(of_one, "utf-8")
    method = method_with(folder.load(senegal).panel)
    newest, oldest = framework.lineage(method)
    assert "senegal.code_pushes" in newest.indicators
    assert "senegal.code_pushes" not in oldest.indicators
    assert newest.hash == method_with(folder.load(senegal).panel).hash
    twice = of_one + text[text.index("[[indicator]]") : text.index("[[missing]]")]
    file.write_text(twice, "utf-8")
    with pytest.raises(UsageError, match="stands there"):
        folder.load(senegal)


TOML = "observatory.toml"
PANEL = "panels/sn.toml"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((TOML, "languages =", "langages ="), "observatory.toml:4: langages is no key; did you "
         "mean languages"),
        ((TOML, '"fr", "en"', '"fr", "de"'), "observatory.toml:4: languages.1 is 'de'"),
        ((TOML, '"SN"  # pilot', '"Sénégal"  # pilot'), "write the two capital letters"),
        ((TOML, '"fr", "en"', '"fr", "ar"'), "name has no line for ar"),
        ((TOML, "\ncountry", '\npartial = ["ar"]\ncountry'), "partial has ar, which is not in"),
        ((TOML, "\ncountry", '\npartial = ["fr"]\ncountry'), "partial has fr, which releases are"),
        ((TOML, '"SN"  # pilot', '"ML"  # pilot'), "panels/ml.toml is not there"),
        ((TOML, "CC-BY-4.0\"", "MIT\""), "licence is 'MIT': write one of CC-BY-4.0"),
        ((TOML, 'contact = ""', 'contact = "me"'), "contact is 'me': write an e-mail"),
        ((TOML, 'address = ""', 'address = "ftp://x"'), "address is 'ftp://x': write the address"),
        ((TOML, "[calendar]", "[calender]"), "calender is no key; did you mean calendar"),
        ((TOML, '["SN"]', '["XX"]'), "the holidays of 'XX' are not known"),
        ((TOML, "Africa/Dakar", "Africa/Dkar"), "'Africa/Dkar' is no time zone"),
        ((TOML, 'en = "Silent', 'en = "{Silent'), "one line of at most 120 letters without"),
        ((TOML, 'en = "Silent', 'zz = "Silent'), "name.zz is"),
        ((TOML, 'country = "SN"', 'country = SN'), "observatory.toml: Invalid value (at line 5"),
        ((PANEL, 'key = "senegal"', 'key = "data"'), "key data is the folder of another page"),
        ((PANEL, 'transform = "ratio"', 'transform = "ration"'), "transform 'ration' is none of"),
        ((PANEL, "goalposts_en", "goalpost_en"), "goalpost_en is no key; did you mean"),
        ((PANEL, "{count}", "{count.__class__}"), "only {count} is"),
        ((PANEL, 'projects = "Senegal"\n', ""), "en.projects is missing: add it (title of its"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_the_file_the_key_and_the_remedy(
    senegal: Path, silentcrash: Command, change: Change, says: str
) -> None:
    name, old, new = change
    file = senegal / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    ended = silentcrash("--folder", str(senegal), "status")
    assert ended.code == 2
    assert says in ended.err
    assert ended.err.count("\n") == 1
    read = silentcrash("doctor", str(senegal)).out
    assert read.startswith("wrong: ")
    assert says in read


def test_doctor_names_what_is_ignored(senegal: Path, silentcrash: Command) -> None:
    (senegal / "method").mkdir()
    for name in ("method/notes.txt", "method/gone.lock", "alerts.yaml"):
        (senegal / name).write_text("")
    (senegal / "panels/es.toml").write_text("")
    (senegal / "notes.txt").write_text("")
    (senegal / "registers/nothing.csv").write_text("")
    read = silentcrash("doctor", str(senegal), "--format", "csv")
    assert read.code == 2
    for part in (
        "alerts.yaml is not read from a folder: name it in SILENTCRASH_ALERTS",
        "method/notes.txt is no TOML file",
        "method/gone.lock is of no framework: its gone.toml is gone",
        "panels/es.toml is not read: country is 'SN'",
        "notes.txt is nothing that an observatory has",
        "registers/nothing.csv is of no register",
    ):
        assert part in read.out


def test_doctor_names_a_series_that_nobody_declares(senegal: Path, silentcrash: Command) -> None:
    file = senegal / PANEL
    file.write_text(file.read_text("utf-8").replace("git_pushes.SEN", "git_pushes.SNE"), "utf-8")
    read = silentcrash("doctor", str(senegal))
    assert read.code == 2
    assert "reads 'github.git_pushes.SNE', which no source and no register declares; " in read.out
    assert "github.git_pushes.SEN" in read.out


def test_init_writes_over_nothing(senegal: Path, silentcrash: Command) -> None:
    before = (senegal / TOML).read_bytes()
    again = silentcrash("init", str(senegal), "--country", "ES")
    assert again.code == 2
    assert "has files already" in again.err
    assert (senegal / TOML).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--country", "Senegal"], "did you mean SN (Senegal)"),
        (["--country", "XQ"], "is no code of ISO 3166"),
        (["--country", "FJ"], "no source has a figure of Fiji"),
        (["--name", "{x}"], "write one line of at most 120 letters"),
        (["--lang", "wo"], "--lang 'wo' is no language of the site: fr or en"),
        (["--lang", ","], "--lang names no language"),
    ],
)
def test_init_says_what_it_does_not_know(
    tmp_path: Path, silentcrash: Command, arguments: list[str], says: str
) -> None:
    ended = silentcrash("init", str(tmp_path / "own"), *arguments)
    assert (ended.code, says in ended.err) == (2, True), ended.err
    assert not (tmp_path / "own").exists()


def use_the_example(senegal: Path) -> None:
    """Use the register and the indicator that the panel gives as an example."""
    file = senegal / PANEL
    head, example = file.read_text("utf-8").split("remove the signs # to use it.\n")
    used = "\n".join(line.removeprefix("#").strip() for line in example.splitlines())
    file.write_text(f"{head}\n{used}\n".replace("…", "Senelec"), "utf-8")


def test_a_register_is_kept_by_following_the_page_of_the_folder(
    senegal: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_NOW", "2026-11-23T09:00:00Z")
    use_the_example(senegal)
    assert silentcrash("doctor", str(senegal)).code == 0
    named = ("--folder", str(senegal), "register", "add", "senegal_power_tariff")
    fields = {"period": "2025-01-01", "value": "110", "known_from": "2025-01-15",
              "source": "Senelec", "reader": "desk"}  # fmt: skip
    options = [part for name, value in fields.items() for part in (f"--{name.replace('_', '-')}",
             value)]  # fmt: skip
    added = silentcrash(*named, *options)
    assert added.code == 0, added.err
    assert "senegal.power_tariff" in (senegal / "registers/senegal_power_tariff.csv").read_text()
    assert silentcrash("doctor", str(senegal)).code == 0
    # the register is gone with the command: another home does not have it
    assert silentcrash("register", "reviewed", "senegal_power_tariff").code == 2


WATCHED = """\
select series from v_observation_history where series like 'tariff_pages.%'
group by series having count(distinct value) > 1"""


def test_the_pages_of_its_own_registers_are_watched_and_of_no_other_country(
    senegal: Path, silentcrash: Command, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_the_example(senegal)
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    days = {"23": ("110 F", "June"), "24": ("112 F", "June"), "25": ("112 F", "November")}
    changed = {}
    for day, (tariff, edition) in days.items():
        monkeypatch.setenv("SILENTCRASH_NOW", f"2026-11-{day}T09:00:00+00:00")
        site.serve("https://example.org/tariffs", page(tariff))
        site.serve("https://www.pjm.com/markets-and-operations/rpm", page("The same auction"))
        site.serve("https://www.trendforce.com/presscenter/news", page("DRAM Contract", day))
        site.serve("https://www.top500.org/lists/top500/", page(f"{edition} 2026", day))
        fetched = silentcrash("--folder", str(senegal), "fetch", "tariff_pages")
        assert fetched.code == 0, fetched.err
        read = silentcrash("--folder", str(senegal), "query", WATCHED, "--format", "json")
        changed[day] = {row["series"].partition(".")[2] for row in json.loads(read.out)}
    assert changed["24"] == {"senegal_power_tariff"}
    # our register and that of the folder are read on one page
    assert changed["25"] == {"senegal_power_tariff", "senegal_public_compute", "top500"}
    assert not [each.path for each in site.asked if "anre" in each.path]


@pytest.mark.parametrize("model", [Observatory, PilotPanel])
def test_every_key_is_explained_on_the_page(model: type[Observatory | PilotPanel]) -> None:
    page = (Path(__file__).parents[3] / "docs/observatory.md").read_text("utf-8")
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in page
    assert os.path.exists(identity.SHIPPED / TOML)
