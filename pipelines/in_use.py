"""The declared sources as an installation asks them, by its settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from pipelines.errors import UsageError, nearest
from pipelines.settings import FILE, SECRETS, Settings
from pipelines.settings_tables import SourceSettings
from sources import Edition, Payload, Request, Source, registry

CONTACT = 'contact = "you@example.org"'


def in_use(source: Source, settings: Settings) -> Source:
    """The source with what the settings change of it.

    Raises:
        UsageError: The settings name a source or a part of an address that is not declared.
    """
    if unknown := sorted(set(settings.sources) - set(registry())):
        names = nearest(unknown[0], registry())
        raise UsageError(f"{FILE}: there is no source {unknown[0]!r}; {names}")
    chosen = settings.sources.get(source.key)
    if chosen is None:
        return source
    _check(source, chosen)
    return _changed(source, chosen)


def cadence(source: Source, settings: Settings) -> str:
    """How often a source is asked."""
    chosen = settings.sources.get(source.key)
    return (chosen.cadence if chosen else "") or source.cadence


def why_not_asked(source: Source, settings: Settings) -> str:
    """What keeps a source from being asked, with what to do; "" if nothing."""
    chosen = settings.sources.get(source.key)
    if chosen and chosen.off:
        return f"switched off in {FILE}"
    if source.needs and not SECRETS.get(source.needs):
        return f"needs {source.needs}"
    if source.asks_contact and not settings.contact:
        return f"needs a contact: put {CONTACT} in {FILE}"
    return ""


def without_contact(settings: Settings, sources: Sequence[Source]) -> list[str]:
    """The sources that stay empty because nobody is named as a contact."""
    return [s.key for s in sources if s.asks_contact and not settings.contact]


def _check(source: Source, chosen: SourceSettings) -> None:
    """Raise UsageError if a replacement fits none of the addresses of a source.

    Further addresses of a source that looks them up are not known before it is asked.
    """
    if source.discover or source.next_page:
        return
    for name in ("address", "mirror"):
        for part in getattr(chosen, name):
            if not any(part in request.url for request in source.requests):
                raise UsageError(
                    f"{FILE}: sources.{source.key}.{name}: no address of {source.key} holds "
                    f"{part!r}; the first is {source.requests[0].url}"
                )


def _changed(source: Source, chosen: SourceSettings) -> Source:
    discover, next_page, windows = source.discover, source.next_page, source.windows

    def of(request: Request) -> Request:
        return _request(request, chosen)

    def lists(answers: Sequence[bytes | None]) -> Request | Edition | None:
        listed = discover(answers) if discover else None
        if isinstance(listed, Edition):
            return replace(listed, request=of(listed.request))
        return of(listed) if listed else None

    def pages(payload: Payload) -> Request | None:
        page = next_page(payload) if next_page else None
        return of(page) if page else None

    def spans(stored: Collection[date], today: date) -> Sequence[Request]:
        return [of(request) for request in windows(stored, today)] if windows else []

    return replace(
        source,
        requests=tuple(of(request) for request in source.requests),
        discover=lists if discover else None,
        next_page=pages if next_page else None,
        link_hosts=_link_hosts(source, chosen),
        windows=spans if windows else None,
        past=tuple(replace(past, request=of(past.request)) for past in source.past),
    )


def _link_hosts(source: Source, chosen: SourceSettings) -> tuple[str, ...]:
    """Where a link may lead: the declared hosts, and those that stand in for them."""
    roots = {_replaced(f"https://{name}/", chosen.address) for name in source.hosts}
    other = {urlsplit(address).hostname or "" for address in (*roots, *chosen.address.values())}
    return tuple(sorted(source.hosts | other - {""}))


def _request(request: Request, chosen: SourceSettings) -> Request:
    return replace(
        request,
        url=_replaced(request.url, chosen.address),
        mirror=_mirror(request, chosen.mirror),
        headers={**request.headers, **chosen.headers},
    )


def _mirror(request: Request, parts: Mapping[str, str]) -> str:
    replaced = _replaced(request.url, parts)
    return request.mirror if replaced == request.url else replaced


def _replaced(url: str, parts: Mapping[str, str]) -> str:
    """The address with these parts replaced; that of a further page was already."""
    for part, other in parts.items():
        url = url if other in url else url.replace(part, other)
    return url
