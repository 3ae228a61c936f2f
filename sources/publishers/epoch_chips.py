"""Concentration of AI accelerators by designer, from Epoch AI's chip counts.

Counts are medians of Epoch's estimates, in H100 equivalents, by quarter and chip, in one file for
each designer. `flow` is what a quarter added, `stock` what had been sold since the count began.
Nvidia is counted from 2022, Google from 2023, Amazon and AMD from 2024, Chinese designers not at
all: quarters in which a designer is missing or incomplete are `partial` and overstate
concentration. HHI is the sum of squared shares, 0 to 10,000.
"""

from io import BytesIO

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, numbers, require, tidy

REPOSITORY = "epoch-research/ai-chip-counts"
FILES = ("nvidia", "amd", "tpu", "trainium")  # in the order of the requests
NVIDIA = "Nvidia"
DESIGNERS = {NVIDIA, "AMD", "Google", "Amazon"}
# All four designers are counted from this quarter on; before it the shares are not comparable.
COMPARABLE_FROM = pd.Timestamp("2024-01-01")
COLUMNS = {"designer", "start_date", "h100e_med", "incomplete"}


def parse(payload: Payload) -> pd.DataFrame:
    """Nvidia's share (%) and the HHI (points) of deliveries and stock, by quarter.

    `payload` holds the four files of FILES. A quarter in which a designer has no row, or one
    marked incomplete, is `partial`; the others are `estimated`. Raises SchemaDrift for a lost
    column or designer, a quarter that does not begin one, or a count below zero.
    """
    table = pd.concat([_read(page) for page in payload.pages], ignore_index=True)
    if lost := DESIGNERS - set(table["designer"]):
        raise SchemaDrift(f"the designers {sorted(DESIGNERS)}", f"no {sorted(lost)}")
    counts = table.pivot_table(
        index="period", columns="designer", values="h100e_med", aggfunc="sum"
    ).reindex(columns=sorted(DESIGNERS))
    unfinished = table.loc[table["incomplete"], "period"].unique()
    complete = counts.notna().all(axis=1) & ~counts.index.isin(unfinished)
    status = complete.map({True: "estimated", False: "partial"})
    sold = counts.fillna(0.0)
    frames = [_shares(sold, "flow"), _shares(sold.cumsum(), "stock")]
    rows = pd.concat(frames).melt(ignore_index=False, var_name="series").dropna().reset_index()
    dated = rows.assign(status=rows["period"].map(status))
    return tidy(dated.loc[dated["period"].ge(COMPARABLE_FROM)])


def next_file(payload: Payload) -> Request | None:
    """The file of the next designer; None after the last."""
    seen = len(payload.pages)
    return _request(FILES[seen]) if seen < len(FILES) else None


def _read(page: bytes) -> pd.DataFrame:
    table = pd.read_csv(BytesIO(page))
    require(table, COLUMNS)
    counts = numbers(table["h100e_med"])
    if counts.lt(0).any():
        raise SchemaDrift("counts from zero up", counts.min())
    period = pd.to_datetime(table["start_date"], format="%Y-%m-%d")
    if not (period.dt.is_quarter_start).all():
        raise SchemaDrift(
            "first days of quarters", table["start_date"][~period.dt.is_quarter_start]
        )
    incomplete = table["incomplete"].astype(str).str.lower()
    if not incomplete.isin(["true", "false"]).all():
        raise SchemaDrift("incomplete as True or False", sorted(set(incomplete)))
    return table.assign(h100e_med=counts, period=period, incomplete=incomplete.eq("true"))


def _shares(counts: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Nvidia's share and the HHI by quarter, of counts by designer."""
    shares = counts.div(counts.sum(axis=1), axis=0) * 100
    return pd.DataFrame(
        {f"epoch.nvidia_share_{kind}": shares[NVIDIA], f"epoch.hhi_{kind}": (shares**2).sum(axis=1)}
    )


def _request(designer: str) -> Request:
    path = f"main/canonical_export/{designer}/sales_quarterly_by_chip.csv"
    return Request(
        f"https://raw.githubusercontent.com/{REPOSITORY}/{path}",
        mirror=f"https://cdn.jsdelivr.net/gh/{REPOSITORY}@{path}",
    )


def _share(key: str, fr: str, en: str) -> Series:
    return Series(key, "%", "Q", f"Part de Nvidia dans {fr}", f"Nvidia's share of {en}")


def _hhi(key: str, fr: str, en: str) -> Series:
    return Series(
        key,
        "HHI points",
        "Q",
        f"Concentration des concepteurs d'accélérateurs, {fr}",
        f"Concentration of accelerator designers, {en}",
    )


SOURCE = Source(
    key="epoch_chips",
    publisher="Epoch AI",
    fr="Concentration des accélérateurs d'IA",
    en="Concentration of AI accelerators",
    homepage="https://epoch.ai/data",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    confirmed="the publisher's own repository, looked up 2026-11",
    cadence="weekly",
    lag_days=92,
    stale_days=190,
    role="reference",
    reference="the other measures of the concentration that the index reads",
    series=(
        _share("epoch.nvidia_share_flow", "les accélérateurs livrés", "accelerators delivered"),
        _share("epoch.nvidia_share_stock", "le parc d'accélérateurs", "accelerators in place"),
        _hhi("epoch.hhi_flow", "livraisons", "deliveries"),
        _hhi("epoch.hhi_stock", "parc", "stock"),
    ),
    requests=(_request(FILES[0]),),
    next_page=next_file,
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    rules=(
        between(0, 100, series="epoch.nvidia_share", severity="block", reason="a share in %"),
        # Four designers cannot be less concentrated than four equal ones.
        between(2500, 10000, series="epoch.hhi", severity="block", reason="four designers"),
    ),
    expected_format="csv",
    attribution="Epoch AI",
    traps=(
        "Designers enter the count in different years: before 2024 concentration is overstated.",
        "Chinese designers are not counted.",
        "The newest quarters are incomplete, and past ones are filled in later.",
    ),
)
