"""Microsoft's AI diffusion: share of people who use generative AI, by country.

People are those of working age. The file of each wave holds all waves so far, half-years first
and quarters since 2026. A wave is dated by its last quarter, so that the half-year of one report
and the quarter of the next follow each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO

import pandas as pd

from sources import Completeness, Edition, Payload, SchemaDrift, Series, Source
from sources.publishers import github
from sources.publishers.economies import ECONOMIES
from sources.tidy import between, require, tidy

REPOSITORY = "microsoft/ai-diffusion-report"
FILE = re.compile(r"data/AI_Diffusion_([HQ][1-4])(20\d\d)(_\w+)?\.csv")
WAVE = re.compile(r"(H[12]|Q[1-4]) (20\d\d) AI Diffusion")
LAST_QUARTER = {"H1": 4, "H2": 10, "Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}  # its first month
SHARE = r"(\d+(?:\.\d+)?)%"
MEDIAN = "msft.ai_diffusion.median"
FEWEST = 100  # economies; a file with fewer was cut: the waves so far have 147


def discover(answers: Sequence[bytes | None]) -> Edition | None:
    """The file of the newest wave in the list of the repository's files."""
    if answers[0] is None:
        return None
    files = filter(None, map(FILE.fullmatch, github.paths(answers[0])))
    dated = {(int(match[2]), LAST_QUARTER[match[1]], match[0]) for match in files}
    return Edition(github.file(REPOSITORY, max(dated)[-1])) if dated else None


def parse(payload: Payload) -> pd.DataFrame:
    """Per cent of people by economy and wave, and the median economy of each wave.

    An economy that is not in economies.csv counts in the median, under its own name in place of a
    code: validation sets its figures aside and says that the series is not declared.
    """
    table = pd.read_csv(BytesIO(payload.content), encoding="mac_roman", dtype=str)
    require(table, {"Economy"})
    waves = {name: match for name in table.columns if (match := WAVE.fullmatch(str(name)))}
    if not waves or len(table) < FEWEST:
        raise SchemaDrift("waves of over 100 economies", [*table.columns, len(table)])
    codes = dict(zip(ECONOMIES["economy"], ECONOMIES["iso3"], strict=True))
    rows = table.melt("Economy", list(waves), "wave", "share").dropna(subset=["share"])
    value = rows["share"].str.extract(f"^{SHARE}$", expand=False)
    if value.isna().any():
        raise SchemaDrift("per cents", rows.loc[value.isna(), "share"].iloc[0])
    series = "msft.ai_diffusion." + rows["Economy"].map(codes).fillna(rows["Economy"])
    shares = rows.assign(series=series, value=value.astype(float))
    shares["period"] = rows["wave"].map(_periods(waves))
    by_wave = shares.groupby("period", as_index=False)["value"]
    middle = by_wave.agg(value="median", entries="size").assign(series=MEDIAN)
    return tidy(pd.concat([shares[["series", "period", "value"]], middle]))


def unread(payload: Payload) -> Iterator[tuple[str, str]]:
    """The economies that economies.csv lacks, and the columns that are no wave."""
    table = pd.read_csv(BytesIO(payload.content), encoding="mac_roman", dtype=str)
    require(table, {"Economy"})
    yield from (("economy", name) for name in set(table["Economy"]) - set(ECONOMIES["economy"]))
    others = {str(name) for name in table.columns if not WAVE.fullmatch(str(name))}
    yield from (("column", name) for name in others - {"Economy"})


def _periods(waves: dict[str, re.Match[str]]) -> dict[str, pd.Timestamp]:
    return {
        name: pd.Timestamp(year=int(match[2]), month=LAST_QUARTER[match[1]], day=1)
        for name, match in waves.items()
    }


SOURCE = Source(
    key="msft_ai_diffusion",
    publisher="Microsoft AI Economy Institute",
    fr="Diffusion de l’IA générative parmi la population en âge de travailler",
    en="Diffusion of generative AI among people of working age",
    homepage="https://github.com/microsoft/ai-diffusion-report",
    licence="MIT",
    licence_url="https://github.com/microsoft/ai-diffusion-report/blob/main/LICENSE",
    attribution="Microsoft AI Economy Institute, AI Diffusion Report",
    confirmed="independent public code reads the file of commit 507c316, 2026-09",
    cadence="quarterly",
    lag_days=45,
    stale_days=200,
    role="reference",
    reference="diffusion by economy, to compare a pilot country with the median",
    requests=(github.listing(REPOSITORY),),
    discover=discover,
    link_hosts=("raw.githubusercontent.com",),
    completeness=Completeness(rows=0.9, series=0.95, entries=0.95),
    parse=parse,
    unread=unread,
    expected_format="",  # a CSV whose encoding is not that of one
    series=(
        *(
            Series(
                f"msft.ai_diffusion.{row.iso3}",
                "%",
                "Q",
                f"Diffusion de l’IA générative, {row.fr}",
                f"Diffusion of generative AI, {row.en}",
            )
            for row in ECONOMIES.itertuples()
        ),
        Series(
            MEDIAN,
            "%",
            "Q",
            "Diffusion de l’IA générative, économie médiane",
            "Diffusion of generative AI, median economy",
        ),
    ),
    rules=(
        between(0.5, 95, reason="no economy has been under 1 % or over 71 %"),
        between(0.5, 2, column="level_ratio", reason="a wave is restated by tenths of a point"),
    ),
    traps=(
        "Encoded in MacRoman: Türkiye is spoilt by any other reading.",
        "The name of the file changes with each wave; the newest file repeats the older waves.",
        "A new economy has no code: its figures are set aside until economies.csv names it.",
        "Half-years until 2025, quarters from 2026: a wave is dated by its last quarter.",
        "Estimated from Microsoft's own telemetry: where its products are rare it says less.",
    ),
)
