"""The published method with the panel of the observatory in force."""

from typing import TYPE_CHECKING

from pipelines.errors import UsageError
from pipelines.index import framework
from pipelines.index.framework import Framework
from pipelines.observatory import folder

if TYPE_CHECKING:  # a question on the method needs no edition
    from warehouse.edition import Edition


def newest() -> Framework:
    """The newest version of the method, with those before it inside it.

    An observatory with a pilot country of its own has its panel in place of the published one, and
    a framework beside its first has what it weighs or measures otherwise.
    """
    own = folder.in_force()
    if own is None:
        return framework.newest()
    from pipelines.observatory.panel import method_with

    with_own = method_with(own.panel)
    if own.framework is None:
        return with_own
    from pipelines.observatory.frameworks import overlaid

    return overlaid(with_own, own.framework)


def of_every_framework() -> list[Framework]:
    """The newest version by the framework in force, and by those beside it."""
    methods = [newest()]
    for key in folder.beside():
        with folder.by_framework(key):
            methods.append(newest())
    return methods


def to_publish() -> Framework:
    """The newest version, where months may be published by it.

    Raises UsageError where a framework is no longer the one of its published months.
    """
    method, own = newest(), folder.in_force()
    if own and own.framework:
        from pipelines.observatory.frameworks import changed

        if fault := changed(own.path, own.framework.key, method):
            raise UsageError(fault)
    return method


def lock(edition: "Edition") -> None:
    """Keep the hash of the method that published a month.

    It is of a framework beside the first: those of the published one are in `framework.lock`.
    """
    own = folder.in_force()
    if own and own.framework and edition.timeline.public_at:
        from pipelines.observatory.frameworks import lock as keep

        keep(own.path, own.framework.key, Framework.model_validate(edition.framework))


def named(name: str) -> Framework:
    """A version by its name, or the method in a TOML file; see `framework.named`."""
    return framework.named(name, newest())
