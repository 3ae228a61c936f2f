"""The logo and the colours of a folder: what is taken, and what is refused."""

import struct
import zlib
from pathlib import Path

import pytest

from dashboards import rendering, theme
from pipelines.observatory import folder
from tests.dashboards.test_theme import contrast
from tests.pipelines.conftest import Command
from warehouse.publication import identity

COLOURS = """
[light]
accent = "#0b6e4f"
link = "#0b5d8a"

[dark]
accent = "#4fc3a1"
link = "#7cc4ff"
"""
SVG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">'
    '<defs><linearGradient id="a"><stop offset="0" stop-color="#0b6e4f"/></linearGradient></defs>'
    '<rect width="120" height="40" fill="url(#a)"/>{}</svg>'
)
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def png(width: int = 80, height: int = 20) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * height))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture
def own(tmp_path: Path, silentcrash: Command) -> Path:
    """The folder that `init` makes without a country, with an empty theme."""
    path = tmp_path / "own"
    assert silentcrash("init", str(path), "--name", "Lyon", "--lang", "en,fr").code == 0
    (path / "theme").mkdir()
    return path


def refused(silentcrash: Command, own: Path) -> str:
    """The one line with which a command ends in this folder."""
    ended = silentcrash("--folder", str(own), "status")
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert "Traceback" not in ended.err
    assert silentcrash("doctor", str(own)).out.startswith("wrong: ")
    return ended.err


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    sheet = rendering.style()
    for (mode, (paper, soft)), line in zip(theme.GROUNDS.items(), (0, 1), strict=True):
        rule = [part for part in sheet.splitlines() if "--paper:" in part][line]
        written = paper if mode == "dark" else "#fff"
        assert f"--paper:{written};" in rule
        assert f"--soft:{soft};" in rule


def test_a_folder_without_a_theme_changes_no_letter_of_the_style(own: Path) -> None:
    before = rendering.style(), theme.dark_style()
    with identity.handed_down(folder.load(own).identity):
        assert (rendering.style(), theme.dark_style()) == before
        assert theme.accent() == theme.DIMENSIONS[2]
    assert identity.shipped().theme == identity.Theme()


def test_colours_are_those_of_pages_and_charts(own: Path) -> None:
    (own / "theme/theme.toml").write_text(COLOURS)
    with identity.handed_down(folder.load(own).identity):
        sheet = rendering.style()
        assert sheet.count("--accent:#0b6e4f;--link:#0b5d8a") == 1
        dark = sheet.rpartition("@media screen and (prefers-color-scheme:dark)")[2]
        assert "--accent:#4fc3a1;--link:#7cc4ff" in dark
        assert "[stroke='#0b6e4f']{stroke:#4fc3a1}" in theme.dark_style()
        assert theme.accent() == "#0b6e4f"
    assert "#0b6e4f" not in rendering.style()


@pytest.mark.parametrize(
    ("old", "new", "measured", "needed"),
    [
        ('"#0b6e4f"', '"#ffd700"', "light.accent is #ffd700", 3),
        ('"#0b5d8a"', '"#888888"', "light.link is #888888", 4.5),
        ('"#4fc3a1"', '"#303060"', "dark.accent is #303060", 3),
        ('"#7cc4ff"', '"#2a4b9b"', "dark.link is #2a4b9b", 4.5),
    ],
)
def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(
    own: Path, silentcrash: Command, old: str, new: str, measured: str, needed: float
) -> None:
    """By the measure of the tests, not of the code."""
    file = own / "theme/theme.toml"
    file.write_text(COLOURS.replace(old, new))
    line = refused(silentcrash, own)
    mode, wrong = measured.partition(".")[0], new.strip('"')
    ratio = min(contrast(wrong, ground) for ground in theme.GROUNDS[mode])
    assert f"theme.toml: {measured}" in line
    assert f"is {int(ratio * 100) / 100:.2f}:1, it needs {needed:g}:1" in line
    nearest = line.split()[-1]
    assert min(contrast(nearest, ground) for ground in theme.GROUNDS[mode]) >= needed
    file.write_text(COLOURS.replace(old, f'"{nearest}"'))
    assert folder.load(own).identity.theme.colours[mode]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (COLOURS.replace("#0b6e4f", "green"), "theme.toml:3: light.accent is 'green': write a co"),
        (COLOURS.replace("#0b6e4f", "#4477aa"), "the charts have it for something else"),
        (COLOURS.replace("[dark]", "[drak]"), "drak is no key; did you mean dark"),
        (COLOURS.replace("link", "zones", 1), "zones is no key"),
        (COLOURS.partition("[dark]")[0], "dark is missing: add it"),
        ("[light", "theme.toml: "),
        ("#" * 10_001, "over 10,000 bytes"),
    ],
)
def test_a_fault_of_the_colours_is_one_line(
    own: Path, silentcrash: Command, text: str, says: str
) -> None:
    (own / "theme/theme.toml").write_text(text)
    assert says in refused(silentcrash, own)


