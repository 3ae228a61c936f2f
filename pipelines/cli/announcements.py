"""`silentcrash announcements …`: read texts, store events, list projects."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.review import review
from pipelines.cli.terminal.options import AsOf, Format, Written, parse_day, settings
from pipelines.cli.terminal.render import progress, render_table
from pipelines.errors import RunError, UsageError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.settings import Settings

SHORT = ["first_known", "operator", "country", "place", "state", "MW", "invested", "reports"]
REPORT = ["known_from", "event_type", "operator", "country", "place", "power_mw", "amount",
          "currency", "title", "address", "linked_by", "reviewed_by"]  # fmt: skip
app = typer.Typer(
    help="Read, load, fetch and list data-centre announcements.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
InCountry = Annotated[
    str, typer.Option("--country", help="ISO 3166 code or name, in English, French or Arabic.")
]
app.command()(review)
Texts = Annotated[Path, typer.Argument(metavar="IN.csv", help="A CSV file with a column `text`.")]


@app.command()
def extract(
    texts: Texts,
    out: Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="Where it is written.")],
) -> None:
    """Read every text of IN.csv and write its event columns.

    What a person answered on a text (`review`) takes the place of its reading.
    """
    from pipelines.announcements import collect, review
    from pipelines.ingest import store
    from warehouse.database import WarehouseError
    from warehouse.projects import reviews

    frame = read_texts(texts)
    counts = [name for name in ("id", "text") if name in frame]
    chosen = settings()
    facts = collect.extracted(frame, chosen)
    if not chosen.second_reader.address:
        facts = facts.drop(columns="reader")
    with suppress(WarehouseError):  # without a warehouse nothing was answered
        answers = reviews.answers(store.open_for_reading(chosen))
        facts = review.applied(facts, frame["text"], answers)
    frame[counts].join(facts).to_csv(out, index=False)


@app.command()
def load(texts: Texts) -> None:
    """Store the events of a CSV file: text, date, address.

    The facts, the title and the link are stored, no article.
    """
    from pipelines.announcements import collect
    from pipelines.ingest import store

    frame = read_texts(texts, "date", "address")
    items = frame.rename(columns={"text": "title", "address": "link", "date": "published"})
    chosen = settings()
    counts = collect.keep(store.open_for_writing(chosen), chosen, items, texts.name)
    print(
        f"{counts.added} added, {counts.stored_before} known, {counts.undated} without a past date"
    )


@app.command()
def fetch() -> None:
    """Fetch the papers (feeds, GDELT) and store the events of titles."""
    from rich.console import Console

    from pipelines.announcements import collect
    from pipelines.cli.terminal import summary
    from pipelines.ingest import store

    chosen = settings()
    engine = store.open_for_writing(chosen)
    with progress("Fetching the papers") as step:
        outcomes = collect.ask(engine, chosen)
        step("Reading their titles")
        counts = collect.read_archive(engine, chosen)
    Console().print(summary.outcomes(outcomes))
    added = f"{counts.added} events added, {counts.stored_before} known"
    print(f"{added}, {counts.undated} without a past date")
    if outcomes and not any(answer.good or answer.outcome == "skipped" for answer in outcomes):
        raise RunError("no paper answered; what was kept before is still there")


@app.command(name="list")
def list_projects(
    country: InCountry = "",
    since: Annotated[str, typer.Option(metavar="YYYY-MM", help="First known then or later.")] = "",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """List the projects: who, where, how much, in what state."""
    listed = of_country(projects_of(settings(), as_of), country)
    if since and (start := parse_day(since if len(since) > 7 else f"{since}-01T00:00:00Z")):
        listed = listed.loc[listed["first_known"].ge(start)]
    shown = readable(listed) if format is Format.table else listed
    render_table(shown.drop(columns="project"), format, f"Projects: {len(listed)}")


@app.command()
def projects(
    explain: Annotated[int | None, typer.Option(metavar="ID", help="A project to explain.")] = None,
    country: InCountry = "",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """List projects with ids, or the reports of one and its links.

    A wrong link is undone by a line "split" in the corrections file, with its two addresses.
    """
    if explain is None:
        listed = of_country(projects_of(settings(), as_of), country)
        render_table(readable(listed) if format is Format.table else listed, format, "Projects")
        return
    reports = reports_of(settings(), as_of)
    own = reports.loc[reports["project"].eq(explain)]
    if own.empty:
        raise UsageError(f"there is no project {explain}: see `announcements projects`")
    render_table(own[REPORT], format, f"Project {explain}")


@app.command()
def series(country: InCountry = "", as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show the monthly series: projects, MW, USD, share ended."""
    from pipelines.announcements import collect, pilot
    from pipelines.ingest import store
    from sources.announcements.countries import slug
    from sources.announcements.series import monthly

    chosen = settings()
    rates = collect.rates(store.open_for_reading(chosen), chosen)
    monthly_rows = monthly(counted(chosen, as_of), rates, pilot.country())
    monthly_rows = monthly_rows[["series", "period", "value"]]
    if country:
        prefix = f"announcements.{slug(country_name(country))}."
        monthly_rows = monthly_rows.loc[monthly_rows["series"].str.startswith(prefix)]
    render_table(monthly_rows, format, "Announcements by month")


