"""Whether a body has the format that its source declares, and is complete.

A status of 200 proves little: error pages come under .xlsx names, tables come without rows, and
a body without a declared length can end anywhere. Only the format is checked here; which figures
are plausible is for the rules of each source.
"""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from io import BytesIO
from itertools import accumulate
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from sources.http.connection import MIB

LOG = logging.getLogger(__name__)
FormatCheck = Callable[[bytes], str]
BOM = b"\xef\xbb\xbf"
PAGE = re.compile(rb"\s*<(!doctype html|!--|html|head|body)", re.I)
DATA_TYPES = ("text/csv", "json", "yaml", "spreadsheet", "ms-excel", "octet-stream", "zip")
DELIMITERS = re.compile(rb"[,;\t|]")
WORKBOOK = "xl/workbook.xml"
# What a zip file is called in a message, by its format.
ARCHIVES = {"xlsx": "workbook", "zip": "zip file"}
# What a hostile body may cost: less than 1 GiB and 30 s for the cheapest things that fit in it
# (empty lists, cells of one letter). The largest real ones: a page of 1 MiB, a table of 10 MiB,
# facts of a company of 8 MiB, a workbook of 15 MiB unpacked.
LARGEST = {
    "html": 8 * MIB,
    "xml": 8 * MIB,
    "yaml": 8 * MIB,
    "json": 24 * MIB,
    "xlsx": 32 * MIB,
    "csv": 32 * MIB,
}
LARGEST_OTHER = 128 * MIB
MOST_TAGS = 400_000  # a thousand bytes each once read
# Parsers of pages take a time that grows with the square of these. Pages leave a few hundred tags
# open (<br>, <img>, <p>), and have twenty attributes in one.
MOST_OPEN_TAGS = 20_000
MOST_ATTRIBUTES = 1_000
# Of a table: the widest real one has under a thousand. A header of a million takes minutes.
MOST_COLUMNS = 10_000
# The parser of YAML is in C and has no limit: at a hundred thousand levels the process is gone.
MOST_NESTED = 1_000
BRACKET = re.compile(rb"[\[\]{}]")
MANY_ITEMS = re.compile(rb"(?:[-?][ \t]+){%d}" % MOST_NESTED)
# Of a sheet: the largest real one has half a million, four times that as it is counted here.
MOST_CELLS = 8_000_000
SHEET = b"sheetData"
REFERENCE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
SHEET_ROW, SHEET_CELL = (re.compile(rb"<(?:\w+:)?%s[\s/>]" % tag) for tag in (b"row", b"c"))
CELL = re.compile(rb"([A-Z]{0,3})([0-9]{1,7})")
TAG = re.compile(rb"<(/?)[a-zA-Z]")
BETWEEN = re.compile(rb"[\s/]+")  # what may stand between two attributes
LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{2000,}")
# Error pages say what is wrong near their top; 80 characters of it fit a line of a terminal
# beside the name of the source.
EXCERPT_FROM, EXCERPT = 2000, 80
TEXT, MARKUP = {"csv", "json", "yaml"}, {"html", "xml"}
TWICE = "text that was encoded as UTF-8 twice: é reads Ã©"


def rejection_reason(
    body: bytes,
    expected_format: str,
    content_type: str = "",
    *,
    complete: bool = True,
    limit: int = LARGEST_OTHER,
) -> str:
    """Why this body is not what `expected_format` says, in one line; "" if it is.

    `expected_format` is csv, json, xlsx, zip, yaml, xml, html or "" (only an empty body and a page
    under a data type are then refused). `complete` is False if the response did not prove the
    end of the body: its own form must then prove it. `limit` is the most bytes that a workbook
    may unpack to.
    """
    try:
        return _reason(body, expected_format, content_type, complete=complete, limit=limit)
    except Exception as error:  # a publisher's bytes may break a check in any way
        LOG.warning("a body cannot be checked", exc_info=True)
        return f"cannot be read as {expected_format or content_type}: {type(error).__name__}"


