"""Read a file of an observatory's folder: inside of it, and not too large."""

from pathlib import Path

from pipelines.errors import UsageError


def check(folder: Path, file: Path, largest: int) -> None:
    """Check where a file lies, and how large it is. Raises UsageError.

    Args:
        folder: that of the observatory; a link that leads out of it is refused.
        file: its path, at which there need not be a file.
        largest: how many bytes it may have.
    """
    if not file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{file} leads out of the folder: put the file itself there")
    if file.is_file() and file.stat().st_size > largest:
        raise UsageError(f"{file} has over {largest:,} bytes: it cannot be such a file")


def content(folder: Path, file: Path, largest: int) -> bytes:
    """The bytes of a file of a folder. Raises UsageError, which says why not."""
    check(folder, file, largest)
    if not file.is_file():  # a pipe, say, would be read for ever
        raise UsageError(f"{file} is no file: remove it")
    try:
        return file.read_bytes()
    except OSError as fault:
        raise UsageError(f"{file} cannot be read: {fault.strerror}") from None
