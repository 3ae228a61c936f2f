"""The JSON Schemas (2020-12) of our documents, from the table descriptions."""

from typing import Any

from dashboards.metadata import Column, Table, authority

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
PUBLIC_AT = "From when anybody may read it; null while it waits for approval"
FIGURE, WORD = {"type": ["number", "null"]}, {"type": ["string", "null"]}


def schemas(tables: dict[str, Table], **more: Schema) -> dict[str, Schema]:
    """The schema of every document of the API and of a release, by name.

    `more` are those of documents that are no tables.
    """
    by_name = more | {
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
        name: {"$schema": DRAFT, "$id": f"{authority()}schema:{name}", "title": name, **schema}
        for name, schema in by_name.items()
    }


def closed(**properties: Schema) -> Schema:
    """An object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def array_of(item: Schema) -> Schema:
    """An array of such items."""
    return {"type": "array", "items": item}


def lang() -> Schema:
    """A text in both languages."""
    return closed(fr=TEXT, en=TEXT)


def listed(name: str, /, **properties: Schema) -> Schema:
    """A document that lists items under `name`, with the newest edition's month."""
    return closed(month=FORMS["month"], **{name: array_of(closed(**properties))})


def rows(table: Table, *names: str) -> Schema:
    """A row of a table as an object, with these columns or all of them."""
    chosen = [column for column in table.columns if not names or column.name in names]
    return closed(
        **{column.name: _column(column, required=column.name in table.key) for column in chosen}
    )


def _column(column: Column, *, required: bool) -> Schema:
    form = FORMS[column.type] | {"description": column.en}
    limits = {"minimum": column.low, "maximum": column.high}
    form |= {name: limit for name, limit in limits.items() if limit is not None}
    if required:
        return form
    choices = {"enum": [*column.one_of, None]} if column.one_of else {}
    return form | {"type": [form["type"], "null"]} | choices


def _index(tables: dict[str, Table]) -> Schema:
    return closed(month=FORMS["month"], unit=TEXT, months=array_of(rows(tables["index"])))


def _dimensions(tables: dict[str, Table]) -> Schema:
    values = rows(tables["contributions"], "period", "contribution", "weight")["properties"]
    months = closed(score=POINTS, **values)
    return listed("dimensions", key=TEXT, title=lang(), question=lang(), months=array_of(months))


def _indicator(tables: dict[str, Table]) -> Schema:
    values = rows(tables["indicators"])["properties"]
    same = ("key", "kind", "unit_fr", "unit_en")
    months = {name: schema for name, schema in values.items() if name not in same}
    ends = closed(low={"type": "number"}, high={"type": "number"}, reason=lang())
    return closed(
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
        series=array_of(rows(tables["series"])),
        months=array_of(closed(**months)),
    )


def _edition() -> Schema:
    level = closed(score=POINTS, low=POINTS, high=POINTS, change_month=FIGURE, change_year=FIGURE,
                  regime=WORD, coverage=SHARE)  # fmt: skip
    part = closed(
        key=TEXT, title=lang(), score=POINTS, contribution=FIGURE, weight=SHARE, coverage=SHARE
    )
    hashes = dict.fromkeys(["framework_hash", "data_hash"], TEXT)
    return closed(
        id=TEXT | {"description": "Its name for ever, an IRI"},
        month=FORMS["month"],
        cutoff=FORMS["instant"] | {"description": "Nothing known later enters"},
        computed_at=FORMS["instant"] | {"description": "When it was computed"},
        public_at=FORMS["instant"] | {"type": ["string", "null"], "description": PUBLIC_AT},
        reconstructed=FORMS["boolean"] | {"description": "Whether it was not made in its time"},
        dated=lang(),
        version=TEXT,
        framework_version=TEXT,
        **hashes,
        reading=closed(kind={"enum": ["none", "provisional", "first", "revised"]}, observed=SHARE),
        headline=lang(),
        index=level,
        dimensions=array_of(part),
    )


def _changelog() -> Schema:
    day = FORMS["date"]
    return closed(
        month=FORMS["month"],
        previous=FORMS["month"],
        cutoff=FORMS["instant"],
        method=closed(version=TEXT, previous=WORD, touched={"type": ["array", "null"]}),
        new=array_of(closed(series=TEXT, count=COUNT, first=day, last=day)),
        revised=array_of(closed(series=TEXT, period=day, was=FIGURE, value=FIGURE)),
        gone=array_of(TEXT),
    )
