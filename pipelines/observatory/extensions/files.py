"""Read a file of an observatory's folder: inside of it, and not too large."""

from pathlib import Path

from pipelines.errors import UsageError


def content(folder: Path, file: Path, largest: int) -> bytes:
    """The bytes of a file of a folder. Raises UsageError, which says why not.

    Args:
        folder: that of the observatory; a link that leads out of it is refused.
        file: its path.
        largest: how many bytes it may have.
    """
    if not file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{file} leads out of the folder: put the file itself there")
    if not file.is_file():  # a pipe, say, would be read for ever
        raise UsageError(f"{file} is no file: remove it")
    if file.stat().st_size > largest:
        raise UsageError(f"{file} has over {largest:,} bytes: it cannot be such a file")
    try:
        return file.read_bytes()
    except OSError as fault:
        raise UsageError(f"{file} cannot be read: {fault.strerror}") from None
