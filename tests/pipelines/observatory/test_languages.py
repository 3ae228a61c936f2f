"""A language is one file: how it is checked and counted, and what falls back."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dashboards.i18n import language
from dashboards.languages import files, foreign
from dashboards.languages.foreign import Foreign
from dashboards.languages.naming import PART
from pipelines.index import framework
from pipelines.observatory import coverage, languages
from pipelines.observatory.panel import places
from tests.pipelines.conftest import Command
from warehouse.publication import identity

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


def take_words(home: Path) -> None:
    """Copy what the shipped folder names of the panel in the published method."""
    (home / "words").mkdir()
    for code in files.shipped():
        shutil.copy(identity.SHIPPED / f"words/{code}.toml", home / "words")


def shares(out: str, code: str) -> list[str]:
    """How much a language says of each part, as `doctor` shows it."""
    [own] = re.findall(rf"language {code}:.*\n((?:  .*\n)+)", out)
    return [line.split()[-1] for line in own.splitlines()]


def test_the_shipped_observatory_says_all_of_itself_in_both_languages(
    tmp_path: Path, silentcrash: Command
) -> None:
    """Its own words are laid over ours, the Spanish ones where it publishes them."""
    home = tmp_path / "own"
    shutil.copytree(identity.SHIPPED, home)
    declared = home / identity.FILE
    text = declared.read_text("utf-8").replace('"ar"]', '"ar", "es"]', 1)
    declared.write_text(text.replace("[name]\n", '[name]\nes = "Observatorio"\n'), "utf-8")
    read = silentcrash("doctor", str(home))
    assert read.code == 0, read.err
    for code in files.shipped():
        assert shares(read.out, code) == ["100%"] * 10
        for text in tomllib.loads((home / f"words/{code}.toml").read_text("utf-8"))["names"]:
            assert text not in files.shipped()[code]["names"]


def test_doctor_counts_what_a_language_says(tmp_path: Path, silentcrash: Command) -> None:
    home = tmp_path / "own"
    assert silentcrash("init", str(home), "--country", "MA", "--lang", "ar,es,en").code == 0
    declared = home / "observatory.toml"
    text = declared.read_text("utf-8").replace('"en"]', '"en", "pt"]')
    declared.write_text(text.replace("[name]\n", '[name]\npt = "Observatório"\n'), "utf-8")
    take_words(home)
    (home / "words/pt.toml").write_text(PORTUGUESE, "utf-8")
    read = silentcrash("doctor", str(home), "--words", "pt")
    assert read.code == 0, read.err
    complete, portuguese = read.out.split("language pt")
    for code in ("ar", "es"):
        assert shares(complete, code) == ["100%"] * 10
    assert re.search(r"site +3 of \d+ +0%", portuguese)
    assert "site: names.bulletins/" in portuguese
    assert "site: names.home" not in portuguese
    assert "dimensions: Productivity" in portuguese
    assert "dimensions: Costs" not in portuguese
    other = silentcrash("doctor", str(home), "--words", "de")
    assert other.code == 2
    assert "--words 'de' is no language of a file of this observatory: ar, es, pt" in other.err


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
        ("[bulletin]\ndays = {few = '{count} d'}", "bulletin.days.other is missing: write it too"),
        ("[bulletin]\ndays = {fewer = 'd', other = 'd'}", "bulletin.days.fewer is no key"),
        ("[bulletin]\nskip = {other = 'x'}", "bulletin.skip has no {count}: write a text"),
        ("[bulletin]\ndays = {other = '{day}'}", "bulletin.days.other has {day}: write {count}"),
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


@pytest.mark.parametrize("code", files.shipped())
def test_what_a_language_names_is_there_to_be_named(code: str) -> None:
    """An English text that was changed would leave its own one unused."""
    names = coverage.english_names(framework.newest())
    ours = {text for texts in names.values() for text in texts}
    ours |= {part for title in names["series"] for part in title.split(PART)}
    panel = Path(coverage.__file__).with_name("public_series.toml").read_text("utf-8")
    alerts = (Path(coverage.__file__).parents[1] / "alerts/alerts.yaml").read_text("utf-8")
    unused = [
        text
        for text in language(code).words["translations"]
        if text not in ours and text not in panel and text not in alerts
    ]
    assert set(unused) - HOLIDAYS == {"Data-centre announcements", "a country"}


# Of a library.
HOLIDAYS = {
    *("New Year's Day", "Labor Day", "Christmas Day", "All Saints' Day", "Ascension Day"),
    *("Easter Monday", "Immaculate Conception", "Epiphany", "Good Friday", "Constitution Day"),
    *("Armistice Day", "Assumption Day", "National Day", "Pentecost Monday", "Victory Day"),
    *("Proclamation of Independence Day", "Amazigh New Year", "Throne Day", "Revolution Day"),
    *("Youth Day", "Green March", "Independence Day", "Unity Day", "Oued Ed-Dahab Day"),
    *("Eid al-Fitr", "Eid al-Adha", "Islamic New Year", "Prophet's Birthday"),
    "Oued Ed-Dahab Day; Prophet's Birthday",
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("نقطة −0,4", 'نقطة <bdi dir="ltr">−0,4</bdi>'),
        ("من +4,8% إلى 3,4%.", 'من <bdi dir="ltr">+4,8%</bdi> إلى <bdi dir="ltr">3,4%</bdi>.'),
        ("× 2,3 في 2026", '<bdi dir="ltr">× 2,3</bdi> في 2026'),
        ("المنهجية 2026.1+ma", 'المنهجية <bdi dir="ltr">2026.1+ma</bdi>'),
        ("يوم 2026-10-05، 1.234,5", 'يوم <bdi dir="ltr">2026-10-05</bdi>، 1.234,5'),
        ("رقاقة H100 &#39;x&#39;", "رقاقة H100 &#39;x&#39;"),
        ("<code>2026-10</code>", "<code>2026-10</code>"),
        ('<img alt="+1"><title>+1</title>', '<img alt="+1"><title>+1</title>'),
    ],
)
def test_a_figure_keeps_its_order_from_right_to_left(text: str, shown: str) -> None:
    assert foreign.marked(text, "rtl") == shown
    assert foreign.marked(text) == text


def test_a_title_of_the_catalogue_is_named_by_its_parts() -> None:
    arabic = language("ar")
    assert arabic.translation("Electricity, sales, industrial, Texas") == (
        "الكهرباء، المبيعات، صناعي، تكساس"
    )
    assert arabic.translation("Vast.ai, H100 SXM 80GB, world, on-demand price") == (
        "Vast.ai، H100 SXM 80GB، العالم، السعر عند الطلب"
    )
    assert language("es").translation("H100 SXM at Lambda, on-demand list price") == (
        "H100 SXM en Lambda, precio de tarifa a demanda"
    )
    assert arabic.translation("Electricity, something that no file names") is None
    assert arabic.translation("Lambda, Verda") is None  # nothing of it is named


def test_a_mark_is_left_out_where_nothing_can_be_marked() -> None:
    text = foreign.signed(Foreign("Costs"))
    page = f'<title>{text}</title><p title="{text}">{text} a</p>'
    shown = '<title>Costs</title><p title="Costs"><span lang="en">Costs</span> a</p>'
    assert foreign.marked(page) == shown
    assert foreign.marked(page, "rtl") == shown.replace('"en"', '"en" dir="ltr"')


def test_the_shipped_languages_name_the_same() -> None:
    """What the panels of `init` show is counted by no other test."""
    arabic, spanish = (set(files.shipped()[code]["names"]) for code in ("ar", "es"))
    assert arabic == spanish
    arabic, spanish = (set(identity.shipped().files[code]["names"]) for code in ("ar", "es"))
    assert arabic == spanish
