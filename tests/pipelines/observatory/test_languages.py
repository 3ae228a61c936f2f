"""A language is one file: Spanish, and another in a folder."""

import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from dashboards.languages import files, foreign
from dashboards.languages.foreign import Foreign
from pipelines.observatory import coverage, languages
from pipelines.observatory.panel import places
from tests.pipelines.conftest import Command, at_home, ran

# A language of a few words: the rest is in English.
PORTUGUESE = """
[language]
name = "Português"

[site]
headline_name = "Índice do colapso silencioso"
over_month = "{change} num mês"

[site.names]
home = "Início"

[names]
"Costs" = "Custos"
"""


@dataclass(frozen=True)
class Madrid:
    """The folder of an observatory in Spanish, and its site."""

    home: Path
    site: Path


@pytest.fixture(scope="module")
def madrid(shipped_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Madrid:
    """An observatory of Spain in Spanish, English and a language of its own file."""
    home = tmp_path_factory.mktemp("madrid") / "home"
    begun = ran("init", str(home), "--country", "ES", "--lang", "es,en")
    assert begun.code == 0, begun.err
    declared = home / "observatory.toml"
    text = declared.read_text("utf-8").replace('["es", "en"]', '["es", "en", "pt"]')
    declared.write_text(text.replace("[name]\n", '[name]\npt = "Observatório"\n'), "utf-8")
    (home / "words").mkdir()
    (home / "words/pt.toml").write_text(PORTUGUESE, "utf-8")
    shutil.copytree(shipped_history, home, dirs_exist_ok=True)
    with at_home(home):
        for command in (("run", "--offline"), ("site", "build", "--out", str(home / "public"))):
            done = ran(*command)
            assert done.code == 0, done.err
    return Madrid(home, home / "public")


def page(madrid: Madrid, path: str) -> BeautifulSoup:
    """A page of the site."""
    return BeautifulSoup((madrid.site / path / "index.html").read_text("utf-8"), "html.parser")


def text_of(part: Any) -> str:
    """Its text with plain spaces."""
    return " ".join(part.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_site_is_in_spanish(madrid: Madrid) -> None:
    home = page(madrid, "es")
    assert home.html is not None
    assert home.title is not None
    assert home.html["lang"] == "es"
    assert home.title.get_text() == "Observatorio del colapso silencioso, España"
    menu = [link.get_text() for link in home.select("header nav > ul > li > a")]
    assert {"Inicio", "Boletines", "Indicadores", "España", "Vía frugal"} <= set(menu)
    text = text_of(home.main)
    assert "septiembre de 2026" in text
    assert "Índice del colapso silencioso" in text
    [figure] = [part.get_text() for part in home.select(".figure .number")]
    assert re.match(r"\d{1,2},\d sobre 100", " ".join(figure.split())), figure
    assert "Costes" in text
    assert 'url=es/index.html"' in (madrid.site / "index.html").read_text("utf-8")
    assert text_of(page(madrid, "es/calendar").h1) == "Calendario"
    assert re.search(r"\(\d+,\d puntos\) e Infraestructuras", text)
    assert "11 de diciembre de 2026, 9:00 UTC (10:00 en Madrid)" in text


def test_every_page_names_its_languages(madrid: Madrid) -> None:
    for path in ("es", "es/glossary", "es/indicators/cost.capex_to_cash", "pt/alerts"):
        shown = page(madrid, path)
        codes = [link["hreflang"] for link in shown.select("head link[hreflang]")]
        assert sorted(map(str, codes)) == ["en", "es", "pt"], path
        feed = shown.select_one("link[type='application/atom+xml']")
        assert feed is not None
        assert str(feed["href"]).endswith("editions.en.atom")
    assert not (madrid.site / "editions.es.atom").exists()


def test_the_words_of_the_pages_are_all_there(madrid: Madrid) -> None:
    """Of these pages nothing is in English but titles of the catalogue."""
    for path in ("es/glossary", "es/calendar", "es/bulletins", "es/cite", "es/telecom"):
        assert not page(madrid, path).select("main [lang=en]"), path
    marked = page(madrid, "es/series/census.c30.data_center").select("h1 [lang=en]")
    assert [part.get_text() for part in marked]


def test_what_a_language_lacks_is_english_and_says_so(madrid: Madrid) -> None:
    home = page(madrid, "pt")
    assert home.html is not None
    assert home.html["lang"] == "pt"
    [own] = [link for link in home.select("header nav a") if link.get_text() == "Início"]
    assert own.span is None
    [other] = [link for link in home.select("header nav > ul > li > a") if "Alerts" in str(link)]
    assert other.span is not None
    assert other.span["lang"] == "en"
    cards = [text_of(link) for link in home.select(".cards a")]
    assert cards[:2] == ["Custos", "Chips"]
    assert "num mês" in text_of(home.main)
    assert "setembro de 2026" in text_of(home.main)
    # in attributes, and in elements that hold text alone, nothing is left of the marks
    for path in madrid.site.glob("pt/**/*.html"):
        assert not re.search("[\ue000-\ue002]", path.read_text("utf-8")), path


def test_releases_stay_in_their_two_languages(madrid: Madrid) -> None:
    [release] = (madrid.home / "releases").glob("20*")
    names = {path.name for path in release.glob("bulletin.*.html")}
    assert names == {"bulletin.fr.html", "bulletin.en.html"}


def test_doctor_counts_what_a_language_says(madrid: Madrid, silentcrash: Command) -> None:
    read = silentcrash("doctor", str(madrid.home), "--words", "pt")
    assert read.code == 0, read.err
    spanish, portuguese = read.out.split("language pt")
    assert re.search(r"site +(\d+) of \1 +100%", spanish.split("language es")[1])
    assert re.search(r"site +3 of \d+ +0%", portuguese)
    assert "site: names.bulletins/" in portuguese
    assert "site: names.home" not in portuguese
    assert "dimensions: Productivity" in portuguese
    assert "dimensions: Costs" not in portuguese
    other = silentcrash("doctor", str(madrid.home), "--words", "de")
    assert other.code == 2
    assert "--words 'de' is no language of a file of this observatory: es, pt" in other.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("[site]\nstamp = '{month.__class__}'", "site.stamp has {month.__class__}: write {dated}"),
        ("[site]\nstamp = '{month'", "a place is a name in braces"),
        ("[site]\nstamp = ['{month}']", "site.stamp is ['{month}']: write a text"),
        ("[site]\nstmap = 'x'", "site.stmap is no sentence; did you mean stamp"),
        ("[site]\nmore = '<script>x</script>'", "site.more has </script>: write text"),
        ("[site]\nmore = '<img src=x onerror=x'", "site.more has <img src=x onerror=x: write text"),
        ("[site]\ndata_texts = ['x']", "site.data_texts is not a list of 3 as ours"),
        ("[explorer.script]\nadd = 3", "explorer.script.add is 3: write a text"),
        ("[[explorer.examples]]\nstate = 'x'", "explorer.examples is not a list of 4 as ours"),
        ("[names]\nCosts = '{x}'", "names.'Costs' has {x}: write no place in braces"),
        ("[names]\nCosts = '<b>'", "names.'Costs' has <b>"),
        ("[nams]\nCosts = 'x'", "nams is no key; did you mean names"),
        ("[grammar]\nlocal = 'pt'", "grammar.local is no key; did you mean locale"),
        ("[grammar]\nlocale = '../../etc'", "grammar.locale is '../../etc': write a locale of"),
        ("[grammar]\nhour = 'HHHH'", "grammar.hour is 'HHHH': Invalid length"),
        ("[grammar]\nfixed_before = 3", "grammar.fixed_before is 3: write a text of at most 40"),
        ("[grammar]\nelided = 'a'", "grammar.elided is 'a': write a list of words"),
        ("[grammar]\nowner = '{name.__class__}'", "grammar.owner has {name.__class__}"),
        ("[grammar]\nsingular = 'n < 2'", "grammar.singular: write 'to one', or leave it out"),
    ],
)
def test_a_hostile_language_is_refused_in_one_line(
    tmp_path: Path, silentcrash: Command, words: str, says: str
) -> None:
    home = tmp_path / "own"
    assert silentcrash("init", str(home), "--country", "ES", "--lang", "es,en").code == 0
    (home / "words").mkdir()
    text = '[language]\nname = "Português"\n' + words
    (home / "words/pt.toml").write_text(text, "utf-8")
    ended = silentcrash("--folder", str(home), "status")
    assert ended.code == 2
    assert says in ended.err
    assert ended.err.count("\n") == 1


