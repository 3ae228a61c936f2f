"""Pictures of the pages for docs/pages.md: `python -m tools.pictures SITE`.

SITE is a folder that `silentcrash site build --out SITE` made. Each picture is what a reader sees
first, without scripts, in at most 255 colours and 150 kB. Look at them before you keep them.
"""

import shutil
import struct
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from warehouse.publication import identity

OUT = Path(__file__).resolve().parents[1] / "docs"
MOST_BYTES = 150_000
COLOURS = 255


class Picture(NamedTuple):
    """A page as it is shown: address, size, scheme, chart that is read out."""

    name: str
    path: str
    width: int
    height: int
    dark: bool
    focus: str
    says: str


def pictures(month: str) -> list[Picture]:
    """Six pages, in every language that they have, and four on a telephone."""
    constituents = f"bulletins/{month}/constituents/"
    panel = identity.shipped().panel
    country = identity.shipped().sentences("en")["names"][f"{panel}/"]
    front = "what may be said of the month, the chart with its read-out, the five dimensions."
    pilot = "six measures with their charts, and the data centres that were announced."
    series = "each series with its weight, those left out with the reason, silent sources."
    indicator = "image, data, columns, code to embed, citation; its figure and its pressure."
    of_three = [
        ("home", "", "wide", f"The front page: {front}"),
        (panel, f"{panel}/", "small", f"{country}: {pilot}"),
        ("constituents", constituents, "", f"All that went into the index: {series}"),
    ]
    of_two = [
        ("dimension", "dimensions/chips/", "wide", "A dimension: its line and its indicators."),
        ("indicator", "indicators/chips.rental_growth/", "wide", f"An indicator: {indicator}"),
        ("cite", "cite/", "", "Citations: a click selects a block whole."),
    ]
    small = [
        (f"{panel}.ar.390", f"ar/{panel}/", True, f"{country} in Arabic on a telephone, dark."),
        (
            "constituents.fr.390",
            f"fr/{constituents}",
            False,
            "A row is a block, each cell with its name.",
        ),
        ("sources.en.390", "en/sources/", True, "The state of the sources, dark."),
    ]
    return [
        *(
            Picture(f"{name}.{code}", f"{code}/{path}", 1280, 1250, code == "en", focus, says)
            for group, codes in ((of_three, ("fr", "en", "ar")), (of_two, ("fr", "en")))
            for name, path, focus, says in group
            for code in codes
        ),
        *(Picture(name, path, 390, 1100, dark, "", says) for name, path, dark, says in small),
    ]


def shot(browser: Browser, site: Path, picture: Picture) -> bytes:
    """The PNG of a picture as the browser takes it."""
    tab = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        java_script_enabled=False,
    )
    tab.goto((site / picture.path / "index.html").resolve().as_uri())
    if picture.focus:
        tab.locator(f".readout.{picture.focus}").first.locator("g[tabindex]").last.focus()
        tab.evaluate("window.scrollTo(0, 0)")
    body = tab.screenshot()
    tab.close()
    return body


def pixels(png: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG of 8 bits a channel: height, width, channel."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    if depth != 8:
        raise ValueError(f"the screenshot has {depth} bits a channel, not 8")
    offset, packed = 8, b""
    while offset < len(png):
        length, name = struct.unpack(">I4s", png[offset : offset + 8])
        packed += png[offset + 8 : offset + 8 + length] if name == b"IDAT" else b""
        offset += 12 + length
    rows = np.frombuffer(zlib.decompress(packed), "uint8").reshape(height, -1)
    plain = np.zeros((height + 1, width * channels), "uint8")
    for number, row in enumerate(rows):
        plain[number + 1] = _unfiltered(int(row[0]), row[1:], plain[number], channels)
    return plain[1:].reshape(height, width, channels)[:, :, :3]


def _unfiltered(
    kind: int, row: NDArray[np.uint8], above: NDArray[np.uint8], step: int
) -> NDArray[np.uint8]:
    """A row without the filter of PNG (none, sub, up, average or Paeth)."""
    if kind == 0:
        return row
    if kind == 2:
        return row + above
    if kind == 1:
        sums = np.add.accumulate(row.reshape(-1, step), axis=0, dtype="uint8")
        return sums.reshape(-1)
    line, over = row.astype(int).tolist(), above.astype(int).tolist()
    for offset in range(len(line)):
        left = line[offset - step] if offset >= step else 0
        corner = over[offset - step] if offset >= step else 0
        line[offset] = (line[offset] + _predicted(kind, left, over[offset], corner)) % 256
    return np.array(line, "uint8")


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda side: abs(guess - side))


def quantised(image: NDArray[np.uint8]) -> bytes:
    """A PNG of the image in its most frequent colours; others take the nearest."""
    flat = image.reshape(-1, 3)
    codes = (flat.astype("uint32") << np.array([16, 8, 0], "uint32")).sum(axis=1)
    values, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    chosen = values[np.argsort(-counts, kind="stable")[:COLOURS]]
    palette = np.stack([chosen >> 16, chosen >> 8 & 255, chosen & 255], axis=1).astype(int)
    every = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1).astype(int)
    nearest = np.concatenate(
        [
            ((part[:, None, :] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
            for part in np.array_split(every, max(len(every) // 2000, 1))
        ]
    ).astype("uint8")
    indexed = nearest[places].reshape(image.shape[:2])
    rows = np.concatenate([np.zeros((len(indexed), 1), "uint8"), indexed], axis=1)
    size = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"PLTE", palette.astype("uint8").tobytes()),
              (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def page(shown: list[Picture]) -> str:
    """docs/pages.md."""
    lines = [
        "# The pages, looked at",
        "",
        "What a reader sees of each page, from a site built of the shipped history: English dark, "
        "French and Arabic light, three on a telephone. Renew them with",
        "",
        "```sh",
        "silentcrash run --offline && silentcrash site build --out /tmp/site",
        "python -m tools.pictures /tmp/site   # needs a Chromium; then look at every one",
        "```",
        "",
    ]
    for picture in shown:
        lines += [f"## {picture.name}", "", f"{picture.says} `{picture.path}`", "",
                  f"![{picture.says}](pages/{picture.name}.png)", ""]  # fmt: skip
    return "\n".join(lines)


def main(site: Path) -> int:
    """Take every picture of a site and write the page that shows them."""
    months = sorted(path.name for path in (site / "fr" / "bulletins").iterdir() if path.is_dir())
    shown = pictures(months[-1])
    (OUT / "pages").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for picture in shown:
            body = quantised(pixels(shot(browser, site, picture)))
            (OUT / "pages" / f"{picture.name}.png").write_bytes(body)
            print(f"{picture.name}: {len(body) // 1000} kB")
            if len(body) > MOST_BYTES:
                print(f"{picture.name} is over {MOST_BYTES // 1000} kB: show less of it")
                return 1
        browser.close()
    (OUT / "pages.md").write_text(page(shown), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