@pytest.mark.parametrize(
    ("name", "body", "size"),
    [
        ("logo.svg", SVG.format("").encode(), (120, 40)),
        ("logo.svg", SVG.format("").replace("120 40", "1200 100").encode(), (240, 20)),
        ("logo.svg", b"\xef\xbb\xbf" + SVG.format("").encode(), (120, 40)),
        ("logo.svg", SVG.format('<use href="#a"/>').encode(), (120, 40)),
        ("logo.png", png(), (160, 40)),
    ],
)
def test_a_logo_is_taken_with_the_pixels_of_the_head(
    own: Path, name: str, body: bytes, size: tuple[int, int]
) -> None:
    (own / "theme" / name).write_bytes(body)
    logo = folder.load(own).identity.theme.logo
    assert logo == identity.Logo(name, body, *size)


def test_pages_are_made_anew_where_a_file_of_the_theme_differs(own: Path) -> None:
    prints = [folder.load(own).identity.fingerprint]
    for name, body in (
        ("theme.toml", COLOURS.encode()),
        ("theme.toml", COLOURS.replace("#0b6e4f", "#0b6e4e").encode()),
        ("logo.svg", SVG.format("").encode()),
        ("logo.svg", SVG.format("<title>Lyon</title>").encode()),
    ):
        (own / "theme" / name).write_bytes(body)
        prints.append(folder.load(own).identity.fingerprint)
    assert len(set(prints)) == 5


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SVG.format("<script>alert(1)</script>"), "it has an element <script>"),
        (SVG.format('<path onload="alert(1)"/>'), "<path> has onload, which would run"),
        (SVG.replace("<svg", '<svg onload="alert(1)"'), "<svg> has onload"),
        (SVG.format(f'<use {XLINK} xlink:href="http://evil.example/a.svg#a"/>'), "leads out of"),
        (SVG.format('<image href="http://evil.example/a.png"/>'), "it has an element <image>"),
        (SVG.format('<a href="javascript:alert(1)"><path/></a>'), "it has an element <a>"),
        (SVG.format("<foreignObject/>"), "it has an element <foreignObject>"),
        (SVG.format('<h:iframe xmlns:h="http://www.w3.org/1999/xhtml"/>'), "<iframe>"),
        (SVG.format('<set attributeName="href" to="http://evil.example"/>'), "<set>"),
        (SVG.format('<rect fill="url(http://evil.example/a)"/>'), "which leads out of the file"),
        (SVG.format('<rect style="fill:url( \'//evil.example/a\')"/>'), "leads out of the file"),
        (SVG.format("<style>@import 'http://evil.example'</style>"), "its <style> leads out"),
        (SVG.format("<style>a{b:u\\72l(//evil.example)}</style>"), "its <style> leads out"),
        (SVG.replace("?>", f"?>{BOMB}", 1), "it has <!DOCTYPE or <!ENTITY"),
        (SVG.replace("?>", '?><?xml-stylesheet href="http://evil.example"?>', 1), "<?…?>"),
        (SVG.replace("UTF-8", "UTF-7", 1), "another encoding than utf-8"),
        (SVG.format("<g>" * 30_000 + "</g>" * 30_000)[:99_000], "XML"),
        (SVG.replace('viewBox="0 0 120 40"', ""), "give <svg> a viewBox"),
        (SVG.replace("0 0 120 40", "0 0 0 40"), "give <svg> a viewBox"),
        ("<svg><rect/></svg>", "no SVG: it begins with"),
        ("<html></html>", "a page instead of XML"),
        ("GIF89a", "not XML"),
        (SVG.format("<!--" + "x" * 100_000 + "-->"), "over 100,000 bytes"),
    ],
)  # fmt: skip
def test_a_hostile_drawing_is_refused_in_one_line(
    own: Path, silentcrash: Command, text: str, says: str
) -> None:
    (own / "theme/logo.svg").write_text(text)
    line = refused(silentcrash, own)
    assert "theme/logo.svg" in line
    assert says in line


def test_an_encoding_that_hides_a_script(own: Path, silentcrash: Command) -> None:
    (own / "theme/logo.svg").write_bytes(SVG.format("<script/>").encode("utf-16"))
    assert "no text in UTF-8" in refused(silentcrash, own)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (png()[:-4], "no PNG, or cut short"),
        (b"<svg/>", "no PNG, or cut short"),
        (png(30_000, 1), "30000 by 1 pixels: at most 2000 by 2000"),
    ],
)
def test_a_picture_that_is_none(own: Path, silentcrash: Command, body: bytes, says: str) -> None:
    (own / "theme/logo.png").write_bytes(body)
    assert says in refused(silentcrash, own)


def test_a_logo_that_leads_out_of_the_folder_and_two_of_them(
    own: Path, tmp_path: Path, silentcrash: Command
) -> None:
    (own / "theme/logo.svg").symlink_to(tmp_path / "nowhere.svg")
    assert "logo.svg leads out of the folder" in refused(silentcrash, own)
    (own / "theme/logo.svg").unlink()
    (own / "theme/logo.svg").write_text(SVG.format(""))
    (own / "theme/logo.png").write_bytes(png())
    assert "keep one of them" in refused(silentcrash, own)


def test_doctor_names_a_file_of_the_theme_that_is_not_read(own: Path, silentcrash: Command) -> None:
    (own / "theme/logo.jpg").write_bytes(b"")
    read = silentcrash("doctor", str(own))
    assert "ignored: theme/logo.jpg is not read: theme.toml, logo.svg, logo.png are" in read.out
