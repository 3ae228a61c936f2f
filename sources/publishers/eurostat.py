"""Eurostat nrg_pc_205: what firms pay for electricity in Europe, by half-year.

The body is JSON-stat 2.0: a sparse table of values by flat index, row-major over the sizes of
the dimensions, in any order; an index that is not there has no figure.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

COUNTRIES = {
    "EU27_2020": ("Union européenne à 27", "European Union of 27"),
    "DE": ("Allemagne", "Germany"),
    "ES": ("Espagne", "Spain"),
    "FR": ("France", "France"),
    "IE": ("Irlande", "Ireland"),
    "IT": ("Italie", "Italy"),
    "NL": ("Pays-Bas", "Netherlands"),
    "PL": ("Pologne", "Poland"),
    "SE": ("Suède", "Sweden"),
}
TAXES = {"X_VAT": "ex_vat", "X_TAX": "ex_tax"}
TAX_WORDS = {
    "ex_vat": ("hors TVA et taxes récupérables", "without VAT and recoverable taxes"),
    "ex_tax": ("hors taxes", "without taxes"),
}
# Flags of a cell, which may come together, as in "bp": the first here that it has says its status.
# The other ones (a break, another definition, little reliable, confidential, not significant,
# revised) leave a figure final. A forecast is no figure.
FLAGS = {"e": "estimated", "s": "estimated", "p": "preliminary"}
FORECAST, OTHER_FLAGS = "f", set("bducnrz")
FIXED = {"siec": "E7000", "nrg_cons": "MWH2000-19999", "unit": "KWH", "currency": "EUR"}
HALVES = {"S1": 1, "S2": 7}
ADDRESS = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/nrg_pc_205"


def parse(payload: Payload) -> pd.DataFrame:
    """EUR/kWh by country, tax level and first month of the half-year."""
    body = json.loads(payload.content)
    cells = stat(body)
    if wrong := {name: code for name, code in FIXED.items() if set(cells[name]) != {code}}:
        raise SchemaDrift(wrong, {name: sorted(set(cells[name])) for name in wrong})
    selected = cells[cells["tax"].isin(TAXES) & cells["geo"].isin(COUNTRIES)]
    selected = selected[~selected["flag"].str.contains(FORECAST)]
    period = selected["time"].str.extract(r"^(?P<year>20\d\d)-(?P<half>S[12])$")
    if period.isna().any(axis=None):
        raise SchemaDrift("half-years as 2025-S1", sorted(set(selected["time"])))
    months = {"year": period["year"].astype(int), "month": period["half"].map(HALVES), "day": 1}
    return tidy(
        pd.DataFrame(
            {
                "series": "eurostat.power." + selected["geo"] + "." + selected["tax"].map(TAXES),
                "period": pd.to_datetime(pd.DataFrame(months)),
                "value": selected["value"],
                "status": selected["flag"].map(_status),
            }
        )
    )


def _status(flag: str) -> str:
    if unknown := set(flag) - {*FLAGS, *OTHER_FLAGS}:
        raise SchemaDrift(f"the flags {''.join(FLAGS)}{FORECAST}", sorted(unknown))
    return next((status for letter, status in FLAGS.items() if letter in flag), "final")


def _flags(status: Any, cells: int) -> dict[str, str]:
    """The flag of each cell by flat index, from a table, a list or one for all."""
    listed = [status] * cells if isinstance(status, str) else status
    by_index = dict(enumerate(listed)) if isinstance(listed, list) else listed
    return {str(flat_index): flag or "" for flat_index, flag in by_index.items()}


def stat(body: Any) -> pd.DataFrame:
    """The cells of a JSON-stat data set with a value: its dimensions, value, flag."""
    try:
        names, sizes = body["id"], body["size"]
        codes = [_codes(body["dimension"][name]["category"]["index"]) for name in names]
        values = body["value"]
        flags = _flags(body.get("status", {}), int(np.prod(sizes)))
    except (AttributeError, KeyError, TypeError) as fault:
        raise SchemaDrift("a JSON-stat data set", f"none: {fault}") from None
    if [len(labels) for labels in codes] != sizes or not values:
        raise SchemaDrift(f"categories of the sizes {sizes}, and values", [len(c) for c in codes])
    cells = dict(enumerate(values)) if isinstance(values, list) else values
    index = np.array([int(flat_index) for flat_index in cells])
    if index.max() >= np.prod(sizes):
        raise SchemaDrift(f"at most {np.prod(sizes)} cells", int(index.max()))
    places = np.unravel_index(index, sizes)
    table = pd.DataFrame(
        {name: np.array(code)[at] for name, code, at in zip(names, codes, places, strict=True)}
    )
    table["value"] = pd.to_numeric(pd.Series(list(cells.values())))
    table["flag"] = [flags.get(str(flat_index), "") for flat_index in index]
    return table.dropna(subset=["value"])


def _codes(index: dict[str, int] | list[str]) -> list[str]:
    """The codes of a dimension in the order of their positions."""
    return sorted(index, key=index.__getitem__) if isinstance(index, dict) else index


SOURCE = Source(
    key="eurostat",
    publisher="Eurostat",
    fr="Prix de l’électricité pour les entreprises en Europe",
    en="Electricity prices of firms in Europe",
    homepage="https://ec.europa.eu/eurostat/databrowser/view/nrg_pc_205/default/table",
    licence="CC BY 4.0 (reuse with the source named)",
    licence_url="https://ec.europa.eu/eurostat/help/copyright-notice",
    attribution="Eurostat, nrg_pc_205, band ID (2,000 to 19,999 MWh)",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="half-yearly",
    lag_days=150,
    stale_days=330,
    role="reference",
    reference="prices of firms with and without taxes, to compare with wholesale",
    expected_format="json",
    requests=(
        Request(
            f"{ADDRESS}?" + "&".join(f"geo={code}" for code in COUNTRIES),
            params={
                "nrg_cons": FIXED["nrg_cons"],
                "currency": FIXED["currency"],
                "sinceTimePeriod": "2015-S1",
                "format": "JSON",
            },
        ),
    ),
    completeness=Completeness(rows=0.95, series=0.9),  # a country may stop reporting
    parse=parse,
    series=tuple(
        Series(
            f"eurostat.power.{code}.{tax}",
            "EUR/kWh",
            "S",
            f"Électricité des entreprises, {fr}, {said_fr}",
            f"Electricity of firms, {en}, {said_en}",
        )
        for code, (fr, en) in COUNTRIES.items()
        for tax, (said_fr, said_en) in TAX_WORDS.items()
    ),
    rules=(
        between(0.02, 0.6, reason="no half-year since 2015 was outside 0.03 to 0.5 EUR/kWh"),
        between(0.5, 2, column="level_ratio", reason="a half-year is restated by a few per cent"),
    ),
    traps=(
        "Values are sparse, keyed by flat index, in no order; a missing index is no figure.",
        "Countries come in another order than they were asked for.",
        "Taxes may be negative: a price without taxes can be the higher one.",
        "Flags come together: bp is a break and provisional; a forecast, f, is no figure.",
        "The title says industrial consumers; it is everyone but households.",
        "A half-year is one figure: it is never counted as six months.",
        "The United Kingdom has no figure after 2020; geo=EU answers nothing, EU27_2020 does.",
    ),
)
