"""Check the words of a folder: `words/<language>.toml`.

They are sentences in place of ours, or a whole language, which `languages.py` checks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboards.languages import files
from dashboards.site.locale import shipped_words
from pipelines.errors import UsageError, nearest
from pipelines.observatory import languages
from pipelines.observatory.panel import places
from warehouse.publication.identity import COMPLETE, is_language

# Tables whose keys are names of the observatory's own.
OPEN = ("cities",)


def check(own: Mapping[str, Any], file: Path) -> None:
    """Check sentences against ours. Raises UsageError naming file, key and remedy.

    A sentence has a key that ours have, is of the same kind, and has no other places than ours.
    """
    if is_language(own):
        languages.check(own, file)
    elif file.stem in files.shipped():
        _check(own, shipped_words(files.ENGLISH), file, "")
    elif file.stem in COMPLETE:
        _check(own, shipped_words(file.stem), file, "")
    else:
        raise UsageError(
            f"{file}: {file.stem!r} is no language that we have: give it a table [language] with a "
            "name, or write fr.toml or en.toml"
        )


def _check(own: Mapping[str, Any], ours: Mapping[str, Any], file: Path, within: str) -> None:
    for key, value in own.items():
        name = within + key
        if key in OPEN and not within:
            _check(value, dict.fromkeys(value, ""), file, f"{name}.")
        elif key not in ours:
            raise UsageError(f"{file}: {name} is no sentence; {nearest(key, ours)}")
        elif isinstance(ours[key], Mapping):
            if not isinstance(value, Mapping):
                raise UsageError(f"{file}: {name} is {value!r}: write a table [{name}]")
            _check(value, ours[key], file, f"{name}.")
        else:
            _sentence(value, ours[key], file, name)


def _sentence(value: Any, ours: Any, file: Path, name: str) -> None:
    listed = isinstance(ours, list)
    if type(value) is not type(ours) or (listed and not all(type(item) is str for item in value)):
        kind = "a list of texts" if listed else "a text"
        raise UsageError(f"{file}: {name} is {value!r}: write {kind}")
    usual = set().union(*map(places, ours if listed else [ours]))
    try:
        stray = set().union(*map(places, value if listed else [value])) - usual
    except ValueError as fault:
        raise UsageError(f"{file}: {name}: {fault}: a place is a name in braces") from None
    if stray:
        allowed = " or ".join(f"{{{name_in}}}" for name_in in sorted(usual)) or "no place in braces"
        raise UsageError(f"{file}: {name} has {{{min(stray)}}}: write {allowed}")
