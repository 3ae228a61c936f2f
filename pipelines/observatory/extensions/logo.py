"""The logo of an observatory, `theme/logo.svg` or `.png`: nothing runs in it.

Pages show it by `<img>`, in which a browser runs no script and loads nothing. A file that has
either is refused all the same: somebody may open it by its address.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from pipelines.errors import UsageError
from sources.http.content_check import rejection_reason
from warehouse.publication.identity import Logo

NAMES = ("logo.svg", "logo.png")
LARGEST = 100_000  # bytes: every page loads it
MOST_PIXELS = 2000  # of a side of a PNG: 40 are shown, and a browser unpacks all of them
HEIGHT, WIDTH = 40, 240  # pixels of the head of a page that it may fill
SVG = "{http://www.w3.org/2000/svg}"
# What drawings are made of. Neither script nor animation, nor what holds a page of its own.
ELEMENTS = {
    *("svg", "g", "defs", "title", "desc", "symbol", "use", "path", "rect", "circle", "ellipse"),
    *("line", "polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop"),
    *("clipPath", "mask", "pattern", "style"),
}
PLAIN = "save it as plain SVG, with paths alone"
# An address in a value, unless it is a part of this drawing: url(#a).
OUTSIDE = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|javascript:|data:|expression|\\|://", re.I)
DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*\?>")
ENCODING = re.compile(rb"encoding\s*=\s*['\"](?!utf-8['\"]|us-ascii['\"])", re.I)
NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)(?:px)?\s*")
PNG = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"


def read(file: Path, body: bytes) -> Logo:
    """The logo in a file, with the pixels that it takes. Raises UsageError."""
    fault, width, height = (_svg if file.suffix == ".svg" else _png)(body)
    if fault:
        raise UsageError(f"{file}: {fault}")
    scale = min(HEIGHT / height, WIDTH / width)
    return Logo(file.name, body, max(round(width * scale), 1), max(round(height * scale), 1))


def _png(body: bytes) -> tuple[str, float, float]:
    """Why this is no PNG that can be shown, or ""; its width and height."""
    if not body.startswith(PNG) or body[12:16] != b"IHDR" or not body.endswith(END):
        return "no PNG, or cut short: save the picture as PNG", 1, 1
    width, height = (int.from_bytes(body[start : start + 4], "big") for start in (16, 20))
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        return f"{width} by {height} pixels: at most {MOST_PIXELS} by {MOST_PIXELS}", 1, 1
    return "", width, height


def _svg(body: bytes) -> tuple[str, float, float]:
    """Why this is no drawing that can be shown, or ""; its width and height."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "no text in UTF-8: save it in that encoding", 1, 1
    if fault := _markup(body) or rejection_reason(text.encode(), "xml"):
        return fault, 1, 1
    root = ElementTree.fromstring(text)  # noqa: S314 - no entities, as looked at above
    if root.tag != f"{SVG}svg":
        return 'no SVG: it begins with <svg xmlns="http://www.w3.org/2000/svg">', 1, 1
    if fault := next(_objections(root), ""):
        return fault, 1, 1
    size = _size(root)
    return ("", *size) if size else ("no size: give <svg> a viewBox, as 0 0 200 40", 1, 1)


def _markup(body: bytes) -> str:
    """What is wrong with the parts of a document that are no elements."""
    declared = DECLARATION.match(body.removeprefix(b"\xef\xbb\xbf"))
    if declared and ENCODING.search(declared[0]):
        return "its first line names another encoding than utf-8: save it in that encoding"
    rest = body.removeprefix(b"\xef\xbb\xbf")[declared.end() if declared else 0 :]
    if b"<!DOCTYPE" in rest or b"<!ENTITY" in rest:
        return "it has <!DOCTYPE or <!ENTITY: remove the lines"
    return "it has an instruction <?…?>: remove the line" if b"<?" in rest else ""


def _objections(root: ElementTree.Element) -> Iterator[str]:
    """What in a drawing runs, or leads out of it."""
    for element in root.iter():
        name = str(element.tag).removeprefix(SVG)
        if name not in ELEMENTS:
            yield f"it has an element <{name.rpartition('}')[2]}>: {PLAIN}"
        if name == "style" and OUTSIDE.search(element.text or ""):
            yield f"its <style> leads out of the file: {PLAIN}"
        for attribute, value in element.attrib.items():
            local = attribute.rpartition("}")[2].lower()
            if local.startswith("on"):
                yield f"<{name}> has {local}, which would run: {PLAIN}"
            if local in ("href", "src", "base") and not value.strip().startswith("#"):
                yield f"<{name}> has {local} {value[:40]!r}, which leads out of the file: {PLAIN}"
            if OUTSIDE.search(value):
                yield f"<{name}> has {local} {value[:40]!r}, which leads out of the file: {PLAIN}"


def _size(root: ElementTree.Element) -> tuple[float, float] | None:
    """Width and height of a drawing, by its view box or its own."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    texts = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    numbers = [float(match[1]) for match in map(NUMBER.fullmatch, texts) if match]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and all(numbers) else None