def test_a_language_that_we_have_is_not_written_anew(tmp_path: Path, silentcrash: Command) -> None:
    home = tmp_path / "own"
    assert silentcrash("init", str(home), "--country", "ES", "--lang", "en,fr").code == 0
    (home / "words").mkdir()
    (home / "words/fr.toml").write_text('[language]\nname = "x"\n', "utf-8")
    assert "'fr' is a language that we have" in silentcrash("--folder", str(home), "status").err


def test_sentences_of_a_folder_take_the_place_of_spanish_ones(
    tmp_path: Path, silentcrash: Command
) -> None:
    home = tmp_path / "own"
    assert silentcrash("init", str(home), "--country", "ES", "--lang", "es,en").code == 0
    (home / "words").mkdir()
    file = home / "words/es.toml"
    file.write_text('[names]\n"calendar/" = "Fechas"\n', "utf-8")
    assert silentcrash("doctor", str(home)).code == 0
    file.write_text('stamp = "{day}"\n', "utf-8")
    assert "stamp has {day}: write {dated} or {month}" in silentcrash("doctor", str(home)).out


def sentences(words: Any, name: str = "") -> dict[str, str]:
    """Every sentence by its key."""
    if isinstance(words, str):
        return {name: words}
    parts = words.items() if isinstance(words, dict) else enumerate(words)
    return {
        key: text for at, part in parts for key, text in sentences(part, f"{name}.{at}").items()
    }


