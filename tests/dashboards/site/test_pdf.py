"""Bulletins printed by a real browser, and read back as text."""

import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboards.site import pdf
from tests.pipelines.conftest import Command, silentcrash

__all__ = ["silentcrash"]


def test_both_languages_are_printed_once(built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(built, site)
    printed = list(pdf.bulletins(site))
    assert {path.relative_to(site).parts[0] for path in printed} == {"fr", "en"}
    for path in printed:
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
        page = path.with_name("index.html").read_text(encoding="utf-8")
        headline = page.split("<h1", 1)[1].split(">", 1)[1].split("<", 1)[0].split()[0]
        assert headline in text
        assert "48" in text
    assert list(pdf.bulletins(site)) == []


def test_a_folder_without_a_site_is_told(tmp_path: Path, silentcrash: Command) -> None:
    ended = silentcrash("site", "pdf", str(tmp_path))
    assert ended.code == 2
    assert "site build" in ended.err


def test_without_a_browser_one_line_says_what_to_install(
    built: Path, monkeypatch: pytest.MonkeyPatch, silentcrash: Command
) -> None:
    monkeypatch.setenv("PATH", "")
    ended = silentcrash("site", "pdf", str(built))
    assert ended.code == 1
    assert "install Chromium" in ended.err
