"""Make the folder of an observatory: `silentcrash init`."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from dashboards.languages import files, grammar
from pipelines.errors import UsageError, nearest
from pipelines.observatory import articles, public_series
from pipelines.observatory.declaration import one_line
from pipelines.observatory.public_series import Country
from warehouse.publication.identity import COMPLETE, FILE, shipped

TEMPLATES = Path(__file__).parent / "templates"
# What the software writes into a home; the rest of the folder is its owner's.
WRITTEN = (
    "warehouse.sqlite*", "raw/", "releases/", "site/", "public/", "lake/", "dagster/", "*.lock",
    "!method/*.lock", "*.jsonl", "alerts.*.atom", "software.json", "peers.json", "backups/",
)  # fmt: skip
# In the templates of the page: what follows is on the panel.
PANEL_PART = "<!-- panel -->"
TOP500 = "https://www.top500.org/lists/top500/"


def make(folder: Path, code: str, languages: Sequence[str], name: str) -> list[Path]:
    """Write the folder of a new observatory; the files written.

    Args:
        folder: where it will be; there may be nothing in it but `.git`.
        code: the pilot country by its ISO 3166 code, "" for none.
        languages: of its site, the first one first.
        name: its name in every language, "" for that of the software with the country.

    Raises:
        UsageError: the folder has files, or country or language is unknown.
    """
    if folder.exists() and (not folder.is_dir() or {p.name for p in folder.iterdir()} - {".git"}):
        raise UsageError(f"{folder} has files already: give a folder that is not there yet")
    spoken = (*COMPLETE, *files.shipped())
    if wrong := [own for own in languages if own not in spoken]:
        raise UsageError(f"--lang {wrong[0]!r} is no language of the site: {' or '.join(spoken)}")
    if not set(languages) & set(COMPLETE):
        raise UsageError(f"--lang needs one of {', '.join(COMPLETE)}, which releases are in")
    try:
        one_line(name or "none")
    except ValueError as fault:
        raise UsageError(f"--name {name!r}: {fault}") from None
    own = _country(code) if code else None
    if own and not list(public_series.indicators(own)):
        raise UsageError(
            f"--country {code!r}: no source has a figure of {own.en}; leave --country out, and add "
            "a panel with registers of your own later"
        )
    written = {FILE: _declaration(own, languages, name), ".gitignore": "\n".join(WRITTEN) + "\n"}
    if own:
        written[f"panels/{code.lower()}.toml"] = _panel(own)
    written["README.md"] = _readme(own, languages[0], name)
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "registers").mkdir()
    return [folder / path for path in written]


def _country(code: str) -> Country:
    from babel import Locale

    try:
        return public_series.country(code.upper())
    except KeyError:
        names = [
            f"{own} ({name})" for own, name in Locale("en").territories.items() if len(own) == 2
        ]
        raise UsageError(
            f"--country {code!r} is no code of ISO 3166; {nearest(code, names)}"
        ) from None


def _names(own: Country | None, name: str, languages: Sequence[str]) -> dict[str, str]:
    """The name in both languages of releases, and in those of the site."""
    codes = dict.fromkeys([*COMPLETE, *languages])
    return {
        code: name or _comma(code).join(filter(None, _of_software(own, code))) for code in codes
    }


def _comma(code: str) -> str:
    table = files.shipped().get(code, {}).get("grammar", {})
    return grammar.read(code, table).comma


def _of_software(own: Country | None, code: str) -> tuple[str, str]:
    """The name of the software's observatory in a language, and the country's."""
    from babel import Locale

    house, table = shipped(), files.shipped().get(code, {})
    name = table.get("language", {}).get("observatory") or house.name(code)
    if own is None:
        return name, ""
    return name, getattr(own, code, "") or str(Locale.parse(code).territories[own.code])


def _declaration(own: Country | None, languages: Sequence[str], name: str) -> str:
    lines = [f"{code} = {_text(text)}" for code, text in _names(own, name, languages).items()]
    examples = "\n".join(f'# {code} = ""' for code in COMPLETE)
    zone = _zone(own.code) if own else ""
    city = zone.rpartition("/")[2].replace("_", " ")
    return (
        (TEMPLATES / "observatory.toml")
        .read_text(encoding="utf-8")
        .format(
            languages=_text(list(languages)),
            country=_text(own.code if own else ""),
            lower=own.code.lower() if own else "<code>",
            names="\n".join(lines),
            taglines=examples,
            publishers=examples,
            holidays=_text(_holidays(own.code) if own else []),
            zones=f"{{ {_text(city)} = {_text(zone)} }}" if zone else "{}",
        )
    )


def _holidays(code: str) -> list[str]:
    import holidays

    return [code] if code in holidays.list_supported_countries(include_aliases=False) else []


def _zone(code: str) -> str:
    """The time zone of most people of a country: the first in tzdata's table."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[2] for row in rows if row[0] == code), "")


def key_of(own: Country) -> str:
    """The key of its panel: the English name in letters alone."""
    plain = unicodedata.normalize("NFKD", own.en).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", plain.lower())


def _panel(own: Country) -> str:
    """The panel of a country: what the sources give of it, and what they do not."""
    key = key_of(own)
    names = {"fr": own.fr, "en": own.en, "fr_text": _text(own.fr), "en_text": _text(own.en)}
    names |= {"the_fr": _text(articles.french(own.fr)), "the_en": _text(articles.english(own.en))}
    lines = [_template("panel.toml").format(key=_text(key), code=_text(own.code), **names)]
    for shape in public_series.indicators(own):
        lines += ["[[indicator]]", *_lines(shape), ""]
    for lack in public_series.missing(own):
        lines += ["[[missing]]", *_lines(lack), ""]
    register = {"register": _top500(own), "currency": own.currency or "…", "key": key}
    return "\n".join([*lines, _template("register.toml").lstrip().format(**register)])


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _top500(own: Country) -> str:
    """The register of a fact that a person can read of any country.

    Its title is that of the shipped series, which the files of languages name.
    """
    shape = {
        "key": "public_compute",
        "fr": f"Part de la puissance mesurée du TOP500, {own.fr}",
        "en": f"Share of the measured power of the TOP500, {own.en}",
        "unit": "%",
        "publisher": "TOP500",
        "page": TOP500,
        "watch": "(June|November) 20[0-9]{2}",
    }
    return "\n".join(["[[register]]", *_lines(shape), ""])


def _readme(own: Country | None, code: str, name: str) -> str:
    """The page of the folder in a language; no part on a panel without one.

    There is one in the languages of releases; it is in English for the others.
    """
    code = code if code in COMPLETE else files.ENGLISH
    text = _template(f"readme.{code}.md")
    places = {"name": _names(own, name, ())[code], "source": _template("source.py.txt")}
    if own:
        places |= {"country": getattr(own, code), "lower": own.code.lower(), "key": key_of(own)}
    else:
        text = text.partition(PANEL_PART)[0]
    for name_of, value in places.items():
        text = text.replace(f"{{{name_of}}}", value)
    return text.replace(f"{PANEL_PART}\n", "")


def _lines(table: Mapping[str, Any]) -> Iterable[str]:
    return (f"{name} = {_text(value)}" for name, value in table.items())


def _text(value: object) -> str:
    """A value as TOML writes it: its texts, lists and numbers are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
