"""Find, check and put in force the folder of an observatory.

The folder is the home (`SILENTCRASH_HOME`) where that has an `observatory.toml`, and the shipped
one otherwise. It is read as TOML, and checked before any value is used; only the Python of its
sources is run, if it is trusted (`extensions/own_sources.py`).
"""

import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipelines.declared import raw
from pipelines.errors import UsageError, nearest
from pipelines.observatory.declaration import Observatory
from pipelines.observatory.extensions import files
from warehouse.publication import identity
from warehouse.publication.identity import COMPLETE, FILE, Identity

LARGEST = 1_000_000  # bytes of a file of a folder: the longest of the shipped ones has 10,000


@dataclass(frozen=True)
class Folder:
    """The folder of an observatory, checked: its declaration, panel and values.

    `sources` are those that it declares: the registers of its panel, and its Python.
    """

    path: Path
    declared: Observatory
    panel: Any  # a PilotPanel, whose module takes pandas with it, or None
    identity: Identity
    sources: tuple[Any, ...] = ()


def load(path: Path) -> Folder:
    """The folder of an observatory. Raises UsageError naming file, key and remedy."""
    content = _raw(path, path / FILE)
    check_words(path)
    _check_languages(path, content.get("languages"))
    declared = _checked(content, Observatory, path / FILE)
    panel = _panel(path, declared) if declared.country else None
    from pipelines.observatory.extensions.theme import with_theme

    house = with_theme(identity.read(path), path, _checked)
    return Folder(path, declared, panel, house, _sources(path, panel))


def _sources(path: Path, panel: Any) -> tuple[Any, ...]:
    """The sources of a folder. Raises UsageError for Python that is not trusted."""
    from pipelines.observatory.extensions import own_sources

    registers = panel.sources() if panel else ()
    return (*registers, *own_sources.read(path, registers))


def _panel(path: Path, declared: Observatory) -> Any:
    from pipelines.observatory.panel import PilotPanel

    file = path / "panels" / f"{declared.country.lower()}.toml"
    if not file.is_file():
        raise UsageError(
            f"{path / FILE}: country is {declared.country!r}, whose panel panels/{file.name} is "
            f'not there: make it with `silentcrash init`, or write country = ""'
        )
    panel = _checked(_raw(path, file), PilotPanel, file)
    if panel.country != declared.country:
        raise UsageError(f"{file}: country is {panel.country!r}: write {declared.country!r}")
    if not panel.indicator and panel.key != identity.shipped().panel:
        raise UsageError(f"{file}: indicator is missing: add a [[indicator]], or drop the country")
    return panel


def check_words(path: Path) -> None:
    """Check the sentences of a folder. Raises UsageError naming file, key, remedy."""
    for file in sorted(path.glob("words/*.toml")):
        from pipelines.observatory.words import check

        check(_raw(path, file), file)


def _check_languages(path: Path, codes: Any) -> None:
    """Check that there are words of every language. Raises UsageError."""
    if not isinstance(codes, list) or all(code in COMPLETE for code in codes):
        return  # without the imports below, which take a second
    from pipelines.observatory import languages

    for rank, code in enumerate(codes):
        for lack in languages.lacking(code, path):
            where = f"{path / FILE}{_line(path / FILE, ['languages'])}"
            raise UsageError(f"{where}: languages.{rank} is {code!r}: {lack}")


def _raw(folder: Path, file: Path) -> dict[str, Any]:
    """The content of a file that lies in the folder. Raises UsageError."""
    files.check(folder, file, LARGEST)
    return raw(file, UsageError)


def _checked(content: dict[str, Any], model: type[BaseModel], file: Path) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise UsageError(_explain(fault, model, file)) from None


def _explain(fault: ValidationError, model: type[BaseModel], file: Path) -> str:
    """What is wrong with the first key that is not valid, and what to write."""
    # A key that is written wrongly is missing too: what to mend is the one that stands there.
    first = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    names = [str(part) for part in first["loc"] if part != "[key]"]
    key, where = ".".join(names), f"{file}{_line(file, names)}"
    if first["type"] == "extra_forbidden":
        choices = _fields(model, names[:-1])
        return f"{where}: {key} is no key; {nearest(names[-1], choices)}"
    if first["type"] == "missing":
        field = _fields(model, names[:-1]).get(names[-1])
        meaning = f" ({field.description})" if field and field.description else ""
        return f"{where}: {key} is missing: add it{meaning}"
    reason = first["msg"].removeprefix("Value error, ")
    shown = f"{key} is {first['input']!r}: " if names and not _is_table(first["input"]) else ""
    return f"{where}: {shown}{reason[:1].lower()}{reason[1:]}"


def _is_table(value: object) -> bool:
    return isinstance(value, (dict, list, tuple, BaseModel))


def _fields(model: type[BaseModel], names: list[str]) -> dict[str, Any]:
    """The fields of the model, or of the one that the names lead to."""
    for name in names:
        if name in model.model_fields:
            inner = _model(model.model_fields[name].annotation)
            model = inner or model
    return dict(model.model_fields)


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model within an annotation such as tuple[Model, ...] or Model | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, types.UnionType):
        return next(filter(None, map(_model, get_args(annotation))), None)
    return None


def _line(file: Path, names: list[str]) -> str:
    """The line of the last of these keys that the file has, as ":12"."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for name in reversed(names):
        key = re.compile(rf"""\s*(\[+([\w."']+\.)?)?["']?{re.escape(name)}["']?\s*[\]=]""")
        for number, line in enumerate(lines, 1):
            if key.match(line):
                return f":{number}"
    return ""


_in_force: Folder | None = None


def put_in_force(home: Path) -> Callable[[], None]:
    """Put the observatory of a home in force in this process.

    Returns what puts back the one that was in force before. Raises UsageError.
    """
    before = _in_force
    _put(load(home) if (home / FILE).exists() else None)
    return lambda: _put(before)


def _put(folder: Folder | None) -> None:
    global _in_force
    if folder is _in_force:
        return
    _in_force = folder
    identity.hand_down(folder.identity if folder else None)
    import sources  # with pandas, which a command in the shipped observatory may not need

    sources.declare(folder.sources if folder else ())


def in_force() -> Folder | None:
    """The folder of this process, None for the shipped one."""
    return _in_force
