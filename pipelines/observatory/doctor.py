"""Read the folder of an observatory; say what is wrong, or ignored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import ObservatoryError
from pipelines.observatory import folder
from pipelines.observatory.create import WRITTEN
from warehouse.publication.identity import FILE

READ = {
    *(FILE, "README.md", ".gitignore", ".git", "silentcrash.toml"),
    *("registers", "panels", "words", "sources", "theme", "method"),
}
THEME = ("theme.toml", "logo.svg", "logo.png")
# Parts of an observatory that this version does not read from a folder, and what to do instead.
UNREAD = {
    "alerts.yaml": "name it in SILENTCRASH_ALERTS",
}


@dataclass(frozen=True)
class Remark:
    """Something about a folder: wrong, ignored, or good to know."""

    kind: Literal["wrong", "ignored", "note"]
    text: str


@contextmanager
def its_sources(path: Path) -> Iterator[None]:
    """Put the sources of a folder in force for a while, if it can be read."""
    try:
        put_back = folder.put_in_force(path)
    except ObservatoryError:
        yield
        return
    try:
        yield
    finally:
        put_back()


def examine(path: Path) -> list[Remark]:
    """What is wrong with a folder first, then what is ignored, then notes."""
    if not (path / FILE).is_file():
        text = f"{path} has no {FILE}: `silentcrash init {path} --country SN` makes a folder"
        return [Remark("wrong", text)]
    remarks = [Remark("ignored", text) for text in _ignored(path)]
    try:
        own = folder.load(path)
    except ObservatoryError as fault:
        return [Remark("wrong", str(fault)), *remarks]
    remarks += [Remark("ignored", text) for text in _not_in_force(own)]
    faults = (*_sources(own), *_series(own), *_frameworks(own), *_registers(own))
    wrong = [Remark("wrong", text) for text in faults]
    return [*wrong, *remarks, *(Remark("note", text) for text in _notes(own))]


def coverage_lines(path: Path, words: str = "") -> Iterator[str]:
    """How much the languages of files say, and what the language `words` lacks.

    Nothing of a folder that cannot be read. Raises UsageError for a language of no file.
    """
    try:
        own = folder.load(path)
    except ObservatoryError:
        return
    from pipelines.observatory import coverage

    yield from coverage.lines(own)
    if words:
        yield from coverage.lacking(words, own)


def _ignored(path: Path) -> Iterator[str]:
    for entry in sorted(path.iterdir()):
        name, shown = entry.name, f"{entry.name}/" if entry.is_dir() else entry.name
        if name in UNREAD:
            yield f"{shown} is not read from a folder: {UNREAD[name]}"
        elif name not in READ and not any(fnmatch(shown, own) for own in WRITTEN):
            yield f"{shown} is nothing that an observatory has"
    for entry in sorted(path.glob("theme/*")):
        if entry.name not in THEME:
            yield f"theme/{entry.name} is not read: {', '.join(THEME)} are"
    for entry in sorted(path.glob("sources/*")):
        if entry.suffix != ".py" and not _is_history(entry):
            yield f"sources/{entry.name} is not read: it is no file of Python"
    for entry in sorted(path.glob("method/*.lock")):
        if not entry.with_suffix(".toml").is_file():
            yield f"method/{entry.name} is of no framework: its {entry.stem}.toml is gone"
    yield from _no_toml(path)


def _is_history(entry: Path) -> bool:
    """True of the history of a source, and of the citations beside one."""
    if entry.name == "citations.csv":
        return any(file.with_suffix(".py").is_file() for file in entry.parent.glob("*.csv"))
    return entry.suffix == ".csv" and entry.with_suffix(".py").is_file()


def _no_toml(path: Path) -> Iterator[str]:
    """The files that are none of TOML, where those are read."""
    methods = (entry for entry in path.glob("method/*") if entry.suffix != ".lock")
    for entry in sorted([*path.glob("panels/*"), *path.glob("words/*"), *methods]):
        if entry.suffix != ".toml":
            yield f"{entry.relative_to(path)} is no TOML file"


def _not_in_force(own: folder.Folder) -> Iterator[str]:
    code = own.declared.country.lower()
    for file in sorted(own.path.glob("panels/*.toml")):
        if file.stem != code:
            yield f"panels/{file.name} is not read: country is {code.upper()!r}"
    for file in sorted(own.path.glob("words/*.toml")):
        if file.stem not in own.declared.languages:
            yield f"words/{file.name} is of a language that is not in languages"


def _sources(own: folder.Folder) -> Iterator[str]:
    """What is wrong with the declarations of its own sources."""
    from pipelines.observatory.extensions.own_sources import FOLDER
    from pipelines.observatory.extensions.source_checks import DECLARATION

    for source in (source for source in own.sources if not source.register):
        for check in DECLARATION.values():
            if fault := check(source):
                yield f"{FOLDER}/{source.key}.py: {fault}"
    for source in own.sources:
        if source.history and (fault := _history(source)):
            yield f"{FOLDER}/{source.history.name}: {fault}"


def _history(source: Any) -> str:
    """What is wrong with the history beside a source, "" where nothing is."""
    from sources.tidy import read_history

    try:
        figures = read_history(source.history)
    except (LookupError, ValueError, OSError) as fault:
        return f"it cannot be read: {fault}"
    strange = set(figures["series"]) - {series.key for series in source.series}
    return f"{source.key}.py declares no series {min(strange)!r}" if strange else ""


def _series(own: folder.Folder) -> Iterator[str]:
    """The series that a panel or a framework reads and nobody declares."""
    from pipelines.errors import nearest
    from sources import registry

    if own.panel is None and not own.frameworks:
        return
    sources = [*registry().values(), *own.sources]
    declared = {series.key for source in sources for series in source.series}
    for file, indicator, key in (*_of_panel(own), *_of_frameworks(own)):
        if key not in declared:
            yield (
                f"{file}: indicator {indicator} reads {key!r}, which no source and no "
                f"register declares; {nearest(key, declared)}"
            )


def _of_panel(own: folder.Folder) -> Iterator[tuple[str, str, str]]:
    """The file, the indicator and the series that it reads."""
    for indicator in own.panel.indicator if own.panel else ():
        for key in indicator.series:
            yield f"panels/{own.declared.country.lower()}.toml", indicator.key, key


def _of_frameworks(own: folder.Folder) -> Iterator[tuple[str, str, str]]:
    from pipelines.index.inputs.successions import ROLES

    for each in own.frameworks:
        for name, written in each.own.items():
            for key in (key for role in ROLES for key in written.get(role, ())):
                yield f"method/{each.key}.toml", name, key


def _frameworks(own: folder.Folder) -> Iterator[str]:
    """The frameworks that are no longer those of their published months."""
    if not own.frameworks:
        return
    from pipelines.observatory import frameworks
    from pipelines.observatory.panel import method_with

    method = method_with(own.panel)
    for each in own.frameworks:
        if fault := frameworks.changed(own.path, each.key, frameworks.overlaid(method, each)):
            yield fault


def _registers(own: folder.Folder) -> Iterator[str]:
    """What is wrong with the figures kept by hand."""
    from datetime import UTC, datetime

    from pipelines.ingest import registers
    from sources import registry

    by_key = {**registry(), **{source.key: source for source in own.sources}}
    for file in sorted(own.path.glob("registers/*.csv")):
        if file.name == registers.REVIEWS:
            continue
        source = by_key.get(file.stem)
        if source is None or not source.register:
            yield f"registers/{file.name} is of no register: declare it in the panel, or remove it"
            continue
        try:
            registers.read_rows(file, source, datetime.now(UTC))
        except ObservatoryError as fault:
            yield str(fault)


def _notes(own: folder.Folder) -> Iterator[str]:
    from pipelines.observatory.peers import record
    from pipelines.upgrade.record import remark

    declared = own.declared
    if upgraded := remark(own.path):
        yield upgraded
    if not declared.contact:
        yield "contact is empty: the SEC refuses requests that do not say how to be reached"
    if not declared.address:
        yield "address is empty: the site has no feeds' addresses, social images or 404 page yet"
    read = record.read(own.path)
    for peer in declared.peers:
        if peer.address not in read:
            yield f"{peer.address} is not read yet: `silentcrash --folder {own.path} peers fetch`"
    for each in own.frameworks:
        yield f"method/{each.key}.toml: `silentcrash --framework {each.key} …`, in {each.key}/"
    if own.panel is None:
        yield "there is no pilot country: the site has no panel page of a country"
        return
    for lack in own.panel.missing:
        yield f"not followed: {lack.en}"
    for source in own.panel.sources():
        yield (
            f"register {source.key}: read {source.register}, then "
            f"`silentcrash --folder {own.path} register add {source.key}`"
        )
