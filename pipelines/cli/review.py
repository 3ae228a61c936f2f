"""`silentcrash announcements review`: what waits for a person, and the answer."""

from typing import Annotated

import typer

from pipelines.cli.terminal.options import Format, Written, settings
from pipelines.cli.terminal.render import render_table
from pipelines.errors import UsageError

WIDTH = 90  # characters of a title in a table of the terminal


def review(
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="The text that is answered.")
    ] = None,
    answer: Annotated[str, typer.Option("--answer", help="event or none.")] = "",
    kind: Annotated[
        str | None, typer.Option("--type", help="Kind of event, such as announced.")
    ] = None,
    power: Annotated[
        float | None, typer.Option("--mw", min=0, help="Power in MW, 0 for none.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="ISO 3166 code or name; '' for none.")
    ] = None,
    operator: Annotated[
        str | None, typer.Option("--operator", help="Who is behind it; '' for nobody named.")
    ] = None,
    author: Annotated[str, typer.Option("--by", help="Who answers.")] = "",
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    history: Annotated[bool, typer.Option("--history", help="List all answers.")] = False,
    format: Written = Format.table,
) -> None:
    """List the texts that were not decided, or answer one of them.

    What an answer leaves open is what the reader nearly said. It is kept with author and date,
    counts for the same text wherever it is read, and a later answer takes its place.
    """
    from pipelines.announcements import review as reviewing
    from pipelines.cli.announcements import country_name
    from pipelines.ingest import store
    from warehouse.projects import reviews

    chosen = settings()
    if history:
        every = reviews.answers(store.open_for_reading(chosen), every=True)
        render_table(every, format, f"Answers: {len(every)}")
        return
    if number is None:
        listed = reviewing.waiting(store.open_for_reading(chosen), chosen)
        if format is Format.table:
            listed = listed.assign(
                known_from=listed["known_from"].dt.date, title=listed["title"].str.slice(0, WIDTH)
            )
        render_table(listed, format, f"Texts that wait for an answer: {len(listed)}")
        return
    if answer not in {"event", "none"}:
        raise UsageError("say what the text is: --answer event or --answer none")
    stored = reviewing.answer(
        store.open_for_writing(chosen),
        chosen,
        number,
        reviewing.Answer(
            event=answer == "event",
            author=author,
            note=note,
            event_type=kind,
            power_mw=power,
            country=country_name(country) if country else country,
            operator=operator,
        ),
    )
    facts = ("event_type", "operator", "country", "power_mw", "amount", "currency")
    values = ", ".join(f"{name} {stored[name]}" for name in facts if stored[name])
    print(f"text {number}: {values}; answered by {stored['author']}")
