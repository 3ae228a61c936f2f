"""The published method with the panel of the observatory in force."""

from pipelines.index import framework
from pipelines.index.framework import Framework
from pipelines.observatory import folder


def newest() -> Framework:
    """The newest version of the method, with those before it inside it.

    An observatory with a pilot country of its own has its panel in place of the published one.
    """
    method, own = framework.newest(), folder.in_force()
    if own is None:
        return method
    from pipelines.observatory.panel import with_panel

    return with_panel(method, own.panel)


def named(name: str) -> Framework:
    """A version by its name, or the method in a TOML file; see `framework.named`."""
    return framework.named(name, newest())