def _reason(
    body: bytes, expected_format: str, content_type: str, *, complete: bool, limit: int
) -> str:
    limit = min(limit, LARGEST.get(expected_format, limit))
    if len(body) > limit:
        return f"{len(body)} bytes, over the limit of {limit} for {expected_format or 'a body'}"
    text = body.removeprefix(BOM)
    if not text.strip():
        return "an empty body"
    if expected_format not in MARKUP and _is_page(text, expected_format, content_type):
        return f"a page of markup instead of {expected_format or content_type}: {excerpt(text)}"
    if expected_format in TEXT and (unreadable := _unreadable(body, content_type)):
        return unreadable
    if expected_format in MARKUP and _is_encoded_twice(body.decode(errors="replace")):
        return TWICE
    if expected_format in ARCHIVES:
        return _archive(body, ARCHIVES[expected_format], limit)
    reason = CHECKS[expected_format](text) if expected_format in CHECKS else ""
    return reason or ("" if complete else _open_end(text, expected_format))


def excerpt(body: bytes) -> str:
    """The first words of a body without tags, for a message of one line."""
    words = re.sub(
        rb"<(script|style)\b.*?</\1>|<[^>]*>|[^\x20-\x7e]", b" ", body[:EXCERPT_FROM], flags=re.S
    )
    return " ".join(words.decode("ascii").split())[:EXCERPT]


def _is_page(text: bytes, expected_format: str, content_type: str) -> bool:
    if expected_format:
        return text.lstrip().startswith(b"<")
    return bool(PAGE.match(text)) and any(kind in content_type.lower() for kind in DATA_TYPES)


def _unreadable(body: bytes, content_type: str) -> str:
    declared = _charset(content_type)
    for charset in ("utf-8", declared):
        try:
            decoded = body.decode(charset)
        except (UnicodeError, LookupError):  # `undefined` and `idna` raise the first without more
            continue
        # UTF-16 passes as UTF-8 as long as it is ASCII, with a zero after every letter.
        if "\0" in decoded:
            return "zero bytes: text in another encoding"
        return TWICE if _is_encoded_twice(decoded) else ""
    return f"not text in {declared}, the declared encoding"


def _is_encoded_twice(text: str) -> bool:
    """Whether every letter beyond ASCII is the byte of a letter in UTF-8.

    One real é or — without a fitting neighbour is enough for it not to be so.
    """
    for charset in () if text.isascii() else ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            text.encode(charset).decode("utf-8")
            return True
    return False


def _charset(content_type: str) -> str:
    header = Message()
    header["Content-Type"] = content_type.replace("\n", " ").replace("\r", " ")
    return header.get_content_charset("utf-8")


def _csv(text: bytes) -> str:
    lines = [line for line in text.splitlines() if DELIMITERS.search(line)]
    if text.lstrip()[:1] in {b"{", b"["}:
        return f"JSON instead of csv: {excerpt(text)}"
    if not lines:
        return f"no table: {excerpt(text)}"
    if max(len(DELIMITERS.findall(line)) for line in lines) > MOST_COLUMNS:
        return f"a table with over {MOST_COLUMNS} columns"
    return "a header without rows" if len(lines) == 1 else ""


def _json(text: bytes) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"not JSON or cut short ({str(error)[:80]}): {excerpt(text)}"
    if not value:
        return "empty JSON"
    # Letters may be escapes, whose bytes are ASCII.
    if b"\\u00" in text and _is_encoded_twice(json.dumps(value, ensure_ascii=False)):
        return TWICE
    if isinstance(value, dict) and (message := value.get("error") or value.get("errors")):
        return f"an error instead of data: {excerpt(json.dumps(message).encode())}"
    return ""


def _yaml(text: bytes) -> str:
    if text.lstrip()[:1] in {b"{", b"["}:
        return f"JSON instead of yaml: {excerpt(text)}"
    nested = accumulate(1 if mark[0] in b"[{" else -1 for mark in BRACKET.finditer(text))
    if max(nested, default=0) > MOST_NESTED or MANY_ITEMS.search(text):
        return f"yaml with over {MOST_NESTED} levels"
    keyed = re.search(rb"^[ \t]*(- )?[^\s#:][^:\n]*:(\s|$)", text, re.M)
    return "" if keyed else f"no yaml: {excerpt(text)}"