@app.command()
def fate(country: InCountry = "", as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show the projects by their last status, with MW and USD."""
    from warehouse.projects.repository import by_state

    listed = of_country(projects_of(settings(), as_of), country)
    if listed.empty:
        raise RunError(f"no project of {country or 'the world'} is known: fetch or load first")
    where = country_name(country) if country else "world"
    table = by_state(listed).reset_index()
    render_table(table, format, f"Projects, {where}, by last state")


@app.command()
def evaluate(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.csv", help="A labelled file.")],
    out: Annotated[Path, typer.Option("--out", metavar="PAGE.md", help="The page.")],
    held_out: Annotated[
        Path | None, typer.Option(metavar="ASIDE.csv", help="Labels that served no rule.")
    ] = None,
    sight: Annotated[
        Path | None, typer.Option(metavar="SIGHT.csv", help="Scores when first read.")
    ] = None,
) -> None:
    """Score the extraction against labels; write the page."""
    from pipelines.announcements import accuracy
    from pipelines.announcements.collect import extracted

    frame = read_texts(labels)
    held_rows = read_texts(held_out) if held_out else None
    pair = None if held_rows is None else (held_rows, extracted(held_rows))
    out.write_text(accuracy.page(frame, extracted(frame), pair, sight), encoding="utf-8")


def readable(listed: "pd.DataFrame") -> "pd.DataFrame":
    """Shorten the table of projects to columns that fit a terminal."""
    millions = (listed["amount"] / 1e6).map("{:,.0f} m ".format)
    invested = (millions + listed["currency"].fillna("")).where(listed["amount"].notna(), None)
    return listed.assign(
        first_known=listed["first_known"].dt.date,
        state=listed["state"].str.replace("_", " "),
        MW=listed["power_mw"],
        invested=invested,
    )[["project", *SHORT]]


def read_texts(path: Path, *needed: str) -> "pd.DataFrame":
    """Read a CSV file as text. Raises UsageError without a `text` column."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding_errors="replace")
    except (OSError, ValueError) as fault:
        raise UsageError(f"cannot read {path}: {fault}; give a CSV file with `text`") from None
    if missing := {"text", *needed} - set(frame):
        raise UsageError(f"{path} has no column {', '.join(sorted(missing))}: add it")
    return frame


def projects_of(settings: "Settings", as_of: str) -> "pd.DataFrame":
    """The projects as of a day. Raises RunError where none is stored."""
    from pipelines.ingest import store
    from warehouse.projects import repository

    engine = store.open_for_reading(settings)
    return _some(repository.projects(engine, as_of=parse_day(as_of) or settings.now))


def reports_of(settings: "Settings", as_of: str) -> "pd.DataFrame":
    """The reports of projects as of a day. Raises RunError where none is stored."""
    from pipelines.ingest import store
    from warehouse.projects import repository

    engine = store.open_for_reading(settings)
    return _some(repository.reports(engine, as_of=parse_day(as_of) or settings.now))


def counted(settings: "Settings", as_of: str) -> "pd.DataFrame":
    """The reports that series count: all but the list made by hand."""
    from pipelines.announcements.collect import SHIPPED

    reports = reports_of(settings, as_of)
    return reports.loc[reports["fetched_from"].ne(SHIPPED)]


def of_country(listed: "pd.DataFrame", query: str) -> "pd.DataFrame":
    """The projects of a country, by code or name; all where none is named."""
    return listed.loc[listed["country"].eq(country_name(query))] if query else listed


def country_name(query: str) -> str:
    """Find a country by ISO code or name. Raises UsageError otherwise."""
    from sources.announcements import countries

    if name := countries.find(query):
        return name
    raise UsageError(f"{query!r} is no country: {nearest(query, sorted(countries.by_name()))}")


def _some(frame: "pd.DataFrame") -> "pd.DataFrame":
    if frame.empty:
        raise RunError("no announcement is stored: load some with `announcements load IN.csv`")
    return frame