@pytest.mark.parametrize("code", files.shipped())
def test_a_shipped_language_has_the_places_of_ours(code: str) -> None:
    own, path = files.shipped()[code], files.FOLDER / f"{code}.toml"
    languages.check(tomllib.loads(path.read_text("utf-8")), path)
    for section, english in languages.english().items():
        ours = sentences(english)
        for key, text in sentences(own[section]).items():
            if key in ours:
                assert places(text) == places(ours[key]), key
    for english_text, text in own["names"].items():
        assert places(text) <= places(english_text), english_text


def test_what_spanish_names_is_there_to_be_named() -> None:
    """An English text that was changed would leave its Spanish one unused."""
    ours = {text for texts in coverage.english_names().values() for text in texts}
    panel = Path(coverage.__file__).with_name("public_series.toml").read_text("utf-8")
    alerts = (Path(coverage.__file__).parents[1] / "alerts/alerts.yaml").read_text("utf-8")
    unused = [
        text
        for text in files.shipped()["es"]["names"]
        if text not in ours and text not in panel and text not in alerts
    ]
    assert set(unused) == ELSEWHERE


# The holidays of a library, and the source of the announcements.
ELSEWHERE = {
    "Data-centre announcements",
    *("New Year's Day", "Labor Day", "Christmas Day", "All Saints' Day", "Ascension Day"),
    *("Easter Monday", "Immaculate Conception", "Epiphany"),
}


def test_a_mark_is_left_out_where_nothing_can_be_marked() -> None:
    text = foreign.signed(Foreign("Costs"))
    shown = foreign.marked(f'<title>{text}</title><p title="{text}">{text} a</p>')
    assert shown == '<title>Costs</title><p title="Costs"><span lang="en">Costs</span> a</p>'
