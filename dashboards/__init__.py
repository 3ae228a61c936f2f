"""What the observatory publishes, made from a release in the warehouse."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from dashboards.edition_stats import EditionStats

P = ParamSpec("P")
R = TypeVar("R")


def once(
    function: "Callable[Concatenate[EditionStats, P], R]",
) -> "Callable[Concatenate[EditionStats, P], R]":
    """Keep what a function gives for an edition as long as its figures are in use.

    Every language and page asks for the same causes and readings again.
    """
    answers: WeakKeyDictionary[EditionStats, dict[tuple[object, ...], R]] = WeakKeyDictionary()

    @wraps(function)
    def call(stats: "EditionStats", /, *arguments: P.args, **named: P.kwargs) -> R:
        own = answers.setdefault(stats, {})
        question = (*arguments, *named.items())
        if question not in own:
            own[question] = function(stats, *arguments, **named)
        return own[question]

    return call
