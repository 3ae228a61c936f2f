"""Read what is declared in TOML files as checked models, or say what is wrong."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import MethodError, UsageError


class Declared(BaseModel):
    """A model of a declaration: nothing unknown in it, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy without what was worked out of the original, as its hash."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(copied).model_fields.keys():
            del vars(copied)[name]
        return copied


Model = TypeVar("Model", bound=BaseModel)


def read(path: Path, model: type[Model], error: type[UsageError] = MethodError) -> Model:
    """The declarations of a TOML file. Raises `error` naming the line or field."""
    return checked(raw(path, error), model, path, error)


def raw(path: Path, error: type[UsageError] = MethodError) -> dict[str, Any]:
    """The content of a TOML file. Raises `error` naming the line at fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise error(f"cannot read {path}: {fault}") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path.name}: {fault}") from None


def checked(
    content: dict[str, Any], model: type[Model], path: Path, error: type[UsageError] = MethodError
) -> Model:
    """The content of `path` as its model. Raises `error` naming the first fault."""
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise error(f"{path.name}: {where}: {first['msg']}") from None
