"""What an analyst asks of the index: why, how revised, how sure."""

from datetime import datetime
from pathlib import Path

import pandas as pd
from rich.console import Console

from dashboards.i18n import language
from pipelines.cli.commands import filled_store, progress
from pipelines.index import realtime
from pipelines.index.framework import Framework
from pipelines.index.robustness import revision_backtest
from pipelines.index.robustness import sensitivity as doubt
from pipelines.release import compute as editions
from pipelines.release import explanation, revisions
from pipelines.release import runway as lasting
from pipelines.settings import Settings

# Months after its own cut-off at which a month is read again: the readings of national accounts,
# then half a year and a year for what is revised late.
LAGS = (0, 1, 3, 6, 12)


def explain(settings: Settings, month: str, as_of: datetime | None, lang: str) -> str:
    """The value of a month in words, in French or English, and what moved it.

    Raises UsageFault naming the nearest month where the month has no index.
    """
    period = editions.parse_month(month)
    with progress(Console(stderr=True)) as shown:
        shown.add_task(f"Computing {month}", total=None)
        engine = filled_store(settings)
        edition = editions.draft(engine, period, as_of=as_of, now=settings.now)
        earlier = revisions.before(engine, edition.point)
        moved = revisions.change(earlier, edition.facts, edition.point, edition.values)
        account = explanation.Account(
            month=period,
            as_of=edition.as_of,
            values=edition.values,
            method=edition.method,
            doubt=doubt.analyse(edition.values, edition.method, seed=editions.SEED),
            news=moved if len(moved) else None,
        )
    return explanation.text(account, language(lang))


def backtest(
    settings: Settings, as_of: datetime | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Three tables on how the index was revised.

    A row a month, first published against known now; a row a key of revision statistics;
    a row a month of the index as known `LAGS` months after its own cut-off.
    """
    with progress(Console(stderr=True)) as shown:
        step = shown.add_task("Walking every cut-off in pseudo real time", total=None)
        engine = filled_store(settings)
        now, method = min(as_of or settings.now, settings.now), editions.framework()
        facts = editions.figures(engine, as_of=now)
        first = realtime.compute(facts, method, realtime.passed(method, now)).values
        shown.update(step, description="Computing every month as known now")
        months = realtime.allowed(first)
        latest = realtime.compute(facts, method, months, dict.fromkeys(months, now)).values
        shown.update(step, description="Drawing 10,000 replicates of each month")
        bands = doubt.analyse(first, method, seed=editions.SEED).bands
        shown.update(step, description="Computing what was known in between")
        between = realtime.vintages(facts, method, _later(months, method, now))
    compared = revision_backtest.compare(first, latest, bands)
    return (
        compared,
        revision_backtest.summary(first, latest, bands),
        revision_backtest.ladder(between, LAGS),
    )


def _later(
    months: list[pd.Period], method: Framework, now: datetime
) -> list[tuple[pd.Period, datetime]]:
    """Each month at the cut-offs `LAGS` months after its own that have passed."""
    cells = [(month, realtime.cutoff(month + lag, method)) for month in months for lag in LAGS]
    return [(month, instant) for month, instant in cells if instant <= now]


def runway(settings: Settings) -> tuple[pd.DataFrame, str]:
    """How long each indicator lasts and who continues it; the nearest end in words."""
    with progress(Console(stderr=True)) as shown:
        shown.add_task("Reading every indicator, month by month ahead", total=None)
        facts = editions.figures(filled_store(settings), as_of=settings.now)
        method = editions.framework()
        rows = lasting.table(facts, method, settings.now)
    return rows, lasting.sentence(rows, lasting.ends(rows, method, settings.now))


def sensitivity(settings: Settings, as_of: datetime | None) -> dict[str, pd.DataFrame]:
    """Three tables on how sure the index is.

    `bands` of the index by month with the chance of each regime and the agreement on the sign of
    its change, `dimensions` (bands of each), `factors` (Sobol indices).
    """
    with progress(Console(stderr=True)) as shown:
        step = shown.add_task("Computing the index, month by month", total=None)
        engine = filled_store(settings)
        now = min(as_of or settings.now, settings.now)
        edition = editions.draft(engine, None, now=now)
        shown.update(step, description="Drawing 10,000 replicates and a Sobol design")
        analysis = doubt.analyse(edition.values, edition.method, seed=editions.SEED)
    index = edition.values[edition.values["key"].eq("index")].set_index("period")["score"]
    bands = pd.concat([index.rename("index"), analysis.bands.loc["index"]], axis=1, join="inner")
    chances = analysis.chances.add_prefix("at_least_")
    return {
        "bands": _dated(bands.join(chances).join(analysis.agreement.rename("sign_agreement"))),
        "dimensions": _dated(analysis.bands.drop("index")),
        "factors": analysis.factors.rename_axis("factor").reset_index(),
    }


def write(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Each table as a CSV file of `out`, which is made."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(out / f"sensitivity_{name}.csv", index=False, float_format="%.6g")


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index().assign(period=lambda f: f["period"].dt.strftime("%Y-%m"))
