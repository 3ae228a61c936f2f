"""Logs keep the traceback of every caught error, and never a secret."""

import json
import logging
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from pipelines import logs
from pipelines.errors import UsageError
from pipelines.settings import SECRETS, Settings
from sources import Payload, Request, Series, Source
from tests.pipelines.conftest import Command
from tests.server import Reply, Site

KEY = "s3cr3t/key+9 é&="
URL = "https://figures.example/made-up.csv"


def broken(payload: Payload) -> object:
    """A parser with a fault of its own."""
    raise ZeroDivisionError("a fault of the parser")


def made_up(needs: str = "", **request: object) -> Source:
    return Source(
        key="made_up",
        publisher="Nobody",
        fr="Inventé",
        en="Made up",
        homepage="https://figures.example",
        licence="CC0",
        licence_url="https://figures.example/licence",
        cadence="monthly",
        lag_days=10,
        stale_days=60,
        series=(Series("made_up.a", "EUR", "M", "a", "a"),),
        requests=(Request(URL, **request),),
        parse=broken,
        needs=needs,
    )


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """A log that is empty before the test and taken down after it."""
    return tmp_path / "logs" / "observatory.log"


@pytest.fixture(autouse=True)
def logging_as_before() -> object:
    """Leave the logging of the process as it was."""
    factory = logging.getLogRecordFactory()
    yield None
    logs.configure()
    logging.setLogRecordFactory(factory)


def test_a_parser_that_raises_leaves_its_traceback(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    log_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    monkeypatch.setattr("sources.registry", lambda: {"made_up": made_up()})
    site.serve(URL, Reply(b"month,price\n2026-01,1\n", headers={"Content-Type": "text/csv"}))
    ended = silentcrash("--log-file", str(log_file), "fetch", "made_up")
    assert ended.code == 1
    assert "cannot be read: the parser failed: a fault of the parser" in ended.err
    assert "ZeroDivisionError" not in ended.err + ended.out
    text = log_file.read_text(encoding="utf-8")
    assert "made_up: fetched https://figures.example/made-up.csv: new, status 200" in text
    assert "Traceback (most recent call last)" in text
    assert 'raise ZeroDivisionError("a fault of the parser")' in text


def test_an_error_that_nobody_expects_is_told_without_its_class(
    empty_home: Path, silentcrash: Command, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.registry", lambda: 1 / 0)
    ended = silentcrash("--log-file", str(log_file), "sources")
    assert ended.code == 1
    [line] = ended.err.splitlines()
    assert line.startswith("silentcrash: unexpected error (division by zero): ")
    assert "SILENTCRASH_DEBUG" in line
    assert "ZeroDivisionError: division by zero" in log_file.read_text(encoding="utf-8")
    monkeypatch.setenv("SILENTCRASH_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        silentcrash("sources")


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_key_in_an_address_is_never_logged(
    empty_home: Path,
    silentcrash: Command,
    site: Site,
    log_file: Path,
    style: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A key in a refused header, in a redirect and to a closed port."""
    monkeypatch.setenv("MADE_UP_KEY", KEY)
    monkeypatch.setenv("SILENTCRASH_GATEWAY", site.url)
    site.serve(URL, Reply(status=302, headers={"Location": f"ftp://x.example/?k={quote(KEY)}"}))
    options = ("--log-file", str(log_file), "--log-format", style, "fetch", "made_up")
    for where in ("params", "headers"):
        source = made_up("MADE_UP_KEY", **{where: {"key": "${MADE_UP_KEY}"}})
        monkeypatch.setattr("sources.registry", lambda source=source: {"made_up": source})
        assert silentcrash(*options).code == 1
    monkeypatch.setenv("SILENTCRASH_GATEWAY", "http://127.0.0.1:9")
    assert silentcrash(*options).code == 1
    text = log_file.read_text(encoding="utf-8")
    assert "${MADE_UP_KEY}" in text
    assert "Traceback" in text
    for written in (KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), "s3cr3t"):
        assert written not in text
    if style == "json":
        lines = [json.loads(line) for line in text.splitlines()]
        assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
        assert any("Traceback" in line.get("traceback", "") for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://watch:s3cr3tpw@db.example/figures",
        "https://watch:s3cr3tpw@mirror.example:8080/path?q=1",
        "https://watch:s3cr3tpw%40x@mirror.example/",
        "next=https%3A%2F%2Fwatch%3As3cr3tpw%40mirror.example%2Fpath",
        "next=https%253A%252F%252Fwatch%253As3cr3tpw%2540mirror.example",
        "MAILTOS://watch:s3cr3tpw@mail.example",
    ],
)
def test_a_user_in_an_address_is_hidden(text: str) -> None:
    shown = logs.hide(f"cannot reach {text} today")
    assert "s3cr3tpw" not in shown
    assert "watch" not in shown
    assert "example" in shown
    assert shown.endswith("today")


def test_addresses_without_a_user_are_shown_as_they_are() -> None:
    text = "https://mirror.example/path?mail=a@b.example and desk@example.org, sqlite:////tmp/a"
    assert logs.hide(text) == text


def test_a_secret_within_another_leaves_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONG_KEY", "abcdef-123456")
    monkeypatch.setenv("SHORT_KEY", "abcdef")
    monkeypatch.setenv("OPT_IN", "1")
    assert [SECRETS[name] for name in ("SHORT_KEY", "LONG_KEY", "OPT_IN")]
    assert logs.hide("abcdef-123456, abcdef, 1") == "${LONG_KEY}, ${SHORT_KEY}, 1"


def test_verbose_logs_to_standard_error_and_quiet_does_not(
    home: Path, silentcrash: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = silentcrash("fetch", "ember")
    assert "INFO" not in quiet.err
    assert len(quiet.err.splitlines()) == 1
    loud = silentcrash("--verbose", "fetch", "ember")
    assert "WARNING pipelines.ingest.fetch: ember: fetched" in loud.err
    assert loud.err.splitlines()[-1] == quiet.err.splitlines()[-1]


def test_the_file_can_be_a_setting_and_must_be_writable(
    home: Path, silentcrash: Command, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENTCRASH_LOG", str(log_file))
    assert silentcrash("fetch", "ember").code == 1
    assert "ember: fetched" in log_file.read_text(encoding="utf-8")
    ended = silentcrash("--log-file", "/dev/null/x.log", "status")
    assert ended.code == 2
    assert ended.err.startswith("silentcrash: cannot write the log to /dev/null/x.log")
    with pytest.raises(UsageError):
        logs.configure(file=Path("/dev/null/x.log"))


def test_a_secret_setting_is_not_shown_with_the_others() -> None:
    settings = Settings(heartbeat_url="https://watch.example/token-123456")
    assert "token-123456" not in repr(settings)


def test_progress_and_log_share_standard_error(log_file: Path) -> None:
    """Lines written while a progress bar stands go through the bar."""
    logs.configure(verbose=True)
    [handler] = [
        record for record in logging.getLogger().handlers if isinstance(record, logs.StandardError)
    ]
    handler.emit(logging.makeLogRecord({"msg": "a line"}))
    assert handler.stream is sys.stderr
