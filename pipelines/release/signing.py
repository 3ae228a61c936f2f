"""The key with which an installation signs what it publishes, if it has one."""

from typing import TYPE_CHECKING

from pipelines.errors import UsageError
from pipelines.settings import FILE, Settings

if TYPE_CHECKING:
    from dashboards.publish.signature import Signer


def signer(settings: Settings) -> "Signer | None":
    """The key of the settings; None where they name none.

    Raises UsageError where it cannot be used: nothing is published unsigned by mistake.
    """
    from dashboards.publish.signature import read_signer

    if settings.signing_key is None:
        return None
    setting = f"signing_key of {FILE} or the environment, {settings.signing_key}"
    try:
        return read_signer(settings.signing_key)
    except OSError as fault:
        raise UsageError(f"{setting}: cannot be read: {fault.strerror}") from None
    except ValueError as fault:
        raise UsageError(f"{setting}: {fault}") from None
