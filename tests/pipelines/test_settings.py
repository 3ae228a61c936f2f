"""Settings come from the environment, then a file; errors are one line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.settings import SECRETS, from_environment


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory of its own and no variable of ours."""
    import os

    for name in [name for name in os.environ if name.startswith("SILENTCRASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    settings = from_environment()
    assert settings.home == tmp_path / "data"
    assert settings.warehouse == f"sqlite:///{tmp_path}/data/warehouse.sqlite"
    assert settings.archive == f"{tmp_path}/data/raw"
    assert settings.releases == tmp_path / "releases"
    assert settings.now.tzinfo is not None
    assert not settings.allow_loopback


def test_editions_lie_in_one_place_whoever_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_HOME", "installation")
    assert from_environment().releases == tmp_path / "installation" / "releases"
    assert from_environment().site == tmp_path / "installation" / "site"
    monkeypatch.setenv("SILENTCRASH_RELEASES", "published/editions")
    assert from_environment().releases == tmp_path / "published" / "editions"
    assert from_environment().site == tmp_path / "published" / "site"


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "silentcrash.toml"
    file.write_text('contact = "file@example.org"\nnow = 2026-01-01T00:00:00\nhome = "kept"\n')
    settings = from_environment()
    assert (settings.contact, settings.home) == ("file@example.org", tmp_path / "kept")
    assert settings.now == datetime(2026, 1, 1, tzinfo=UTC)
    assert settings.warehouse == f"sqlite:///{tmp_path}/kept/warehouse.sqlite"
    monkeypatch.setenv("SILENTCRASH_CONTACT", "desk@example.org")
    monkeypatch.setenv("SILENTCRASH_HOME", "")  # empty is not set
    settings = from_environment()
    assert (settings.contact, settings.home) == ("desk@example.org", tmp_path / "kept")


def test_the_file_of_the_home_folder_goes_before_that_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "installation"
    home.mkdir()
    (tmp_path / "silentcrash.toml").write_text('contact = "here@example.org"\n')
    monkeypatch.setenv("SILENTCRASH_HOME", str(home))
    assert from_environment().contact == "here@example.org"
    (home / "silentcrash.toml").write_text('contact = "home@example.org"\n')
    assert from_environment().contact == "home@example.org"


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("NOW", "yesterday", "SILENTCRASH_NOW is 'yesterday': give an instant such as 2026-11-10"),
        ("ALLOW_LOOPBACK", "please", "SILENTCRASH_ALLOW_LOOPBACK is 'please': give 1"),
        ("LOG_FORMAT", "xml", "SILENTCRASH_LOG_FORMAT is 'xml': give text or json"),
    ],
)
def test_a_wrong_value_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, says: str
) -> None:
    monkeypatch.setenv(f"SILENTCRASH_{variable}", text)
    with pytest.raises(UsageError) as error:
        from_environment()
    assert str(error.value).startswith(says)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('contac = "a"', "silentcrash.toml: 'contac' is no setting; did you mean contact"),
        ("contact =", "silentcrash.toml: "),
        ('now = "soon"', "now in silentcrash.toml is 'soon': give an instant"),
        ('EIA_API_KEY = "k"', "silentcrash.toml: 'EIA_API_KEY' is no setting"),
    ],
)
def test_a_wrong_line_of_the_file_is_told_in_one_line(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "silentcrash.toml").write_text(f"{line}\n")
    with pytest.raises(UsageError) as error:
        from_environment()
    assert str(error.value).startswith(says)
    assert len(str(error.value).splitlines()) == 1


def test_a_secret_that_was_read_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", " value-with-spaces \n")
    assert SECRETS.get("A_KEY") == "value-with-spaces"
    assert SECRETS.values_read["value-with-spaces"] == "A_KEY"
    assert SECRETS.get("NO_SUCH_KEY") is None
    assert "A_KEY" in set(SECRETS)
    assert len(SECRETS) > 0
