"""The errors that end a command: one line for a person, and an exit code.

    ObservatoryError          exit code 1
    ├── UsageError            exit code 2: the caller asked for what does not exist
    │   ├── MethodError       a file of the method cannot be used
    │   └── RulesError        a file of alert rules cannot be used
    └── RunError              exit code 1: the work could not be done
        └── UnreadableBody    a parser cannot read what a publisher sent

An interrupted command ends with `INTERRUPTED`. `sources` and `warehouse` import nothing from
here and have errors of their own; `pipelines/cli/terminal/endings.py` gives those their exit codes.
"""

from collections.abc import Iterable
from typing import ClassVar

INTERRUPTED = 130  # 128 + 2, the number of SIGINT: what shells report


class ObservatoryError(Exception):
    """An error whose message is one line for a person."""

    exit_code: ClassVar[int] = 1


class UsageError(ObservatoryError):
    """What was asked for does not exist; the message says what does."""

    exit_code = 2


class MethodError(UsageError):
    """The method cannot be used; the message names the place and what is wrong."""


class RulesError(UsageError):
    """The alert rules cannot be used: the file, the line and what is wrong."""


class RunError(ObservatoryError):
    """The work could not be done; the message says why and what to do."""


class UnreadableBody(RunError):
    """The bytes do not have the form that the parser expects."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """A phrase that names the valid choices nearest to an unknown word."""
    from difflib import get_close_matches

    valid = list(choices)
    # A cutoff of 0.4 still finds "ember" for "embr" and "v_observation" for two swapped letters.
    close = get_close_matches(word, valid, n=3, cutoff=0.4) or valid[:5]
    return f"did you mean {' or '.join(close)}?"
