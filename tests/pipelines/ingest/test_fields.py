"""What a body is made of, told from its bytes."""

import json
from io import BytesIO

import pytest
from openpyxl import Workbook

from pipelines.ingest.fields import fields


def workbook(*sheets: str) -> bytes:
    book, file = Workbook(), BytesIO()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "form", "names"),
    [
        (b'\xef\xbb\xbfdate,"price, USD",\n1,2,3\n', "csv", {"date", "price, USD"}),
        (
            b'{"data": [{"a": 1}, {"b": {"c": 1}}]}',
            "json",
            {"data", "data.a", "data.b", "data.b.c"},
        ),
        (b'{"value": {"0": {"x": 1}, "1": {"y": 2}}}', "json", {"value", "value.*.x", "value.*.y"}),
        (json.dumps({f"m{n}": {"price": n} for n in range(41)}).encode(), "json", {"*.price"}),
        (workbook("Data", "Notes"), "xlsx", {"Data", "Notes"}),
        (b"<html>", "html", set()),
        (b"{", "json", set()),
        (b"no workbook", "xlsx", set()),
    ],
)
def test_the_names_of_columns_keys_and_sheets(body: bytes, form: str, names: set[str]) -> None:
    assert fields(body, form) == names
