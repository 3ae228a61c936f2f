"""`silentcrash announcements …`: read texts, store events, list projects."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.terminal.options import AsOf, Format, Written, parse_day, settings
from pipelines.cli.terminal.render import progress, render_table
from pipelines.errors import RunError, UsageError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.settings import Settings

SHORT = ["first_known", "operator", "country", "place", "state", "MW", "invested", "tellings"]
app = typer.Typer(
    help="Read, load, fetch and list data-centre announcements.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
Texts = Annotated[Path, typer.Argument(metavar="IN.csv", help="A CSV file with a column `text`.")]


@app.command()
def extract(
    texts: Texts,
    out: Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="Where it is written.")],
) -> None:
    """Read every text of IN.csv and write its event columns."""
    from pipelines.announcements.collect import extracted

    frame = read_texts(texts)
    counts = [name for name in ("id", "text") if name in frame]
    frame[counts].join(extracted(frame)).to_csv(out, index=False)


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
    country: Annotated[str, typer.Option(help="ISO 3166 code or name of a country.")] = "",
    since: Annotated[str, typer.Option(metavar="YYYY-MM", help="First known then or later.")] = "",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """List the projects: who, where, how much, in what state."""
    from sources.announcements import projects

    summary_table = projects.summary(resolved(settings(), as_of))
    if country:
        summary_table = summary_table.loc[summary_table["country"].eq(country_name(country))]
    if since and (start := parse_day(since if len(since) > 7 else f"{since}-01T00:00:00")):
        summary_table = summary_table.loc[summary_table["first_known"].ge(start)]
    shown = readable(summary_table) if format is Format.table else summary_table
    render_table(shown.drop(columns="project"), format, f"Projects: {len(summary_table)}")


@app.command()
def projects(
    explain: Annotated[int | None, typer.Option(metavar="ID", help="A project to explain.")] = None,
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """List projects with ids, or the reports of one and its links.

    A wrong link is undone by a line "split" in the corrections file, with its two addresses.
    """
    from sources.announcements import projects

    stored_before = stored(settings(), as_of)
    tellings, links = projects.resolve(stored_before, projects.read_corrections())
    if explain is None:
        summary_table = projects.summary(tellings)
        render_table(
            readable(summary_table) if format is Format.table else summary_table, format, "Projects"
        )
        return
    if not tellings["project"].eq(explain).any():
        raise UsageError(f"there is no project {explain}: see `announcements projects`")
    render_table(projects.explained(tellings, links, explain), format, f"Project {explain}")


@app.command()
def series(as_of: AsOf = "", format: Written = Format.table) -> None:
    """Show the monthly series: projects, MW, USD, share ended."""
    from pipelines.announcements import collect
    from pipelines.ingest import store
    from sources.announcements.series import monthly

    chosen = settings()
    rates = collect.rates(store.open_for_reading(chosen), chosen)
    monthly_rows = monthly(resolved(chosen, as_of), rates)
    render_table(monthly_rows[["series", "period", "value"]], format, "Announcements by month")


@app.command()
def fate(
    country: Annotated[str, typer.Option(help="ISO 3166 code or name; all if not given.")] = "",
    as_of: AsOf = "",
    format: Written = Format.table,
) -> None:
    """Show the projects by their last status, with MW and USD."""
    from pipelines.ingest import store
    from sources.announcements.countries import slug
    from warehouse import events

    chosen = settings()
    view = slug(country_name(country)) if country else "world"
    as_known = parse_day(as_of) or chosen.now
    table = events.fate(store.open_for_reading(chosen), view, as_of=as_known)
    if table.empty:
        where = country or "the world"
        raise RunError(
            f"nothing is counted of {where} as of {as_known:%Y-%m-%d}: fetch or load first"
        )
    render_table(
        table.drop(columns="period").reset_index(), format, f"Projects, {view}, by last state"
    )


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


def readable(summary_table: "pd.DataFrame") -> "pd.DataFrame":
    """Shorten the summary of projects to columns that fit a terminal."""
    millions = (summary_table["amount"].astype("float64") / 1e6).map("{:,.0f} m ".format)
    invested = (millions + summary_table["currency"].fillna("")).where(
        summary_table["amount"].notna(), None
    )
    return summary_table.assign(
        first_known=summary_table["first_known"].dt.date,
        state=summary_table["state"].str.replace("_", " "),
        MW=summary_table["power_mw"],
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


def resolved(settings: "Settings", as_of: str) -> "pd.DataFrame":
    """Read the stored events as of a day, with project and USD amount."""
    from pipelines.announcements import collect
    from pipelines.ingest import store
    from sources.announcements import projects, series

    tellings = projects.resolve(stored(settings, as_of), projects.read_corrections())[0]
    fx = collect.rates(store.open_for_reading(settings), settings)
    return tellings.assign(usd=series.in_usd(tellings, fx))


def stored(settings: "Settings", as_of: str) -> "pd.DataFrame":
    """The stored events as of a day. Raises RunError when there is none."""
    from pipelines.ingest import store
    from warehouse import events

    engine = store.open_for_reading(settings)
    as_known = events.read(engine, as_of=parse_day(as_of) or settings.now)
    if as_known.empty:
        raise RunError("no announcement is stored: load some with `announcements load IN.csv`")
    return as_known


def country_name(query: str) -> str:
    """Find a country by ISO code or name. Raises UsageError otherwise."""
    from sources.announcements.countries import by_code
    from sources.announcements.places import countries

    name = by_code().get(query.upper(), query)
    if name not in countries():
        raise UsageError(f"{query!r} is no country: {nearest(query, sorted(countries()))}")
    return name
