"""Find, check and put in force the folder of an observatory.

The folder is the home (`SILENTCRASH_HOME`) where that has an `observatory.toml`, and the shipped
one otherwise. It is read as TOML, and checked before any value is used; only the Python of its
sources is run, if it is trusted (`extensions/own_sources.py`).
"""

import re
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
    `frameworks` are those beside its first (`frameworks.Overlay`), `framework` the one that is put
    in force, None for the first; `identity` is that of the observatory under it.
    """

    path: Path
    declared: Observatory
    panel: Any  # a PilotPanel, whose module takes pandas with it, or None
    identity: Identity
    sources: tuple[Any, ...] = ()
    frameworks: tuple[Any, ...] = ()
    framework: Any = None


def load(path: Path) -> Folder:
    """The folder of an observatory. Raises UsageError naming file, key and remedy."""
    content = _raw(path, path / FILE)
    check_words(path)
    _check_languages(path, content.get("languages"))
    declared = _checked(content, Observatory, path / FILE)
    panel = _panel(path, declared) if declared.country else None
    from pipelines.observatory.extensions.theme import with_theme

    house = with_theme(identity.read(path), path, _checked)
    beside = _frameworks(path, panel)
    if beside:
        from pipelines.observatory.frameworks import all_names

        house = replace(house, frameworks=all_names(house, beside))
    return Folder(path, declared, panel, house, _sources(path, panel), beside)


def _frameworks(path: Path, panel: Any) -> tuple[Any, ...]:
    """The frameworks beside the first. Raises UsageError naming the file."""
    files_of = sorted(path.glob("method/*.toml"))
    if not files_of:
        return ()  # without the imports below, which take pandas with them
    from pipelines.observatory import frameworks
    from pipelines.observatory.panel import method_with

    method, overlays = method_with(panel), []
    for file in files_of:
        content = _raw(path, file)
        try:
            frameworks.check_key(file.stem, panel.key if panel else "")
            if content.pop("key", file.stem) != file.stem:
                raise ValueError(f"key is the name of the file: remove it, or write {file.stem!r}")
            own = _checked(content | {"key": file.stem}, frameworks.Overlay, file)
            frameworks.check(own, method)
        except ValueError as fault:
            raise UsageError(f"{file}: {fault}") from None
        overlays.append(own)
    return tuple(overlays)


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


def put_in_force(home: Path, framework: str = "") -> Callable[[], None]:
    """Put the observatory of a home in force in this process.

    It is the one by its first framework, or by that of the key `framework`. Returns what puts back
    the one that was in force before. Raises UsageError.
    """
    before = _in_force
    own = load(home) if (home / FILE).exists() else None
    if framework and own is None:
        raise UsageError(
            f"{home} has no {FILE}: a framework beside the first, {framework!r}, is a file of an "
            "observatory's folder"
        )
    _put(_by(own, framework) if own and framework else own)
    return lambda: _put(before)


def _by(folder: Folder, key: str) -> Folder:
    """The folder with one of its frameworks in force."""
    from pipelines.observatory import frameworks

    own = frameworks.find(folder.frameworks, key, folder.path)
    file = folder.path / frameworks.FOLDER / f"{key}.toml"
    house = frameworks.beside(folder.identity, own, file)
    return replace(folder, identity=house, framework=own)


@contextmanager
def by_framework(key: str) -> Iterator[None]:
    """Put another framework of the first one's folder in force for a while."""
    before = _in_force
    assert before is not None  # noqa: S101
    _switch(_by(before, key))
    try:
        yield
    finally:
        _switch(before)


def beside() -> tuple[str, ...]:
    """The keys of the frameworks that are published beside the one in force.

    None where it is not the first itself: each is asked for alone.
    """
    own = in_force()
    return tuple(each.key for each in own.frameworks) if own and not own.framework else ()


def _switch(folder: Folder | None) -> None:
    global _in_force
    _in_force = folder
    identity.hand_down(folder.identity if folder else None)


def _put(folder: Folder | None) -> None:
    if folder is _in_force:
        return
    _switch(folder)
    from sources import own  # with pandas, which the shipped observatory may not need

    own.declare(folder.sources if folder else None)


def in_force() -> Folder | None:
    """The folder of this process, None for the shipped one."""
    return _in_force
