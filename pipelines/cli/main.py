"""The command line `silentcrash`: global options, groups, exit codes."""

import gc
import logging
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines import closing, logs
from pipelines.cli import (
    alerts,
    announcements,
    index,
    lake,
    operation,
    query,
    register,
    release,
    run,
    series,
    site,
    sources,
)
from pipelines.cli.terminal import options
from pipelines.cli.terminal.endings import ending
from pipelines.errors import INTERRUPTED, ObservatoryError, UsageError
from pipelines.observatory import commands as observatory
from pipelines.observatory.extensions import commands as extensions
from pipelines.observatory.peers import commands as peers
from pipelines.upgrade import commands as upgrading

logger = logging.getLogger("pipelines.cli")
# What a command imports lives as long as it does: looking for cycles after every 700 new objects,
# as Python 3.11 does, takes a tenth of a short command's time and frees nothing.
NEW_OBJECTS = 50_000
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
for commands in (
    observatory.app,
    upgrading.app,
    run.app,
    sources.top_level,
    query.app,
    operation.app,
):
    app.add_typer(commands)
app.add_typer(alerts.app, name="alerts")
app.add_typer(announcements.app, name="announcements")
app.add_typer(index.app, name="index")
app.add_typer(lake.app, name="lake")
app.add_typer(peers.app, name="peers")
app.add_typer(register.app, name="register")
app.add_typer(release.app, name="release")
app.add_typer(series.app, name="series")
app.add_typer(site.app, name="site")
sources.app.add_typer(extensions.app)
app.add_typer(sources.app, name="sources")


class LogFormat(StrEnum):
    """How the log is written."""

    text = "text"
    json = "json"


def show_version(requested: bool) -> None:
    """Print the version and end."""
    if requested:
        from importlib.metadata import version

        print(f"silentcrash {version('silent-crash-observatory')}")
        raise typer.Exit


@app.callback()
def main_options(
    context: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log to standard error, step by step.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", metavar="FILE", help="Add the log to this file.")
    ] = None,
    log_format: Annotated[
        LogFormat | None, typer.Option("--log-format", help="Lines of text, or JSON objects.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="DIR", help="Folder of the observatory, or SILENTCRASH_HOME."
        ),
    ] = None,
    framework: Annotated[
        str,
        typer.Option(
            "--framework",
            metavar="NAME",
            help="Another framework than its first, or SILENTCRASH_FRAMEWORK.",
        ),
    ] = "",
    trust: Annotated[
        bool, typer.Option("--trust", help="Run the Python of its sources/, or SILENTCRASH_TRUST.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=show_version, help="Show the version."),
    ] = False,
) -> None:
    """Public figures in, a monthly Silent Crash Index and its bulletin out."""
    from pipelines.observatory import folder as own

    if folder is not None:
        context.call_on_close(options.set_home(folder))
    if trust:
        context.call_on_close(options.set_variable(options.TRUST, "1"))
    settings = options.settings()
    style = log_format.value if log_format else settings.log_format
    logs.configure(verbose=verbose, file=log_file or settings.log, style=style)
    if context.invoked_subcommand not in ("init", "doctor", "upgrade"):
        context.call_on_close(own.put_in_force(settings.home, framework or settings.framework))


@cache
def command() -> Any:
    """The commands with their options, which take 25 ms to put together."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 done, 1 not done, 2 asked wrongly, 130 interrupted."""
    gc.set_threshold(NEW_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without our letters shows their codes; it must not end the command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logs.configure()
    try:
        with closing.scope():
            ended = command()(args=arguments or _typed() or ["--help"], standalone_mode=False)
        if ended == INTERRUPTED:  # Typer turns the interrupt into this instead of passing it on
            raise KeyboardInterrupt
        sys.exit(0)
    except (Exception, KeyboardInterrupt) as error:
        message, code = ending(error) or (_unexpected(error), 1)
        logger.error("ended with %d: %s", code, message, exc_info=code != UsageError.exit_code)
        if _debugging() and not isinstance(error, ObservatoryError):
            raise
    print(f"silentcrash: {logs.hide(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(code)


def _typed() -> list[str]:
    """The arguments as they were typed: a locale C reads them as ASCII."""
    if sys.getfilesystemencoding() == "utf-8":
        return sys.argv[1:]
    return [os.fsencode(argument).decode(errors="replace") for argument in sys.argv[1:]]


def _unexpected(error: BaseException) -> str:
    reason = str(error).splitlines()[0] if str(error) else "no reason given"
    return f"unexpected error ({reason}): for the place of it, use --log-file or SILENTCRASH_DEBUG"


def _debugging() -> bool:
    try:
        return options.settings().debug
    except ObservatoryError:  # the settings themselves may be what is wrong
        return False


if __name__ == "__main__":
    main()
