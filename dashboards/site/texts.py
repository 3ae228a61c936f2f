"""The pages that explain: data and API, method, how to cite."""

from collections.abc import Sequence

from dashboards import facts, rows
from dashboards.metadata import Table
from dashboards.site.page import Page
from dashboards.site.speech import Speech
from dashboards.site.stock import Stock
from dashboards.words import Language

FORMATS = (".csv", ".fr.csv", ".parquet")
# Over the editions: what leads to every other file of the API, and the feed of a language.
OVER = ("api/v1/openapi.json", "api/v1/editions.json", "api/v1/latest.json", "editions.{code}.atom")


def data(stock: Stock, said: Language, tables: Sequence[Table], names: Sequence[str]) -> Page:
    """The tables of the newest issue in each format, and what is about them, of `names`."""
    held = {f"{one.name}{ending}" for one in tables for ending in FORMATS}
    return _page(
        "data/",
        said,
        {
            "over": [name.format(code=said.code) for name in OVER],
            "folder": f"data/{stock.issue.name}/",
            "tables": [
                (
                    said.typeset(getattr(one, said.code)),
                    [f"{one.name}{ending}" for ending in FORMATS],
                )
                for one in tables
            ],
            "about": [name for name in names if name not in held],
        },
    )


def method(stock: Stock, said: Language) -> Page:
    """The method in force: its rules, its zones, its dimensions, indicators and weights."""
    framework = stock.edition.framework
    rule = framework["rules"]
    weights = facts.indicators(stock.edition).set_index("key")["nominal"]
    return _page(
        "method/",
        said,
        {
            "version": stock.edition.framework_version,
            "fingerprint": stock.edition.framework_hash,
            "steps": [
                text.format(
                    day=rule["cutoff_day"],
                    dimension=said.percent(rule["coverage_dimension"]),
                    index=said.percent(rule["coverage_index"]),
                    confirm=rule.get("confirm", 1),
                )
                for text in said.words["method_steps"]
            ],
            "blocks": rows.blocks(stock.edition, said),
            "weights": {str(key): said.percent(share, 1) for key, share in weights.items()},
            "regimes": [
                [
                    said.of(one),
                    said.number(one["enter"], 0),
                    said.number(one["leave"], 0),
                    said.of(one, "why"),
                ]
                for one in framework["regimes"]
            ],
        },
    )


def cite(stock: Stock, said: Speech, base: str) -> Page:
    """How to cite the index, an edition and a figure."""
    issue, edition = stock.issue, stock.edition
    month = said.month(issue.month + "-01")
    address = f"{base.rstrip('/')}/{said.code}/bulletins/{issue.name}/" if base else ""
    text = said.say(
        "citation", edition=month, day=said.day(issue.as_of.date()), version=issue.version
    )
    return _page(
        "cite/",
        said,
        {
            "text": text,
            "address": address,
            "bibtex": _bibtex(issue.month, address),
            "edition": edition,
        },
    )


def _bibtex(month: str, address: str) -> str:
    lines = [
        f"@misc{{silentcrash{month.replace('-', '')},",
        "  author = {{Silent Crash Observatory}},",
        f"  title = {{Silent Crash Index, {month}}},",
        f"  year = {{{month[:4]}}},",
        *([f"  url = {{{address}}},"] if address else []),
        "  note = {CC BY 4.0}",
        "}",
    ]
    return "\n".join(lines)


def _page(path: str, said: Language, content: dict[str, object]) -> Page:
    name = path.rstrip("/")
    return Page(path, f"{name}.html", said.words["names"][path], said.words["about"][path], content)
