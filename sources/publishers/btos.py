"""Business Trends and Outlook Survey: the share of US firms that use AI.

The file is wide, one column a fortnight. The question was reworded with cycle 202524, from
producing goods or services to any business function: only the new wording is read, and the
Census Bureau leaves earlier cycles of it empty. No figure has been seen to change between two
copies of the file, so each is dated by the publication of its cycle.
"""

from __future__ import annotations

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.publishers.web_archive import with_archive
from sources.tidy import between, tidy

DATES = "Collection and Reference Dates"
SHEETS = {"Response Estimates": "", "Response Standard Errors": ".se"}
QUESTIONS = {7: "btos.ai_use_now", 24: "btos.ai_use_6m"}
WORDING = "in any of its business functions"
NOT_ASKED, SUPPRESSED = ".", "S"


def parse(payload: Payload) -> pd.DataFrame:
    """Firms that answer yes, in per cent of all, and the standard error in points.

    `period` is the first day of the reference fortnight. A cycle without the question and a
    suppressed figure have no row. Raises SchemaDrift if a sheet, a column or a question is not
    as expected.
    """
    book = pd.read_excel(BytesIO(payload.content), sheet_name=None, dtype=object, engine="calamine")
    if missing := {DATES, *SHEETS} - set(book):
        raise SchemaDrift(f"the sheets {sorted(missing)}", sorted(map(str, book)))
    answers = pd.concat([_answers(book[sheet], suffix) for sheet, suffix in SHEETS.items()])
    dated = answers.merge(_cycles(book[DATES]), on="cycle", how="left")
    if undated := set(dated.loc[dated["period"].isna(), "cycle"]):
        raise SchemaDrift("a reference period for every cycle", f"none for {sorted(undated)}")
    return tidy(dated)


def _answers(sheet: pd.DataFrame, suffix: str) -> pd.DataFrame:
    """The published answers: series, cycle, value."""
    _require(sheet, {"Question ID", "Question", "Answer"})
    worded = sheet["Question"].astype(str).str.contains(WORDING, regex=False)
    yes = sheet[worded & sheet["Question ID"].isin(QUESTIONS) & sheet["Answer"].eq("Yes")]
    if sorted(yes["Question ID"]) != sorted(QUESTIONS):
        questions = sheet.loc[sheet["Question ID"].isin(QUESTIONS), "Question"].unique().tolist()
        raise SchemaDrift(f"questions {sorted(QUESTIONS)} once each, {WORDING}", questions)
    cycles = [column for column in sheet if str(column).isdecimal()]
    rows = yes.melt("Question ID", cycles, "cycle", "cell").dropna(subset=["cell"])
    answered = rows[~rows["cell"].isin([NOT_ASKED, SUPPRESSED])]
    return answered.assign(
        series=answered["Question ID"].map(QUESTIONS) + suffix,
        cycle=answered["cycle"].astype(int),
        value=_per_cent(answered["cell"].astype(str)),
    )


def _per_cent(cells: pd.Series[str]) -> pd.Series[float]:
    number = cells.str.extract(r"^(\d+(?:\.\d+)?)%$", expand=False)
    if number.isna().any():
        raise SchemaDrift(f"per cents, {NOT_ASKED} or {SUPPRESSED}", cells[number.isna()].iloc[0])
    return number.astype(float)


def _cycles(sheet: pd.DataFrame) -> pd.DataFrame:
    """The start and publication date of each cycle: cycle, period, known_from."""
    names = {
        "Smpdt": "cycle",
        "Reference Period Start": "period",
        "Publication Date": "known_from",
    }
    _require(sheet, set(names))
    dates = sheet[list(names)].rename(columns=names).dropna(subset=["cycle"])
    return dates.assign(cycle=dates["cycle"].astype(int))


def _require(sheet: pd.DataFrame, columns: set[str]) -> None:
    if not columns <= set(sheet.columns):
        raise SchemaDrift(f"columns {sorted(columns)}", list(map(str, sheet.columns[:12])))


def _series(key: str, fr: str, en: str) -> tuple[Series, Series]:
    return (
        Series(key, "%", "B", f"Entreprises des États-Unis {fr}", f"US firms {en}"),
        Series(
            f"{key}.se",
            "% points",
            "B",
            f"Entreprises des États-Unis {fr}, erreur type",
            f"US firms {en}, standard error",
        ),
    )


SOURCE = Source(
    key="btos",
    publisher="U.S. Census Bureau",
    fr="Usage de l’intelligence artificielle par les entreprises des États-Unis",
    en="Use of artificial intelligence by US firms",
    homepage="https://www.census.gov/hfp/btos/data",
    licence="Public domain (US government work)",
    licence_url="https://www.census.gov/data/developers/about/terms-of-service.html",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="biweekly",
    full_snapshot=True,
    lag_days=18,
    stale_days=45,
    role="reference",
    reference="standard errors of the shares that the index reads",
    series=(
        *_series("btos.ai_use_now", "utilisant l’IA", "using AI"),
        *_series(
            "btos.ai_use_6m",
            "comptant utiliser l’IA dans les six mois",
            "expecting to use AI within six months",
        ),
    ),
    requests=(
        with_archive(
            Request(
                "https://www.census.gov/hfp/btos/downloads/National.xlsx",
                headers={"Referer": "https://www.census.gov/hfp/btos/data_downloads"},
            )
        ),
    ),
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    expected_format="xlsx",
    attribution="U.S. Census Bureau, Business Trends and Outlook Survey",
    rules=(
        between(0, 100, reason="a share of firms"),
        between(0, 5, series="btos.ai_use_now.se", reason="a national sample is never so small"),
        between(0, 5, series="btos.ai_use_6m.se", reason="a national sample is never so small"),
    ),
    traps=(
        "The question was reworded with cycle 202524: earlier answers are not comparable.",
        "A dot is a cycle without the question, an S a suppressed figure: neither is a zero.",
    ),
)