def _xml(text: bytes) -> str:
    if b"<!ENTITY" in text.replace(b"\0", b""):
        return "XML that declares entities, which can expand without limit"
    if _depth(text) > MOST_OPEN_TAGS:
        return f"XML with over {MOST_OPEN_TAGS} tags open at once"
    if _has_crowded_tag(text):
        return f"XML with over {MOST_ATTRIBUTES} attributes in one tag"
    try:
        root = ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        # The last two are for an encoding that the declaration names and Python does not know.
        return f"not XML or cut short ({error}): {excerpt(text)}"
    return "a page instead of XML" if root.tag.rpartition("}")[2].lower() == "html" else ""


def _depth(text: bytes) -> int:
    """The most tags that are open in one place; those that need no end count too."""
    return max(accumulate(-1 if tag[1] else 1 for tag in TAG.finditer(text)), default=0)


def _has_crowded_tag(text: bytes) -> bool:
    return any(len(BETWEEN.findall(tag[0])) > MOST_ATTRIBUTES for tag in LONG_TAG.finditer(text))


def _html(text: bytes) -> str:
    if not text.lstrip().startswith(b"<"):
        return f"not a page: {excerpt(text)}"
    if text.count(b"<") > MOST_TAGS:
        return f"a page with over {MOST_TAGS} tags"
    if _depth(text) > MOST_OPEN_TAGS:
        return f"a page with over {MOST_OPEN_TAGS} tags open at once"
    if _has_crowded_tag(text):
        return f"a page with over {MOST_ATTRIBUTES} attributes in one tag"
    opened = re.search(rb"<html\b", text, re.I)
    return "a page cut short" if opened and not re.search(rb"</html\s*>", text, re.I) else ""


def _archive(body: bytes, name: str, limit: int) -> str:
    try:
        with ZipFile(BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > limit:
                return f"a {name} over {limit} bytes unpacked"
            if name == ARCHIVES["xlsx"] and WORKBOOK not in archive.namelist():
                return "a zip file that is not a workbook"
            broken = archive.testzip()
            sheets = archive.namelist() if name == ARCHIVES["xlsx"] and not broken else []
            if any(_is_too_large(archive.read(part)) for part in sheets):
                return f"a {name} with a sheet of over {MOST_CELLS} cells"
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return f"not a {name} or cut short: {excerpt(body)}"
    return f"a {name} with a damaged part {broken}" if broken else ""


def _is_too_large(part: bytes) -> bool:
    """Whether a part of a workbook is a sheet that is too large, or hides it.

    Pandas makes a rectangle of it, from the first cell to the last row and the last column: those
    that a cell names, and those that follow without a name.
    """
    if SHEET not in part.replace(b"\0", b""):
        return False
    rows = columns = 0
    for reference in {match[1] for match in REFERENCE.finditer(part)}:
        cell = CELL.fullmatch(reference)
        if cell is None:  # an entity, for example
            return True
        column = 0
        for letter in cell[1]:
            column = 26 * column + letter - 64
        rows, columns = max(rows, int(cell[2])), max(columns, column)
    parts = SHEET_ROW.split(part)
    columns += max(len(SHEET_CELL.findall(each)) for each in parts)
    return b"\0" in part or (rows + len(parts)) * columns > MOST_CELLS


def _open_end(text: bytes, expected_format: str) -> str:
    """Only a final line break proves the end of a csv or yaml file."""
    if expected_format in {"csv", "yaml"} and not text.endswith((b"\n", b"\r")):
        return "perhaps cut short: neither a length nor a last line break"
    return ""


CHECKS: dict[str, FormatCheck] = {
    "csv": _csv,
    "json": _json,
    "yaml": _yaml,
    "xml": _xml,
    "html": _html,
}
