"""The JSON Schemas (2020-12) of our own documents, made from the description of the tables."""

from typing import Any

from dashboards.metadata import AUTHORITY, Column, Table

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
FORMS: dict[str, Schema] = {
    "string": {"type": "string"},
    "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
}
TEXT, COUNT = FORMS["string"], {"type": "integer", "minimum": 0}
POINTS = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
SHARE = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
FIGURE, WORD = {"type": ["number", "null"]}, {"type": ["string", "null"]}


def schemas(tables: dict[str, Table]) -> dict[str, Schema]:
    """Every document of the API and of a release by name, with its schema."""
    made = {
        "index": _index(tables),
        "dimensions": _dimensions(tables),
        "indicators": listed(
            "indicators", key=TEXT, dimension=TEXT, title=lang(), unit=lang(), address=TEXT
        ),
        "indicator": _indicator(tables),
        "sources": listed("sources", **rows(tables["sources"])["properties"]),
        "edition": _edition(),
        "editions": listed("editions", name=TEXT, address=TEXT, **_edition()["properties"]),
        "changelog": _changelog(),
    }
    return {
        name: {"$schema": DRAFT, "$id": f"{AUTHORITY}schema:{name}", "title": name, **schema}
        for name, schema in made.items()
    }


def whole(**properties: Schema) -> Schema:
    """An object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def many(item: Schema) -> Schema:
    """An array of such items."""
    return {"type": "array", "items": item}


def lang() -> Schema:
    """A text in both languages."""
    return whole(fr=TEXT, en=TEXT)


def listed(name: str, /, **properties: Schema) -> Schema:
    """A document that is a list: the month of the newest edition, and the items under `name`."""
    return whole(month=FORMS["month"], **{name: many(whole(**properties))})


def rows(table: Table, *names: str) -> Schema:
    """A row of a table as an object: these columns of it, all where none is named."""
    chosen = [one for one in table.columns if not names or one.name in names]
    return whole(**{one.name: _column(one, required=one.name in table.key) for one in chosen})


def _column(column: Column, *, required: bool) -> Schema:
    form = FORMS[column.type] | {"description": column.en}
    limits = {"minimum": column.low, "maximum": column.high}
    form |= {name: limit for name, limit in limits.items() if limit is not None}
    if required:
        return form
    choices = {"enum": [*column.one_of, None]} if column.one_of else {}
    return form | {"type": [form["type"], "null"]} | choices


def _index(tables: dict[str, Table]) -> Schema:
    return whole(month=FORMS["month"], unit=TEXT, months=many(rows(tables["index"])))


def _dimensions(tables: dict[str, Table]) -> Schema:
    values = rows(tables["contributions"], "period", "contribution", "weight")["properties"]
    months = whole(score=POINTS, **values)
    return listed("dimensions", key=TEXT, title=lang(), question=lang(), months=many(months))


def _indicator(tables: dict[str, Table]) -> Schema:
    values = rows(tables["indicators"])["properties"]
    same = ("key", "kind", "unit_fr", "unit_en")
    months = {name: schema for name, schema in values.items() if name not in same}
    ends = whole(low={"type": "number"}, high={"type": "number"}, reason=lang())
    return whole(
        month=FORMS["month"],
        key=TEXT,
        dimension=TEXT,
        panel=FORMS["boolean"],
        republished=FORMS["boolean"] | {"description": "Whether its values may be republished"},
        title=lang(),
        unit=lang(),
        rationale=lang(),
        caveat=lang(),
        goalposts=ends,
        series=many(rows(tables["series"])),
        months=many(whole(**months)),
    )


def _edition() -> Schema:
    level = whole(score=POINTS, low=POINTS, high=POINTS, change_month=FIGURE, change_year=FIGURE,
                  regime=WORD, coverage=SHARE)  # fmt: skip
    part = whole(
        key=TEXT, title=lang(), score=POINTS, contribution=FIGURE, weight=SHARE, coverage=SHARE
    )
    hashes = dict.fromkeys(["framework_hash", "data_hash"], TEXT)
    return whole(
        id=TEXT | {"description": "Its name for ever, an IRI"},
        month=FORMS["month"],
        cutoff=FORMS["instant"] | {"description": "Nothing known later enters"},
        version=TEXT,
        framework_version=TEXT,
        **hashes,
        headline=lang(),
        index=level,
        dimensions=many(part),
    )


def _changelog() -> Schema:
    day = FORMS["date"]
    return whole(
        month=FORMS["month"],
        previous=FORMS["month"],
        cutoff=FORMS["instant"],
        method=whole(version=TEXT, previous=WORD, touched={"type": ["array", "null"]}),
        new=many(whole(series=TEXT, count=COUNT, first=day, last=day)),
        revised=many(whole(series=TEXT, period=day, was=FIGURE, value=FIGURE)),
        gone=many(TEXT),
    )
