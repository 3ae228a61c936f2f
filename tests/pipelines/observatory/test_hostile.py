"""What a hostile folder tries, and the refusal that it gets."""

from pathlib import Path

import pytest

from tests.pipelines.conftest import Command


@pytest.fixture
def own(tmp_path: Path, silentcrash: Command) -> Path:
    """The folder that `init` makes for Spain."""
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--country", "ES", "--lang", "en,fr").code == 0
    return path


def refused(silentcrash: Command, own: Path) -> str:
    """The one line with which every command ends in this folder."""
    ended = silentcrash("--folder", str(own), "status")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "Traceback" not in ended.err
    return ended.err


@pytest.mark.parametrize("name", ["observatory.toml", "panels/es.toml", "words/en.toml"])
def test_a_file_that_leads_out_of_the_folder(
    own: Path, tmp_path: Path, silentcrash: Command, name: str
) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text('password = "hunter2"')
    link = own / name
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(secret)
    line = refused(silentcrash, own)
    assert f"{name} leads out of the folder" in line
    assert "hunter2" not in line


def test_a_folder_of_words_that_leads_out_of_the_folder(
    own: Path, tmp_path: Path, silentcrash: Command
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/en.toml").write_text('more = "Other pages"')
    (own / "words").symlink_to(tmp_path / "elsewhere")
    assert "words/en.toml leads out of the folder" in refused(silentcrash, own)


@pytest.mark.parametrize("country", ["../../etc/passwd", "..", "E/", "es"])
def test_a_country_that_is_a_path(own: Path, silentcrash: Command, country: str) -> None:
    file = own / "observatory.toml"
    file.write_text(file.read_text("utf-8").replace('"ES"', f'"{country}"', 1), "utf-8")
    assert "write the two capital letters" in refused(silentcrash, own)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('stamp = "{month.__class__} {dated}"', "stamp has {month.__class__}: write {dated} or"),
        ('stamp = "{month:>99999999}"', "stamp has {month:>99999999}"),
        ('stamp = "{0}"', "stamp has {0}"),
        ('stamp = "{month"', "a place is a name in braces"),
        ('stamp = ["{month}"]', "stamp is ['{month}']: write a text"),
        ('stmap = "x"', "stmap is no sentence; did you mean stamp"),
        ("names = 3", "names is 3: write a table [names]"),
        ('[names]\n"calender/" = "Days"', "names.calender/ is no sentence; did you mean calendar/"),
        ('[cities]\nMadrid = "{x}"', "cities.Madrid has {x}: write no place in braces"),
        ("about_frugality = [1]", "write a list of texts"),
    ],
)
def test_words_that_are_no_sentences(
    own: Path, silentcrash: Command, words: str, says: str
) -> None:
    (own / "words").mkdir()
    (own / "words/en.toml").write_text(words, "utf-8")
    assert says in refused(silentcrash, own)


def test_a_panel_of_another_country_is_not_even_read(
    own: Path, tmp_path: Path, silentcrash: Command
) -> None:
    (own / "panels/sn.toml").write_bytes(b"\xff = [")
    (own / "panels/fr.toml").symlink_to(tmp_path / "nowhere")
    read = silentcrash("doctor", str(own))
    assert read.code == 0, read.err
    assert "panels/sn.toml is not read: country is 'ES'" in read.out


def test_words_of_no_language(own: Path, silentcrash: Command) -> None:
    (own / "words").mkdir()
    (own / "words/tlh.toml").write_text("")
    assert "'tlh' is no language" in refused(silentcrash, own)


def test_a_file_that_is_too_large(own: Path, silentcrash: Command) -> None:
    file = own / "observatory.toml"
    file.write_text(file.read_text("utf-8") + "#" * 1_000_000, "utf-8")
    assert "has over 1,000,000 bytes" in refused(silentcrash, own)


def test_bytes_that_are_no_text(own: Path, silentcrash: Command) -> None:
    (own / "panels/es.toml").write_bytes(b"\xff\xfe\x00")
    assert "panels/es.toml" in refused(silentcrash, own)


def test_python_in_a_folder_is_not_run(own: Path, silentcrash: Command) -> None:
    (own / "sources").mkdir()
    marker = own / "ran"
    (own / "sources/own.py").write_text(f"open({str(marker)!r}, 'w')")
    (own / "sitecustomize.py").write_text(f"open({str(marker)!r}, 'w')")
    assert "holds Python, which is run only if you trust it" in refused(silentcrash, own)
    read = silentcrash("doctor", str(own))
    assert "holds Python, which is run only if you trust it" in read.out
    assert not marker.exists()


def test_rules_with_a_python_tag_are_refused(own: Path, silentcrash: Command) -> None:
    marker, rules = own / "ran", own / "alerts.yaml"
    rules.write_text(f"rules: !!python/object/apply:os.system ['touch {marker}']")
    ended = silentcrash("--folder", str(own), "alerts", "validate", str(rules))
    assert (ended.code, marker.exists()) == (2, False), ended.err
    assert "alerts.yaml" in ended.err


def test_a_name_that_would_be_markup_or_a_sentence(own: Path, silentcrash: Command) -> None:
    file = own / "observatory.toml"
    text = file.read_text("utf-8")
    for name in ("<script>", "a{b}", "two\\nlines", "\\u202e", "x" * 121, ""):
        file.write_text(text.replace("Silent Crash Observatory, Spain", name), "utf-8")
        assert "one line of at most 120 letters" in refused(silentcrash, own)
