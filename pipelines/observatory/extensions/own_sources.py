"""The sources of an observatory, `sources/*.py`, where they are trusted.

A file declares SOURCE as a publisher of the software does, and may have its history beside it.
Python can do all that its user can, so it is run only where whoever runs the software has said so,
outside of the folder, or where it is what came with the software.
"""

import importlib
import logging
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args

from pipelines.errors import UsageError
from pipelines.observatory.extensions.files import check, content
from sources import own
from sources.citations import CITATIONS
from sources.own import Code

logger = logging.getLogger(__name__)

FOLDER = "sources"
GROUP = "silentcrash.sources"  # entry points of installed packages, each of a SOURCE
LARGEST = 200_000  # bytes of a file: the longest of the shipped publishers has 20,000
LARGEST_HISTORY = 10_000_000  # bytes: the longest of the shipped ones has 600,000
# A file with a sign _ before its name has no SOURCE: others import it.
NAME = re.compile(r"_?[a-z][a-z0-9_]*")


def read(folder: Path, registers: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The sources of a folder, and those that installed packages add.

    Args:
        folder: that of the observatory.
        registers: the sources of its panel, whose keys are taken too.

    Raises:
        UsageError: the Python is not trusted, cannot be imported, or declares what is taken.
    """
    modules = dict(_modules(folder))
    if modules and not _trusted(modules):
        raise UsageError(
            f"{folder / FOLDER} holds Python, which is run only if you trust it: read "
            f"{_named(modules)}, then give --trust before the command, or set "
            f"SILENTCRASH_TRUST={digest(modules)} (1 trusts whatever is there)"
        )
    own.install(modules)
    sources = {Path(modules[name].path): load(name) for name in modules if name[0] != "_"}
    for path in filter(None, (source.history for source in sources.values())):
        check(folder, path, LARGEST_HISTORY)
        check(folder, path.with_name(CITATIONS.name), LARGEST_HISTORY)
    named = [*((str(path), source) for path, source in sources.items()), *_of_packages()]
    if named:
        _check_names(named, registers)
    return tuple(source for _, source in named)


def read_file(file: Path) -> Any:
    """The source in a file, whichever folder it is in. Raises UsageError.

    Whoever names a file trusts it, and the files with a sign _ beside it.
    """
    if file.suffix != ".py" or not file.is_file():
        raise UsageError(f"{file} is no file of Python: give sources/<key>.py")
    beside = sorted(file.parent.glob("_*.py"))
    own.install(dict(_module(path, file.parent) for path in [file, *beside]))
    return load(file.stem)


def digest(modules: Mapping[str, Code]) -> str:
    """The SHA-256 of these files: their names and their bytes."""
    texts = {name: sha256(code.text).hexdigest() for name, code in modules.items()}
    return sha256(repr(sorted(texts.items())).encode()).hexdigest()


def _named(modules: Mapping[str, Code]) -> str:
    return ", ".join(Path(code.path).name for code in modules.values())


def _trusted(modules: Mapping[str, Code]) -> bool:
    from pipelines.settings import from_environment

    named = digest(modules)
    return from_environment().trust in ("1", named) or named == digest(
        dict(_modules(own.SHIPPED.parent))
    )


def _modules(folder: Path) -> Iterator[tuple[str, Code]]:
    for file in sorted((folder / FOLDER).glob("*.py")):
        yield _module(file, folder)


def _module(file: Path, folder: Path) -> tuple[str, Code]:
    if not NAME.fullmatch(file.stem):
        raise UsageError(f"{file}: write a name of small letters, digits and signs _")
    return file.stem, Code(str(file), content(folder, file, LARGEST))


def load(name: str) -> Any:
    """The source of an installed module, with its folder. Raises UsageError."""
    from sources import Source

    path = own.installed()[name].path
    try:
        module = importlib.import_module(f"{own.PREFIX}{name}")
    except (Exception, SystemExit) as fault:  # a file may raise whatever it likes
        logger.warning("%s cannot be imported", path, exc_info=True)
        raise UsageError(f"{_where(fault, path)}: {_reason(fault)}; the log has more") from None
    source = getattr(module, "SOURCE", None)
    if not isinstance(source, Source):
        raise UsageError(f"{path}: it declares no SOURCE: write SOURCE = Source(key={name!r}, …)")
    if source.key != name:
        raise UsageError(f"{path}: key is {source.key!r}: write {name!r}, or rename the file")
    for choice, values in _choices().items():
        if getattr(source, choice) not in values:
            allowed = ", ".join(filter(None, values))
            raise UsageError(f"{path}: {choice} is {getattr(source, choice)!r}: write {allowed}")
    return replace(source, folder=Path(path).parent)


def _choices() -> dict[str, tuple[str, ...]]:
    """The fields that schedules and readers of a format know a few values of."""
    from sources import Cadence, ExpectedFormat, Role

    return {
        "cadence": get_args(Cadence),
        "expected_format": get_args(ExpectedFormat),
        "role": get_args(Role),
    }


def _reason(fault: BaseException) -> str:
    first = fault.msg if isinstance(fault, SyntaxError) else next(iter(str(fault).splitlines()), "")
    return f"{type(fault).__name__}{f': {first}' if first else ''}"


def _where(fault: BaseException, path: str) -> str:
    """The line of a file of the folder that a fault comes from."""
    if isinstance(fault, SyntaxError) and fault.filename:
        return f"{fault.filename}:{fault.lineno}"
    own_paths = {code.path for code in own.installed().values()}
    frames = traceback.extract_tb(fault.__traceback__)
    lines = [f"{part.filename}:{part.lineno}" for part in frames if part.filename in own_paths]
    return lines[-1] if lines else path


def _of_packages() -> Iterator[tuple[str, Any]]:
    """The sources that installed packages declare, each with its origin."""
    from sources import Source

    for entry in entry_points(group=GROUP):
        origin = f"the package {entry.dist.name if entry.dist else entry.value}"
        try:
            source = entry.load()
        except Exception as fault:
            logger.warning("%s cannot be imported", entry.value, exc_info=True)
            raise UsageError(f"{origin}: {entry.value}: {_reason(fault)}") from None
        if not isinstance(source, Source):
            raise UsageError(f"{origin}: {entry.value} is no SOURCE")
        yield origin, source


def _check_names(named: Sequence[tuple[str, Any]], registers: Sequence[Any]) -> None:
    """Raise UsageError if a key of a source or of a series is taken."""
    from sources.publishers import shipped

    taken = {source.key: "a source of the software" for source in shipped().values()}
    taken |= {source.key: "a register of the panel" for source in registers}
    series_of = {
        series.key: source.key
        for source in (*shipped().values(), *registers)
        for series in source.series
    }
    for origin, source in named:
        if source.key in taken:
            raise UsageError(f"{origin}: {source.key} is {taken[source.key]} too: write another")
        taken[source.key] = f"a source of {origin}"
        for series in source.series:
            if series.key in series_of:
                raise UsageError(
                    f"{origin}: the series {series.key} is one of {series_of[series.key]} too: "
                    f"write {source.key}.<name>"
                )
            series_of[series.key] = source.key
