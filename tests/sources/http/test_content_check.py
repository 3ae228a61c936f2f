"""Bodies that must not be taken for data, each sent over a real socket."""

import gzip
import random
import zipfile
from io import BytesIO
from typing import Any

import pytest

from sources import Request
from sources.http.client import FetchResult, PoliteClient
from sources.http.content_check import rejection_reason
from tests.server import Reply, Site, gzipped

CSV = b"month,price\n" + b"".join(b"2025-%02d,%d\n" % (n, 40 + n) for n in range(1, 13))
NOISE = random.Random(7).randbytes(3000).hex().encode()
PAGE = b"<!DOCTYPE html><html><head><title>Access denied</title></head><body>No</body></html>"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
URL = "https://figures.example/data"


def workbook(**parts: bytes) -> bytes:
    """A zip with the parts that make it a workbook, and these."""
    entries = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in entries.items():
            book.writestr(name, part)
    return file.getvalue()


def fetch_reply(
    site: Site, reply: Reply | bytes, expected_format: str, **limits: Any
) -> FetchResult:
    site.serve(URL, reply)
    with PoliteClient(gateway=site.url, sleep=lambda _: None, retries=1, **limits) as client:
        return client.fetch(Request(URL), expected_format=expected_format)


BOOK = workbook(sheet=NOISE)
GOOD = {
    "csv": CSV,
    "csv after a byte order mark": b"\xef\xbb\xbf" + CSV,
    "json": b'{"response": {"data": [1]}}',
    "xlsx": workbook(),
    "yaml": b"# prices\ngcp:\n  a2-highgpu-1g: 3.67\n",
    "xml": FEED,
    "html": b"<!-- x --><html><body><table></table></body></html>",
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_body_of_the_declared_format_is_new(site: Site, kind: str) -> None:
    result = fetch_reply(site, GOOD[kind], kind.split()[0])
    assert (result.outcome, result.detail, result.body) == ("new", "", GOOD[kind])


@pytest.mark.parametrize("expected_format", ["csv", "json", "xlsx", "yaml", "xml", "html", ""])
def test_an_empty_body_is_refused(site: Site, expected_format: str) -> None:
    result = fetch_reply(site, b" \r\n", expected_format)
    assert (result.outcome, result.detail) == ("refused", "an empty body")


@pytest.mark.parametrize("expected_format", ["csv", "json", "xlsx", "yaml", "xml"])
def test_a_page_in_place_of_data_is_refused_and_kept(site: Site, expected_format: str) -> None:
    result = fetch_reply(site, Reply(PAGE, headers={"Content-Type": "text/csv"}), expected_format)
    assert result.outcome == "refused"
    assert "Access denied" in result.detail or expected_format == "xml"
    assert result.body == PAGE
    assert result.etag is None


@pytest.mark.parametrize("content_type", ["text/csv", "application/json; charset=utf-8"])
def test_a_page_under_a_data_type_is_refused_whatever_was_declared(
    site: Site, content_type: str
) -> None:
    result = fetch_reply(site, Reply(PAGE, headers={"Content-Type": content_type}), "")
    assert (result.outcome, result.status) == ("refused", 200)


BAD = {
    "csv: only a header": (b"month,price\n", "a header without rows"),
    "csv: a line of text": (b"Too many requests\n", "no table: Too many requests"),
    "csv: an error as JSON": (b'{"message": "slow, down",\n"a": 1}', "JSON instead of csv"),
    "csv: Latin-1 undeclared": (CSV + "é".encode("latin-1") + b",1\n", "not text in utf-8"),
    "csv: UTF-16": (CSV.decode().encode("utf-16-le"), "zero bytes: text in another"),
    "json: cut": (b'{"data": [1, 2', "not JSON or cut short"),
    "json: nothing": (b"[]", "empty JSON"),
    "json: an error under 200": (b'{"errors": ["bad key"]}', "an error instead of data"),
    "json: nested without end": (b"[" * 200_000, "not JSON"),
    "yaml: an error as JSON": (b'{"error": 1}', "JSON instead of yaml"),
    "yaml: a line of text": (b"Internal Server Error", "no yaml: Internal Server Error"),
    "xml: cut": (FEED[:-9], "not XML or cut short"),
    "xml: entities": (b'<!DOCTYPE r [<!ENTITY a "aa">]><r>&a;</r>', "declares entities"),
    "html: JSON": (b'{"error": "quota"}', "not a page"),
    "html: cut": (b"<html><body><table><tr>", "a page cut short"),
    "xlsx: cut": (BOOK[:-30], "not a workbook or cut short"),
    "xlsx: text": (b"busy", "not a workbook or cut short: busy"),
    "xlsx: another zip": (workbook().replace(b"xl/work", b"xl/wrok"), "not a workbook"),
    "xlsx: a damaged part": (BOOK[:400] + b"?" * 30 + BOOK[430:], "a damaged part sheet"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_cut_body_or_another_format_is_refused(site: Site, case: str) -> None:
    body, reason = BAD[case]
    result = fetch_reply(site, body, case.split(":")[0])
    assert result.outcome == "refused"
    assert reason in result.detail
    assert "\n" not in result.detail
    assert result.body == body


def test_a_declared_encoding_is_left_to_the_parser(site: Site) -> None:
    body = CSV + "é,1\n".encode("latin-1")
    result = fetch_reply(
        site, Reply(body, headers={"Content-Type": "text/csv; charset=latin1"}), "csv"
    )
    assert result.outcome == "new"


CUTS = {
    "short of its length": Reply(CSV, cut=40),
    "in a chunk": Reply(CSV, cut=40, chunked=True),
    "gzip with the length of the cut body": gzipped(NOISE, cut=2000),
    "gzip without its checksum": gzipped(NOISE, cut=-8),
    "gzip in chunks": Reply(
        gzip.compress(NOISE)[:2000], headers={"Content-Encoding": "gzip"}, chunked=True
    ),
}


@pytest.mark.parametrize("how", CUTS)
def test_a_body_cut_short_is_fetched_again_then_refused_and_stored(site: Site, how: str) -> None:
    result = fetch_reply(site, CUTS[how], "")
    assert result.outcome == "refused"
    assert "cut short" in result.detail
    assert site.count(URL) == 2
    assert result.body
    assert CUTS[how].body.startswith(result.body[:40])


def test_a_body_that_is_complete_at_the_second_try_is_new(site: Site) -> None:
    site.serve(URL, gzipped(CSV, cut=50), gzipped(CSV))
    with PoliteClient(gateway=site.url, sleep=lambda _: None) as client:
        result = client.fetch(Request(URL), expected_format="csv")
    assert (result.outcome, result.body) == ("new", CSV)


@pytest.mark.parametrize(
    ("expected_format", "body", "cut"),
    [
        ("csv", CSV, -3),
        ("json", GOOD["json"], -1),
        ("xlsx", BOOK, -1),
        ("yaml", GOOD["yaml"], -3),
        ("xml", FEED, -2),
        ("html", GOOD["html"], -4),
    ],
)
def test_an_end_without_a_length_must_prove_itself(
    site: Site, expected_format: str, body: bytes, cut: int
) -> None:
    assert fetch_reply(site, Reply(body, length=False), expected_format).outcome == "new"
    assert (
        fetch_reply(site, Reply(body, cut=cut, length=False), expected_format).outcome == "refused"
    )


def test_damaged_gzip_and_encodings_not_requested_are_refused(site: Site) -> None:
    packed = bytearray(gzip.compress(NOISE))
    packed[500] ^= 0xFF
    damaged = Reply(bytes(packed), headers={"Content-Encoding": "gzip"})
    assert "gzip body damaged" in fetch_reply(site, damaged, "").detail
    brotli = Reply(b"\x0b\x02\x80abc\x03", headers={"Content-Encoding": "br"})
    assert "compressed with br, which was not requested" in fetch_reply(site, brotli, "").detail


def test_sizes_are_bounded_as_sent_and_unpacked(site: Site) -> None:
    large = fetch_reply(site, CSV * 100, "csv", max_bytes=5000)
    assert (large.outcome, large.body) == ("refused", None)
    assert "over 5000 bytes" in large.detail
    bomb = fetch_reply(site, gzipped(b"0" * 1_000_000), "", max_unpacked=10_000)
    assert bomb.outcome == "refused"
    assert "over 10000 bytes unpacked" in bomb.detail
    assert len(bomb.body or b"") < 2000
    book = fetch_reply(site, workbook(sheet=b"0" * 1_000_000), "xlsx", max_unpacked=10_000)
    assert "a workbook over 10000 bytes unpacked" in book.detail


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (Reply(status=304), "304 Not Modified to an unconditional request"),
        (Reply(CSV, 206), "206 Partial Content instead of 200"),
        (Reply(status=204), "204 No Content instead of 200"),
        (Reply(CSV, 302), "302 Found instead of 200"),
    ],
)
def test_a_status_without_a_usable_body_is_refused(site: Site, reply: Reply, detail: str) -> None:
    result = fetch_reply(site, reply, "csv")
    assert (result.outcome, result.detail) == ("refused", detail)


AROUND = b"<html><body>%s</body></html>"


@pytest.mark.parametrize(
    ("body", "form", "why"),
    [
        (AROUND % (b"<a>" * 30_000), "html", "tags open at once"),
        (AROUND % (b"<a>" * 30_000 + b"</a>" * 30_000), "html", "tags open at once"),
        (b"<rss/>" + b"<a>" * 30_000 + b"</a>" * 30_000, "xml", "tags open at once"),
        (AROUND % (b"<a></a>" * 250_000), "html", "over 400000 tags"),
        (AROUND % (b"<a " + b"b=c " * 2_000 + b">"), "html", "attributes in one tag"),
        (AROUND % (b"<a " + b"b/" * 2_000 + b">"), "html", "attributes in one tag"),
        (b"<rss " + b"b='' " * 2_000 + b"/>", "xml", "attributes in one tag"),
        (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode(
                "utf-16"
            ),
            "xml",
            "declares entities",
        ),
        (b"a: " + b"[" * 100_000, "yaml", "over 1000 levels"),
        (b"a:\n" + b"- " * 100_000 + b"b", "yaml", "over 1000 levels"),
        (AROUND % (b" " * (8 << 20)), "html", "over the limit of 8388608 for html"),
        (b"a,b\n" + b"1,2\n" * (8 << 20), "csv", "over the limit of 33554432 for csv"),
        (b"a," * 20_000 + b"a\n" + b"1," * 20_000 + b"1\n", "csv", "over 10000 columns"),
        (b"[" + b"0," * (12 << 20) + b"0]", "json", "over the limit of 25165824 for json"),
    ],
)
def test_a_body_that_costs_too_much_to_read_is_refused(
    site: Site, body: bytes, form: str, why: str
) -> None:  # R26
    result = fetch_reply(site, gzipped(body), form)
    assert (result.outcome, why in result.detail) == ("refused", True), result.detail


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="XFD1048576"/></row>',
        "<row r='1'><c r='XFD1048576'/></row>",
        '<row r="1"><c r="&#88;FD1048576"/></row>',
        '<x:row r = "999999"><x:c r = "AAA1"/></x:row>',
        "<row/>" * 100_000 + '<row><c r="XFD1"/></row>',
        "<row>" + "<c/>" * 10_000 + "</row>" + "<row/>" * 10_000,
    ],
)
def test_a_sheet_that_would_be_mostly_empty_is_refused(rows: str) -> None:
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    body = workbook(**{"xl/worksheets/a.xml": sheet})
    assert "a sheet of over 8000000 cells" in rejection_reason(body, "xlsx")


def test_a_long_page_of_real_parts_passes(site: Site) -> None:
    rows = b"".join(b"<tr><td>%d<br><img src=a></td></tr>" % n for n in range(9_000))
    assert fetch_reply(site, AROUND % (b"<table>" + rows + b"</table>"), "html").outcome == "new"
