"""Ask an address, then its mirror; find the newest edition of a publisher."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from sources import Edition, Request, Source
from sources.http.client import CachedValidators, FetchResult, PoliteClient

logger = logging.getLogger(__name__)
# One list, the last change of a file and of all beside it; more than a few would be a loop.
MAX_QUESTIONS = 5


@dataclass(frozen=True)
class Listed:
    """A question for an edition, and what came back."""

    request: Request
    result: FetchResult


@dataclass(frozen=True)
class Search:
    """The edition that the answers name, or the `fault` that left none."""

    answers: tuple[Listed, ...]
    edition: Edition | None = None
    fault: str = ""


def fetch_first(
    client: PoliteClient, request: Request, expected: str, previous: CachedValidators
) -> FetchResult:
    """The answer of the address, or of its mirror where it fails."""
    expected = request.expected_format or expected
    result = client.fetch(request, expected_format=expected, previous=previous)
    if not request.mirror or result.outcome not in {"failed", "try later"}:
        return result
    mirrored = replace(request, url=request.mirror, mirror="")
    # An ETag is that of one server only; the hash of the bytes holds for both.
    same_bytes = CachedValidators(sha256=previous.sha256)
    second = client.fetch(mirrored, expected_format=expected, previous=same_bytes)
    return second if second.outcome in {"new", "unchanged"} else result


def find_edition(client: PoliteClient, source: Source, first: Request) -> Search:
    """Ask for the newest edition, list by list."""
    assert source.discover is not None  # noqa: S101
    answers: list[Listed] = []
    step: Request | Edition | None = first
    while isinstance(step, Request) and len(answers) < MAX_QUESTIONS:
        answers.append(Listed(step, fetch_first(client, step, "", CachedValidators())))
        good = [each.result.body if each.result.outcome == "new" else None for each in answers]
        try:
            step = source.discover(good)
        except Exception as error:  # a publisher's bytes may break `discover` in any way
            logger.warning("%s: the newest edition cannot be found", source.key, exc_info=True)
            return Search(tuple(answers), fault=str(error))
    if isinstance(step, Edition):
        return Search(tuple(answers), step)
    failed = [each.result.detail for each in answers if each.result.outcome != "new"]
    return Search(tuple(answers), fault=failed[0] if failed else "the lists name no edition")
